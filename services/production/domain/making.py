"""What a factory has said of how it makes a work order: each word with the event that said it, by which it is voided.

It is a set of words: in whatever order they came, the same words mean the same. Only of two offers the later holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shared.errors import Kind, Refusal
from shared.events.making import KITS_MAX, InProgress, Making, MissingKit
from shared.events.production import WorkOrderEvent
from shared.events.progress import KitArrived, KitMissing, WorkInProgressDecided, WorkOrderCountered
from shared.events.purchases import PurchasePlaced
from shared.events.workshop import (
    FactoryKitArrived,
    FactoryKitMissing,
    FactoryMaterialConsumed,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)
from shared.types import EventId

WorkshopFact = FactoryWorkOrderCountered | FactoryKitMissing | FactoryKitArrived | FactoryWorkInProgressDecided
"""What a factory says of how it makes a work order."""


class OfferNotLess(Refusal):
    """The offer is neither of less than was ordered nor of another day: accept the work order, or offer less."""

    kind = Kind.INVALID
    field = "data.quantity"


class KitsTooMany(Refusal):
    """The work order has had so many kits reported as it may: report several under one name."""

    kind = Kind.INVALID
    field = "data.kit"


class PriceIncomplete(Refusal):
    """A price has a currency: give `unit_price` and `currency`, or neither."""

    kind = Kind.INVALID


class WorkInProgressWanted(Refusal):
    """No more in work is unwanted than was decided on already: what is still wanted is finished or scrapped by lot."""


class ReuseUnclear(Refusal):
    """Reused pieces, and only these, go on as another work order: name it in `reused_for`."""

    kind = Kind.INVALID
    field = "data.reused_for"


class CostIncomplete(Refusal):
    """A cost has a currency: give `unit_cost` and `currency`, or neither."""

    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class Offer:
    """The most that the factory said it makes."""

    event: EventId
    quantity: int
    withheld: int
    """How much less that was than the work order would have brought then, earlier offers aside."""


@dataclass(frozen=True, slots=True)
class KitReport:
    """A kit that was said to be missing, or to have come."""

    event: EventId
    kit: str
    arrived: bool
    supplier: str | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was said to become of pieces in work that nobody wants any more."""

    event: EventId
    outcome: InProgress
    quantity: int
    good: int = 0
    """How many pieces of its work order were good by then."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The price at which it was bought."""

    event: EventId
    unit_price: str
    currency: str


@dataclass(frozen=True, slots=True)
class Said:
    """All that still stands of it."""

    offers: tuple[Offer, ...] = ()
    kits: tuple[KitReport, ...] = ()
    decided: tuple[Decided, ...] = ()
    agreed: tuple[Agreed, ...] = ()

    @property
    def withheld(self) -> int:
        """How much of what was ordered will not be made, as the factory last offered."""
        return self.offers[-1].withheld if self.offers else 0

    @property
    def unmade(self) -> int:
        """How much of what was ordered will not come of it: not offered, scrapped as unwanted, or another's now."""
        return self.withheld + self._decided(InProgress.SCRAPPED) + self._decided(InProgress.REUSED)

    @property
    def settled(self) -> int:
        """How many unwanted pieces in work something was decided on."""
        return sum(each.quantity for each in self.decided)

    def owed(self, kept: int, *, wanted: int, good: int) -> int:
        """Tell on how many pieces in work a word is owed: of so many that were asked back and kept.

        What is good is in work no more. What was said to be finished for stock may be among it from then on, and counts
        once; what was good when a word was said was not what it spoke of.
        """
        spoken, done = 0, 0
        for each in self.decided:
            done = max(done, each.good - spoken)
            spoken += each.quantity if each.outcome is InProgress.FOR_STOCK else 0
        return kept - max(0, max(done, good - spoken) - max(0, wanted)) - self.settled

    @property
    def told(self) -> Making | None:
        """Say it in the published language; none where nothing stands."""
        making = Making(
            offered=self.offers[-1].quantity if self.offers else None,
            kits_missing=tuple(self._missing()),
            for_stock=self._decided(InProgress.FOR_STOCK),
            scrapped=self._decided(InProgress.SCRAPPED),
            reused=self._decided(InProgress.REUSED),
            unit_price=self.agreed[-1].unit_price if self.agreed else None,
            currency=self.agreed[-1].currency if self.agreed else None,
        )
        return None if making == Making() else making

    def add(self, event: EventId, fact: WorkshopFact, *, brings: int, good: int) -> "Said":
        """Take a word in; without any offer the work order would bring so much now, of which so much is good."""
        match fact:
            case FactoryWorkOrderCountered():
                offer = Offer(event, fact.quantity, max(0, brings - fact.quantity))
                return replace(self, offers=(*self.offers, offer))
            case FactoryWorkInProgressDecided():
                return replace(self, decided=(*self.decided, Decided(event, fact.outcome, fact.quantity, good)))
            case FactoryKitMissing():
                report = KitReport(event, fact.kit, False, fact.supplier, fact.expected_on)
            case _:
                report = KitReport(event, fact.kit, True)
        return replace(self, kits=(*self.kits, report))

    def buy(self, event: EventId, fact: PurchasePlaced) -> "Said":
        """Take in at what price it was bought, where that is told."""
        if fact.unit_price is None or fact.currency is None:
            return self
        return replace(self, agreed=(*self.agreed, Agreed(event, fact.unit_price, fact.currency)))

    def without(self, event: EventId) -> "Said":
        """Take back what a voided event said."""
        return Said(
            tuple(each for each in self.offers if each.event != event),
            tuple(each for each in self.kits if each.event != event),
            tuple(each for each in self.decided if each.event != event),
            tuple(each for each in self.agreed if each.event != event),
        )

    def _missing(self) -> Iterator[MissingKit]:
        """Name each kit that was said to be missing and of which no arrival was told, as it was last told of."""
        arrived = {each.kit for each in self.kits if each.arrived}
        last = {each.kit: each for each in self.kits if each.kit not in arrived}
        for kit, report in sorted(last.items()):
            yield MissingKit(kit=kit, supplier=report.supplier, expected_on=report.expected_on)

    def _decided(self, outcome: InProgress) -> int:
        return sum(each.quantity for each in self.decided if each.outcome is outcome)


