"""The Kafka door: inventory's totals and production's work orders decide, the catalogue is copied."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands import copying
from services.orders.commands.deciding import Work, open_to_plan
from services.orders.commands.outcomes import Outcomes
from services.orders.domain.loss import Loss
from services.orders.domain.order import Order
from services.orders.store import lot_facts
from services.orders.store.lot_facts import LotFact
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import CloudEvent, Event, Stream
from shared.events.production import (
    LotDispatched,
    LotEvent,
    LotEventVoided,
    LotFinished,
    LotInspected,
    LotScrapped,
    LotStarted,
    WorkOrderEvent,
)
from shared.events.progress import WORK_ORDER_FACTS, MaterialConsumed
from shared.events.quality import FirstArticleChanged
from shared.events.stock import (
    DemandClosed,
    DemandEvent,
    DemandIssued,
    DemandReduced,
    DemandReserved,
    DemandSupplied,
    Gate,
    ProtectedMinimumSet,
    ReservationLost,
    ShipmentChanged,
    StockLevelStated,
    StockMoved,
)
from shared.messaging.handlers import Deciders, Projections, Subscription, Touches
from shared.types import EventId, OrderId, PartId, ScrapStage, SiteId

deciders: Deciders[Work] = Deciders(
    ignored=(
        StockMoved,
        ShipmentChanged,
        ProtectedMinimumSet,
        LotStarted,
        LotInspected,
        LotFinished,
        LotScrapped,
        MaterialConsumed,
    )
)


def _order(fact: DemandEvent | WorkOrderEvent) -> Iterable[OrderId]:
    return (fact.order,)


def _taken_over(received: CloudEvent[DemandEvent]) -> Callable[[Order], Order]:
    """Take over inventory's totals, and keep since when they hold."""
    return lambda order: order.hear_demand(received.data, received.key_seq).follow(order, received.recorded_at)


async def demand_changed(work: Work, received: CloudEvent[DemandEvent]) -> None:
    """Take over inventory's totals, and source or ask back what follows."""
    await work.hear(received.data.order, _taken_over(received), received.recorded_at)


@deciders.on(ReservationLost, touches=_order)
async def reservation_lost(work: Work, received: CloudEvent[ReservationLost]) -> None:
    """Take over inventory's totals, and keep what was taken from the order, and why."""
    fact, version = received.data, received.key_seq
    if fact.gate is Gate.FIRST_ARTICLE:
        await work.close_gates(fact.order)
    await work.hear(fact.order, _taken_over(received), received.recorded_at)
    work.lose(
        fact.order,
        Loss(
            heard=version,
            taken=fact.taken,
            reason=fact.reason,
            winner=fact.winner,
            gate=fact.gate,
            unaccepted=fact.unaccepted,
        ),
    )


@deciders.on(StockLevelStated)
async def stock_level_stated(work: Work, received: CloudEvent[StockLevelStated]) -> None:
    """Take over how much a depot has for nobody, for the next review of its stock."""
    work.state(received.data)


async def work_order_changed(work: Work, received: CloudEvent[WorkOrderEvent]) -> None:
    """Take over what production says of a work order, and source or ask back what follows."""
    fact = received.data
    await work.hear(fact.order, lambda order: order.hear_work_order(fact), received.recorded_at)


@deciders.on(LotDispatched)
async def lot_dispatched(work: Work, received: CloudEvent[LotDispatched]) -> None:
    """Keep it where it leaves a joint venture without the approval of both partners; the fact itself stands."""
    work.dispatch(received)


@deciders.on(LotEventVoided)
async def lot_event_voided(work: Work, received: CloudEvent[LotEventVoided]) -> None:
    """Mark a dispatch that did not happen."""
    if received.data.voided_type == LotDispatched.TYPE:
        work.void(received.data.voided)


@deciders.on(FirstArticleChanged)
async def first_article_changed(work: Work, received: CloudEvent[FirstArticleChanged]) -> None:
    """Keep how a first article stands; what its source may be asked now is planned again."""
    work.inspect(received.data, received.key_seq)


for _demand in (DemandReserved, DemandIssued, DemandReduced, DemandSupplied, DemandClosed):
    deciders.on(_demand, touches=_order)(demand_changed)
for _work_order in WORK_ORDER_FACTS:
    deciders.on(_work_order, touches=_order)(work_order_changed)


