"""Inventory in the exploration: the real book, opened on a small state, decided on, and read off again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from services.inventory.domain import bookings, handling, issue, road, slip
from services.inventory.domain import demand as demands
from services.inventory.domain.allocation import Queue, offers, release
from services.inventory.domain.book import Book, Past
from services.inventory.domain.demand import Demand
from services.inventory.domain.holders import Reservation
from services.inventory.domain.ledger import Cause, Holding, LotKey, Reason, StockKey, Transfer
from services.inventory.domain.outside import Issued
from services.inventory.domain.road import Arrival
from services.inventory.domain.shipment import Line, LineKey, Shipment
from shared.errors import Refusal
from shared.events.envelope import Event
from shared.events.orders import OrderCancelRequested, OrderPlaced, OrderReductionRequested, OrderReprioritised
from shared.events.production import LotDispatched
from shared.events.stock import DemandEvent, DemandReduced, DemandReserved
from shared.types import Condition, Shelf
from tests.unit.protocol.making import LOT, SHIPMENT
from tests.unit.protocol.ordering import DEPOT, FACTORY, PART
from tests.unit.protocol.sides import Outcome

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
STOCK = StockKey(DEPOT, PART)
GOODS = Holding(DEPOT, PART, LOT, Condition.A)
AT_FACTORY = Holding(FACTORY, PART, LOT, Condition.A)
LINE = LineKey(SHIPMENT, DEPOT, PART, LOT, Condition.A)
RIVAL = "7202YA6001A001-2026"
PLENTY = 100
_EARLIER = UUID(int=2)
_NOW_ID = UUID(int=3)


class Stock(NamedTuple):
    """Everything of inventory that matters to one order: its demand, what is free, what became of its supplies."""

    demand: Demand | None
    free: int
    dispatched: int = 0
    received: int = 0
    lost: int = 0
    closed: bool = False

    @property
    def road(self) -> int:
        """How much is on its way."""
        return self.dispatched - self.received - self.lost


class Stocking:
    """The depot's stock, its people, and a rival for it."""

    def act(self, stock: Stock, action: str) -> Outcome[Stock] | None:
        """Do something in the depot; what inventory refuses cannot be done."""
        book = _opened(stock)
        cause = Cause(_NOW_ID, NOW, "depot")
        try:
            is_done = _ACTIONS[action](book, cause, stock)
        except Refusal:
            return None
        return _settled(book) if is_done else None

    def hear(self, stock: Stock, event: Event) -> Outcome[Stock]:
        """Apply what orders and production tell."""
        book = _opened(stock)
        cause = Cause(_NOW_ID, NOW, "elsewhere")
        if isinstance(event, OrderPlaced):
            book.demands.hear(demands.hear(event, arrived=0, lost=0))
        elif isinstance(event, OrderCancelRequested):
            demand = book.demands.get(event.order)
            release(book, cause, demand.order, demand.reserved)
            book.demands.keep(*demand.close())
        elif isinstance(event, OrderReductionRequested):
            demand = book.demands.get(event.order)
            reduced, fact = demand.reduce(event.quantity)
            release(book, cause, demand.order, demand.reserved - reduced.reserved)
            book.demands.keep(reduced, fact)
        elif isinstance(event, OrderReprioritised):
            book.demands.amend(book.demands.get(event.order).reprioritise(event.priority))
        else:
            assert isinstance(event, LotDispatched)
            bookings.dispatch(book, cause, event)
        return _settled(book)

    def broken(self, stock: Stock) -> str | None:
        """Check that nothing is below zero, and the demand adds up."""
        demand = stock.demand
        if min(stock.free, stock.road, stock.received, stock.lost) < 0:
            return f"inventory: {stock}"
        if demand and min(demand.short, demand.reserved, demand.issued, demand.cancelled, demand.arrived) < 0:
            return f"inventory: {demand}"
        if demand and demand.closed and (demand.reserved or demand.short):
            return f"a closed demand holds or waits: {demand}"
        return None


def _issue(book: Book, cause: Cause, stock: Stock) -> bool:
    if stock.demand is not None:
        issue.issue(book, cause, stock.demand.order, 1)
    return stock.demand is not None


def _free(book: Book, cause: Cause, _: Stock) -> bool:
    """Find a piece that nobody knew of."""
    book.post(Transfer(cause, GOODS.on(Shelf.ADJUSTED), GOODS.on(Shelf.ON_HAND), 1, Reason.COUNTED))
    return True


def _take(book: Book, cause: Cause, _: Stock) -> bool:
    """Take what is free, or else from the reservation: a scrap does what any taking does."""
    handling.scrap(book, cause, GOODS, 1)
    return True


def _receive(book: Book, cause: Cause, stock: Stock) -> bool:
    if stock.road:
        road.arrive(book, cause, Arrival(GOODS, 1, SHIPMENT))
    return stock.road > 0


