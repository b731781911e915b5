"""What a depot asks of the inventory service: the slips by which it moves goods."""

from datetime import date

from pydantic import Field

from jvtrack.client.answers.record import Body
from shared.types import (
    Condition,
    LotId,
    OrderId,
    PartId,
    PositiveQuantity,
    Quantity,
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


class ExpiryMark(Body):
    """The last day that a depot reads off its own goods of a lot, or that there is none."""

    site: SiteId
    """The site; the mark holds there alone."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    reason: Text
    """Why it is marked, or marked otherwise."""
    expires_on: date | None = None
    """Last day of its shelf life; without one, what was marked is taken back."""


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
    inspect_by: date | None = None
    """The new inspect-by day of an extendible life that was inspected."""


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
    order: OrderId | None = None
    """The lateral order for which it is sent: what it holds goes, whatever the lot."""
