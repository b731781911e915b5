"""Makers of values for inventory's tests: facts, orders, books, each with its own ids."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.inventory.domain import bookings
from services.inventory.domain import demand as demands
from services.inventory.domain.allocation import Queue, offers
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand
from services.inventory.domain.ledger import Account, Cause, Holding, LotKey, Reason, StockKey, Transfer
from services.inventory.domain.preemption import Contest, first_waiting, is_contested, last_holding
from shared.events.envelope import new_event_id
from shared.events.orders import OrderPlaced
from shared.events.production import LotDispatched, LotEventVoided, LotFinished, LotScrapped
from shared.types import Condition, ScrapStage, Shelf

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
FACTORY = "F-01"
DEPOT = "D-01"
OTHER_DEPOT = "D-02"
PART = "GEARBOX"
LOT = "F-01:L-1"
SHIPMENT = "F-01:S-1"
REAL = (Shelf.PRODUCED, Shelf.ON_HAND, Shelf.RESERVED, Shelf.IN_TRANSIT)


def an_order_id(number: int = 1) -> str:
    """Number an order."""
    return f"7201YA6100{number:04d}-2026"


def a_cause(cause: UUID | None = None) -> Cause:
    """Make the cause of transfers."""
    return Cause(cause or new_event_id(), NOW, "someone")


def goods(site: str = DEPOT, lot: str = LOT, condition: Condition = Condition.A) -> Holding:
    """Name goods."""
    return Holding(site, PART, lot, condition)


def a_book(lots: Iterable[str] = (LOT,), sites: Iterable[str] = (FACTORY, DEPOT, OTHER_DEPOT)) -> Book:
    """Open a book on which nothing stands yet."""
    book = Book(NOW)
    keys = [LotKey(site, PART, lot) for site in sites for lot in lots]
    book.load_lots(keys)
    book.outside.load_lots(keys)
    book.demands.load_orders(an_order_id(number) for number in range(1, 100))
    return book


def stocked(book: Book, quantity: int, *, at: Holding | None = None) -> Holding:
    """Put opening stock on hand."""
    holding = at or goods()
    opened = Transfer(a_cause(), holding.on(Shelf.OPENING), holding.on(Shelf.ON_HAND), quantity, Reason.OPENED)
    book.post(opened)
    return holding


def an_order(quantity: int = 5, number: int = 1, **changes: object) -> OrderPlaced:
    """Place an order; a later number is a younger order."""
    values: dict[str, object] = {
        "order": an_order_id(number),
        "site": DEPOT,
        "part": PART,
        "ordered_by": DEPOT,
        "quantity": quantity,
        "partial": True,
        "priority": 5,
        "required_by": date(2026, 7, 1),
        "placed_at": NOW + timedelta(seconds=number),
        "conditions": [Condition.A, Condition.C],
    }
    return OrderPlaced.model_validate(values | changes)


def a_demand(quantity: int = 5, number: int = 1, **changes: object) -> Demand:
    """Begin a demand."""
    return demands.hear(an_order(quantity, number, **changes), arrived=0, lost=0)


def heard(book: Book, quantity: int = 5, number: int = 1, **changes: object) -> Demand:
    """Let the book hear of an order."""
    demand = a_demand(quantity, number, **changes)
    book.demands.hear(demand)
    return demand


def allocated(book: Book, site: str = DEPOT) -> None:
    """Serve who waits at a site, as the end of a batch does."""
    stock = StockKey(site, PART)
    Queue(stock, offers(book, stock)).serve(book, [], is_last=True)
    if is_contested([first_waiting(book, stock)], [last_holding(book, stock)]):
        contest = Contest(stock)
        contest.open(book, [], is_last=True)
        contest.settle(book)
        Queue(stock, offers(book, stock)).serve(book, [], is_last=True)


def held(book: Book, quantity: int = 5, *, partial: bool = True) -> None:
    """Put stock on hand and reserve it for an order."""
    stocked(book, quantity)
    heard(book, quantity, partial=partial)
    allocated(book)


def the_demand(book: Book, number: int = 1) -> Demand:
    """Look an order's demand up."""
    demand = book.demands.find(an_order_id(number))
    assert demand is not None
    return demand


def a_finish(quantity: int = 10, lot: str = LOT, **changes: object) -> LotFinished:
    """Finish pieces of a lot."""
    values: dict[str, object] = {"lot": lot, "part": PART, "factory": FACTORY, "quantity": quantity}
    return LotFinished.model_validate(values | changes)


def a_scrap(quantity: int = 10, lot: str = LOT, stage: ScrapStage = ScrapStage.FINISHED) -> LotScrapped:
    """Scrap pieces of a lot."""
    return LotScrapped(lot=lot, part=PART, factory=FACTORY, quantity=quantity, stage=stage)


def a_dispatch(quantity: int = 10, lot: str = LOT, **changes: object) -> LotDispatched:
    """Dispatch pieces of a lot."""
    values: dict[str, object] = {
        "lot": lot,
        "part": PART,
        "factory": FACTORY,
        "quantity": quantity,
        "shipment": SHIPMENT,
        "depot": DEPOT,
    }
    return LotDispatched.model_validate(values | changes)


def a_void(voided: UUID, lot: str = LOT) -> LotEventVoided:
    """Void an earlier fact."""
    return LotEventVoided(lot=lot, part=PART, factory=FACTORY, voided=voided, voided_type="any", depot=DEPOT)


def on(book: Book, shelf: Shelf, site: str = DEPOT, lot: str = LOT, condition: Condition = Condition.A) -> int:
    """Say what stands on a shelf."""
    return book.balance(goods(site, lot, condition).on(shelf))


def sums(book: Book) -> dict[Account, int]:
    """Sum the book's transfers by account."""
    balances: dict[Account, int] = {}
    for transfer in book.transfers:
        balances[transfer.source] = balances.get(transfer.source, 0) - transfer.quantity
        balances[transfer.target] = balances.get(transfer.target, 0) + transfer.quantity
    return {account: quantity for account, quantity in sorted(balances.items()) if quantity}


def dispatched(book: Book, quantity: int = 10, *, order: str | None = None, condition: str = "A") -> None:
    """Finish and dispatch pieces."""
    site = DEPOT if order else None
    bookings.finish(book, a_cause(), a_finish(quantity, condition=condition))
    bookings.dispatch(book, a_cause(), a_dispatch(quantity, order=order, filling_site=site, condition=condition))


def open_ones(book: Book) -> list[tuple[str, int]]:
    """List what is not explained."""
    return [(each.kind.value, each.remaining) for each in book.suspense.opened if each.remaining]
