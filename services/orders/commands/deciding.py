"""The work that doors, consumers and planning share: orders locked and loaded, decided on, written once at the end."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.outcomes import Outcomes
from services.orders.domain import asking, lending
from services.orders.domain.course import ended, follow
from services.orders.domain.fulfilment import Backorder
from services.orders.domain.loss import Loss
from services.orders.domain.order import Decision, Order, OrderUnknown
from services.orders.domain.overdue import tell_overdue
from services.orders.domain.plan import looks_at_market, plan
from services.orders.domain.ranking import Market
from services.orders.domain.source import Inspected
from services.orders.domain.sourcing import Sourcing
from services.orders.store import exports as export_store
from services.orders.store import fulfilments as fulfilment_store
from services.orders.store import inspections, laterals, market, stocking
from services.orders.store import losses as loss_store
from services.orders.store import orders as order_store
from services.orders.store import promises as promise_store
from services.orders.store import sources as source_store
from services.orders.store import work_orders as work_order_store
from services.orders.store.inspections import Heard
from services.orders.store.promises import Promised
from shared import clock
from shared.db import after_commit
from shared.events.envelope import CloudEvent
from shared.events.production import LotDispatched
from shared.events.quality import FirstArticleChanged
from shared.events.stock import StockLevelStated
from shared.messaging.outbox import Told, tell
from shared.sql import Writes
from shared.types import EventId, OrderId, PartId, SiteId

_NOTHING = Market()


class Work:
    """Locked orders as they stand while they are decided on."""

    def __init__(
        self,
        session: AsyncSession,
        orders: Mapping[OrderId, Order],
        *,
        today: date,
        outcomes: Outcomes,
    ) -> None:
        self._session = session
        self._orders = dict(orders)
        self._markets: dict[OrderId, Market] | None = None
        self._today = today
        self._outcomes = outcomes
        self._changed: dict[OrderId, None] = {}
        self._work_orders: dict[tuple[OrderId, int], Sourcing] = {}
        self._promised: list[Promised] = []
        self._losses: list[tuple[OrderId, Loss]] = []
        self._backorders: dict[tuple[OrderId, int], Backorder] = {}
        self._levels: dict[str, StockLevelStated] = {}
        self._dispatched: list[CloudEvent[LotDispatched]] = []
        self._voided: list[EventId] = []
        self._inspections: list[Heard] = []
        self._told: list[Told] = []
        self._answered: list[OrderId] = []
        self._given: Counter[tuple[PartId, SiteId]] = Counter()
        self._moved: dict[PartId, None] = {}
        self._gated: dict[PartId, None] = {}

    @property
    def today(self) -> date:
        """The day on which all of it is decided."""
        return self._today

    async def market(self, order_id: OrderId) -> Market:
        """Give what an order may be sourced from, with what this work has given to each source before."""
        found, part = (await self._load_markets()).get(order_id, _NOTHING), self.order(order_id).part
        if not self._given:
            return found
        return replace(
            found,
            sources=[replace(each, load=each.load + self._given[part, each.site]) for each in found.sources],
        )

    async def _load_markets(self) -> dict[OrderId, Market]:
        """Load them for all orders of this work when one is first asked for: most of what is heard needs none."""
        if self._markets is None:
            self._markets = await market.markets(self._session, self._orders, self._today)
        return self._markets

    def name(self, order_id: OrderId, site: SiteId) -> None:
        """Let an order be given to a source that somebody has named for it."""
        assert self._markets is not None, "who names a source has looked at the market"
        known = self._markets[order_id]
        sources = [replace(each, named=each.site == site) for each in known.sources]
        self._markets[order_id] = replace(known, sources=sources)

    async def close_gates(self, order_id: OrderId) -> None:
        """Take it that no first article of an order's sources stands, and plan its part again in a moment.

        Inventory has closed a gate on what the order had: its word may come before production's, which it follows.
        """
        markets = await self._load_markets()
        known = markets.get(order_id, _NOTHING)
        markets[order_id] = replace(known, sources=[replace(each, inspected=Inspected()) for each in known.sources])
        self._gated[self.order(order_id).part] = None

    def order(self, order_id: OrderId) -> Order:
        """Give an order as it now stands, or refuse what there is none of."""
        found = self._orders.get(order_id)
        if found is None:
            raise OrderUnknown(order=order_id)
        return found

    def laterals_of(self, order_id: OrderId) -> list[Order]:
        """List those of these orders by which other depots ship for an order, as they now stand."""
        return [order for order in self._orders.values() if order.supplies == order_id and not order.is_settled]

    async def hear(self, order_id: OrderId, take_over: Callable[[Order], Order], told_at: datetime) -> None:
        """Take over what a fact says of an order, then plan anew."""
        before = self.order(order_id)
        await self._plan(before, follow(before, take_over(before), told_at.astimezone(UTC).date()))

    async def _plan(self, before: Order, heard: Order) -> None:
        order_id = before.order_id
        found = await self.market(order_id) if looks_at_market(heard, self._today) else _NOTHING
        decided = plan(heard, found, self._today)
        if decided.order.demand.may_be_planned and not before.demand.may_be_planned:
            self._answered.append(order_id)
        lateral = self.decide(decided)
        if lateral.supplies is not None:
            await self._supply(lateral.supplies, lateral)

    async def _supply(self, order_id: OrderId, lateral: Order) -> None:
        """Let the order that a lateral order supplies follow it; one that lacks nothing any more lets it go."""
        order = self.order(order_id)
        followed = self.decide(lending.follow(order, lateral, self._today))
        if lending.is_unwanted(followed, lateral):
            self.decide(asking.cancel(lateral, asking.Ask(reason=f"{order_id} waits for nothing any more")))
        if followed != order:
            await self._plan(followed, followed)

    def lose(self, order_id: OrderId, loss: Loss) -> None:
        """Keep what was taken from an order's reservation, and why."""
        self._losses.append((order_id, loss))

    def state(self, level: StockLevelStated) -> None:
        """Keep how much a depot has for nobody; of several, the last one stands."""
        self._levels[level.key] = level

    def dispatch(self, dispatched: CloudEvent[LotDispatched]) -> None:
        """Take note of a dispatch: what leaves a joint venture needs its partners' approval."""
        self._dispatched.append(dispatched)

    def void(self, event_id: EventId) -> None:
        """Take note that a dispatch did not happen."""
        self._voided.append(event_id)

    def inspect(self, fact: FirstArticleChanged, version: int) -> None:
        """Keep how a first article stands: a source's acceptance follows from it."""
        self._inspections.append(Heard(fact, version))

    async def replan(self) -> None:
        """Plan all these orders anew."""
        for order in list(self._orders.values()):
            await self._plan(order, order)

    def tell_overdue(self) -> None:
        """Tell of each order whose promised day has passed."""
        for order_id in list(self._orders):
            self.decide(tell_overdue(self.order(order_id), self._today))

    def decide(self, decided: Decision) -> Order:
        """Keep a decision, to be written and told when the work is settled."""
        order = ended(decided.order)
        before = self._orders[order.order_id]
        self._orders[order.order_id] = order
        if order == before:
            return order
        self._changed[order.order_id] = None
        if (order.priority, order.required_by) != (before.priority, before.required_by):
            self._moved[order.part] = None
        for work in order.work_orders[len(before.work_orders) :]:
            self._given[order.part, work.source] += work.quantity
        for work in order.work_orders:
            if work.n > len(before.work_orders) or work != before.work_orders[work.n - 1]:
                self._work_orders[order.order_id, work.n] = work
        backorder = None if order.fulfilment is None else order.fulfilment.backorder(before.fulfilment)
        if backorder is not None:
            self._backorders[order.order_id, backorder.n] = backorder
        if order.promise is not None and order.promises > before.promises:
            self._promised.append(Promised(order.order_id, order.promises, order.promise))
        self._told.extend(Told(fact, version) for version, fact in decided.numbered())
        return order

    async def settle(self) -> None:
        """Write what was decided, and tell it, in one statement."""
        writes = Writes()
        order_store.save(writes, [self._orders[order_id] for order_id in self._changed])
        works = [(order_id, work) for (order_id, _), work in self._work_orders.items()]
        work_order_store.save(writes, works)
        promise_store.save(writes, self._promised)
        loss_store.save(writes, self._losses)
        fulfilment_store.save(writes, self._backorders)
        stocking.save_levels(writes, list(self._levels.values()))
        export_store.save_dispatches(writes, self._dispatched)
        inspections.save(writes, self._inspections)
        source_store.plan_from_first(writes, list(self._moved))
        source_store.plan_later(writes, list(self._gated))
        await tell(self._session, self._told, beside=writes)
        await export_store.void(self._session, self._voided)
        if self._answered:
            after_commit(self._session, self._wake)

    def _wake(self) -> None:
        self._outcomes.wake(self._answered)