UNSAID = Said()


def require_cost_whole(fact: FactoryMaterialConsumed) -> None:
    """Refuse a cost without its currency, and a currency of nothing."""
    if lacking := _lacking("unit_cost", fact.unit_cost, fact.currency):
        raise CostIncomplete(unit_cost=fact.unit_cost, currency=fact.currency).at(lacking)


def require_price_whole(fact: PurchasePlaced) -> None:
    """Refuse a price without its currency, and a currency of nothing."""
    if lacking := _lacking("unit_price", fact.unit_price, fact.currency):
        raise PriceIncomplete(unit_price=fact.unit_price, currency=fact.currency).at(lacking)


def _lacking(name: str, amount: str | None, currency: str | None) -> str | None:
    """Name the field that the other one needs; none where both are there, or neither."""
    if (amount is None) is (currency is None):
        return None
    return "data.currency" if currency is None else f"data.{name}"


def require_reuse_clear(fact: FactoryWorkInProgressDecided) -> None:
    """Refuse reused pieces that go nowhere, or nowhere else, and others that go on as another work order."""
    if (fact.outcome is InProgress.REUSED) is (fact.reused_for is None) or fact.reused_for == fact.work_order:
        raise ReuseUnclear(outcome=fact.outcome, reused_for=fact.reused_for)


def require_owed(fact: FactoryWorkInProgressDecided, owed: int) -> None:
    """Refuse a word on more pieces in work than one is owed on."""
    if fact.quantity > owed:
        raise WorkInProgressWanted(quantity=fact.quantity, unwanted=owed)


def require_kits_few(said: Said, kit: str) -> None:
    """Refuse one kit too many, so that what is told of a work order has a bound."""
    if len({each.kit for each in said.kits} | {kit}) > KITS_MAX or len(said.kits) >= _REPORTS_MAX:
        raise KitsTooMany(kits_max=KITS_MAX)


_REPORTS_MAX = 10 * KITS_MAX


def tell_making(fact: WorkshopFact, terms: Mapping[str, Any]) -> WorkOrderEvent:
    """Tell what a factory says of how it makes, with the terms of its work order as they now are."""
    match fact:
        case FactoryWorkOrderCountered():
            return WorkOrderCountered(**terms, offered=fact.quantity, reason=fact.reason)
        case FactoryKitMissing():
            return KitMissing(**terms, kit=fact.kit, supplier=fact.supplier, expected_on=fact.expected_on)
        case FactoryKitArrived():
            return KitArrived(**terms, kit=fact.kit)
        case _:
            goes_to = {"outcome": fact.outcome, "reused_for": fact.reused_for}
            return WorkInProgressDecided(**{**terms, **goes_to}, decided=fact.quantity, reason=fact.reason)
