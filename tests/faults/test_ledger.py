"""L1: the ledger against a storekeeper who only knows what lies on the shelves of each lot.

What factories tell comes late, lot by lot in its order, as Kafka delivers it; in the end the factories' accounts are
the same as in books that heard everything at once.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.inventory.domain import bookings, count, handling, issue, road, slip
from services.inventory.domain.allocation import release, usable
from services.inventory.domain.book import Book
from services.inventory.domain.demand import hear
from services.inventory.domain.gates import Gates
from services.inventory.domain.ledger import Account, Cause
from services.inventory.domain.resolution import resolve
from services.inventory.domain.suspense import DiscrepancyKind
from services.inventory.domain.unfit import give_up
from shared.errors import Refusal
from shared.events.production import Reference
from shared.events.references import reference_key
from shared.events.stock import Gate
from shared.types import Condition, EventId, ReferenceKey, Shelf
from tests.faults.extent import EXTENT, SECONDS_MAX
from tests.faults.shelves import of_the_factory, on_the_depots_shelf
from tests.unit.inventory.makers import (
    DEPOT,
    FACTORY,
    OTHER_DEPOT,
    REAL,
    a_book,
    a_cause,
    a_dispatch,
    a_finish,
    a_void,
    allocated,
    an_order,
    an_order_id,
    goods,
    on,
    sums,
)

Heard = Callable[[], object]
LOTS = ("F-01:L-1", "F-01:L-2")
lots = st.sampled_from(LOTS)
quantities = st.integers(1, 8)
conditions = st.sampled_from([Condition.A, Condition.C, Condition.F])
shipments = st.sampled_from(["F-01:S-1", "F-01:S-2"])
picks = st.integers(0, 50)
MADE_AS = tuple(Reference(maker="3VK1Y", number="VKR-1", revision=each) for each in "BC")
references = st.sampled_from([None, *map(reference_key, MADE_AS)])
accepted = st.sampled_from([(), MADE_AS[:1], MADE_AS])


class Store(RuleBasedStateMachine):
    """Does anything that factories and a depot can do, and counts the shelves after it."""

    def __init__(self) -> None:
        super().__init__()
        self.book = a_book(LOTS)
        self.shelves: Counter[str] = Counter()
        self.orders = 0
        self.prompt = a_book(LOTS)
        self.told: list[tuple[EventId, str]] = []
        self.on_the_way: dict[str, list[Heard]] = {lot: [] for lot in LOTS}
        self.slips: list[EventId] = []

    def _ask(self, do: Callable[[Cause], object], lot: str | None = None, change: int = 0) -> None:
        """Do something that may be refused, and then must leave no trace."""
        cause, before = a_cause(), len(self.book.transfers)
        try:
            do(cause)
        except Refusal:
            assert len(self.book.transfers) == before
            return
        self.slips.append(cause.id)
        if lot is not None:
            self.shelves[lot] += change
        allocated(self.book)

    def _tell(self, book: Callable[[Book, Cause], object], lot: str) -> Cause:
        """Tell a fact, which is on its way from then on."""
        cause = a_cause()
        book(self.prompt, cause)
        self.on_the_way[lot].append(lambda: book(self.book, cause))
        return cause

    def _arrive(self, lot: str, count: int) -> None:
        for arrives in self.on_the_way[lot][:count]:
            arrives()
            allocated(self.book)
        del self.on_the_way[lot][:count]

    @rule(lot=lots, count=st.integers(1, 4))
    def arrive(self, lot: str, count: int) -> None:
        self._arrive(lot, count)

    @rule(lot=lots, quantity=quantities, late=st.booleans())
    def finish(self, lot: str, quantity: int, *, late: bool) -> None:
        fact = a_finish(quantity, lot)
        cause = self._tell(lambda book, cause: bookings.finish(book, cause, fact), lot)
        self.told.append((cause.id, lot))
        self._arrive(lot, 0 if late else len(self.on_the_way[lot]))

    @rule(lot=lots, quantity=quantities, shipment=shipments, pick=picks, late=st.booleans())
    def dispatch(self, lot: str, quantity: int, shipment: str, pick: int, *, late: bool) -> None:
        order = an_order_id(pick % (self.orders + 2) + 1)
        fact = a_dispatch(quantity, lot, shipment=shipment, order=order, filling_site=DEPOT)
        cause = self._tell(lambda book, cause: bookings.dispatch(book, cause, fact), lot)
        self.told.append((cause.id, lot))
        self._arrive(lot, 0 if late else len(self.on_the_way[lot]))

    @rule(pick=picks)
    def void(self, pick: int) -> None:
        if self.told:
            voided, lot = self.told[pick % len(self.told)]
            self._tell(lambda book, cause: bookings.void(book, cause, a_void(voided, lot)), lot)

    @rule(lot=lots, quantity=quantities, condition=conditions, shipment=shipments | st.none())
    def receive(self, lot: str, quantity: int, condition: Condition, shipment: str | None) -> None:
        arrival = road.Arrival(goods(DEPOT, lot, condition), quantity, shipment)
        self._ask(lambda cause: road.arrive(self.book, cause, arrival), lot, quantity)

    @rule(shipment=shipments)
    def close(self, shipment: str) -> None:
        self._ask(lambda cause: road.close(self.book, cause, self.book.shipments.get(shipment), {DEPOT}))

    @rule(quantity=quantities, is_partial=st.booleans(), priority=st.integers(1, 15), accepts=accepted)
    def order(self, quantity: int, priority: int, accepts: tuple[Reference, ...], *, is_partial: bool) -> None:
        if self.orders < 20:
            self.orders += 1
            placed = an_order(quantity, self.orders, partial=is_partial, priority=priority, references=accepts)
            lines = [line for lot in LOTS for line in self.book.shipments.carrying(goods(DEPOT, lot).lot_key)]
            mine = [line for line in lines if line.order == placed.order]
            arrived, lost = sum(line.received for line in mine), sum(line.lost for line in mine)
            self.book.demands.hear(hear(placed, arrived=arrived, lost=lost))
            allocated(self.book)

    @rule(pick=picks, accepts=accepted)
    def accept(self, pick: int, accepts: tuple[Reference, ...]) -> None:
        """Take lots of other references from now on, as the handler does."""
        demand = self.book.demands.find(an_order_id(pick % (self.orders + 1) + 1))
        if demand is not None and not demand.closed:
            now = self.book.demands.get(demand.order).accept(accepts)
            self.book.demands.keep(*now.reserve(0))
            give_up(self.book, a_cause(), demand.order)
            allocated(self.book)

    @rule(pick=picks, wanted=quantities, is_cancel=st.booleans())
    def want_less(self, pick: int, wanted: int, *, is_cancel: bool) -> None:
        if not self.orders:
            return
        demand = self.book.demands.get(an_order_id(pick % self.orders + 1))
        if demand.closed:
            return
        now, fact = demand.close() if is_cancel else demand.reduce(wanted)
        release(self.book, a_cause(), demand.order, demand.reserved - now.reserved)
        self.book.demands.keep(now, fact)
        allocated(self.book)

    @rule(pick=picks, quantity=quantities)
    def issue(self, pick: int, quantity: int) -> None:
        order = an_order_id(pick % (self.orders + 1) + 1)
        cause, before = a_cause(), len(self.book.transfers)
        self._ask(lambda _: issue.issue(self.book, cause, order, quantity))
        if len(self.book.transfers) > before:
            self.slips[-1] = cause.id
            for transfer in self.book.caused(cause.id):
                self.shelves[transfer.source.lot] -= transfer.quantity

    @rule(lot=lots, quantity=quantities, condition=conditions, pick=picks)
    def give_back(self, lot: str, quantity: int, condition: Condition, pick: int) -> None:
        order = an_order_id(pick % self.orders + 1) if self.orders and pick % 2 else None
        holding = goods(DEPOT, lot, condition)
        self._ask(lambda cause: issue.give_back(self.book, cause, holding, quantity, order=order), lot, quantity)

    @rule(lot=lots, quantity=quantities, condition=conditions)
    def scrap(self, lot: str, quantity: int, condition: Condition) -> None:
        holding = goods(DEPOT, lot, condition)
        self._ask(lambda cause: handling.scrap(self.book, cause, holding, quantity), lot, -quantity)

    @rule(lot=lots, quantity=quantities, was=conditions, becomes=conditions)
    def change_condition(self, lot: str, quantity: int, was: Condition, becomes: Condition) -> None:
        if was is not becomes:
            holding = goods(DEPOT, lot, was)
            self._ask(lambda cause: handling.change_condition(self.book, cause, holding, quantity, condition=becomes))

    @rule(lot=lots, quantity=quantities)
    def send(self, lot: str, quantity: int) -> None:
        holding = goods(DEPOT, lot)
        self._ask(
            lambda cause: handling.send(self.book, cause, holding, quantity, to=OTHER_DEPOT, shipment="D-01:S-1"),
            lot,
            -quantity,
        )

    @rule(lot=lots, found=st.integers(0, 8), condition=conditions)
    def count(self, lot: str, found: int, condition: Condition) -> None:
        holding = goods(DEPOT, lot, condition)
        change = found - self.book.stands(holding)
        self._ask(lambda cause: count.correct(self.book, cause, holding, change), lot, change)

    @rule(held_back=st.sets(lots), made_as=st.tuples(references, references))
    def move_gates(self, held_back: set[str], made_as: tuple[ReferenceKey | None, ReferenceKey | None]) -> None:
        """Hold these lots back, let the others through, say what they are; and look after who holds or waits."""
        self.book.gates = Gates()
        for lot, reference in zip(LOTS, made_as, strict=True):
            self.book.gates.load_reference(goods(DEPOT, lot).part, lot, reference)
        for lot in held_back:
            self.book.gates.load(goods(DEPOT, lot).lot_key, Gate.FIRST_ARTICLE)
        for number in range(1, self.orders + 1):
            give_up(self.book, a_cause(), an_order_id(number))
        allocated(self.book)

    @rule(pick=picks)
    def reverse(self, pick: int) -> None:
        if not self.slips:
            return
        original = self.slips[pick % len(self.slips)]
        before = len(self.book.transfers)
        self._ask(lambda cause: slip.reverse(self.book, cause, original))
        for transfer in self.book.transfers[before:]:
            if transfer.reverses == original:
                self.shelves[transfer.source.lot] -= on_the_depots_shelf(transfer.source) * transfer.quantity
                self.shelves[transfer.target.lot] += on_the_depots_shelf(transfer.target) * transfer.quantity

    @rule(pick=picks)
    def resolve(self, pick: int) -> None:
        opened = self.book.suspense.opened
        if opened:
            discrepancy = opened[pick % len(opened)]
            self._ask(lambda cause: resolve(self.book, cause, discrepancy, reason="Any."))

    @invariant()
    def the_storekeeper_finds_what_the_book_says(self) -> None:
        for lot in LOTS:
            assert sum(self.book.stands(goods(DEPOT, lot, each)) for each in Condition) == self.shelves[lot]

    @invariant()
    def all_accounts_sum_to_nothing_and_no_shelf_is_below_it(self) -> None:
        balances = sums(self.book)
        assert sum(balances.values()) == 0
        ends = (*REAL, Shelf.ISSUED, Shelf.SCRAPPED)
        assert all(quantity >= 0 for account, quantity in balances.items() if account.shelf in ends)
        for lot in LOTS:
            for site in (FACTORY, DEPOT, OTHER_DEPOT):
                self._suspense_is_what_is_unexplained(balances, site, lot)

    def _suspense_is_what_is_unexplained(self, balances: dict[Account, int], site: str, lot: str) -> None:
        suspense = sum(balances.get(goods(site, lot, each).on(Shelf.SUSPENSE), 0) for each in Condition)
        mine = [each for each in self.book.suspense.opened if each.account.lot_key == goods(site, lot).lot_key]
        lost = [each.remaining for each in mine if each.kind is DiscrepancyKind.LOST_IN_TRANSIT]
        lent = [each.remaining for each in mine if each.kind is not DiscrepancyKind.LOST_IN_TRANSIT]
        assert suspense == sum(lost) - sum(lent)
        lines = self.book.shipments.carrying(goods(site, lot).lot_key)
        assert sum(line.open for line in lines) == sum(on(self.book, Shelf.IN_TRANSIT, site, lot, c) for c in Condition)
        assert all(min(line.open, line.received, line.lost) >= 0 for line in lines)

    @invariant()
    def every_order_holds_what_it_is_said_to_hold(self) -> None:
        for number in range(1, self.orders + 1):
            demand = self.book.demands.get(an_order_id(number))
            assert sum(self.book.demands.held_by(demand.order).values()) == demand.reserved
            assert min(demand.short, demand.reserved, demand.issued, demand.cancelled, demand.lost) >= 0
            assert not demand.closed or demand.short == demand.reserved == 0

    @invariant()
    def nobody_holds_what_is_held_back_or_not_accepted(self) -> None:
        for number in range(1, self.orders + 1):
            demand = self.book.demands.get(an_order_id(number))
            held = [each for each, quantity in self.book.demands.held_by(demand.order).items() if quantity]
            assert not any(self.book.gates.closed(each.lot_key) for each in held)
            assert all(demand.accepts_reference(self.book.gates.reference(each.lot_key)) for each in held)

    @invariant()
    def nobody_waits_for_what_is_free(self) -> None:
        free = {each: there for each, there in self.book.free(goods().stock).items() if usable(self.book, each)}
        for demand in self.book.demands.waiting(goods().stock):
            made_as = {each: self.book.gates.reference(each.lot_key) for each in free}
            suitable = sum(there for each, there in free.items() if demand.accepts(each.condition, made_as[each]))
            assert suitable == 0 or (not demand.partial and suitable < demand.short)

    def teardown(self) -> None:
        for lot in LOTS:
            self._arrive(lot, len(self.on_the_way[lot]))
        self.all_accounts_sum_to_nothing_and_no_shelf_is_below_it()
        assert of_the_factory(self.book) == of_the_factory(self.prompt)


TestStore = pytest.mark.timeout(SECONDS_MAX)(Store.TestCase)
TestStore.settings = EXTENT.machines
