"""What inventory tells: every transfer of the ledger, demand as absolute totals, shipments as absolute totals."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.envelope import Event, Stream
from shared.types import Condition, EventId, LotId, OrderId, PartId, Quantity, Shelf, ShipmentId, SiteId, Text, Total


class Posting(BaseModel):
    """One half of a transfer: what it changed on one shelf of this site and part."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    cause: EventId
    """The event that caused the transfer."""
    line: int
    """The transfer's line within its cause, from 1."""
    reason: str
    """What kind of movement it is: received, reserved, issued."""
    lot: LotId
    """The lot."""
    condition: Condition
    """Supply condition."""
    shelf: Shelf
    """The shelf."""
    change: int
    """Quanta added (above zero) or taken (below)."""
    balance: Total | None = None
    """What stands on a real shelf after this transaction; none for ends and explanations."""
    order: OrderId | None = None
    """The order it serves, if any."""
    shipment: ShipmentId | None = None
    """The consignment it belongs to, if any."""


class StockMoved(Event):
    """Quantities of one part moved on the shelves of one site, all in one transaction."""

    TYPE: ClassVar[str] = "jvtrack.stock.stock-moved.v1"
    STREAM: ClassVar[Stream] = Stream.STOCK

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    postings: list[Posting]
    """The halves of the transfers that lie on this site's shelves."""

    @property
    def key(self) -> str:
        """Name the mutex of this stock."""
        return f"{self.site}/{self.part}"


class DemandEvent(Event):
    """A fact about the demand of one order, keyed by it; every quantity is an absolute total."""

    STREAM: ClassVar[Stream] = Stream.STOCK

    order: OrderId
    """The order."""
    site: SiteId
    """The site that fills it."""
    part: PartId
    """The part."""
    quantity: Quantity
    """How much was ordered."""
    reserved: Quantity
    """How much is held for the order and not yet issued."""
    issued: Quantity
    """How much was issued to it."""
    cancelled: Quantity
    """How much is no longer wanted."""
    short: Quantity
    """How much it still waits for: quantity - reserved - issued - cancelled."""
    released: Total
    """How much was once reserved and then released by a cancel or reduction."""
    arrived: Total
    """How much of the supplies made for this order was received, whoever got the stock."""
    lost: Total
    """How much of those supplies was lost on the road."""
    closed: bool
    """Whether nothing more will be reserved for it."""
    unsettled: bool = False
    """Whether the same transaction says more of this demand: these totals were never true for anybody else."""

    @property
    def key(self) -> str:
        """Name the demand."""
        return f"demand:{self.order}"


class DemandReserved(DemandEvent):
    """Inventory has reserved what is there, and says what is short."""

    TYPE: ClassVar[str] = "jvtrack.stock.demand-reserved.v1"


class DemandIssued(DemandEvent):
    """Stock was issued to the order, or an issue was undone."""

    TYPE: ClassVar[str] = "jvtrack.stock.demand-issued.v1"


class DemandReduced(DemandEvent):
    """Less is wanted; what was reserved beyond it is released."""

    TYPE: ClassVar[str] = "jvtrack.stock.demand-reduced.v1"


class DemandSupplied(DemandEvent):
    """Supplies made for the order arrived or were lost."""

    TYPE: ClassVar[str] = "jvtrack.stock.demand-supplied.v1"


class DemandClosed(DemandEvent):
    """What was not issued is released; nothing more will be reserved."""

    TYPE: ClassVar[str] = "jvtrack.stock.demand-closed.v1"


class LossReason(StrEnum):
    """Why a reservation lost stock."""

    COUNTED = "counted"
    SCRAPPED = "scrapped"
    CONDITION_CHANGED = "condition-changed"
    TRANSFERRED = "transferred"
    REVERSED = "reversed"
    EXPIRED = "expired"
    PRE_EMPTED = "pre-empted"


class Gate(StrEnum):
    """What must be open before a lot may be issued, where its part asks for it."""

    FIRST_ARTICLE = "first-article"
    CERTIFICATE = "certificate"


class ReservationLost(DemandEvent):
    """Stock that was reserved for the order is gone."""

    TYPE: ClassVar[str] = "jvtrack.stock.reservation-lost.v1"

    taken: Quantity
    """How much was taken from the reservation by this fact."""
    reason: LossReason
    """Why."""
    winner: OrderId | None = None
    """The order of a higher band that got it, where the reservation was pre-empted."""
    gate: Gate | None = None
    """The gate that has closed on the goods, if that is why; the reason then is the nearest word of those before it."""
    unaccepted: bool = False
    """Whether the order does not accept the reference of the goods, if that is why; the reason then is the nearest."""


class ProtectedMinimumSet(Event):
    """How much of a part stays at a depot for its own orders has changed."""

    TYPE: ClassVar[str] = "jvtrack.stock.protected-minimum-set.v1"
    STREAM: ClassVar[Stream] = Stream.STOCK

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    quantity: Quantity
    """How much an order of another depot never takes."""
    before: Quantity
    """How much it was before."""
    reason: Text
    """Why."""
    set_by: Text
    """Who set it."""

    @property
    def key(self) -> str:
        """Name the minimum."""
        return f"protected-minimum:{self.site}/{self.part}"


class Awaited(BaseModel):
    """What an order for stock still waits for."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    order: OrderId
    """The order."""
    short: Quantity
    """How much has not arrived."""


class StockLevelStated(Event):
    """How much of a part a depot had for nobody at one moment, and what of it was still to arrive for stock."""

    TYPE: ClassVar[str] = "jvtrack.stock.stock-level-stated.v1"
    STREAM: ClassVar[Stream] = Stream.STOCK

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    free: Total
    """How much lay on its shelf in a serviceable condition, held for no order."""
    awaited: list[Awaited]
    """The orders for stock that still waited for something."""

    @property
    def key(self) -> str:
        """Name the level."""
        return f"stock-level:{self.site}/{self.part}"


class ShipmentLine(BaseModel):
    """One lot in one condition of a consignment, as absolute totals."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    depot: SiteId
    """Where it goes."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    condition: Condition
    """Condition in which it was sent."""
    dispatched: Total
    """How much was sent."""
    received: Total
    """How much was received."""
    lost: Total
    """How much was given up when the consignment was closed."""
    order: OrderId | None = None
    """The order it was made for, if any."""


class ShipmentChanged(Event):
    """A consignment has changed."""

    TYPE: ClassVar[str] = "jvtrack.stock.shipment-changed.v1"
    STREAM: ClassVar[Stream] = Stream.STOCK

    shipment: ShipmentId
    """The consignment."""
    sender: SiteId
    """The site that sent it."""
    dispatched_on: date
    """Day on which inventory first heard of it."""
    lines: list[ShipmentLine]
    """The lines that changed, as absolute totals; the others are as they were last told."""
    closed: bool
    """Whether nothing more is expected of it."""

    @property
    def key(self) -> str:
        """Name the consignment."""
        return f"shipment:{self.shipment}"
