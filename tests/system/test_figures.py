"""A commander's month, through the command: how well orders were served, what factories yield, how long stock lasts."""

import json
from typing import Any

import pytest

from jvtrack.client import Issue, Report, SourceTerms
from shared import clock
from shared.events.factory import FactoryFact, FactoryLotDispatched, FactoryLotFinished, FactoryLotScrapped
from shared.types import ScrapStage
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def make(trade: Trade, part: str, work_order: str, lot: str) -> None:
    """Make what is short: four of five pieces are good, and sent."""
    about: dict[str, Any] = {"lot": lot, "part": part}
    facts: list[FactoryFact] = [
        FactoryLotFinished(**about, quantity=4, work_order=work_order),
        FactoryLotScrapped(**about, quantity=1, stage=ScrapStage.IN_PROCESS),
        FactoryLotDispatched(**about, quantity=4, shipment=lot, depot="D-01"),
    ]
    factory = trade.acting("factory", "F-01")
    for fact in facts:
        await factory.production.post(Report("/F-01/line-1", fact))


async def test_what_was_asked_made_and_issued_is_found_in_the_figures(trade: Trade) -> None:
    part, lot = await trade.stocked(("D-01", 7)), f"FIG-{clock.now():%H%M%S%f}"
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=7)
    await trade.connection.orders.put_source(part, "F-01", terms)
    served = await trade.placed(part, 2, depot="D-01")
    short = await trade.placed(part, 9, depot="D-01")
    await trade.acting("depot", "D-01").inventory.issue(Issue(order=served.order_id, quantity=2))
    await trade.quiet()
    await make(trade, part, f"{short.order_id}-W1", lot)
    await trade.quiet()

    table = await command(trade, "figures", "--part", part, "--by", "part")
    found = json.loads(await command(trade, "figures", "--part", part, "--by", "part", "--json"))
    months = json.loads(await command(trade, "figures", "--part", part, "--by", "month", "--by", "site", "--json"))
    filled = json.loads(await command(trade, "figures", "--list", "filled", "--part", part, "--json"))
    backordered = json.loads(await command(trade, "figures", "--list", "backordered", "--part", part, "--json"))
    lots = await command(trade, "figures", "--list", "lots", "--part", part)
    stock = json.loads(await command(trade, "figures", "--list", "stock", "--part", part, "--json"))

    (demand,), (making,), (cover,) = (found[each] for each in ("demand", "making", "stock"))
    assert "50.0% of 2" in table
    assert "80.0%" in table
    assert (demand["fill"]["asked"], demand["fill"]["filled"], demand["fill"]["rate"]) == (2, 1, 0.5)
    assert (demand["backorders"]["orders"], demand["backorders"]["standing"]) == (1, 1)
    assert demand["receipt"] == {"orders": 1, "days_median": 0, "days_p95": 0}
    assert (making["good"], making["scrapped_in_process"], making["rate"]) == (4, 1, 0.8)
    assert (cover["stocks"], cover["days_min"]) == (1, 2.5)
    assert {row["site"] for row in months["demand"] + months["making"]} == {"D-01", "F-01"}
    assert months["stock"] is None
    assert [line["order_id"] for line in filled] == [served.order_id]
    assert [line["order_id"] for line in backordered] == [short.order_id]
    assert f"F-01:{lot}" in lots
    assert [(row["stock"], row["issued"], row["cover_days"]) for row in stock] == [(5, 2, 2.5)]


async def test_what_the_services_refuse_is_one_sentence(trade: Trade) -> None:
    wrong = await attempt(trade, "figures", "--from", "2026-02-01", "--to", "2026-01-01")
    unreadable = await attempt(trade, "figures", "--from", "soon")
    factory = await attempt(trade, "figures", "--list", "late", role="factory")

    assert [each.returncode for each in (wrong, unreadable, factory)] == [2, 2, 2]
    assert "from: is no later than to" in wrong.stderr
    assert "'soon' does not match" in unreadable.stderr
    assert "403 role-forbidden" in factory.stderr
