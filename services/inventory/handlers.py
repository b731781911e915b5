"""The Kafka door: one function per fact that orders and production tell.

Facts about goods are booked, never refused; an order that is changed must have been heard of, else its key is parked.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.work import Work, open_work
from services.inventory.domain import bookings
from services.inventory.domain.allocation import release
from services.inventory.domain.demand import Demand, OrderHeardBefore, hear
from services.inventory.domain.ledger import Cause, LotKey, StockKey
from services.inventory.domain.unfit import give_up
from services.inventory.settings import InventorySettings
from services.inventory.store.demands import Supplied
from services.inventory.store.touches import CauseKey, OrderKey, ShipmentKey, SuppliedKey, Touched
from shared.events.envelope import CloudEvent, Event, Stream
from shared.events.expediting import (
    OrderCannibalised,
    OrderEmergencyUseAllowed,
    OrderLent,
    OrderLentAsked,
    OrderSourceHurried,
    OrderSplit,
)
from shared.events.orders import (
    OrderCancelRequested,
    OrderEvent,
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
from shared.events.production import (
    LotDispatched,
    LotEvent,
    LotEventVoided,
    LotFinished,
    LotInspected,
    LotScrapped,
    LotStarted,
)
from shared.events.progress import WORK_ORDER_FACTS, MaterialConsumed
from shared.events.quality import FirstArticleChanged, FirstArticleState
from shared.events.replenishment import (
    ReplenishmentDismissed,
    ReplenishmentProposed,
    ReplenishmentReleased,
    ReplenishmentWithdrawn,
)
from shared.messaging.handlers import Deciders, Subscription
from shared.observe import tracing
from shared.types import PartId, ScrapStage

_NOTHING = Supplied(0, 0)

deciders: Deciders[Work] = Deciders(
    ignored=(
        OrderSourced,
        OrderSourceOverridden,
        OrderSourcingReduced,
        OrderPromised,
        OrderPromiseOverdue,
        OrderSourceHurried,
        OrderSplit,
        OrderCannibalised,
        OrderLentAsked,
        OrderLent,
        PlatformRegistered,
        PlatformDown,
        PlatformUp,
        ReplenishmentProposed,
        ReplenishmentWithdrawn,
        ReplenishmentReleased,
        ReplenishmentDismissed,
        LotStarted,
        LotInspected,
        *WORK_ORDER_FACTS,
        MaterialConsumed,
    )
)


def subscription(
    settings: InventorySettings, *, on_gates: Callable[[frozenset[PartId]], None] | None = None
) -> Subscription[Work]:
    """Hear what orders and production tell, and decide; `on_gates` is told of which parts a gate may have moved."""

    async def open_batch(session: AsyncSession, _: Sequence[CloudEvent[Event]], touched: frozenset[Hashable]) -> Work:
        work = await open_work(session, Touched.of(touched), settings)
        work.on_gates = on_gates
        return work

    return Subscription("deciders", (Stream.ORDERS, Stream.PRODUCTION), deciders, open_batch)


def _order(fact: OrderEvent) -> Iterable[Hashable]:
    return StockKey(fact.site, fact.part), OrderKey(fact.order)


def _made_for(fact: LotEvent) -> Iterable[Hashable]:
    """Touch the demand that a lot was made for, and the stock from which it is filled."""
    if fact.order is None or fact.filling_site is None:
        return ()
    return StockKey(fact.filling_site, fact.part), SuppliedKey(fact.order)


def _finished(fact: LotFinished) -> Iterable[Hashable]:
    return (LotKey(fact.factory, fact.part, fact.lot),)


def _scrapped(fact: LotScrapped) -> Iterable[Hashable]:
    return () if fact.stage is ScrapStage.IN_PROCESS else (LotKey(fact.factory, fact.part, fact.lot),)


def _dispatched(fact: LotDispatched) -> Iterable[Hashable]:
    return (
        LotKey(fact.factory, fact.part, fact.lot),
        LotKey(fact.depot, fact.part, fact.lot),
        ShipmentKey(fact.shipment, fact.factory),
        *_made_for(fact),
    )


def _voided(fact: LotEventVoided) -> Iterable[Hashable]:
    depot = () if fact.depot is None else (LotKey(fact.depot, fact.part, fact.lot),)
    return LotKey(fact.factory, fact.part, fact.lot), CauseKey(fact.voided), *depot, *_made_for(fact)


@deciders.on(OrderPlaced, touches=_order)
async def order_placed(work: Work, received: CloudEvent[OrderPlaced]) -> None:
    """Begin an order's demand; free stock is reserved for it when the batch is settled."""
    _begin(work, received)
    placed = received.data
    if work.book.demands.find(placed.order) is not None:
        raise OrderHeardBefore(order=placed.order)
    supplied = work.supplied.get(placed.order, _NOTHING)
    work.book.demands.hear(hear(placed, arrived=supplied.arrived, lost=supplied.lost))


