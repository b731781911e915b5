"""What would become of promises and platforms if something happened, asked at the door; nothing is touched."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.events.production import LotDispatched, WorkOrderOpened
from shared.events.stock import DemandReserved
from tests.fixtures.days import today
from tests.integration.orders.fleet import register, say
from tests.integration.orders.house import PART, House, inventory_said, open_house, production_said, slug

STOP = {"kind": "stop", "site": "F-01", "days": 90}
OPENS = {
    "kind": "open",
    "part": PART,
    "site": "JV-1",
    "opens_on": str(today() + timedelta(days=10)),
    "lead_time_days": 40,
}


async def short(house: House, *, quantity: int = 5, **changes: Any) -> str:
    """Place an order that no stock fills; it is sourced if somebody may be asked."""
    order_id = await house.place(quantity=quantity, **changes)
    part = changes.get("part", PART)
    await house.ear.hear(inventory_said(order_id, DemandReserved, quantity=quantity).model_copy(update={"part": part}))
    return order_id


async def ask(house: House, *supposed: dict[str, Any], role: str = "planner", **query: Any) -> httpx.Response:
    """Ask what would become of all that if this happened."""
    return await put(house, {"suppositions": list(supposed)}, role=role, **query)


async def put(house: House, body: Any, *, role: str = "planner", nation: str = "IND", **query: Any) -> httpx.Response:
    headers = house.bearer(role, nation=nation)
    return await house.door.post("/v1/what-if", json=body, headers=headers, params=query)


async def scenario(house: House, *supposed: dict[str, Any], **query: Any) -> Any:
    answer = await ask(house, *supposed, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()["scenarios"]["supposed"]


def in_days(days: int) -> str:
    return str(today() + timedelta(days=days))


def a_dispatch(work_order: str, quantity: int) -> LotDispatched:
    return LotDispatched(
        lot=f"F-01:L-{work_order}",
        part=PART,
        factory="F-01",
        work_order=work_order,
        shipment=f"F-01:S-{work_order}",
        depot="D-01",
        quantity=quantity,
    )


async def test_a_planner_sees_which_promises_and_platforms_a_stop_moves(house: House) -> None:
    await house.approve("F-01", lead_time_days=30)
    await register(house, "ZP-1")
    await say(house, "down", "ZP-1")
    order_id = await short(house, platform="MI-17V-5", tail_number="ZP-1")
    other = await short(house, part="WASHER")

    found = await scenario(house, STOP)

    assert found["promises"] == {"later": 1, "earlier": 0, "days_later": 90, "days_earlier": 0}
    assert found["platforms"] == {"later": 1, "earlier": 0, "days_later": 90, "days_earlier": 0}
    (moved,) = found["moved"]
    assert (moved["order_id"], moved["before"], moved["after"]) == (order_id, in_days(30), in_days(120))
    assert (moved["sources_after"], moved["why"]) == (["F-01"], "F-01 stops for 90 days")
    assert [(each["tail_number"], each["days_down_before"], each["days_down_after"]) for each in found["releases"]] == [
        ("ZP-1", 30, 120)
    ]
    assert (found["unsourced_total"], (await house.order(other))["state"]) == (0, "open")


async def test_a_question_changes_nothing(house: House) -> None:
    await house.approve("F-01", capacity_per_week=2)
    order_id = await short(house)
    before = await everything(house)

    growth = {"kind": "demand", "factor": "2"}
    rejection = {"kind": "reject", "work_order": f"{order_id}-W1", "quantity": 2}
    capacity = {"kind": "capacity", "site": "F-01", "percent": 50}
    first = await ask(house, STOP, OPENS, growth, rejection, capacity)
    again = await ask(house, STOP, OPENS, growth, rejection, capacity)

    assert (first.status_code, first.json()) == (200, again.json())
    assert await everything(house) == before


async def everything(house: House) -> dict[str, list[str]]:
    """Read every row of every table."""
    tables = await house.owner.fetch(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    return {
        row["name"]: [each[0] for each in await house.owner.fetch(f"SELECT t::text FROM {row['name']} t ORDER BY 1")]  # noqa: S608  # names of the database itself
        for row in tables
    }


async def test_two_scenarios_stand_side_by_side(house: House) -> None:
    await house.approve("F-01", lead_time_days=30)
    order_id = await short(house)

    answer = await put(house, {"scenarios": {"stops": [STOP], "JV helps": [STOP, OPENS]}})

    scenarios = answer.json()["scenarios"]
    assert {name: each["promises"]["days_later"] for name, each in scenarios.items()} == {"stops": 90, "JV helps": 20}
    (moved,) = scenarios["JV helps"]["moved"]
    assert (moved["order_id"], moved["sources_before"], moved["sources_after"]) == (order_id, ["F-01"], ["JV-1"])


async def test_what_is_rejected_may_leave_a_line_without_a_source(house: House) -> None:
    await house.approve("F-01", lead_time_days=30)
    order_id = await short(house)
    await house.approve("F-01", lead_time_days=30, approved=False, approved_on=None)

    found = await scenario(house, {"kind": "reject", "work_order": f"{order_id}-W1", "quantity": 3})

    assert (found["unsourced_total"], [(each["order_id"], each["open"]) for each in found["unsourced"]]) == (
        1,
        [(order_id, 3)],
    )
    assert found["moved"][0]["after"] is None


async def test_the_day_that_a_source_has_told_is_the_day_that_moves(house: House) -> None:
    await house.approve("F-01", lead_time_days=30)
    order_id = await short(house)
    await house.ear.hear(production_said(order_id, WorkOrderOpened, due=today() + timedelta(days=44)))

    found = await scenario(house, STOP)

    assert [(each["before"], each["after"]) for each in found["moved"]] == [(in_days(44), in_days(134))]


async def test_what_is_on_the_road_comes_though_its_source_stops(house: House) -> None:
    await house.approve("F-01", lead_time_days=30)
    order_id = await short(house)

    late = await scenario(house, STOP)
    await house.ear.hear(a_dispatch(f"{order_id}-W1", 5))
    sent = await scenario(house, STOP)

    assert [each["order_id"] for each in late["moved"]] == [order_id]
    assert sent["moved"] == []


async def test_an_answer_lists_and_counts_what_is_asked_for(house: House) -> None:
    await house.approve("F-01")
    await house.approve("F-01", part="BEARING")
    await register(house, "T-1", platform="T-90")
    await say(house, "down", "T-1", platform="T-90")
    await short(house)
    bearing = await short(house, part="BEARING", platform="T-90", tail_number="T-1")

    by_part = await scenario(house, STOP, part="BEARING")
    by_platform = await scenario(house, STOP, platform="T-90")
    others = await scenario(house, STOP, part=PART)

    assert [each["order_id"] for each in by_part["moved"]] == [bearing]
    assert by_part == by_platform
    assert (others["promises"]["later"], others["platforms"]["later"]) == (1, 0)


async def test_only_the_worst_is_listed_and_all_is_counted(made: ServiceDatabase, tmp_path: Path) -> None:
    async with open_house(made, tmp_path, what_if_shown_max=2) as house:
        await house.approve("F-01")
        for _ in range(3):
            await short(house)

        found = await scenario(house, STOP)

    assert (found["promises"]["later"], len(found["moved"])) == (3, 2)


@pytest.mark.parametrize("bound", ["what_if_lines_max", "release_tails_max"])
async def test_more_than_one_question_can_look_at_is_refused(made: ServiceDatabase, tmp_path: Path, bound: str) -> None:
    async with open_house(made, tmp_path, **{bound: 1}) as house:
        for tail in ("ZP-1", "ZP-2"):
            await register(house, tail)
            await say(house, "down", tail)
            await short(house)

        answer = await ask(house, STOP)

    assert (answer.status_code, slug(answer)) == (413, "too-much-open")


async def test_a_partner_is_told_of_his_own_orders_alone(house: House) -> None:
    await house.approve("F-01")
    await short(house)

    answer = await put(house, {"suppositions": [STOP]}, nation="RUS")

    assert (answer.status_code, answer.json()["lines"]) == (200, 0)


@pytest.mark.parametrize(
    ("role", "status"), [("procurement", 200), ("operator", 200), ("auditor", 200), ("depot", 403)]
)
async def test_who_sees_where_parts_come_from_may_ask(house: House, role: str, status: int) -> None:
    assert (await ask(house, STOP, role=role)).status_code == status


@pytest.mark.parametrize(
    ("supposed", "field"),
    [
        ({**STOP, "site": "F-77"}, "site"),
        ({**STOP, "site": "D-01"}, "site"),
        ({**OPENS, "site": "D-01"}, "site"),
        ({**OPENS, "part": "NOTHING"}, "part"),
        ({**OPENS, "opens_on": str(today() - timedelta(days=1))}, "opens_on"),
        ({**OPENS, "opens_on": "9999-12-31"}, "opens_on"),
        ({"kind": "demand", "factor": "2", "part": "NOTHING"}, "part"),
        ({"kind": "reject", "work_order": "7201YA6327A001-2026-W1", "quantity": 1}, "work_order"),
    ],
    ids=str,
)
async def test_what_is_supposed_of_nothing_is_refused(house: House, supposed: dict[str, Any], field: str) -> None:
    answer = await put(house, {"scenarios": {"one": [{"kind": "demand", "factor": "2"}, supposed]}})

    assert (answer.status_code, slug(answer)) == (422, "supposition-invalid")
    assert [each["field"] for each in answer.json()["errors"]] == [f"scenarios.one[1].{field}"]


async def test_more_cannot_be_rejected_than_will_come(house: House) -> None:
    await house.approve("F-01")
    order_id = await short(house)

    answer = await ask(house, {"kind": "reject", "work_order": f"{order_id}-W1", "quantity": 6})

    assert answer.json()["errors"] == [
        {"field": "suppositions[0].quantity", "message": "the work order will bring only 5"}
    ]


async def test_the_same_is_supposed_once(house: House) -> None:
    answer = await ask(house, STOP, {**STOP, "days": 5})

    assert [each["field"] for each in answer.json()["errors"]] == ["suppositions[1].kind"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"suppositions": []}, "suppositions"),
        ({"suppositions": [STOP], "scenarios": {"one": [STOP]}}, "body"),
        ({"scenarios": {str(number): [STOP] for number in range(5)}}, "scenarios"),
        ({"suppositions": [{**STOP, "days": 0}]}, "suppositions[0].days"),
        ({"suppositions": [{**STOP, "days": -1}]}, "suppositions[0].days"),
        ({"suppositions": [{"kind": "capacity", "site": "F-01", "percent": 0}]}, "suppositions[0].percent"),
        ({"suppositions": [{"kind": "capacity", "site": "F-01", "percent": 1001}]}, "suppositions[0].percent"),
        ({"suppositions": [{"kind": "demand", "factor": "0"}]}, "suppositions[0].factor"),
        ({"suppositions": [{"kind": "demand", "factor": "0.001"}]}, "suppositions[0].factor"),
        ({"suppositions": [{**OPENS, "unit_cost": "5.00"}]}, "suppositions[0].currency"),
        ({"suppositions": [{"kind": "miracle"}]}, "suppositions[0]"),
    ],
    ids=str,
)
async def test_what_does_not_fit_its_form_is_refused(house: House, body: Any, field: str) -> None:
    answer = await put(house, body)

    assert (answer.status_code, slug(answer)) == (422, "request-invalid")
    assert [each["field"] for each in answer.json()["errors"]] == [field]
