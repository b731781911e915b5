"""Joint ventures and the approvals of what leaves them, as the orders service takes and tells them."""

from collections.abc import Sequence
from datetime import date

from jvtrack.client.answers.record import Body, Record
from shared.types import LotId, Nation, OrderId, PartId, ShipmentId, SiteId, Text


class VentureTerms(Body):
    """Whose a joint venture is."""

    partners: Sequence[Nation]
    """The two nations whose partners own it."""


class Venture(Record):
    """Whose a joint venture is."""

    site: SiteId
    """Its factory."""
    partners: Sequence[Nation]
    """The two nations whose partners own it."""
    changed_by: str
    """Who stated it."""


class ExportTerms(Body):
    """From when to when one's nation approves an export, and who has approved it."""

    approved_on: date
    """Day of the approval, today or earlier."""
    approved_by: Text
    """Who approved it."""
    approved_until: date | None = None
    """Last day of the approval; none where it has no end."""


class ExportEnd(Body):
    """When an approval ends."""

    until: date
    """Its last day."""


class ExportApproval(Record):
    """A partner's approval of an export; the other's is needed, too."""

    site: SiteId
    """The factory."""
    part: PartId
    """The part."""
    country: Nation
    """The nation that it may go to."""
    nation: Nation
    """The partner whose approval it is."""
    approved_on: date
    """Day of the approval."""
    approved_until: date | None = None
    """Last day of the approval."""
    approved_by: str
    """Who approved it."""
    changed_by: str
    """Who changed it last."""


class UnapprovedExport(Record):
    """What a factory has dispatched to another nation without the approval of both partners."""

    event_id: str
    """The fact that told of it."""
    lot: LotId
    """The lot."""
    part: PartId
    """The part."""
    factory: SiteId
    """Who dispatched it."""
    depot: SiteId
    """Where to."""
    country: Nation
    """The nation that it went to."""
    shipment: ShipmentId
    """The consignment."""
    quantity: int
    """How much."""
    order: OrderId | None = None
    """The order it was made for, if any."""
    dispatched_on: date
    """Day on which it was heard of."""
    partners: Sequence[Nation]
    """The partners as they were stated that day."""
    missing: Sequence[Nation]
    """Whose approval was missing that day."""
    voided: bool
    """Whether the factory has said since that it did not happen."""
