"""Many reports at once: every line gets one final answer, whatever happens on the way."""

from collections.abc import AsyncIterator

import httpx
import pytest

from jvtrack.client import Patience, Report, UnreachableError
from tests.unit.client.makers import QUICK, ScriptedService, a_client, a_problem, bodies, lines_of, some_reports

BEHIND = {"type": "urn:jvtrack:problem:catalogue-behind", "title": "Not yet.", "status": 409, "retry_after": 0}
INVALID = {"type": "urn:jvtrack:problem:request-invalid", "title": "No.", "status": 422}


def accepted(line: int) -> dict[str, object]:
    return {"line": line, "status": "accepted", "id": f"e-{line}"}


def refused(line: int, problem: dict[str, object]) -> dict[str, object]:
    return {"line": line, "status": "refused", "id": f"e-{line}", "problem": problem}


async def test_answers_come_line_by_line_and_the_sum_is_none_of_them() -> None:
    service = ScriptedService(
        lines_of([accepted(1), refused(2, INVALID), {"accepted": 1, "duplicate": 0, "refused": 1}])
    )

    async with a_client(service) as jvtrack:
        answers = [answer async for answer in jvtrack.production.post_many(some_reports(2))]

    assert [(answer.line, answer.status) for answer in answers] == [(1, "accepted"), (2, "refused")]
    assert answers[1].refusal is not None
    assert answers[1].refusal.slug == "request-invalid"


async def test_long_lists_go_in_several_bodies_under_one_numbering() -> None:
    service = ScriptedService(lines_of([accepted(1), accepted(2)]), lines_of([accepted(1)]))

    async with a_client(service) as jvtrack:
        answers = [answer async for answer in jvtrack.production.post_many(some_reports(3), lines_max=2)]

    assert bodies(service) == [["e-1", "e-2"], ["e-3"]]
    assert [answer.line for answer in answers] == [1, 2, 3]


async def test_reports_may_come_as_they_are_made() -> None:
    async def made() -> AsyncIterator[Report]:
        for report in some_reports(2):
            yield report

    service = ScriptedService(lines_of([accepted(1), accepted(2)]))

    async with a_client(service) as jvtrack:
        answers = [answer async for answer in jvtrack.production.post_many(made())]

    assert len(answers) == 2


async def test_a_line_refused_in_passing_is_sent_again_alone() -> None:
    service = ScriptedService(lines_of([accepted(1), refused(2, BEHIND), accepted(3)]), lines_of([accepted(1)]))

    async with a_client(service) as jvtrack:
        answers = [answer async for answer in jvtrack.production.post_many(some_reports(3))]

    assert bodies(service) == [["e-1", "e-2", "e-3"], ["e-2"]]
    assert [(answer.line, answer.status) for answer in answers] == [(1, "accepted"), (3, "accepted"), (2, "accepted")]


@pytest.mark.parametrize("failure", [httpx.ReadError("reset"), a_problem("database-away", 503)], ids=["death", "busy"])
async def test_lines_whose_answer_was_lost_are_sent_again(failure: httpx.Response | Exception) -> None:
    service = ScriptedService(lines_of([accepted(1)]), failure, lines_of([{**accepted(1), "status": "duplicate"}]))

    async with a_client(service) as jvtrack:
        answers = [answer async for answer in jvtrack.production.post_many(some_reports(2))]

    assert bodies(service) == [["e-1", "e-2"], ["e-2"], ["e-2"]]
    assert [(answer.line, answer.status) for answer in answers] == [(1, "accepted"), (2, "duplicate")]


async def test_when_patience_ends_a_line_keeps_its_last_refusal() -> None:
    service = ScriptedService(lines_of([refused(1, BEHIND)]))

    async with a_client(service, patience=Patience(0.05, 0.001, 0.01)) as jvtrack:
        answers = [answer async for answer in jvtrack.production.post_many(some_reports(1))]

    assert [answer.status for answer in answers] == ["refused"]


async def test_when_patience_ends_without_an_answer_it_is_raised() -> None:
    service = ScriptedService(httpx.ConnectError("refused"))

    async with a_client(service, patience=Patience(0.05, 0.001, 0.01)) as jvtrack:
        with pytest.raises(UnreachableError):
            _ = [answer async for answer in jvtrack.production.post_many(some_reports(1))]


def test_patience_of_these_tests_is_short() -> None:
    assert QUICK.seconds_max < 5
