"""Suspense: every quantity that the books cannot yet explain, with its age and what would explain it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.inventory.domain.ledger import Account, LotKey
from shared.errors import Kind, Refusal
from shared.types import EventId, OrderId, Shelf, ShipmentId


class DiscrepancyUnknown(Refusal):
    """There is no such discrepancy."""

    kind = Kind.NOT_FOUND


class DiscrepancyExplained(Refusal):
    """Nothing of this discrepancy is left to resolve."""


class DiscrepancyKind(StrEnum):
    """What is not explained."""

    SHELF_SHORT = "shelf-short"
    VOID_MOVED_ON = "void-moved-on"
    UNMATCHED_RECEIPT = "unmatched-receipt"
    OVER_RECEIPT = "over-receipt"
    LOST_IN_TRANSIT = "lost-in-transit"
    UNISSUED_RETURN = "unissued-return"


@dataclass(slots=True)
class Discrepancy:
    """A quantity that suspense gave to a shelf, or got from the road, and how much of it is still unexplained."""

    id: UUID
    kind: DiscrepancyKind
    account: Account
    quantity: int
    remaining: int
    cause: EventId
    opened_at: datetime
    shipment: ShipmentId | None = None
    order: OrderId | None = None
    resolution: str | None = None
    resolved_by: str | None = None

    @property
    def suspense(self) -> Account:
        """Name the suspense account that it stands on."""
        return self.account.on(Shelf.SUSPENSE)


@dataclass(slots=True)
class Suspense:
    """The open discrepancies of the locked stock, and those opened or changed since."""

    opened: list[Discrepancy] = field(default_factory=list)
    _by_lot: dict[LotKey, list[Discrepancy]] = field(default_factory=dict)
    _by_id: dict[UUID, Discrepancy] = field(default_factory=dict)
    _changed: set[UUID] = field(default_factory=set)

    def load(self, found: Discrepancy) -> None:
        """Take in a discrepancy that the store found open."""
        if found.id not in self._by_id:
            self._keep(found)

    def open(self, discrepancy: Discrepancy) -> None:
        """Add a new one."""
        self.opened.append(discrepancy)
        self._keep(discrepancy)

    def get(self, wanted: UUID) -> Discrepancy:
        """Look one up by its id."""
        found = self._by_id.get(wanted)
        if found is None:
            raise DiscrepancyUnknown(discrepancy=wanted)
        return found

    def explain(self, discrepancy: Discrepancy, quantity: int) -> None:
        """Take an explained quantity off."""
        assert 0 < quantity <= discrepancy.remaining, "a discrepancy is explained at most once"
        discrepancy.remaining -= quantity
        self._changed.add(discrepancy.id)

    def owed(self, lot: LotKey, shelf: Shelf) -> Iterator[Discrepancy]:
        """Walk through what suspense gave to a shelf of the lot and wants back, oldest first."""
        for each in self._by_lot.get(lot, ()):
            if each.remaining and each.account.shelf is shelf and each.kind is not DiscrepancyKind.LOST_IN_TRANSIT:
                yield each

    def missing(self, lot: LotKey, shipment: ShipmentId) -> Iterator[Discrepancy]:
        """Walk through what suspense got when a consignment with the lot was given up, oldest first."""
        for each in self._by_lot.get(lot, ()):
            if each.remaining and each.kind is DiscrepancyKind.LOST_IN_TRANSIT and each.shipment == shipment:
                yield each

    def changed(self) -> list[Discrepancy]:
        """List those that the store already has and that changed, in id order."""
        new = {each.id for each in self.opened}
        return [self._by_id[each] for each in sorted(self._changed - new)]

    def _keep(self, discrepancy: Discrepancy) -> None:
        self._by_id[discrepancy.id] = discrepancy
        self._by_lot.setdefault(discrepancy.account.lot_key, []).append(discrepancy)
