"""Stock, movements, consignments and the catalogue, as the inventory service takes and tells them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from jvtrack.client.answers.record import Body, Record
from shared.types import (
    Condition,
    LotId,
    OrderId,
    PartId,
    PositiveQuantity,
    Quantity,
    Shelf,
    ShipmentId,
    SiteId,
    Text,
)


class ReceiptLine(Body):
    """One part, lot and condition of what was received."""

    part: PartId
    """The part."""
    quantity: PositiveQuantity
    """How much was received."""
    lot: LotId | None = None
    """The lot; without one it is taken from the shipment."""
    condition: Condition = Condition.A
    """Supply condition found on receipt."""
    expires_on: date | None = None
    """Last day of shelf life as marked on the goods."""
    serials: list[str] | None = None
    """Serial numbers, where items have them."""


class Receipt(Body):
    """Goods that a depot has received."""

    site: SiteId
    """The depot."""
    lines: list[ReceiptLine]
    """What was received."""
    shipment: ShipmentId | None = None
    """The consignment that it came in, if it is known."""


class Issue(Body):
    """Goods handed out against an order."""

    order: OrderId
    """The order."""
    quantity: PositiveQuantity
    """How much."""
    serials: list[str] | None = None
    """Serial numbers, where items have them."""
    issued_to: Text | None = None
    """Who takes the goods."""


class Return(Body):
    """Issued goods that come back."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    quantity: PositiveQuantity
    """How much."""
    lot: LotId | None = None
    """The lot."""
    condition: Condition = Condition.A
    """Supply condition in which it comes back."""
    order: OrderId | None = None
    """The order that it had been issued to, if it is known."""


class Count(Body):
    """What was counted on a shelf, and the version of the stock that the counter had before them."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    counted: Quantity
    """How much was found, free and reserved together."""
    version: int
    """The version of the stock when the count was taken."""
    lot: LotId | None = None
    """The lot."""
    condition: Condition = Condition.A
    """Supply condition."""
    reason: Text | None = None
    """What the counter has to say."""


class Scrap(Body):
    """Goods taken out of service for good."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    quantity: PositiveQuantity
    """How much."""
    reason: Text
    """Why."""
    lot: LotId | None = None
    """The lot."""
    condition: Condition = Condition.A
    """Supply condition."""


class ConditionChange(Body):
    """Goods that are found to be in another supply condition."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    was: Condition = Field(alias="from")
    """The condition in which the books have them."""
    becomes: Condition = Field(alias="to")
    """The condition in which they are."""
    quantity: PositiveQuantity
    """How much."""
    reason: Text
    """What was found."""
    lot: LotId | None = None
    """The lot."""


class Sending(Body):
    """Goods sent to another site."""

    from_site: SiteId
    """The site that sends."""
    to_site: SiteId
    """The site that is to receive."""
    part: PartId
    """The part."""
    quantity: PositiveQuantity
    """How much."""
    lot: LotId | None = None
    """The lot."""
    condition: Condition = Condition.A
    """Supply condition."""
    shipment: ShipmentId | None = None
    """The consignment; one is made if none is given."""


class End(Record):
    """One end of a transfer."""

    site: SiteId
    """The site."""
    condition: Condition
    """Supply condition."""
    shelf: Shelf
    """The shelf."""


class Transfer(Record):
    """A quantity that moved from one account to another."""

    line: int
    """Its number within the movement, from 1."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    source: End
    """Where it came from."""
    target: End
    """Where it went."""
    quantity: int
    """How much."""
    reason: str
    """What kind of transfer it is."""
    order: OrderId | None = None
    """The order that it serves, if any."""
    shipment: ShipmentId | None = None
    """The consignment that it belongs to, if any."""


class DiscrepancyOpened(Record):
    """Something that the books could not explain."""

    discrepancy: UUID
    """Its id."""
    kind: str
    """What it is: over-receipt, unmatched-receipt, lost-in-transit ..."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    quantity: int
    """How much is not explained."""


class Movement(Record):
    """What a request has moved."""

    movement: UUID
    """Its id, under which it can be reversed."""
    kind: str
    """What was asked: receipt, issue, count ..."""
    transfers: list[Transfer] = []
    """The lines that it wrote in the ledger."""
    discrepancies: list[DiscrepancyOpened] = []
    """What it could not explain."""


class LedgerLine(Transfer):
    """A line of the ledger with its cause."""

    movement: UUID
    """The fact or request that caused it."""
    reverses: UUID | None = None
    """The movement that it takes back."""
    actor: str
    """Who told or asked it."""
    recorded_at: datetime
    """When it was written down."""


class ShipmentLine(Record):
    """One lot of a consignment."""

    depot: SiteId
    """Where it goes."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    condition: Condition
    """Condition in which it was sent."""
    dispatched: int
    """How much was sent."""
    received: int
    """How much was received."""
    lost: int
    """How much was given up."""
    open: int
    """How much is still on the road."""
    order: OrderId | None = None
    """The order that it was made for, if any."""


class Shipment(Record):
    """A consignment."""

    shipment: ShipmentId
    """Its id."""
    sender: SiteId
    """Who sent it."""
    closed: bool
    """Whether nothing more is expected of it."""
    lines: list[ShipmentLine] = []
    """What it carries."""


class Discrepancy(Record):
    """A quantity that the books cannot explain yet, or could not."""

    discrepancy: UUID
    """Its id."""
    kind: str
    """What it is."""
    site: SiteId
    """The site whose books it is in."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    quantity: int
    """How much was unexplained."""
    remaining: int
    """How much still is."""
    state: str
    """open, explained or resolved."""
    shipment: ShipmentId | None = None
    """The consignment that it is about, if any."""
    age_seconds: int
    """For how long it has been, or was, open."""
