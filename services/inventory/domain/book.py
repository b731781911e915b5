"""The book: the balances of locked stock, and every transfer decided against them, in order.

No real shelf is ever below zero. A fact about goods that would take it there first books the missing quantity out of
suspense (`draw`), and the next goods put on that shelf give it back (`put`): so the same facts leave the same balances,
whatever the order in which they come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.inventory.domain.course import Life
from services.inventory.domain.gates import Gates
from services.inventory.domain.holders import Demands
from services.inventory.domain.ledger import (
    Account,
    Cause,
    Holding,
    LotKey,
    Reason,
    StockKey,
    Transfer,
    no_lot,
    unproven,
)
from services.inventory.domain.life import Lives
from services.inventory.domain.minimums import Minimums
from services.inventory.domain.outside import Outside
from services.inventory.domain.shipment import Line, Shipments
from services.inventory.domain.suspense import Discrepancy, DiscrepancyKind, Suspense
from shared.events.envelope import new_event_id
from shared.types import EventId, OrderId, Shelf, ShipmentId

_STANDARD = Life()


@dataclass(frozen=True, slots=True)
class Past:
    """What a cause booked, and whether that was undone since."""

    transfers: tuple[Transfer, ...]
    undone: bool


class Book:
    """The locked stock as it stands while a batch or a group of requests is decided."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.suspense = Suspense()
        self.demands = Demands()
        self.shipments = Shipments()
        self.outside = Outside()
        self.minimums = Minimums()
        self.transfers: list[Transfer] = []
        self.freed: set[StockKey] = set()
        self.lives = Lives()
        self.gates = Gates()
        self._today = now.date()
        self._past: dict[EventId, Past] = {}
        self._caused: dict[EventId, list[Transfer]] = {}
        self._undone: set[EventId] = set()
        self._shelves: dict[Account, int] = {}
        self._found: dict[Account, int] = {}
        self._rows: set[Holding] = set()
        self._lots: set[LotKey] = set()
        self._free: dict[StockKey, set[Holding]] = {}
        self._ages: dict[StockKey, Life] = {}

    # ---- what the store found

    def load_lots(self, lots: Iterable[LotKey]) -> None:
        """Know that every row of these lots is loaded, so that what was not found is zero."""
        self._lots.update(lots)

    def load(self, holding: Holding, shelves: Mapping[Shelf, int]) -> None:
        """Take in a row of balances, unless it is known and may have changed since."""
        if holding in self._rows or holding.lot_key in self._lots:
            return
        self._rows.add(holding)
        for shelf, quantity in shelves.items():
            account = holding.on(shelf)
            self._found[account] = self._shelves[account] = quantity
        if shelves[Shelf.ON_HAND]:
            self._free.setdefault(holding.stock, set()).add(holding)

    def load_life(self, stock: StockKey, life: Life) -> None:
        """Take in what decides how the lots of a stock age."""
        self._ages[stock] = life

    def load_past(self, cause: EventId, past: Past) -> None:
        """Take in what a cause booked in an earlier transaction."""
        self._past[cause] = past

    def as_of(self, day: date) -> None:
        """Decide as on an earlier day, on which the clock would have looked."""
        assert day <= self._today, "nothing is decided ahead of its day"
        self._today = day

    # ---- what may be asked

    @property
    def today(self) -> date:
        """Say on which day all of it is decided."""
        return self._today

    def balance(self, account: Account) -> int:
        """Say what stands on a real shelf now."""
        found = self._shelves.get(account)
        if found is None:
            assert account.lot_key in self._lots, f"{account} was not declared"
            return 0
        return found

    def stands(self, holding: Holding) -> int:
        """Say how much of it is at the site now, free or reserved."""
        return self.balance(holding.on(Shelf.ON_HAND)) + self.balance(holding.on(Shelf.RESERVED))

    def expires_on(self, lot: LotKey) -> date | None:
        """Say the last day of a lot's shelf life at a site, if it has one."""
        return self.lives.expires_on(lot)

    def expired(self, lot: LotKey) -> bool:
        """Tell whether a lot's shelf life is over, so that it may be neither reserved nor issued."""
        last = self.lives.expires_on(lot)
        return last is not None and last < self._today

    def life(self, stock: StockKey) -> Life:
        """Say what decides how the lots of a stock age: what was looked up, or else the standard."""
        return self._ages.get(stock, _STANDARD)

    def incoming(self, goods: Holding) -> Holding:
        """Name goods that come in unexplained: without a lot they are kept apart, where their part asks for proof."""
        if goods.lot == no_lot(goods.site) and self.gates.asks(goods.lot_key):
            return goods._replace(lot=unproven(goods.site))
        return goods

    def has_had(self, lot: LotKey) -> bool:
        """Tell whether anything of a lot that is loaded has ever been at its site."""
        return any(holding.lot_key == lot for holding in self._rows)

    def free(self, stock: StockKey) -> dict[Holding, int]:
        """Say what is loaded of the free stock of a key, in any condition."""
        holdings = {each: self.balance(each.on(Shelf.ON_HAND)) for each in self._free.get(stock, ())}
        return {each: quantity for each, quantity in holdings.items() if quantity}

    def past(self, cause: EventId) -> Past:
        """Say what a cause booked, in this batch or before; nothing if it is not known."""
        before = self._past.get(cause, Past((), undone=False))
        return Past((*before.transfers, *self.caused(cause)), before.undone or cause in self._undone)

    def is_undone(self, cause: EventId) -> bool:
        """Tell whether this batch undoes what a cause booked."""
        return cause in self._undone

    def caused(self, cause: EventId) -> Sequence[Transfer]:
        """List what a cause booked in this batch."""
        return self._caused.get(cause, ())

    # ---- what may be decided

    def post(self, transfer: Transfer) -> None:
        """Book a transfer; a real shelf must hold what leaves it."""
        source, target, quantity = transfer.source, transfer.target, transfer.quantity
        assert quantity > 0, "a transfer moves something"
        if source.shelf.is_real:
            left = self.balance(source) - quantity
            assert left >= 0, f"{source} would be below zero"
            self._shelves[source] = left
        if target.shelf.is_real:
            self._shelves[target] = self.balance(target) + quantity
            if target.shelf is Shelf.ON_HAND:
                self.freed.add(target.stock)
                self._free.setdefault(target.stock, set()).add(target.holding)
        self.outside.book(transfer)
        self.transfers.append(transfer)
        self._caused.setdefault(transfer.cause.id, []).append(transfer)
        if transfer.reverses is not None:
            self._undone.add(transfer.reverses)

    def draw(self, transfer: Transfer, kind: DiscrepancyKind) -> None:
        """Book a fact about goods that have moved: what the shelf lacks comes out of suspense first."""
        shelf = transfer.source
        missing = transfer.quantity - self.balance(shelf)
        if missing > 0:
            self.post(Transfer(transfer.cause, shelf.on(Shelf.SUSPENSE), shelf, missing, Reason.COVERED))
            self.dispute(transfer.cause, shelf, missing, kind)
        self.post(transfer)

    def put(self, transfer: Transfer) -> None:
        """Book goods onto a shelf, which first gives back to suspense what it owes."""
        self.post(transfer)
        shelf = transfer.target
        for owed in list(self.suspense.owed(shelf.lot_key, shelf.shelf)):
            back = min(owed.remaining, self.balance(shelf))
            if back and owed.account == shelf:
                self.post(Transfer(transfer.cause, shelf, owed.suspense, back, Reason.HEALED))
                self.suspense.explain(owed, back)

    def dispute(
        self,
        cause: Cause,
        shelf: Account,
        quantity: int,
        kind: DiscrepancyKind,
        *,
        shipment: ShipmentId | None = None,
        order: OrderId | None = None,
    ) -> None:
        """Open a discrepancy for what suspense now stands for."""
        self.suspense.open(
            Discrepancy(
                id=new_event_id(),
                kind=kind,
                account=shelf,
                quantity=quantity,
                remaining=quantity,
                cause=cause.id,
                opened_at=self.now,
                shipment=shipment,
                order=order,
            )
        )

    def supply(self, line: Line, *, arrived: int = 0, lost: int = 0) -> None:
        """Count what came, or was lost, of a line made for an order; an order not yet heard counts it when heard."""
        self.shipments.touch(line)
        if line.order is not None and (arrived or lost) and (self.demands.find(line.order)):
            self.demands.keep(*self.demands.get(line.order).supply(arrived=arrived, lost=lost))

    # ---- what is to be written

    def known(self, holding: Holding) -> bool:
        """Tell whether the store has a row of balances for it."""
        return holding in self._rows

    def changes(self) -> dict[Holding, dict[Shelf, int]]:
        """Net what changed on the real shelves, by row of balances."""
        changes: dict[Holding, dict[Shelf, int]] = {}
        for account, quantity in self._shelves.items():
            change = quantity - self._found.get(account, 0)
            if change:
                changes.setdefault(account.holding, {})[account.shelf] = change
        return changes
