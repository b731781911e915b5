"""What comes late, twice or out of order ends as if it had come once and in order."""

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from jvtrack.client import Numbering, ProblemError, Report, StockQuery
from shared import clock
from shared.events.factory import (
    FactoryFact,
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotScrapped,
    FactoryLotStarted,
)
from shared.types import ScrapStage
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import facts, members

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOTS = 400
SEED = 20261123
STATE = {"status", "started", "inspected_passed", "inspected_failed", "finished", "scrapped_finished", "dispatched"}


async def test_two_thousand_events_shuffled_and_repeated_end_as_if_they_had_come_in_order(trade: Trade) -> None:
    dice = random.Random(SEED)
    calm, wild = trade.part(), trade.part()
    in_order = [Report("F-04", fact) for lot in range(LOTS) for fact in a_life(calm, lot)]
    shuffled = [Report("F-04", fact) for lot in range(LOTS) for fact in a_life(wild, lot)]
    shuffled += dice.sample(shuffled, len(shuffled) // 10)
    dice.shuffle(shuffled)

    first = [answer.status async for answer in trade.acting("factory", "F-04").production.post_many(in_order)]
    second = [answer.status async for answer in trade.acting("factory", "F-04").production.post_many(shuffled)]

    await trade.quiet()
    assert (first.count("accepted"), len(first)) == (5 * LOTS, 5 * LOTS)
    assert (second.count("accepted"), second.count("duplicate")) == (5 * LOTS, 5 * LOTS // 10)
    assert await lots_of(trade, wild) == await lots_of(trade, calm)
    assert await stock_of(trade, wild) == await stock_of(trade, calm)


async def test_each_line_of_many_gets_its_own_answer_with_its_number(trade: Trade) -> None:
    part = trade.part()
    good = Report("F-01", FactoryLotStarted(lot=f"L-{part}", part=part, quantity=1)).json()
    lines = [
        good,
        b"{",
        b"",
        good,
        good.replace(b'"quantity":1', b'"quantity":0'),
        good.replace(b'"quantity":1', b'"quantity":2'),
        good.replace(part.encode(), b"NO-SUCH"),
        Report("F-02", FactoryLotStarted(lot="L-1", part=part, quantity=1)).json(),
        b'{"pad":"' + b"x" * 600_000 + b'"}',
        b"\xff",
        Report("F-01", FactoryLotFinished(lot=f"L-{part}", part=part, quantity=1)).json(),
    ]

    answers = await post_lines(trade, lines)

    assert [(each["line"], each["status"], slug_of(each)) for each in answers[:-1]] == [
        (1, "accepted", None),
        (2, "refused", "body-unreadable"),
        (4, "duplicate", None),
        (5, "refused", "request-invalid"),
        (6, "refused", "event-id-reused"),
        (7, "refused", "catalogue-behind"),
        (8, "refused", "site-forbidden"),
        (9, "refused", "event-too-large"),
        (10, "refused", "body-unreadable"),
        (11, "accepted", None),
    ]
    assert answers[-1] == {"accepted": 2, "duplicate": 1, "refused": 7}


async def test_a_line_that_the_catalogue_is_behind_for_says_when_to_send_it_again(trade: Trade) -> None:
    unknown = Report("F-01", FactoryLotStarted(lot="L-1", part="NO-SUCH", quantity=1))

    refused, _ = await post_lines(trade, [unknown.json()])

    assert slug_of(refused) == "catalogue-behind"
    assert refused["problem"]["retry_after"] > 0


async def test_an_event_posted_again_is_recognised_and_answered_as_it_was(trade: Trade) -> None:
    part = trade.part()
    factory = trade.acting("factory", "F-01")
    report = Report("F-01", FactoryLotStarted(lot=f"L-{part}", part=part, quantity=1))
    first = await factory.production.post(report)
    before = await facts(trade.system, "production")

    again = await factory.production.post(report)

    assert (first.status, again.status) == ("accepted", "duplicate")
    assert (again.event_id, again.version) == (first.event_id, first.version)
    assert await facts(trade.system, "production") == before


async def test_an_order_placed_again_is_the_same_order(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 5))
    depot, order = trade.acting("depot", "D-01"), trade.an_order(part, 2)

    first, again = await depot.orders.place(order), await depot.orders.place(order)

    await trade.quiet()
    assert first.order_id == again.order_id
    assert (await trade.shelf(part, "D-01")).reserved == 2


async def test_a_dispatch_that_is_heard_before_its_finish_is_marked_and_evens_out(trade: Trade) -> None:
    part = trade.part()
    about: dict[str, Any] = {"lot": f"L-{part}", "part": part}
    dispatched = FactoryLotDispatched(**about, shipment=f"S-{part}", depot="D-01", quantity=4)
    await trade.reported("F-01", dispatched)
    await trade.quiet()
    early = await trade.shelf(part, "D-01")

    await trade.reported("F-01", FactoryLotFinished(**about, quantity=4))

    await trade.quiet()
    lot = await trade.acting("factory", "F-01").production.lot(f"F-01:L-{part}")
    assert (early.in_transit, lot.history[0].out_of_order) == (4, True)
    assert (await trade.shelf(part, "F-01")).produced == 0
    assert await trade.connection.inventory.discrepancies(part=part).all() == []


async def test_a_clock_that_is_days_off_is_kept_and_flagged(trade: Trade) -> None:
    part = trade.part()
    then = clock.now() - timedelta(days=9)
    started = FactoryLotStarted(lot=f"L-{part}", part=part, quantity=1)

    await trade.acting("factory", "F-01").production.post(Report("F-01", started, time=then))

    token = trade.system.token("factory", "F-01")
    shown = members(await trade.doors.ask("production", "GET", f"/v1/lots/F-01:L-{part}", token=token))
    (entry,) = shown["history"]
    assert entry["clock_suspect"] is True
    assert entry["occurred_at"].startswith(then.date().isoformat())


async def test_a_sender_that_numbers_its_events_can_ask_which_are_missing(trade: Trade) -> None:
    part = trade.part()
    factory, source = trade.acting("factory", "F-01"), f"/F-01/line-{part}"
    numbering = Numbering(source)
    reports = [numbering.report(FactoryLotStarted(lot=f"L-{part}-{n}", part=part, quantity=1)) for n in range(1, 11)]

    for report in (reports[9], *reports[:3], reports[6], reports[0]):
        await factory.production.post(report)
    gaps = await factory.production.gaps(source)

    assert [(gap.first, gap.last) for gap in gaps.gaps] == [(4, 6), (8, 9)]
    assert (gaps.missing, gaps.events, gaps.duplicates) == (5, 5, 1)


async def test_everything_told_once_more_changes_nothing(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 6))
    order = await trade.placed(part, 4)
    await trade.dispatched(part, 3, depot="D-01")
    await trade.quiet()
    services = ("orders", "production", "inventory")
    before = [await facts(trade.system, service) for service in services]
    stock = await stock_of(trade, part)

    for service, topic in (("orders", "orders.v1"), ("production", "production.v1"), ("inventory", "stock.v1")):
        assert await republished(trade, service, topic) > 0
    await trade.quiet()

    assert [await facts(trade.system, service) for service in services] == before
    assert await stock_of(trade, part) == stock
    assert (await trade.connection.orders.get(order.order_id)).reserved == 4