async def open_to_plan(session: AsyncSession, order_ids: Iterable[OrderId], outcomes: Outcomes) -> Work:
    """Lock and load orders, and keep their sources as they are, so that what is heard of them can be planned.

    They are locked by their ids, and planned in the order in which they are named.
    """
    named = list(order_ids)
    await source_store.share(session)
    locked = await order_store.lock(session, named)
    orders = {order_id: locked[order_id] for order_id in named if order_id in locked} | locked
    return Work(session, orders, today=clock.now().date(), outcomes=outcomes)


async def open_to_ask(session: AsyncSession, order_id: OrderId, outcomes: Outcomes) -> Work:
    """Lock and load one order for what its depot asks of it."""
    return await open_to_tell(session, [order_id], outcomes)


async def open_to_tell(
    session: AsyncSession, order_ids: Iterable[OrderId], outcomes: Outcomes, *, today: date | None = None
) -> Work:
    """Lock and load orders of which something is told that asks no source; on another day than this, if it is given."""
    orders = await order_store.lock(session, order_ids)
    return Work(session, orders, today=today or clock.now().date(), outcomes=outcomes)


async def open_with_laterals(session: AsyncSession, order_id: OrderId, outcomes: Outcomes) -> Work:
    """Lock and load an order, then its lateral orders that may still be withdrawn: they are placed under its lock."""
    orders = await order_store.lock(session, [order_id])
    names = await laterals.standing(session, order_id)
    orders |= await order_store.lock(session, names) if names else {}
    return Work(session, orders, today=clock.now().date(), outcomes=outcomes)
