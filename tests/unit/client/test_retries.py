"""Calls that fail in passing are tried again as the same call; a no of the business is said once."""

from datetime import date

import httpx
import pytest

from jvtrack.client import Issue, NewOrder, Patience, ProblemError, UnreachableError
from jvtrack.client.answers.operations import ParkedKey
from tests.unit.client.makers import ScriptedService, a_client, a_problem, an_answer, an_order

A_MOVEMENT = {"movement": "01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11", "kind": "issue"}
AN_ISSUE = Issue(order="7201YA6327A001-2026", quantity=1)
PASSING = [
    pytest.param(a_problem("database-away", 503), id="the database is away"),
    pytest.param(a_problem("overloaded", 429), id="too many ask"),
    pytest.param(a_problem("catalogue-behind", 409, retry_after=0), id="the catalogue is behind"),
    pytest.param(httpx.ConnectError("refused"), id="the service is down"),
    pytest.param(httpx.ReadError("reset"), id="the service dies over it"),
]


@pytest.mark.parametrize("failure", PASSING)
async def test_a_call_that_fails_in_passing_is_tried_again_under_the_same_key(
    failure: httpx.Response | Exception,
) -> None:
    service = ScriptedService(failure, failure, an_answer(A_MOVEMENT, 201))

    async with a_client(service) as jvtrack:
        moved = await jvtrack.inventory.issue(AN_ISSUE)

    keys = [request.headers["Idempotency-Key"] for request in service.asked]
    assert str(moved.movement) == A_MOVEMENT["movement"]
    assert len(keys) == 3
    assert len(set(keys)) == 1


async def test_two_calls_have_two_keys_unless_the_caller_gives_one() -> None:
    service = ScriptedService(an_answer(A_MOVEMENT, 201))

    async with a_client(service) as jvtrack:
        await jvtrack.inventory.issue(AN_ISSUE)
        await jvtrack.inventory.issue(AN_ISSUE)
        await jvtrack.inventory.issue(AN_ISSUE, key="slip-17")

    first, second, third = (request.headers["Idempotency-Key"] for request in service.asked)
    assert first != second
    assert third == "slip-17"


async def test_a_no_of_the_business_is_raised_at_once_with_everything_that_was_said() -> None:
    errors = [{"field": "quantity", "message": "Input should be greater than 0"}]
    service = ScriptedService(a_problem("request-invalid", 422, detail="one field", errors=errors, limit=3))

    async with a_client(service) as jvtrack:
        with pytest.raises(ProblemError) as raised:
            await jvtrack.inventory.issue(AN_ISSUE)

    problem = raised.value
    assert len(service.asked) == 1
    assert (problem.slug, problem.status, problem.title) == ("request-invalid", 422, "It does not.")
    assert (problem.detail, problem.errors[0].field, problem.facts) == ("one field", "quantity", {"limit": 3})
    assert "quantity: Input should be greater than 0" in str(problem)


async def test_every_error_of_a_file_is_said_on_a_line_of_its_own_and_how_many_more_there_are() -> None:
    errors = [{"field": f"line {line}: part", "message": "is unknown"} for line in (2, 3)]
    service = ScriptedService(a_problem("import-invalid", 422, detail="wrong 40, lines 50.", errors=errors, wrong=40))

    async with a_client(service) as jvtrack:
        with pytest.raises(ProblemError) as raised:
            await jvtrack.inventory.issue(AN_ISSUE)

    assert str(raised.value).splitlines() == [
        "422 import-invalid: It does not. wrong 40, lines 50.",
        "  line 2: part: is unknown",
        "  line 3: part: is unknown",
        "  ... and 38 more",
    ]


async def test_of_very_many_errors_only_the_first_are_said_to_people() -> None:
    errors = [{"field": f"line {line}", "message": "is unknown"} for line in range(150)]
    service = ScriptedService(a_problem("import-invalid", 422, errors=errors))

    async with a_client(service) as jvtrack:
        with pytest.raises(ProblemError) as raised:
            await jvtrack.inventory.issue(AN_ISSUE)

    assert str(raised.value).splitlines()[-2:] == ["  line 99: is unknown", "  ... and 50 more"]
    assert len(raised.value.errors) == 150


async def test_a_conflict_that_time_does_not_cure_is_not_tried_again() -> None:
    service = ScriptedService(a_problem("order-already-issued", 409))

    async with a_client(service) as jvtrack:
        with pytest.raises(ProblemError, match="order-already-issued"):
            await jvtrack.orders.cancel("7201YA6327A001-2026")

    assert len(service.asked) == 1


async def test_patience_ends_and_the_last_failure_is_raised() -> None:
    service = ScriptedService(a_problem("database-away", 503, retry_after=1))

    async with a_client(service, patience=Patience(seconds_max=0.5)) as jvtrack:
        with pytest.raises(ProblemError) as raised:
            await jvtrack.orders.get("7201YA6327A001-2026")

    assert raised.value.retry_after == 1
    assert len(service.asked) == 1


async def test_what_an_operator_does_is_not_repeated_once_it_may_have_been_done() -> None:
    service = ScriptedService(httpx.ReadError("reset"))
    parked = ParkedKey.model_validate(
        {
            "group": "jvtrack.inventory.deciders",
            "topic": "production.v1",
            "key": "lot:F-01:L-1",
            "cause": "contract",
            "error": "no part",
            "parked_at": "2026-11-23T10:00:00Z",
            "waiting": 1,
        }
    )

    async with a_client(service) as jvtrack:
        with pytest.raises(UnreachableError, match=r"inventory at http:.* did not answer"):
            await jvtrack.inventory.operations.discard(parked, "a test record")

    assert len(service.asked) == 1


async def test_an_answer_that_is_no_problem_json_is_told_by_its_status() -> None:
    service = ScriptedService(httpx.Response(502, text="<html>bad gateway</html>"))

    async with a_client(service) as jvtrack:
        with pytest.raises(ProblemError) as raised:
            await jvtrack.orders.get("7201YA6327A001-2026")

    assert raised.value.status == 502


async def test_an_answer_may_have_fields_that_this_client_does_not_know() -> None:
    service = ScriptedService(an_answer(an_order(colour="green"), 201))
    wanted = NewOrder(
        document_number="7201YA6327A001",
        ordered_by="D-01",
        part="MI17-SWASHPLATE",
        quantity=3,
        required_by=date(2026, 12, 20),
    )

    async with a_client(service) as jvtrack:
        order = await jvtrack.orders.place(wanted, wait_seconds=2)

    assert order.adds_up
    assert service.asked[0].url.params["wait"] == "2s"
    assert b"suffix" not in service.asked[0].content


def test_a_refusal_of_a_field_is_said_once() -> None:
    title = "An order cannot be required by a day that has passed."
    members = {"type": "urn:jvtrack:problem:required-by-past", "title": title, "status": 422}
    said = {"detail": "required_by: 2020-01-01", "errors": [{"field": "required_by", "message": title}]}

    problem = ProblemError.of_members({**members, **said})

    assert str(problem) == f"422 required-by-past: {title} required_by: 2020-01-01"
    assert [each.field for each in problem.errors] == ["required_by"]
