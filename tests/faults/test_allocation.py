"""One stock and all who want some of it, of every priority designator: nobody is passed over, whatever happens to it.

Orders are placed, raised and cancelled; goods come, are issued and scrapped, in every condition, of every reference,
fresh or expired; other depots ask beyond the protected minimum. After each step allocation runs, as at the end of every
transaction, and is judged by what everybody then holds.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.inventory.domain import demand as demands
from services.inventory.domain.allocation import Offer, offers, release, suiting, take, usable
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand, band
from services.inventory.domain.issue import issue
from services.inventory.domain.ledger import Holding, Reason, StockKey, Transfer
from shared.errors import Refusal
from shared.events.production import Reference
from shared.events.references import reference_key
from shared.events.stock import LossReason, ReservationLost
from shared.types import Condition, LotId, OrderId, Shelf
from tests.faults.extent import EXTENT, SECONDS_MAX
from tests.unit.inventory.makers import (
    DEPOT,
    NOW,
    OTHER_DEPOT,
    PART,
    a_book,
    a_cause,
    allocated,
    an_order,
    goods,
    stocked,
    the_demand,
)

STOCK = StockKey(DEPOT, PART)
FIRST, SECOND = (Reference(maker="3VK1Y", number="VKR-1", revision=revision) for revision in "BC")
LOTS: Mapping[LotId, Reference | None] = {
    "F-01:L-1": None,
    "F-01:L-2": FIRST,
    "F-01:L-3": SECOND,
    "F-01:L-4": FIRST,
}
EXPIRED = "F-01:L-4"
ORDERS_MAX = 30
Held = Mapping[tuple[OrderId, Holding], int]
quantities, priorities, picks = st.integers(1, 4), st.integers(1, 15), st.integers(0, ORDERS_MAX)
lots = st.sampled_from(list(LOTS))
wants = st.fixed_dictionaries(
    {
        "quantity": quantities,
        "partial": st.booleans(),
        "priority": priorities,
        "conditions": st.sampled_from(["AC", "A", "AB", "ABC", "B", "C"]).map(list),
        "references": st.sampled_from([(), (), (FIRST,), (FIRST, SECOND)]),
        "ordered_by": st.sampled_from([DEPOT, DEPOT, OTHER_DEPOT]),
    }
)


@dataclass(frozen=True)
class Before:
    """What everybody held before anything was given out, and what was free."""

    demands: Sequence[Demand]
    held: Held
    free: int

    def kept_here(self, first: int) -> int:
        """Say how much was free, or held by the depot's own orders of bands below one."""
        own = [each for each in self.demands if not each.is_lateral]
        return self.free + sum(each.reserved for each in own if band(each.priority) > first)


def held(book: Book, known: Sequence[Demand]) -> Held:
    """Say what everybody holds."""
    return {(each.order, goods): there for each in known for goods, there in book.demands.held_by(each.order).items()}


@dataclass(frozen=True)
class Given:
    """What one run of allocation has given to whom, who lost something by it, and what is protected."""

    before: Before
    book: Book
    demands: Sequence[Demand]
    gains: Held
    losers: Collection[OrderId]
    minimum: int

    def judge(self) -> None:
        """Look for somebody who was passed over, and for what another depot took of what is protected."""
        for demand in self.demands:
            if demand.waits:
                got = self._given_after(demand) if self._is_judged_by_turn(demand) else {}
                reach = self._reach(demand, got)
                is_served = reach >= demand.short or (demand.partial and reach > 0)
                assert not is_served, f"{demand.order} waits for {demand.short} and was passed over by {reach}"
                assert not (demand.partial and not demand.is_lateral and self._held_below(demand))
        self._judge_minimum()

    def _is_judged_by_turn(self, demand: Demand) -> bool:
        """Tell whether it wanted throughout all that others got: who lost in between had its turn before."""
        takes_any = demand.partial and not demand.is_lateral
        return not self.losers or (takes_any and demand.order not in self.losers)

    def _given_after(self, demand: Demand) -> Held:
        after = {each.order for each in self.demands if each.turn > demand.turn}
        return {(order, goods): there for (order, goods), there in self.gains.items() if order in after}

    def _reach(self, demand: Demand, given: Held) -> int:
        """Say how much it could get of what is free, and of what was given to others."""
        offered = [Offer(goods, there, self.book.gates.reference(goods.lot_key)) for (_, goods), there in given.items()]
        good = [*offers(self.book, STOCK), *offered]
        there = _total(suiting(demand, good))
        return max(0, min(there, _total(good) - self.minimum)) if demand.is_lateral else there

    def _held_below(self, demand: Demand) -> bool:
        """Tell whether a lower band holds good stock that it would take."""
        return any(
            there and band(rival.priority) > band(demand.priority) and _is_good(self.book, demand, goods)
            for rival in self.demands
            for goods, there in self.book.demands.held_by(rival.order).items()
        )

    def _judge_minimum(self) -> None:
        """See that other depots have left what is protected, or what was there of it: free, or held in bands below."""
        gained = {order for order, _ in self.gains}
        first = min(
            (band(each.priority) for each in self.demands if each.is_lateral and each.order in gained), default=0
        )
        if first:
            own = [each for each in self.demands if not each.is_lateral]
            kept = sum(each.reserved for each in own if each.order in gained or band(each.priority) > first)
            left = kept + _total(offers(self.book, STOCK))
            assert left >= min(self.minimum, self.before.kept_here(first)), f"other depots left {left}"


