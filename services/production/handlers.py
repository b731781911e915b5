"""What production hears: the catalogue, of which it keeps a copy, and orders, for which it opens work orders."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.history import Entry
from services.production.domain.totals import Totals, totals_of
from services.production.domain.work_order import WorkOrder, open_work_order
from services.production.store import accepted, catalogue, work_orders
from shared.errors import Refusal
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import CloudEvent, Event, Stream
from shared.events.expediting import (
    OrderCannibalised,
    OrderEmergencyUseAllowed,
    OrderLent,
    OrderLentAsked,
    OrderSourceHurried,
    OrderSplit,
)
from shared.events.factory import LotFact
from shared.events.orders import (
    OrderCancelRequested,
    OrderPlaced,
    OrderPromised,
    OrderPromiseOverdue,
    OrderReductionRequested,
    OrderReferencesChanged,
    OrderReprioritised,
    OrderRescheduled,
    OrderSourced,
    OrderSourceOverridden,
    OrderSourcingReduced,
)
from shared.events.platforms import PlatformDown, PlatformRegistered, PlatformUp
from shared.events.production import WorkOrderEvent
from shared.events.replenishment import (
    ReplenishmentDismissed,
    ReplenishmentProposed,
    ReplenishmentReleased,
    ReplenishmentWithdrawn,
)
from shared.messaging.handlers import Deciders, Projections, Subscription
from shared.messaging.outbox import Told, tell
from shared.sql import Writes
from shared.types import OrderId, PartId, SiteId, WorkOrderId

_WORK_ORDER_MARK = "-W"
"""Tells a work order's id from its order's."""
Change = Callable[[WorkOrder], tuple[WorkOrder, WorkOrderEvent | None]]


class WorkOrderOpenedBefore(Refusal):
    """A work order is opened once."""


class WorkOrderNotOpened(Refusal):
    """A work order that was never opened cannot be reduced or hurried."""


@dataclass(slots=True)
class CatalogueWork:
    """The parts and sites that a batch defines; the last word about each counts."""

    session: AsyncSession
    parts: dict[PartId, PartDefined] = field(default_factory=dict)
    sites: dict[SiteId, SiteDefined] = field(default_factory=dict)

    async def settle(self) -> None:
        """Write them, one statement a table."""
        await catalogue.keep_parts(self.session, list(self.parts.values()))
        await catalogue.keep_sites(self.session, list(self.sites.values()))


@dataclass(slots=True)
class WorkOrderWork:
    """The locked work orders of a batch, and what their lots told before they were opened."""

    session: AsyncSession
    wanted: frozenset[WorkOrderId]
    work_orders: dict[WorkOrderId, WorkOrder]
    awaiting: Sequence[Entry]
    changed: set[WorkOrderId] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)

    def told_before(self, sourced: OrderSourced) -> Totals:
        """Add up what lots of the asked factory and part have told for a work order that was not open yet."""
        total = Totals()
        for entry in self.awaiting:
            fact = entry.fact
            assert isinstance(fact, LotFact)
            factory = entry.key.removeprefix("lot:").partition(":")[0]
            if (entry.work_order, factory, fact.part) == (sourced.work_order, sourced.source, sourced.part):
                total += totals_of(fact)
        return total

    def keep(self, work_order: WorkOrder, event: WorkOrderEvent, received: CloudEvent[Event]) -> None:
        """Note what a work order has become, and the fact to tell."""
        self.work_orders[work_order.work_order_id] = work_order
        self.changed.add(work_order.work_order_id)
        self.told.append(Told(event, work_order.version, occurred_at=received.occurred_at))

    def pass_on(self, order: OrderId, change: Change, received: CloudEvent[Event]) -> None:
        """Change each work order of an order, and tell its factory where that says anything new."""
        for before in list(self.work_orders.values()):
            if before.order == order:
                work_order, event = change(before)
                if event is not None:
                    self.keep(work_order, event, received)

    async def settle(self) -> None:
        """Write the work orders, then tell what became of them."""
        writes = Writes()
        work_orders.save(writes, [self.work_orders[each] for each in self.changed])
        await tell(self.session, self.told, beside=writes)
        await work_orders.drop_unopened(self.session, self.wanted - self.work_orders.keys())


projections = Projections[CatalogueWork]()
deciders = Deciders[WorkOrderWork](
    ignored=(
        OrderPlaced,
        OrderCancelRequested,
        OrderReductionRequested,
        OrderSourceOverridden,
        OrderPromised,
        OrderPromiseOverdue,
        OrderSplit,
        OrderCannibalised,
        OrderEmergencyUseAllowed,
        OrderLentAsked,
        OrderLent,
        PlatformRegistered,
        PlatformDown,
        PlatformUp,
        ReplenishmentProposed,
        ReplenishmentWithdrawn,
        ReplenishmentReleased,
        ReplenishmentDismissed,
    )
)


@projections.on(PartDefined)
async def part_defined(work: CatalogueWork, received: CloudEvent[PartDefined]) -> None:
    """Keep a part."""
    work.parts[received.data.part_id] = received.data


@projections.on(SiteDefined)
async def site_defined(work: CatalogueWork, received: CloudEvent[SiteDefined]) -> None:
    """Keep a site."""
    work.sites[received.data.site_id] = received.data


@deciders.on(OrderSourced, touches=lambda sourced: {sourced.work_order})
async def order_sourced(work: WorkOrderWork, received: CloudEvent[OrderSourced]) -> None:
    """Open a work order at the chosen factory."""
    sourced = received.data
    if sourced.work_order in work.work_orders:
        raise WorkOrderOpenedBefore(work_order=sourced.work_order)
    work_order, event = open_work_order(sourced, work.told_before(sourced))
    work.keep(work_order, event, received)


@deciders.on(OrderSourcingReduced, touches=lambda reduced: {reduced.work_order})
async def order_sourcing_reduced(work: WorkOrderWork, received: CloudEvent[OrderSourcingReduced]) -> None:
    """Give back what the factory has not begun, as far as it is asked."""
    before = work.work_orders.get(received.data.work_order)
    if before is None:
        raise WorkOrderNotOpened(work_order=received.data.work_order)
    work_order, event = before.reduce(received.data)
    work.keep(work_order, event, received)


@deciders.on(OrderSourceHurried, touches=lambda hurried: {hurried.work_order})
async def order_source_hurried(work: WorkOrderWork, received: CloudEvent[OrderSourceHurried]) -> None:
    """Tell the factory that has the work order by which day it is wanted."""
    before = work.work_orders.get(received.data.work_order)
    if before is None:
        raise WorkOrderNotOpened(work_order=received.data.work_order)
    work_order, event = before.hurry(received.data)
    if event is not None:
        work.keep(work_order, event, received)


@deciders.on(OrderRescheduled, touches=lambda moved: {moved.order})
async def order_rescheduled(work: WorkOrderWork, received: CloudEvent[OrderRescheduled]) -> None:
    """Tell the factories that have the order's work orders of the new day of need."""
    work.pass_on(received.data.order, lambda before: before.follow(required_by=received.data.required_by), received)


