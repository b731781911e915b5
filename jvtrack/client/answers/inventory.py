"""Movements, consignments and discrepancies, as the inventory service tells them."""

from datetime import datetime
from uuid import UUID

from jvtrack.client.answers.record import Record
from shared.types import (
    Condition,
    LotId,
    OrderId,
    PartId,
    Shelf,
    ShipmentId,
    SiteId,
)


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