def _receive_for_rival(book: Book, cause: Cause, stock: Stock) -> bool:
    """Receive for an order that goes before this one."""
    rival = OrderPlaced(
        order=RIVAL,
        site=DEPOT,
        part=PART,
        ordered_by=DEPOT,
        quantity=1,
        partial=True,
        priority=1,
        required_by=date(2026, 6, 1),
        placed_at=NOW,
        conditions=[Condition.A],
    )
    book.demands.hear(demands.hear(rival, arrived=0, lost=0))
    return _receive(book, cause, stock)


def _lose(book: Book, cause: Cause, stock: Stock) -> bool:
    if stock.road:
        road.close(book, cause, book.shipments.get(SHIPMENT), {DEPOT})
    return stock.road > 0


def _unissue(book: Book, cause: Cause, stock: Stock) -> bool:
    if stock.demand is None or not stock.demand.issued:
        return False
    issued = (GOODS.on(Shelf.RESERVED), GOODS.on(Shelf.ISSUED))
    return _reverse(book, cause, Transfer(_earlier(), *issued, 1, Reason.ISSUED, order=stock.demand.order))


def _unreceive(book: Book, cause: Cause, stock: Stock) -> bool:
    if not stock.received:
        return False
    received = (LINE.road, GOODS.on(Shelf.ON_HAND))
    return _reverse(book, cause, Transfer(_earlier(), *received, 1, Reason.RECEIVED, shipment=SHIPMENT))


def _earlier() -> Cause:
    return Cause(_EARLIER, NOW, "depot")


def _reverse(book: Book, cause: Cause, movement: Transfer) -> bool:
    book.load_past(_EARLIER, Past((movement,), undone=False))
    slip.reverse(book, cause, _EARLIER)
    return True


def _opened(stock: Stock) -> Book:
    """Open a book as the store would: everything that the order's stock is about, locked and loaded."""
    book = Book(NOW)
    book.minimums.load(STOCK, 0)
    demand = stock.demand
    reserved = demand.reserved if demand else 0
    book.load(AT_FACTORY, {**dict.fromkeys(_REAL, 0), Shelf.PRODUCED: PLENTY})
    on_site = {Shelf.ON_HAND: stock.free, Shelf.RESERVED: reserved, Shelf.IN_TRANSIT: stock.road}
    book.load(GOODS, {**dict.fromkeys(_REAL, 0), **on_site})
    book.load_lots([GOODS.lot_key, LotKey(FACTORY, PART, LOT)])
    book.demands.load_orders([ORDER, RIVAL])
    if demand is not None:
        book.demands.load(demand)
        book.demands.load_reservation(Reservation(demand.order, GOODS), reserved)
        book.outside.load_lots([GOODS.lot_key])
        book.outside.load(Issued(GOODS.on(Shelf.ISSUED), demand.order), demand.issued)
    if stock.dispatched:
        line = Line(LINE, stock.dispatched, stock.received, stock.lost, ORDER, DEPOT)
        shipment = Shipment(SHIPMENT, FACTORY, NOW.date(), closed=stock.closed, version=1, lines={LINE: line})
        book.shipments.load(shipment)
    return book


def _settled(book: Book) -> Outcome[Stock]:
    """Give out what was freed, as the end of a batch does; read off the state, and the facts of this order's demand."""
    book.demands.acting = None
    Queue(STOCK, offers(book, STOCK)).serve(book, [], is_last=True)
    book.demands.announce()
    demand = book.demands.find(ORDER)
    shipment = book.shipments.find(SHIPMENT)
    line = shipment.lines[LINE] if shipment else Line(LINE)
    state = Stock(
        demand=None if demand is None else replace(demand, version=1, released=0),
        free=book.balance(GOODS.on(Shelf.ON_HAND)),
        dispatched=line.dispatched,
        received=line.received,
        lost=line.lost,
        closed=shipment is not None and shipment.closed,
    )
    return Outcome(state, [_plain(fact.event) for fact in book.demands.told() if fact.event.order == ORDER])


def _plain(fact: DemandEvent) -> DemandEvent:
    """Strip a fact of what orders does not look at, so that what means the same is one message."""
    kind = DemandReduced if isinstance(fact, DemandReduced) else DemandReserved
    totals = {name: getattr(fact, name) for name in DemandEvent.model_fields}
    return kind.model_validate({**totals, "released": 0})


ORDER = "7201YA6166A001-2026"
_REAL = (Shelf.PRODUCED, Shelf.ON_HAND, Shelf.RESERVED, Shelf.IN_TRANSIT)
_ACTIONS: dict[str, Callable[[Book, Cause, Stock], bool]] = {
    "issue": _issue,
    "free": _free,
    "take": _take,
    "receive": _receive,
    "receive for rival": _receive_for_rival,
    "lose": _lose,
    "unissue": _unissue,
    "unreceive": _unreceive,
}