async def test_a_problem_of_a_replay_is_no_problem_of_the_first_answer(trade: Trade) -> None:
    part = trade.part()
    factory = trade.acting("factory", "F-01")
    report = Report("F-01", FactoryLotStarted(lot=f"L-{part}", part=part, quantity=1))
    await factory.production.post(report)
    other = Report("F-01", FactoryLotStarted(lot=f"L-{part}", part=part, quantity=9), id=report.id)

    with pytest.raises(ProblemError) as refused:
        await factory.production.post(other)

    assert (refused.value.slug, refused.value.status) == ("event-id-reused", 409)
    assert (await factory.production.lot(f"F-01:L-{part}")).started == 1


def a_life(part: str, lot: int) -> list[FactoryFact]:
    """Tell the life of a lot: five facts."""
    about: dict[str, Any] = {"lot": f"L-{part}-{lot}", "part": part}
    made = 3 + lot % 5
    return [
        FactoryLotStarted(**about, quantity=made),
        FactoryLotInspected(**about, passed=made, failed=0),
        FactoryLotFinished(**about, quantity=made),
        FactoryLotScrapped(**about, quantity=1, stage=ScrapStage.FINISHED),
        FactoryLotDispatched(**about, shipment=f"S-{part}-{lot % 40}", depot=f"D-0{1 + lot % 5}", quantity=made - 1),
    ]


async def lots_of(trade: Trade, part: str) -> list[tuple[object, ...]]:
    """Say how every lot of a part stands."""
    token, path = trade.system.token("operator"), f"/v1/lots?part={part}&limit=1000"
    rows = (await trade.doors.ask("production", "GET", path, token=token)).json()
    return [tuple(sorted((name, row[name]) for name in STATE)) for row in rows]


async def stock_of(trade: Trade, part: str) -> list[tuple[object, ...]]:
    """Say what stands of each lot of a part, everywhere, without its name."""
    answer = await trade.connection.inventory.stock(StockQuery(part=part))
    return [
        (row.site, (row.lot or "").rpartition("-")[2], row.on_hand, row.reserved, row.in_transit, row.produced)
        for row in answer.rows
    ]


async def post_lines(trade: Trade, lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """Post lines as they are; gives the answer's."""
    token = trade.system.token("factory", "F-01")
    headers = {"Content-Type": "application/x-ndjson"}
    content = b"\n".join(lines)
    answer = await trade.doors.ask("production", "POST", "/v1/events", token=token, content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def slug_of(answer: dict[str, Any]) -> str | None:
    """Name the problem of a line, if it has one."""
    problem = answer.get("problem")
    return None if problem is None else str(problem["type"]).rpartition(":")[2]


async def republished(trade: Trade, service: str, topic: str) -> int:
    """Tell a topic's facts once more; gives how many were queued."""
    body = {"topic": topic, "first": 1, "last": 10**9, "reason": "Does a second telling do any harm?"}
    token = trade.system.token("operator")
    answer = await trade.doors.ask(service, "POST", "/v1/operations/republish", token=token, json=body)
    assert answer.status_code == 200, answer.text
    assert "jvtrack-version" not in answer.headers, "facts of many keys have no one version"
    return int(members(answer)["events"])
