"""What an order would get of stock, and who would lose it: decided as it would be, by the same rules, and undone."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.giving import give_out
from services.inventory.commands.work import open_work
from services.inventory.domain.allocation import ALLOCATOR
from services.inventory.domain.demand import Demand
from services.inventory.domain.holders import DemandFact
from services.inventory.domain.ledger import ISSUABLE, Cause
from services.inventory.domain.unfit import give_up
from services.inventory.settings import InventorySettings
from services.inventory.store.touches import OrderKey, Touched
from shared.db import Database
from shared.events.production import Reference
from shared.events.stock import ReservationLost
from shared.types import OrderId, Priority, SiteId

_TRIAL = "00000000010000-0000"
"""Names a lateral order that is only tried: of a year that no order has."""


@dataclass(frozen=True, slots=True)
class StockPrice:
    """How much more an order would hold, and how much whom that would cost."""

    gets: int
    losses: Mapping[OrderId, int]


class _Undone(Exception):
    """Ends a transaction of which nothing is to stay but what was found."""

    def __init__(self, found: StockPrice) -> None:
        self.found = found
        super().__init__()


@dataclass(frozen=True, slots=True)
class OtherNeed:
    """How an order would be needed; what is not named stays as it is."""

    priority: Priority | None = None
    required_by: date | None = None
    references: Sequence[Reference] | None = None
    emergency_use: bool = False
    """Whether goods of condition N would be issued to it, too."""

    def of(self, demand: Demand) -> Demand:
        """Give the demand as it would be."""
        if self.priority is not None:
            demand = demand.reprioritise(self.priority)
        if self.required_by is not None:
            demand = demand.reschedule(self.required_by)
        if self.references is not None:
            demand = demand.accept(self.references)
        return demand.allow_emergency_use() if self.emergency_use else demand


async def price_of_need(database: Database, order: OrderId, need: OtherNeed, settings: InventorySettings) -> StockPrice:
    """Try what the order would get if it were needed so; what it holds and would not accept it loses itself."""

    async def decide(session: AsyncSession) -> StockPrice:
        work = await open_work(session, Touched.of([OrderKey(order)]), settings)
        book = work.book
        before = book.demands.get(order)
        told = book.demands.keep(*need.of(before).reserve(0))
        give_up(book, Cause(told, book.now, ALLOCATOR), order)
        await give_out(session, book, settings)
        return _found(max(0, book.demands.get(order).reserved - before.reserved), book.demands.facts)

    return await _tried(database, decide)


async def price_of_lateral(
    database: Database, supplied: Demand, depot: SiteId, quantity: int, *, settings: InventorySettings
) -> StockPrice:
    """Try what another depot would hold for a lateral order that supplies this demand."""
    trial = _trial(supplied, depot, quantity)

    async def decide(session: AsyncSession) -> StockPrice:
        work = await open_work(session, Touched.of([trial.stock]), settings)
        work.book.demands.hear(trial)
        await give_out(session, work.book, settings)
        return _found(work.book.demands.get(trial.order).reserved, work.book.demands.facts)

    return await _tried(database, decide)


def _trial(supplied: Demand, depot: SiteId, quantity: int) -> Demand:
    return Demand(
        order=_TRIAL,
        site=depot,
        part=supplied.part,
        quantity=quantity,
        partial=False,
        priority=supplied.priority,
        required_by=supplied.required_by,
        placed_at=supplied.placed_at,
        conditions=supplied.conditions & ISSUABLE,
        accepted=supplied.accepted,
        is_lateral=True,
    )


def _found(gets: int, told: Iterable[DemandFact]) -> StockPrice:
    losses: Counter[OrderId] = Counter()
    for fact in told:
        if isinstance(fact.event, ReservationLost):
            losses[fact.event.order] += fact.event.taken
    return StockPrice(gets, losses)


async def _tried(database: Database, decide: Callable[[AsyncSession], Awaitable[StockPrice]]) -> StockPrice:
    """Decide in a transaction that never commits."""
    try:
        async with database.transaction() as session:
            _undo(await decide(session))
    except _Undone as undone:
        return undone.found


def _undo(found: StockPrice) -> NoReturn:
    raise _Undone(found)