@deciders.on(OrderCancelRequested, touches=_order)
async def order_cancel_requested(work: Work, received: CloudEvent[OrderCancelRequested]) -> None:
    """Release what the order holds, and close its demand."""
    cause = _begin(work, received)
    demand = _demand(work, received.data)
    release(work.book, cause, demand.order, demand.reserved)
    work.book.demands.keep(*demand.close())


@deciders.on(OrderReductionRequested, touches=_order)
async def order_reduction_requested(work: Work, received: CloudEvent[OrderReductionRequested]) -> None:
    """Want less for the order; what it holds beyond that is released."""
    cause = _begin(work, received)
    demand = _demand(work, received.data)
    if not demand.closed:
        reduced, fact = demand.reduce(received.data.quantity)
        release(work.book, cause, demand.order, demand.reserved - reduced.reserved)
        work.book.demands.keep(reduced, fact)


@deciders.on(OrderRescheduled, touches=_order)
async def order_rescheduled(work: Work, received: CloudEvent[OrderRescheduled]) -> None:
    """Move the order's turn."""
    _begin(work, received)
    work.book.demands.amend(_demand(work, received.data).reschedule(received.data.required_by))


@deciders.on(OrderReprioritised, touches=_order)
async def order_reprioritised(work: Work, received: CloudEvent[OrderReprioritised]) -> None:
    """Serve the order by its new priority from now on."""
    _begin(work, received)
    work.book.demands.amend(_demand(work, received.data).reprioritise(received.data.priority))


@deciders.on(OrderReferencesChanged, touches=_order)
async def order_references_changed(work: Work, received: CloudEvent[OrderReferencesChanged]) -> None:
    """Give the order lots of other references from now on; what it holds of those not accepted any more is lost."""
    cause = _begin(work, received)
    demand = _demand(work, received.data)
    if not demand.closed:
        # Even where nothing moves it is told how the order stands, so that orders plans it with who may be asked now.
        work.book.demands.keep(*demand.accept(received.data.references).reserve(0))
        give_up(work.book, cause, demand.order)


@deciders.on(OrderEmergencyUseAllowed, touches=_order)
async def order_emergency_use_allowed(work: Work, received: CloudEvent[OrderEmergencyUseAllowed]) -> None:
    """Give the order goods of condition N as well, after all others."""
    _begin(work, received)
    demand = _demand(work, received.data)
    if not demand.closed:
        work.book.demands.keep(*demand.allow_emergency_use().reserve(0))


@deciders.on(LotFinished, touches=_finished)
async def lot_finished(work: Work, received: CloudEvent[LotFinished]) -> None:
    """Put good pieces on the factory's shelf."""
    bookings.finish(work.book, _begin(work, received), received.data)


@deciders.on(LotScrapped, touches=_scrapped)
async def lot_scrapped(work: Work, received: CloudEvent[LotScrapped]) -> None:
    """Take finished pieces that were scrapped off the factory's shelf."""
    bookings.scrap(work.book, _begin(work, received), received.data)


@deciders.on(LotDispatched, touches=_dispatched)
async def lot_dispatched(work: Work, received: CloudEvent[LotDispatched]) -> None:
    """Put a dispatched lot on the road to its depot."""
    bookings.dispatch(work.book, _begin(work, received), received.data)


@deciders.on(LotEventVoided, touches=_voided)
async def lot_event_voided(work: Work, received: CloudEvent[LotEventVoided]) -> None:
    """Take back what did not happen."""
    bookings.void(work.book, _begin(work, received), received.data)


@deciders.on(FirstArticleChanged)
async def first_article_changed(work: Work, received: CloudEvent[FirstArticleChanged]) -> None:
    """Open or close the gate of a reference's lots; who holds or waits for some is looked after at once."""
    changed = received.data
    is_open = changed.state is FirstArticleState.PASSED
    work.book.gates.inspect(changed, received.key_seq, is_open=is_open)


def _begin(work: Work, received: CloudEvent[Event]) -> Cause:
    return work.begin(Cause(received.id, received.occurred_at, received.source), tracing.current.get())


def _demand(work: Work, fact: OrderEvent) -> Demand:
    return work.book.demands.get(fact.order)
