"""What the doors tell of movements, shipments and discrepancies."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.inventory.domain.suspense import DiscrepancyKind
from shared.http.forms import Answer, example
from shared.types import Condition, LotId, OrderId, PartId, Shelf, ShipmentId, SiteId


class End(Answer):
    """One end of a transfer."""

    site: SiteId
    """The site."""
    condition: Condition
    """Supply condition."""
    shelf: Shelf
    """The shelf, the end or the explanation."""


class TransferRead(Answer):
    """A line of the ledger: a quantity that moved from one account to another."""

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
    """How much, in quanta of the part."""
    unit_of_issue: str | None = None
    """Unit in which the part is counted."""
    quantity_scale: int | None = None
    """Decimal places of the unit: 1 is 10^-scale of it."""
    reason: str
    """What kind of transfer it is: received, reserved, issued, covered."""
    order: OrderId | None = None
    """The order that it serves, if any."""
    shipment: ShipmentId | None = None
    """The consignment that it belongs to, if any."""


class DiscrepancyOpened(Answer):
    """Something that the books could not explain."""

    discrepancy: UUID
    """Its id."""
    kind: DiscrepancyKind
    """What it is."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    quantity: int
    """How much is not explained."""


class MovementRead(Answer):
    """What a request has moved."""

    model_config = example(
        {
            "movement": "01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11",
            "kind": "receipt",
            "transfers": [
                {
                    "line": 1,
                    "part": "MI17-MAIN-GEARBOX",
                    "lot": "F-01:L-2026-0042",
                    "source": {"site": "D-01", "condition": "A", "shelf": "in_transit"},
                    "target": {"site": "D-01", "condition": "A", "shelf": "on_hand"},
                    "quantity": 2,
                    "unit_of_issue": "EA",
                    "quantity_scale": 0,
                    "reason": "received",
                    "shipment": "F-01:S-2026-0007",
                }
            ],
            "discrepancies": [],
        }
    )

    movement: UUID
    """Its id, under which it can be reversed."""
    kind: str
    """What was asked: receipt, issue, count ..."""
    transfers: list[TransferRead]
    """The lines that it wrote in the ledger."""
    discrepancies: list[DiscrepancyOpened]
    """What it could not explain."""


class LedgerLine(TransferRead):
    """A line of the ledger with its cause."""

    movement: UUID
    """The fact or request that caused it."""
    kind: str | None = None
    """What was asked, where somebody asked."""
    note: str | None = None
    """The reason given."""
    issued_to: str | None = None
    """Who took the goods."""
    serials: list[str] = []
    """Serial numbers of the whole movement."""
    reverses: UUID | None = None
    """The movement that it takes back."""
    actor: str
    """Who told or asked it."""
    on_behalf_of: SiteId | None = None
    """The site that it was asked for, where that is not the actor's own."""
    occurred_at: datetime
    """When it happened, by the sender's clock."""
    recorded_at: datetime
    """When it was written down."""


class ShipmentLineRead(Answer):
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
    unit_of_issue: str | None = None
    """Unit in which the part is counted."""
    quantity_scale: int | None = None
    """Decimal places of the unit: 1 is 10^-scale of it."""
    order: OrderId | None = None
    """The order that it was made for, if any."""


class ShipmentRead(Answer):
    """A consignment, with the lines that the asker may see."""

    shipment: ShipmentId
    """Its id."""
    sender: SiteId
    """Who sent it."""
    dispatched_on: date
    """Day on which inventory first heard of it."""
    closed: bool
    """Whether nothing more is expected of it."""
    version: int
    """Its version."""
    lines: list[ShipmentLineRead]
    """What it carries."""


class DiscrepancyRead(Answer):
    """A quantity that the books cannot explain yet, or could not."""

    discrepancy: UUID
    """Its id."""
    kind: DiscrepancyKind
    """What it is."""
    site: SiteId
    """The site whose books it is in."""
    part: PartId
    """The part."""
    lot: LotId
    """The lot."""
    condition: Condition
    """Supply condition."""
    shelf: Shelf
    """The shelf that suspense stands for."""
    quantity: int
    """How much was unexplained."""
    remaining: int
    """How much still is."""
    unit_of_issue: str | None = None
    """Unit in which the part is counted."""
    quantity_scale: int | None = None
    """Decimal places of the unit: 1 is 10^-scale of it."""
    state: Literal["open", "explained", "resolved"]
    """Whether it is open, was explained by what came later, or was resolved by somebody."""
    movement: UUID
    """What caused it."""
    shipment: ShipmentId | None = None
    """The consignment that it is about, if any."""
    order: OrderId | None = None
    """The order that the goods were made for, if any."""
    opened_at: datetime
    """Since when."""
    age_seconds: int
    """For how long it has been, or was, open."""
    resolution: str | None = None
    """Why it was resolved."""
    resolved_by: str | None = None
    """Who resolved it."""