Write: TypeAlias = Callable[[AsyncSession, Sequence[PartDefined], Sequence[SiteDefined]], Awaitable[None]]
"""How a batch of the catalogue is written."""


class Copies:
    """Parts and sites as a batch of the catalogue leaves them: the last one told stands."""

    def __init__(self, session: AsyncSession, write: Write) -> None:
        self._session = session
        self._write = write
        self.parts: dict[PartId, PartDefined] = {}
        self.sites: dict[SiteId, SiteDefined] = {}

    async def settle(self) -> None:
        """Write them."""
        await self._write(self._session, list(self.parts.values()), list(self.sites.values()))


projections: Projections[Copies] = Projections()
COPIED = ("part_copy", "site_copy")
"""The tables of the copy."""


@projections.on(PartDefined)
async def part_defined(copies: Copies, received: CloudEvent[PartDefined]) -> None:
    """Copy a part."""
    copies.parts[received.data.part_id] = received.data


@projections.on(SiteDefined)
async def site_defined(copies: Copies, received: CloudEvent[SiteDefined]) -> None:
    """Copy a site."""
    copies.sites[received.data.site_id] = received.data


class Making:
    """What a batch tells of lots: facts that stand, and facts that turned out not to have happened."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.facts: dict[EventId, LotFact] = {}
        self.voided: set[EventId] = set()

    async def settle(self) -> None:
        """Write them, one statement each; what was voided in the same batch is never written."""
        standing = [fact for event_id, fact in self.facts.items() if event_id not in self.voided]
        await lot_facts.save(self._session, standing)
        await lot_facts.void(self._session, self.voided)


makings: Projections[Making] = Projections(
    ignored=(
        LotStarted,
        LotInspected,
        FirstArticleChanged,
        *WORK_ORDER_FACTS,
    )
)


async def lot_told(making: Making, received: CloudEvent[LotEvent]) -> None:
    """Keep what was made, scrapped, sent, or went into a lot."""
    making.facts[received.id] = LotFact(received.id, received.recorded_at.date(), received.data)


for _lot in (LotFinished, LotDispatched, MaterialConsumed):
    makings.on(_lot)(lot_told)


@makings.on(LotScrapped)
async def lot_fact_scrapped(making: Making, received: CloudEvent[LotScrapped]) -> None:
    """Keep what was scrapped after it was finished; before that it was never good."""
    if received.data.stage is ScrapStage.FINISHED:
        await lot_told(making, received)


@makings.on(LotEventVoided)
async def lot_fact_voided(making: Making, received: CloudEvent[LotEventVoided]) -> None:
    """Forget what did not happen."""
    making.voided.add(received.data.voided)


def follows() -> Subscription[Making]:
    """Hear production, and keep what lots are made of."""
    return Subscription("making", (Stream.PRODUCTION,), makings, _open_making, tables=("lot_fact",))


def decides(outcomes: Outcomes) -> Subscription[Work]:
    """Hear inventory and production, and decide."""
    return Subscription("deciders", (Stream.STOCK, Stream.PRODUCTION), deciders, _plan_with(outcomes))


def copies() -> Subscription[Copies]:
    """Hear the catalogue, and copy it; what that changes of a source is planned again."""
    return _copies(copying.copy_and_plan)


def copies_anew() -> Subscription[Copies]:
    """Hear the catalogue from the first, and copy it; nothing is planned by what was heard before."""
    return _copies(copying.copy)


def _copies(write: Write) -> Subscription[Copies]:
    async def open_copies(session: AsyncSession, _events: Sequence[CloudEvent[Event]], _touches: Touches) -> Copies:
        return Copies(session, write)

    return Subscription("projections", (Stream.CATALOGUE,), projections, open_copies, tables=COPIED)


def _plan_with(
    outcomes: Outcomes,
) -> Callable[[AsyncSession, Sequence[CloudEvent[Event]], Touches], Awaitable[Work]]:
    async def open_work(session: AsyncSession, _events: Sequence[CloudEvent[Event]], touches: Touches) -> Work:
        return await open_to_plan(session, (str(order_id) for order_id in touches), outcomes)

    return open_work


async def _open_making(session: AsyncSession, _events: Sequence[CloudEvent[Event]], _touches: Touches) -> Making:
    return Making(session)
