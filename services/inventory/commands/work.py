"""The work that doors and consumers share: stock locked and loaded, decided on against one book, written once.

Locks are always taken in this order: stock by (site, part), shipments by id; all else lies under the stock's lock.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.giving import give_out
from services.inventory.domain import ageing
from services.inventory.domain.book import Book
from services.inventory.domain.count import Counted
from services.inventory.domain.ledger import Cause, Holding, LotKey, StockKey
from services.inventory.domain.postings import Record, record
from services.inventory.domain.shipment import ShipmentFact
from services.inventory.settings import InventorySettings
from services.inventory.store import ageing as ageing_store
from services.inventory.store import counts, demands, gates, lives, places, shipments, stock, suspense, transfers
from services.inventory.store.demands import Supplied
from services.inventory.store.stock import Locks
from services.inventory.store.touches import CountKey, Touched
from services.inventory.store.transfers import Slip
from shared import clock
from shared.db import after_commit
from shared.events.envelope import new_event_id
from shared.messaging.outbox import Told, tell
from shared.observe import tracing
from shared.sql import Writes
from shared.types import EventId, OrderId, PartId, Shelf, ShipmentId


@dataclass(slots=True)
class Work:
    """One transaction's locked stock, and the book in which it is decided."""

    session: AsyncSession
    settings: InventorySettings
    book: Book
    locks: Locks
    supplied: Mapping[OrderId, Supplied] = field(default_factory=dict)
    moved_since: Mapping[CountKey, int] = field(default_factory=dict)
    later_counts: list[Counted] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    made_shipments: set[ShipmentId] = field(default_factory=set)
    on_gates: Callable[[frozenset[PartId]], None] | None = None
    """Whom to tell, once it has committed, of which parts lots may be held back or let through."""
    _traces: dict[EventId | None, tracing.Trace | None] = field(default_factory=dict)

    def begin(self, cause: Cause, trace: tracing.Trace | None) -> Cause:
        """Begin to decide something; what it causes is told under its trace."""
        self._traces[cause.id] = trace
        self.book.demands.acting = self.book.shipments.acting = cause.id
        return cause

    async def need(self, goods: Holding, quantity: int) -> None:
        """Load who would lose these goods, if what is free does not suffice."""
        lacking = quantity - self.book.balance(goods.on(Shelf.ON_HAND))
        if lacking > 0:
            await demands.load_holders(self.session, self.book, goods, lacking)

    async def settle(self) -> None:
        """Give out what was freed, write everything once, and tell it."""
        book = self.book
        book.demands.acting = None
        await self._settle_in()
        await give_out(self.session, book, self.settings)
        book.demands.announce()
        made = record(book, self.locks.versions, postings_max=self.settings.postings_max)
        shipped = book.shipments.tell(lines_max=self.settings.postings_max)
        writes = Writes()
        self.locks.save(writes, made.versions, in_use={demand.stock for demand in book.demands.new()})
        stock.save_balances(writes, book)
        lives.save(writes, book.lives)
        gates.save(writes, book.gates)
        transfers.add(writes, made.transfers)
        transfers.add_slips(writes, self.slips)
        counts.add(writes, self.counted)
        shipments.save(writes, book.shipments, self.made_shipments)
        demands.save(writes, book.demands)
        suspense.save(writes, book.suspense)
        await tell(self.session, self._told(made, shipped), beside=writes)
        if self.on_gates is not None and (parts := book.gates.stirred()):
            after_commit(self.session, partial(self.on_gates, parts))

    async def _settle_in(self) -> None:
        """Put what was laid on a shelf in the condition that its life left asks for, before it is given out."""
        book, cause = self.book, Cause(new_event_id(), self.book.now, ageing.CLOCK)
        lots, remarked = ageing.laid(book), book.lives.remarked()
        await ageing_store.load_lives(self.session, book, {lot.stock for lot in lots | remarked})
        if remarked:
            ageing.take_back(book, cause, await ageing_store.moved(self.session, remarked))
        ageing.settle_in(book, cause, lots)

    def _told(self, made: Record, shipped: Sequence[ShipmentFact]) -> list[Told]:
        """Tell each under the trace of what caused it; where nobody can tell what did, the only one of this work."""
        traces = {*self._traces.values()}
        only = traces.pop() if len(traces) == 1 else None
        moved = [
            Told(fact, version, trace=self._traces.get(fact.postings[0].cause, only)) for version, fact in made.facts
        ]
        changed = [Told(fact.event, fact.key_seq, trace=self._traces.get(fact.cause, only)) for fact in shipped]
        demanded = [
            Told(fact.event, fact.key_seq, event_id=fact.id, trace=self._traces.get(fact.cause, only))
            for fact in self.book.demands.told()
        ]
        return [*moved, *changed, *demanded]


