"""Files of orders: placed whole or not at all, recognised when they come again, exported and taken again."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.events.stock import DemandReserved
from tests.fixtures.days import today
from tests.integration.orders.fleet import register
from tests.integration.orders.house import PART, House, inventory_said, slug

CSV = {"Content-Type": "text/csv"}
SOON = str(today() + timedelta(days=30))
YESTERDAY = str(today() - timedelta(days=1))


def number(serial: int, day: Any = None) -> str:
    placed = day or today()
    return f"7201YA{placed.year % 10}{placed:%j}{serial:04d}"


def a_line(serial: int = 1, **changes: Any) -> dict[str, Any]:
    line = {
        "document_number": number(serial),
        "ordered_by": "D-01",
        "part": PART,
        "quantity": 5,
        "urgency": "C",
        "required_by": SOON,
    }
    return {**line, **changes}


def as_csv(*lines: dict[str, Any]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(dict.fromkeys(name for line in lines for name in line)))
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue()


async def imported(
    house: House, content: str, *, role: str = "depot", site: str | None = "D-01", scope: str = "", **query: Any
) -> httpx.Response:
    return await house.send(
        "POST", "/v1/orders/import", role=role, site=site, scope=scope, content=content, headers=CSV, params=query
    )


async def listed(house: House) -> list[dict[str, Any]]:
    answer = await house.send("GET", "/v1/orders", role="operator", site=None)
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_file_of_orders_is_checked_then_placed_and_the_same_again(house: House) -> None:
    content = as_csv(a_line(1), a_line(2, quantity=3))

    dry = await imported(house, content, dry_run=True)
    untouched = await listed(house)
    first = await imported(house, content)
    again = await imported(house, content)

    assert (dry.status_code, dry.json()["dry_run"], untouched) == (200, True, [])
    assert [each.json()["lines"] for each in (first, again)] == [2, 2]
    assert [(each["quantity"], each["placed_by"]) for each in await listed(house)] == [
        (5, "depot@D-01"),
        (3, "depot@D-01"),
    ]
    assert await house.told_of(f"{number(2)}-{today().year}") == ["order-placed"]
    assert await house.owner.fetchval("SELECT count(*) FROM import_line") == 0


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"document_number": "7201YA6999A001"}, "document_number", "14 characters"),
        ({"document_number": f"7201YA{(today().year - 3) % 10}001A001"}, "document_number", "more than a year ago"),
        ({"quantity": 0}, "quantity", "greater than 0"),
        ({"quantity": -4}, "quantity", "valid integer"),
        ({"quantity": "1.5"}, "quantity", "valid integer"),
        ({"quantity": 10**15}, "quantity", "less than or equal"),
        ({"quantity": 100_001}, "quantity", "more than any order holds"),
        ({"required_by": YESTERDAY}, "required_by", "has passed"),
        ({"required_by": "31.12.2026"}, "required_by", "a day is written"),
        ({"urgency": "A"}, "urgency", "needs an approver"),
        ({"urgency": "D"}, "urgency", "'A', 'B' or 'C'"),
        ({"conditions": "A;F"}, "conditions", "A, B and C only"),
        ({"references": "246-3922"}, "references", "MAKER/NUMBER/REVISION"),
        ({"references": "S1KH4/246-3922/04"}, "references", "no such reference"),
        ({"platform": "T-90"}, "platform", "does not fit"),
        ({"tail_number": "ZP-1"}, "platform", "name the platform"),
        ({"site": "F-01"}, "site", "Only a depot"),
        ({"ordered_by": "D-02"}, "ordered_by", "not yours"),
        ({"placed_on": "2999-01-01", "required_by": "2999-02-01"}, "document_number", "more than a year ago"),
        ({"placed_on": str(today() + timedelta(days=2))}, "placed_on", "today or before"),
        ({"promised_for": SOON}, "promised_for", "needs placed_on"),
        ({"placed_on": YESTERDAY, "promised_for": "2020-01-01"}, "promised_for", "before placed_on"),
        ({"placed_on": YESTERDAY, "promised_for": "9999-12-31"}, "promised_for", "days after placed_on"),
        ({"required_by": "9999-12-31"}, "required_by", "further ahead"),
    ],
    ids=str,
)
async def test_one_bad_line_is_named_with_its_field_and_nothing_is_placed(
    house: House, change: dict[str, Any], field: str, said: str
) -> None:
    content = as_csv(a_line(1), a_line(2, **change))

    answers = [await imported(house, content), await imported(house, content, dry_run=True)]

    assert [(answer.status_code, slug(answer)) for answer in answers] == [(422, "import-invalid")] * 2
    (error,) = answers[0].json()["errors"]
    assert (error["line"], error["field"]) == (3, f"line 3: {field}")
    assert said in error["message"]
    assert await listed(house) == []


@pytest.mark.parametrize(("change", "field"), [({"part": "NOWHERE"}, "part"), ({"site": "D-77"}, "site")])
async def test_a_line_of_what_the_catalogue_has_not_heard_of_is_worth_another_try(
    house: House, change: dict[str, Any], field: str
) -> None:
    answer = await imported(house, as_csv(a_line(1), a_line(2, **change)))

    assert (answer.status_code, slug(answer)) == (409, "catalogue-behind")
    assert answer.json()["errors"][0]["field"] == f"line 3: {field}"
    assert await listed(house) == []


async def test_a_number_twice_in_a_file_or_used_for_another_order_is_refused(house: House) -> None:
    await imported(house, as_csv(a_line(1)))

    twice = await imported(house, as_csv(a_line(2), a_line(2, suffix="A"), a_line(2)))
    reused = await imported(house, as_csv(a_line(3), a_line(1, quantity=6)))

    assert twice.json()["errors"][0]["message"] == "is on line 2 already"
    assert (reused.status_code, reused.json()["errors"][0]["field"]) == (422, "line 3: document_number")
    assert len(await listed(house)) == 1


async def test_every_bad_line_is_named_whether_its_form_its_part_or_its_day_is_wrong(house: House) -> None:
    lines = [a_line(1), a_line(2, quantity=0), a_line(3, part="NOWHERE"), a_line(4, required_by=YESTERDAY)]

    answer = await imported(house, as_csv(*lines))

    assert (answer.status_code, answer.json()["detail"]) == (422, "3 errors in 4 lines")
    fields = [error["field"] for error in answer.json()["errors"]]
    assert fields == ["line 3: quantity", "line 4: part", "line 5: required_by"]
    assert await listed(house) == []


async def test_an_order_of_earlier_books_keeps_its_day_and_may_be_overdue(house: House) -> None:
    day = today() - timedelta(days=900)
    line = a_line(placed_on=str(day), required_by=str(day + timedelta(days=60)), document_number=number(7, day))

    done = await imported(house, as_csv(line))

    (order,) = await listed(house)
    assert done.status_code == 200
    assert (order["order_id"], order["placed_at"][:10]) == (f"{number(7, day)}-{day.year}", str(day))


async def test_what_was_promised_in_earlier_books_stays_the_first_promise_for_ever(house: House) -> None:
    day = today() - timedelta(days=40)
    promised = str(day + timedelta(days=30))
    line = a_line(placed_on=str(day), promised_for=promised, document_number=number(7, day))
    order_id = f"{number(7, day)}-{day.year}"

    for _ in range(2):
        assert (await imported(house, as_csv(line))).status_code == 200
    before = await house.order(order_id)
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))
    after = await house.order(order_id)

    assert (before["promised_for"], before["promise_reason"]) == (promised, "as promised in earlier books")
    assert (before["first_promised_for"], before["version"]) == (promised, 2)
    assert (after["promised_for"], after["promise_reason"], after["first_promised_for"]) == (
        str(today()),
        "in stock",
        promised,
    )
    assert [each["promised_for"] for each in after["promises"]] == [promised, str(today())]
    assert await house.told_of(order_id) == ["order-placed", "order-promised", "order-promised"]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_another_first_promise_of_an_order_placed_before_is_refused(house: House, *, dry_run: bool) -> None:
    day = today() - timedelta(days=40)
    line = a_line(placed_on=str(day), promised_for=str(day + timedelta(days=30)), document_number=number(7, day))
    await imported(house, as_csv(line))

    other = await imported(house, as_csv({**line, "promised_for": str(day + timedelta(days=31))}), dry_run=dry_run)

    (error,) = other.json()["errors"]
    assert (other.status_code, error["field"]) == (422, "line 2: promised_for")
    assert "kept for ever" in error["message"]


async def test_an_approver_imports_urgent_orders_and_stands_with_them(house: House) -> None:
    done = await imported(house, as_csv(a_line(urgency="A")), scope="approve-urgency")

    assert done.status_code == 200
    assert [(each["urgency"], each["approved_by"]) for each in await listed(house)] == [("A", "depot@D-01")]


async def test_what_was_exported_is_the_same_where_it_is_and_elsewhere(house: House) -> None:
    await register(house, "ZP-1")
    lines = [
        a_line(1, urgency="B", platform="MI-17V-5", tail_number="ZP-1"),
        a_line(2, suffix="B", conditions=["A", "B"], partial=False),
        a_line(3, site="D-02"),
    ]
    content = json.dumps(lines)
    headers = {"Content-Type": "application/json"}
    await house.send("POST", "/v1/orders/import", content=content, headers=headers)
    changed = {"urgency": "A", "required_by": str(today() + timedelta(days=9)), "reason": "Grounded."}
    await house.send("PATCH", f"/v1/orders/{number(1)}-{today().year}", json=changed)
    emergency = {"kind": "emergency-use", "reason": "Grounded."}
    await house.send(
        "POST", f"/v1/orders/{number(3)}-{today().year}/expedite", json=emergency, headers={"Idempotency-Key": "n"}
    )
    before = [exported(each) for each in await listed(house)]

    here = await house.send("POST", "/v1/orders/import", content=json.dumps(before), headers=headers)
    facts = await house.owner.fetchval("SELECT count(*) FROM event_log")
    await house.owner.execute("TRUNCATE orders, event_log, outbox_pending CASCADE")
    there = await house.send("POST", "/v1/orders/import", content=json.dumps(before), headers=headers)

    assert (here.status_code, facts, there.status_code) == (200, 7, 200), (here.text, there.text)
    assert [exported(each) for each in await listed(house)] == before


async def test_an_export_of_what_is_still_wanted_is_the_same_order_and_any_other_amount_is_not(house: House) -> None:
    await imported(house, as_csv(a_line(1, quantity=5)))
    await house.send("PATCH", f"/v1/orders/{number(1)}-{today().year}", json={"quantity": 4, "reason": "Found."})
    facts = await house.owner.fetchval("SELECT count(*) FROM event_log")

    answers = [(await imported(house, as_csv(a_line(1, quantity=quantity)))).status_code for quantity in (5, 4, 3)]

    assert answers == [200, 200, 422]
    assert await house.owner.fetchval("SELECT count(*) FROM event_log") == facts


def exported(order: dict[str, Any]) -> dict[str, Any]:
    names = (*a_line(), "site", "partial", "conditions", "platform", "tail_number")
    said = {name: order[name] for name in names if order[name] is not None}
    said["conditions"] = [each for each in order["conditions"] if each != "N"]
    suffix = order["order_id"][20:]
    books = {"placed_on": order["placed_at"][:10], "promised_for": order["first_promised_for"]}
    return {**said, **books, **({"suffix": suffix} if suffix else {})}


async def test_imported_orders_are_ordinary_orders(house: House) -> None:
    await imported(house, as_csv(a_line(1)))
    order_id = f"{number(1)}-{today().year}"

    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))

    assert (await house.order(order_id))["state"] == "reserved"


@pytest.mark.parametrize(("role", "site"), [("planner", None), ("auditor", None), ("factory", "F-01")])
async def test_who_may_not_order_may_not_import_orders(house: House, role: str, site: str | None) -> None:
    assert (await imported(house, as_csv(a_line(1)), role=role, site=site)).status_code == 403
