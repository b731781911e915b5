"""An urgent order takes what a routine one holds, and the routine one hears at once what it may expect instead."""

import asyncio
from datetime import timedelta

import pytest

from jvtrack.client import Order, OrderChange, SourceTerms
from shared import clock
from shared.types import PartId, Urgency
from tests.fixtures.catalogue import Trade
from tests.integration.verify.business import settled

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def until(trade: Trade, order: Order, state: str) -> Order:
    """Wait until an order stands so."""
    client = trade.acting("operator")
    async with asyncio.timeout(20):
        while (shown := await client.orders.get(order.order_id)).state != state:  # nothing to wait for
            await asyncio.sleep(0.05)
    return shown


async def sourced_part(trade: Trade) -> PartId:
    """Give a part of which D-01 has two, and which a factory may make."""
    part = await trade.stocked(("D-01", 2))
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=30)
    await trade.acting("planner").orders.put_source(part, "F-01", terms)
    return part


async def test_an_urgent_order_pre_empts_and_the_loser_is_sourced_and_promised_anew(trade: Trade) -> None:
    part = await sourced_part(trade)
    routine = await trade.placed(part, 2)

    urgent = await trade.placed(part, 2, urgency=Urgency.A)
    loser = await until(trade, routine, "sourced")

    assert (routine.state, urgent.state, urgent.approved_by) == ("reserved", "reserved", "depot@D-01")
    assert (loser.reserved, loser.sourced) == (0, 2)
    assert loser.first_promised_for == routine.promised_for
    assert loser.promised_for is not None
    assert loser.promised_for >= clock.now().date() + timedelta(days=30)


async def test_a_raised_order_takes_what_it_could_not_and_its_factory_hears_of_it(trade: Trade) -> None:
    part = await sourced_part(trade)
    first, second = await trade.placed(part, 2), await trade.placed(part, 2)
    assert second.state == "sourced"

    raising = OrderChange(urgency=Urgency.A, reason="It stands still for it.")
    await trade.acting("depot", "D-01").orders.change(second.order_id, raising)
    raised, loser = await until(trade, second, "reserved"), await until(trade, first, "sourced")
    work_order = await trade.acting("planner").production.work_order(f"{second.order_id}-W1")

    assert (raised.priority, raised.reserved, loser.reserved) == (1, 2, 0)
    assert work_order.priority == 1
    assert (await settled(trade)).holds