async def open_work(
    session: AsyncSession, touched: Touched, settings: InventorySettings, *, now: datetime | None = None
) -> Work:
    """Lock what is touched, each class of rows in one sorted statement, and load it; at another moment, if given."""
    now = now or clock.now()
    book = Book(now)
    locks = Locks(session)
    work = Work(session, settings, book, locks)
    await locks.take(touched.stocks)
    late = await places.find(session, touched)
    await locks.take({lot.stock for lot in late})
    past = await transfers.load_past(session, book, touched.causes)
    orders = touched.orders | {transfer.order for transfer in past if transfer.order}
    ends = [end for transfer in past for end in (transfer.source, transfer.target)]
    lots = touched.lots | late | {end.lot_key for end in ends}
    await transfers.load_outside(
        session, book, touched.outside | {end.lot_key for end in ends if end.shelf is Shelf.ISSUED}
    )
    await _load_demands(work, orders | touched.supplied)
    lots |= await demands.load_held(session, book, orders) | await _load_travels(work, touched)
    work.supplied = await demands.supplied(session, book.demands.unheard())
    work.made_shipments = await shipments.lock(session, book, lots, touched.shipments, today=now.date())
    await _load_supplied(work, lots, known=orders | touched.supplied)
    await suspense.load(session, book, lots, touched.discrepancies)
    await stock.load_lots(session, book, lots)
    work.moved_since = await counts.moved_since(session, touched.counts)
    work.later_counts = await counts.later(session, touched.counts)
    return work


async def _load_demands(work: Work, orders: Collection[OrderId]) -> None:
    """Load demands, and lock the stock of those that nobody knew to lie elsewhere."""
    found = await demands.find(work.session, orders)
    elsewhere = {demand.stock for demand in found} - work.locks.versions.keys()
    if elsewhere:
        await work.locks.take(elsewhere)
        found = await demands.find(work.session, orders)
    work.book.demands.load_orders(orders)
    for demand in found:
        work.book.demands.load(demand)


async def _load_travels(work: Work, touched: Touched) -> set[LotKey]:
    """Load the demands that travelling goods supply; answers the lots that these become where they go."""
    found = {travel: work.book.demands.find(travel.order) for travel in touched.travels}
    await _load_demands(work, {demand.supplies for demand in found.values() if demand and demand.supplies})
    return {
        LotKey(travel.site, goods.part, goods.lot)
        for travel in found
        for goods in work.book.demands.held_by(travel.order)
    }


async def _load_supplied(work: Work, lots: Collection[LotKey], *, known: Collection[OrderId]) -> None:
    """Lock and load the demands that goods on these lots' lines were made for, wherever they are filled."""
    lines = [line for lot in lots for line in work.book.shipments.carrying(lot)]
    made_for = {line.order: line for line in lines if line.order is not None and line.order not in known}
    await work.locks.take({StockKey(line.filling_site or line.key.depot, line.key.part) for line in made_for.values()})
    await _load_demands(work, made_for.keys())