@deciders.on(OrderReprioritised, touches=lambda changed: {changed.order})
async def order_reprioritised(work: WorkOrderWork, received: CloudEvent[OrderReprioritised]) -> None:
    """Tell the factories that have the order's work orders how urgent it has become."""
    work.pass_on(received.data.order, lambda before: before.follow(priority=received.data.priority), received)


@deciders.on(OrderReferencesChanged, touches=lambda changed: {changed.order})
async def order_references_changed(work: WorkOrderWork, received: CloudEvent[OrderReferencesChanged]) -> None:
    """Tell the factories that have the order's work orders of which references it takes lots now."""
    work.pass_on(received.data.order, lambda before: before.follow(references=received.data.references), received)


async def open_catalogue_work(
    session: AsyncSession, _received: Sequence[CloudEvent[Event]], _touched: frozenset[Hashable]
) -> CatalogueWork:
    """Begin a batch of the catalogue; it locks nothing, for its rows have one writer."""
    return CatalogueWork(session)


async def open_work_order_work(
    session: AsyncSession, _received: Sequence[CloudEvent[Event]], touched: frozenset[Hashable]
) -> WorkOrderWork:
    """Lock the work orders that a batch touches, by their own ids or their order's, in the order of their ids."""
    named = frozenset(str(name) for name in touched if _WORK_ORDER_MARK in str(name))
    orders = [str(name) for name in touched if _WORK_ORDER_MARK not in str(name)]
    wanted = named | frozenset(await work_orders.of_orders(session, orders))
    locked = await work_orders.lock(session, wanted)
    return WorkOrderWork(session, wanted, locked, await accepted.awaiting(session, wanted - locked.keys()))


SUBSCRIPTIONS = (
    Subscription(
        "projections", (Stream.CATALOGUE,), projections, open_catalogue_work, tables=("part_copy", "site_copy")
    ),
    Subscription("deciders", (Stream.ORDERS,), deciders, open_work_order_work),
)
