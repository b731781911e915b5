"""What a fact or request touches: keys to lock and rows to load, said before anything is decided."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from services.inventory.domain.ledger import Holding, LotKey, StockKey
from shared.types import EventId, OrderId, ShipmentId, SiteId


class OrderKey(NamedTuple):
    """The demand of an order, with what it holds."""

    order: OrderId


class SuppliedKey(NamedTuple):
    """The demand that goods were made for, without what it holds; its stock is touched beside it."""

    order: OrderId
    supplied: bool = True


class TravelKey(NamedTuple):
    """What an order holds, and the site to which it is shipped, whose stock is touched beside it."""

    order: OrderId
    site: SiteId


class ShipmentKey(NamedTuple):
    """A consignment with its lines; one that a sender begins is made if it is not there."""

    shipment: ShipmentId
    sender: SiteId | None = None


class CauseKey(NamedTuple):
    """What a fact or request has booked."""

    cause: EventId


class OutsideKey(NamedTuple):
    """What is outside of a lot: issued, and not come back."""

    lot: LotKey


class DiscrepancyKey(NamedTuple):
    """A discrepancy."""

    discrepancy: UUID


class CountKey(NamedTuple):
    """What came and went of goods after a version of their stock."""

    goods: Holding
    version: int


@dataclass(slots=True)
class Touched:
    """Touches, by kind."""

    stocks: set[StockKey] = field(default_factory=set)
    lots: set[LotKey] = field(default_factory=set)
    orders: set[OrderId] = field(default_factory=set)
    supplied: set[OrderId] = field(default_factory=set)
    travels: set[TravelKey] = field(default_factory=set)
    shipments: dict[ShipmentId, SiteId | None] = field(default_factory=dict)
    causes: set[EventId] = field(default_factory=set)
    outside: set[LotKey] = field(default_factory=set)
    discrepancies: set[UUID] = field(default_factory=set)
    counts: set[CountKey] = field(default_factory=set)

    @classmethod
    def of(cls, touches: Iterable[Hashable]) -> "Touched":
        """Sort touches by kind."""
        touched = cls()
        for touch in touches:
            touched.add(touch)
        return touched

    def add(self, touch: Hashable) -> None:  # noqa: C901  # one line a kind
        """Add one touch; a lot's stock is touched with it."""
        match touch:
            case LotKey():
                self.lots.add(touch)
                self.stocks.add(touch.stock)
            case StockKey():
                self.stocks.add(touch)
            case OrderKey(order):
                self.orders.add(order)
            case SuppliedKey(order):
                self.supplied.add(order)
            case TravelKey(order):
                self.travels.add(touch)
                self.orders.add(order)
            case ShipmentKey(shipment, sender):
                self.shipments[shipment] = sender or self.shipments.get(shipment)
            case CauseKey(cause):
                self.causes.add(cause)
            case OutsideKey(lot):
                self.outside.add(lot)
            case DiscrepancyKey(discrepancy):
                self.discrepancies.add(discrepancy)
            case CountKey():
                self.counts.add(touch)
            case _:
                raise AssertionError(f"nothing here is called {touch!r}")
