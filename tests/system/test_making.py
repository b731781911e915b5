"""A factory makes less than it was asked for, of imported material: what depot, planner and commander see of it."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from jvtrack.client import Order, OrderDetails, SourceTerms
from shared.events.factory import FactoryLotDispatched, FactoryLotFinished, FactoryLotStarted
from shared.events.making import InProgress
from shared.events.workshop import (
    FactoryKitArrived,
    FactoryKitMissing,
    FactoryMaterialConsumed,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import command
from tests.fixtures.days import today
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_less_is_offered_the_rest_bought_elsewhere_and_what_went_in_is_found_again(trade: Trade) -> None:
    part, number = trade.part(), trade.number()
    await source(trade, part, "F-01", 30, "100.00")
    await source(trade, part, "F-02", 60, "120.00")
    order = await trade.placed(part, 5)
    work_order = await opened(trade, order, "F-01")

    offer = FactoryWorkOrderCountered(work_order=work_order, quantity=3, reason="Spars for three.")
    await trade.reported("F-01", offer)
    await until(trade, order, lambda now: [work.source for work in now.work_orders] == ["F-01", "F-02"])
    missing: dict[str, Any] = {"kit": "BEARING-KIT", "supplier": "VR-Tekhnika", "due": today() + timedelta(days=50)}
    await trade.reported("F-01", FactoryKitMissing(work_order=work_order, **missing))
    waiting = await until(trade, order, lambda now: bool(now.work_orders[0].making.kits_missing))
    why = await command(trade, "orders", "explain", order.order_id)
    listed = await command(trade, "work-orders", "list", "--part", part)
    await trade.reported("F-01", FactoryKitArrived(work_order=work_order, kit="BEARING-KIT"))
    await made(trade, part, number, work_order)
    await trade.quiet()

    content = json.loads(await command(trade, "dependence", "content", "--part", part, "--json"))
    lots = json.loads(await command(trade, "dependence", "lots", "--part", part, "--json"))
    recalled = json.loads(await command(trade, "lots", "recall", f"SPARS-{number}", "--json"))
    by_heat = await command(trade, "lots", "recall", f"H-{number}")
    shown = await command(trade, "lots", "show", f"F-01:L-{number}")

    assert [(work.quantity, work.state) for work in waiting.work_orders] == [(3, "countered"), (2, "open")]
    assert "F-01 waits for kit BEARING-KIT from VR-Tekhnika" in why
    assert "offers 3; waits for BEARING-KIT" in listed
    assert [lot["indigenous"] for lot in lots] == ["0.6000"]
    assert content["total"]["indigenous"] == "0.6000"
    assert set(lots[0]["events"]) >= {each["event_id"] for each in await facts(trade, f"F-01:L-{number}")}
    assert [(each["lot"]["lot"], each["stands"][0]["in_transit"]) for each in recalled] == [(f"F-01:L-{number}", 3)]
    assert f"F-01:L-{number}" in by_heat
    assert "SPAR" in shown


async def test_a_planner_says_no_and_a_cancelled_order_leaves_work_whose_fate_is_told(trade: Trade) -> None:
    part, number = trade.part(), trade.number()
    await source(trade, part, "F-01", 30, "100.00")
    await source(trade, part, "F-02", 60, "120.00")
    order = await trade.placed(part, 4)
    first = await opened(trade, order, "F-01")
    countering = ("work-orders", "counter", first, "1", "--reason", "One spar.", "--id", f"offer-{number}")
    await command(trade, *countering, role="factory", site="F-01")
    await until(trade, order, lambda now: len(now.work_orders) == 2)

    await command(trade, "work-orders", "decline", first, "--reason", "One raises nothing.")
    await until(trade, order, lambda now: [each.quantity for each in now.work_orders] == [0, 3, 1])
    second = await opened(trade, order, "F-02", n=2)
    await trade.reported("F-02", FactoryLotStarted(lot=f"L-{number}", part=part, work_order=second, quantity=2))
    await trade.quiet()
    await trade.acting("depot", "D-01").orders.cancel(order.order_id, "Aircraft written off.")
    await until(trade, order, lambda now: [each.quantity for each in now.work_orders] == [0, 2, 0])
    owed = await command(trade, "work-orders", "list", "--part", part, "--undecided")
    fate = FactoryWorkInProgressDecided(
        work_order=second, outcome=InProgress.SCRAPPED, quantity=2, reason="No other customer."
    )
    await trade.reported("F-02", fate)
    ended = await until(trade, order, lambda now: now.work_orders[1].making.scrapped == 2)
    why = await command(trade, "orders", "explain", order.order_id)

    assert [each.quantity for each in ended.work_orders] == [0, 0, 0]
    assert ended.work_orders[0].declined
    assert "2 in work were asked back: their fate is not told yet" in owed
    assert first not in owed
    assert "of what was asked back at F-02, 2 in work are scrapped" in why


async def test_the_books_with_offers_material_and_their_figures_are_proven(trade: Trade) -> None:
    await trade.quiet()

    proof = await trade.proof()

    assert [each.name for each in proof.results if each.offences] == []


async def made(trade: Trade, part: str, number: int, work_order: str) -> None:
    """Have F-01 make three of imported spars, and send them."""
    about: dict[str, Any] = {"lot": f"L-{number}", "part": part, "work_order": work_order}
    spar = FactoryMaterialConsumed(
        **about,
        material="SPAR",
        input_lot=f"SPARS-{number}",
        origin="RUS",
        amount="3",
        unit_cost="40.00",
        currency="INR",
    )
    await trade.reported(
        "F-01",
        FactoryLotFinished(**about, quantity=3, heat=f"H-{number}"),
        spar,
        FactoryLotDispatched(**about, shipment=f"S-{number}", depot="D-01", quantity=3),
    )


async def source(trade: Trade, part: str, site: str, days: int, cost: str) -> None:
    terms = SourceTerms(approved=True, approved_on=today(), lead_time_days=days, unit_cost=cost, currency="INR")
    await trade.acting("planner").orders.put_source(part, site, terms)


async def opened(trade: Trade, order: Order, factory: str, n: int = 1) -> str:
    """Wait until production has opened the order's n-th work order at a factory; gives its name."""
    name = f"{order.order_id}-W{n}"

    async def is_open() -> bool:
        found = trade.acting("planner").production.work_orders(factory=factory, part=order.part)
        return name in [each.work_order async for each in found]

    await eventually(is_open)
    return name


async def until(trade: Trade, order: Order, stands: Callable[[OrderDetails], bool]) -> OrderDetails:
    """Wait until an order stands so."""

    async def details() -> OrderDetails:
        return await trade.acting("planner").orders.get(order.order_id)

    async def does() -> bool:
        return stands(await details())

    await eventually(does)
    return await details()


async def facts(trade: Trade, lot: str) -> list[dict[str, Any]]:
    found: Awaitable[str] = command(trade, "dependence", "facts", "--lot", lot, "--kind", "consumed", "--json")
    told: list[dict[str, Any]] = json.loads(await found)
    return told