def _total(there: Iterable[Offer]) -> int:
    return sum(offer.quantity for offer in there)


def _is_good(book: Book, demand: Demand, goods: Holding) -> bool:
    return demand.accepts(goods.condition, book.gates.reference(goods.lot_key)) and usable(book, goods)


class Depot(RuleBasedStateMachine):
    """One part at one depot."""

    @initialize(minimum=st.sampled_from([0, 0, 1, 3]))
    def open(self, minimum: int) -> None:
        self.minimum, self.placed = minimum, 0
        self.book = a_book(LOTS)
        self.book.minimums.load(STOCK, minimum)
        self.book.lives.tell(PART, EXPIRED, NOW.date() - timedelta(days=1))
        for lot, made_as in LOTS.items():
            self.book.gates.load_reference(PART, lot, reference_key(made_as) if made_as else None)

    @rule(want=wants)
    def place(self, want: dict[str, Any]) -> None:
        if self.placed < ORDERS_MAX:
            self.placed += 1
            self.book.demands.hear(demands.hear(an_order(number=self.placed, **want), arrived=0, lost=0))
        self.settle()

    @rule(lot=lots, condition=st.sampled_from("AAABCF"), quantity=quantities)
    def receive(self, lot: LotId, condition: str, quantity: int) -> None:
        stocked(self.book, quantity, at=goods(lot=lot, condition=Condition(condition)))
        self.settle()

    @rule(pick=picks, quantity=quantities)
    def hand_out(self, pick: int, quantity: int) -> None:
        for demand in self.picked(pick):
            with suppress(Refusal):
                issue(self.book, a_cause(), demand.order, quantity if demand.partial else max(1, demand.reserved))
        self.settle()

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        for demand in self.picked(pick):
            release(self.book, a_cause(), demand.order, demand.reserved)
            self.book.demands.keep(*demand.close())
        self.settle()

    @rule(pick=picks, priority=priorities)
    def raise_or_lower(self, pick: int, priority: int) -> None:
        for demand in self.picked(pick):
            self.book.demands.amend(demand.reprioritise(priority))
        self.settle()

    @rule(lot=lots, condition=st.sampled_from("ABC"), quantity=quantities)
    def scrap(self, lot: LotId, condition: str, quantity: int) -> None:
        there = goods(lot=lot, condition=Condition(condition))
        gone = min(quantity, self.book.stands(there))
        if gone:
            transfer = Transfer(a_cause(), there.on(Shelf.ON_HAND), there.on(Shelf.SCRAPPED), gone, Reason.SCRAPPED)
            take(self.book, transfer, LossReason.SCRAPPED)
        self.settle()

    def picked(self, pick: int) -> list[Demand]:
        """Pick one of the orders that are not closed, if there is any."""
        open_ones = [demand for demand in self.known() if not demand.closed]
        return [open_ones[pick % len(open_ones)]] if open_ones else []

    def known(self) -> list[Demand]:
        """List all demands."""
        return [the_demand(self.book, number) for number in range(1, self.placed + 1)]

    def settle(self) -> None:
        """Give out, and judge it."""
        known = self.known()
        before = Before(known, held(self.book, known), _total(offers(self.book, STOCK)))
        told = len(self.book.demands.facts)
        allocated(self.book)
        after = held(self.book, self.known())
        gains = {each: now - was for each, now in after.items() if now > (was := before.held.get(each, 0))}
        facts = [fact.event for fact in self.book.demands.facts[told:]]
        losers = {fact.order for fact in facts if isinstance(fact, ReservationLost)}
        Given(before, self.book, self.known(), gains, losers, self.minimum).judge()


TestDepot = pytest.mark.timeout(SECONDS_MAX)(Depot.TestCase)
TestDepot.settings = EXTENT.machines
