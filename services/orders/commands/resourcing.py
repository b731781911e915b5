"""Sourcing anew what has slipped: on a person's word, or by the rule where a nation leaves it to that.

What a source says of a delay is weighed when it is heard. Its silence beyond a promised day is nobody's fact, and a new
source may be sooner than one that slipped long ago: so what is late is weighed again from time to time.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.deciding import open_to_plan
from services.orders.commands.outcomes import Outcomes
from services.orders.commands.planners import open_for_planner
from services.orders.domain.asking import refuse_cancelled, refuse_settled
from services.orders.domain.order import Order
from services.orders.domain.resourcing import resource_by_hand
from services.orders.schemas.resourcing import ResourceOrder
from services.orders.settings import OrdersSettings
from services.orders.store import slips
from shared import clock
from shared.db import DATABASE_ERRORS, Database
from shared.http.tokens import Principal
from shared.messaging.signals import any_of
from shared.observe.logs import get_log
from shared.types import OrderId

log = get_log()


async def resource_order(
    session: AsyncSession, order_id: OrderId, body: ResourceOrder, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Ask a source that has slipped for what another would bring sooner, on a planner's word."""
    work = await open_for_planner(session, order_id, principal, outcomes)
    order = work.order(order_id)
    refuse_cancelled(order)
    refuse_settled(order)
    found = await work.market(order_id)
    decided = work.decide(resource_by_hand(order, found, work.today, asked_by=principal.subject, reason=body.reason))
    await work.settle()
    return decided


class Watcher:
    """Weighs what has slipped against other sources, from time to time."""

    def __init__(self, database: Database, outcomes: Outcomes, settings: OrdersSettings) -> None:
        self._database = database
        self._outcomes = outcomes
        self._settings = settings

    async def run(self, stopping: asyncio.Event) -> None:
        """Watch until the service stops."""
        while not stopping.is_set():
            try:
                await self.watch()
            except DATABASE_ERRORS as error:
                log.warning("resourcing_put_off", error=repr(error))
            await any_of(stopping.wait(), seconds=self._settings.resourcing_seconds)

    async def watch(self) -> None:
        """Plan every order again that waits for what has slipped: bounded chunks, each in a transaction of its own."""
        after: OrderId = ""
        while True:
            async with self._database.transaction() as session:
                today, chunk = clock.now().date(), self._settings.planning_chunk
                found = await slips.by_rule(session, today=today, after=after, limit=chunk)
                if not found:
                    return
                work = await open_to_plan(session, found, self._outcomes)
                await work.replan()
                await work.settle()
            after = found[-1]
            log.info("slips_weighed", orders=len(found))
