"""The figures of demand are what they would be counted anew from what inventory has said."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared import clock
from shared.events.envelope import Event
from tests.integration.orders.histories import History, Word, a_history, counted
from tests.integration.orders.house import PART, House, slug

WATCHING: dict[str, Any] = {"role": "operator", "site": None}


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let it be another moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        yield


async def hear(house: House, at: datetime, *facts: Event) -> None:
    with clock_at(at):
        await house.ear.hear(*facts)


async def live(house: House, history: History) -> History:
    """Let an order have this history; gives it with what was first promised."""
    await house.owner.execute(
        "UPDATE orders SET placed_at = $2 WHERE order_id = $1", history.order_id, history.placed_at
    )
    for word in history.words:
        await hear(house, word.at, word.fact(history.order_id))
    first = (await house.order(history.order_id))["first_promised_for"]
    return replace(history, first_promised_for=date.fromisoformat(first) if first else None)


async def show(house: House, **asked: Any) -> list[dict[str, Any]]:
    answer = await house.send("GET", "/v1/figures", params=asked, **WATCHING)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def behind(house: House, counted: str, **asked: Any) -> list[dict[str, Any]]:
    answer = await house.send("GET", "/v1/figures/orders", params={"counted": counted, **asked}, **WATCHING)
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()
    return lines


@pytest_asyncio.fixture(loop_scope="session")
async def past(house: House) -> list[History]:
    """Let two dozen orders have random histories over five months, among them one filled at once and one late."""
    chance = random.Random(5)
    await house.approve(lead_time_days=4)
    now = clock.now()
    made_up = [a_history(chance, await house.place(), now) for _ in range(22)]
    begun = [now - timedelta(days=days) for days in (80, 40, 20, 19)]
    filled = History(await house.place(), begun[0], (Word(begun[0], 5, 0), Word(begun[1], 0, 5)))
    late = History(await house.place(), begun[0], (Word(begun[0], 1, 0), Word(begun[2], 5, 0), Word(begun[3], 0, 5)))
    return [await live(house, each) for each in (*made_up, filled, late)]


async def test_figures_of_random_histories_equal_those_counted_anew(house: House, past: list[History]) -> None:
    now = clock.now()
    today = now.date()
    periods = [(today - timedelta(days=days), today - timedelta(days=days // 3)) for days in (200, 90, 30, 3, 0)]

    with clock_at(now):
        found = [await show(house, **{"from": str(first), "to": str(last)}) for first, last in periods]

    assert found == [[counted(past, first, last, now)] for first, last in periods]
    assert any(row["fill"]["filled"] for (row,) in found)
    assert any(row["promises"]["late"] for (row,) in found)


async def test_an_order_for_a_depots_own_shelf_is_nobodys_wait_and_counts_for_no_figure(
    house: House, past: list[History]
) -> None:
    now = clock.now()
    first, last = now.date() - timedelta(days=200), now.date()
    await house.owner.execute("UPDATE orders SET for_stock = true WHERE order_id = $1", past[-1].order_id)

    with clock_at(now):
        found = await show(house, **{"from": str(first), "to": str(last)})

    assert found == [counted(past[:-1], first, last, now)]


async def test_figures_by_month_cut_backorders_where_a_month_ends(house: House, past: list[History]) -> None:
    now = clock.now()
    last = now.date()
    first = last - timedelta(days=200)

    with clock_at(now):
        rows = await show(house, by="month", **{"from": str(first), "to": str(last)})

    months = {row.pop("month"): row for row in rows}
    assert list(months) == sorted(months)
    for month, row in months.items():
        begin = date.fromisoformat(f"{month}-01")
        end = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        assert row == counted(past, max(begin, first), min(end, last), now), month


async def test_each_figure_leads_to_the_orders_that_it_counts(house: House, past: list[History]) -> None:
    ((row),) = await show(house)
    counts = {
        **{name: row["fill"][name] for name in ("asked", "filled", "short", "pending", "withdrawn")},
        "backordered": row["backorders"]["orders"],
        "received": row["receipt"]["orders"],
        "due": row["promises"]["due"],
        "on-time": row["promises"]["on_time"],
        "late": row["promises"]["late"],
    }

    lines = {name: await behind(house, name) for name in counts}

    assert {name: len(found) for name, found in lines.items()} == counts
    assert all(line["slip_days"] > 0 for line in lines["late"])
    assert all(line["slip_days"] is None or line["slip_days"] > 0 for line in lines["asked"] if line["met_at"] is None)
    assert all((line["receipt_days"] is None) == (line["received_at"] is None) for line in lines["asked"])
    assert sum(line["backorder_days"] for line in lines["backordered"]) == pytest.approx(
        row["backorders"]["days"], abs=0.5
    )
    stretches = {each.order_id: len(each.stretches) for each in past}
    assert {line["order_id"]: line["backorders"] for line in lines["asked"]} == stretches


async def test_figures_are_shown_apart_by_what_is_asked_for_and_page_by_page(house: House) -> None:
    for part, urgency in ((PART, "A"), (PART, "C"), ("GEARBOX", "C"), ("WASHER", "C")):
        await house.place(part=part, urgency=urgency)

    by_part = await show(house, by="priority,part")
    page = await house.send("GET", "/v1/figures", params={"by": "part,priority", "limit": 3}, **WATCHING)
    rest = await house.send("GET", page.headers["Link"][1:].partition(">")[0], **WATCHING)
    platform = await show(house, by="platform", platform="MI-17V-5")

    groups = [(row["part"], row["priority"], row["fill"]["asked"]) for row in by_part]
    assert groups == [("GEARBOX", 15, 1), (PART, 8, 1), (PART, 15, 1), ("WASHER", 15, 1)]
    assert page.json()["rows"] + rest.json()["rows"] == by_part
    assert [(row["platform"], row["fill"]["asked"]) for row in platform] == [("none", 3)]


async def test_an_order_answered_before_fulfilments_were_kept_counts_for_nothing(house: House) -> None:
    order_id = await house.place()
    await house.ear.hear(Word(clock.now(), 2, 0).fact(order_id))
    await house.owner.execute("UPDATE orders SET answered_at = NULL, heard_at = NULL, short_since = NULL")
    await house.owner.execute("DELETE FROM backorder")

    await house.ear.hear(Word(clock.now(), 5, 0).fact(order_id))

    ((row),) = await show(house)
    assert row["fill"]["asked"] == 0
    assert (await house.order(order_id))["reserved"] == 5


@pytest.mark.parametrize(
    ("role", "site", "nation", "asked"),
    [
        ("depot", "D-01", "IND", 1),
        ("depot", "D-02", "IND", 2),
        ("planner", None, "IND", 3),
        ("auditor", None, "IND", 3),
        ("planner", None, "RUS", 0),
        ("operator", None, "RUS", 0),
    ],
)
async def test_figures_count_what_their_reader_may_see(
    house: House, role: str, site: str | None, nation: str, asked: int
) -> None:
    for depot in ("D-01", "D-02", "D-02"):
        await house.send("POST", "/v1/orders", site=depot, json=house.body(ordered_by=depot))
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    figures = (await house.door.get("/v1/figures", headers=headers)).json()
    lines = (await house.door.get("/v1/figures/orders", params={"counted": "asked"}, headers=headers)).json()

    assert figures["rows"][0]["fill"]["asked"] == len(lines) == asked


async def test_a_factory_sees_no_figures_of_demand(house: House) -> None:
    answers = [
        await house.send("GET", path, role="factory", site="F-01")
        for path in ("/v1/figures", "/v1/figures/orders?counted=late")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize(
    ("query", "field", "problem"),
    [
        ({"by": "week"}, "by", "request-invalid"),
        ({"by": "month,"}, "by", "request-invalid"),
        ({"from": "2026-13-01"}, "from", "request-invalid"),
        ({"to": "0001-01-01"}, "to", "request-invalid"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from", "request-invalid"),
        ({"from": "1990-01-01"}, "days_max", "period-too-long"),
        ({"since": "2026-01-01"}, "since", "request-invalid"),
        ({"cursor": "WyJ4Il0", "by": "part,site"}, "cursor", "cursor-malformed"),
        ({"part": "a part"}, "part", "request-invalid"),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_name(
    house: House, query: dict[str, str], field: str, problem: str
) -> None:
    answer = await house.send("GET", "/v1/figures", params=query, **WATCHING)

    assert (answer.status_code, slug(answer)) == (422, problem)
    assert field in answer.text


async def test_days_are_those_of_utc(house: House) -> None:
    order_id = await house.place()
    midnight = datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=UTC)
    await live(house, History(order_id, midnight, (Word(midnight, 5, 0), Word(midnight + timedelta(seconds=1), 0, 5))))

    rows = {row["month"]: row for row in await show(house, by="month")}

    assert (rows["2026-10"]["fill"]["filled"], rows["2026-10"]["receipt"]["orders"]) == (1, 0)
    assert rows["2026-11"]["receipt"] == {"orders": 1, "days_median": 1, "days_p95": 1}
