"""Bodies of the doors of joint ventures, of their partners' approvals of exports, and of exports without them."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator

from services.orders.domain.export import Export
from shared.http.forms import Answer, Body, Filter, example
from shared.types import Day, LotId, Nation, OrderId, PartId, Quantity, ShipmentId, SiteId, Text


class VentureTerms(Body):
    """Whose a joint venture is."""

    model_config = example({"partners": ["IND", "RUS"]})

    partners: Annotated[list[Nation], Field(min_length=2, max_length=2)]
    """The two nations whose partners own it; the nation where the factory stands is one of them."""

    @field_validator("partners")
    @classmethod
    def _are_two(cls, partners: list[Nation]) -> list[Nation]:
        if len(set(partners)) < len(partners):
            raise ValueError("names two different nations")
        return sorted(partners)


class VentureRead(Answer):
    """Whose a joint venture is."""

    model_config = example(
        {
            "site": "F-01",
            "partners": ["IND", "RUS"],
            "changed_at": "2026-11-23T09:30:00.120Z",
            "changed_by": "planner@IND",
        }
    )

    site: SiteId
    """Its factory."""
    partners: list[Nation]
    """The two nations whose partners own it."""
    changed_at: datetime
    """When it was last stated."""
    changed_by: str
    """Who stated it."""


class ExportTerms(Body):
    """From when to when one's nation approves an export, and who has approved it."""

    model_config = example(
        {"approved_on": "2026-11-20", "approved_until": "2027-11-19", "approved_by": "Defence Exports Board"}
    )

    approved_on: Day
    """Day of the approval, today or earlier."""
    approved_until: Day | None = None
    """Last day of the approval; none where it has no end."""
    approved_by: Text
    """Who approved it."""

    @field_validator("approved_until")
    @classmethod
    def _follows(cls, until: date | None, info: ValidationInfo) -> date | None:
        since: date | None = info.data.get("approved_on")
        if until is not None and since is not None and until < since:
            raise ValueError("is not before approved_on: give that day or one after it")
        return until


class ExportEnd(Body):
    """When an approval ends."""

    model_config = example({"until": "2026-12-31"})

    until: Day
    """Its last day."""


class ExportFilter(Filter):
    """Which approvals are asked for."""

    site: SiteId | None = None
    """Only of this factory."""
    part: PartId | None = None
    """Only of this part."""
    country: Nation | None = None
    """Only to this nation."""


class ExportApprovalRead(Answer):
    """A partner's approval of an export."""

    model_config = example(
        {
            "site": "F-01",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "country": "POL",
            "nation": "IND",
            "approved_on": "2026-11-20",
            "approved_until": "2027-11-19",
            "approved_by": "Defence Exports Board",
            "changed_at": "2026-11-23T09:30:00.120Z",
            "changed_by": "planner@IND",
        }
    )

    site: SiteId
    """The factory."""
    part: PartId
    """The part."""
    country: Nation
    """The nation that it may go to."""
    nation: Nation
    """The partner whose approval it is; the other's is needed, too."""
    approved_on: date
    """Day of the approval."""
    approved_until: date | None
    """Last day of the approval."""
    approved_by: str
    """Who approved it."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""

    def place(self) -> list[str]:
        """Say where it stands in the list."""
        return [self.site, self.part, self.country, self.nation]


class UnapprovedExportRead(Answer):
    """What a factory has dispatched to another nation without the approval of both partners."""

    model_config = example(
        {
            "event_id": "01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11",
            "lot": "F-01:L-2026-0042",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "factory": "F-01",
            "depot": "D-90",
            "country": "POL",
            "shipment": "F-01:S-7",
            "quantity": 2,
            "order": None,
            "dispatched_on": "2026-11-23",
            "partners": ["IND", "RUS"],
            "missing": ["RUS"],
            "voided": False,
        }
    )

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
    quantity: Quantity
    """How much."""
    order: OrderId | None
    """The order it was made for, if any."""
    dispatched_on: date
    """Day on which it was heard of."""
    partners: list[Nation]
    """The partners as they were stated that day; none where nobody had."""
    missing: list[Nation]
    """Whose approval was missing that day."""
    voided: bool
    """Whether the factory has said since that it did not happen."""


class ExportRead(Answer):
    """What it would be for parts to leave a joint venture for this nation."""

    partners: list[Nation]
    """Its partners; none where nobody has stated them."""
    missing: list[Nation]
    """Who of them has not approved it."""

    @classmethod
    def of(cls, export: Export | None) -> Self | None:
        """Show an export."""
        return None if export is None else cls(partners=list(export.partners), missing=list(export.missing))
