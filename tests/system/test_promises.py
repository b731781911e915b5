"""A promise that moves is told to who follows it, with the day before and why; the first one stays."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from jvtrack.client import OrderTold, SourceTerms
from shared import clock
from shared.events.factory import FactoryDelayReported
from tests.fixtures.catalogue import Trade

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_depot_hears_of_a_slipped_promise_within_its_stream(trade: Trade) -> None:
    depot = trade.acting("depot", "D-01")
    part, today = trade.part(), clock.now().date()
    terms = SourceTerms(approved=True, approved_on=today, lead_time_days=30)
    await trade.acting("planner").orders.put_source(part, "F-01", terms)
    order = await trade.placed(part, 2)
    position = (await depot.orders.list(limit=1).first()).position
    new_day = today + timedelta(days=200)

    async def hear() -> OrderTold:
        async with aclosing(depot.orders.follow(after=position, order=order.order_id, kind="promised")) as told:
            async for change in told:
                if change.promised_for == new_day:
                    return change
        raise AssertionError("the stream ended")

    async with asyncio.timeout(20):
        listening = asyncio.create_task(hear())
        delay = FactoryDelayReported(work_order=f"{order.order_id}-W1", due=new_day, cause="A furnace is down.")
        await trade.reported("F-01", delay)
        heard = await listening
    shown = await depot.orders.get(order.order_id)

    assert (heard.order, heard.reason) == (order.order_id, "delayed by F-01: A furnace is down.")
    assert (shown.promised_for, shown.promise_reason) == (new_day, heard.reason)
    assert shown.version == heard.version
    assert shown.promises[0].promised_for == shown.first_promised_for
    assert shown.promises[-1].promised_for == new_day
