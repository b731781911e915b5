"""Bodies of the import doors that take long files."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ValidationInfo, field_validator

from services.orders.domain.days import DAYS_AHEAD_MAX
from services.orders.schemas.orders import PlaceOrder
from services.orders.schemas.references import Accepted
from shared.events.references import read_reference
from shared.http.forms import Answer, example
from shared.types import Day

_PARTED = 2
"""Strokes in a reference that is written as one word."""


class OrderRow(PlaceOrder):
    """A line of an import: an order as it was placed, here or in the books that came before."""

    references: Accepted = []
    """References of which it takes lots, as `MAKER/NUMBER/REVISION` or in full; any of the part if none is named."""
    placed_on: Day | None = None
    """Day on which it was placed in earlier books; today if not given. It is not needed before that day."""
    promised_for: Day | None = None
    """Day that was promised of it first in earlier books, kept for ever; needs `placed_on`, and is not before it."""

    @field_validator("references", mode="before")
    @classmethod
    def _named(cls, references: object) -> object:
        return [_read(each) for each in references] if isinstance(references, list) else references

    @field_validator("promised_for")
    @classmethod
    def _was_promised_once_placed(cls, promised_for: date | None, row: ValidationInfo) -> date | None:
        if promised_for is None:
            return None
        placed_on = row.data.get("placed_on")
        if placed_on is None:
            raise ValueError("a promise of earlier books needs placed_on, too")
        if promised_for < placed_on:
            raise ValueError("nothing is promised for a day before placed_on")
        if (promised_for - placed_on).days > DAYS_AHEAD_MAX:
            raise ValueError(f"lies more than {DAYS_AHEAD_MAX} days after placed_on: correct it")
        return promised_for


def _read(reference: object) -> object:
    """Read a reference that is written as one word; any other form is left for the field to refuse."""
    if not isinstance(reference, str):
        return reference
    if reference.count("/") != _PARTED:
        raise ValueError("a reference is written MAKER/NUMBER/REVISION")
    return read_reference(reference).model_dump()


class ImportState(StrEnum):
    """How far an import is."""

    STAGING = "staging"
    """The file was checked and is being kept."""
    VALIDATED = "validated"
    """All of it will be in force; some of it is."""
    PUBLISHED = "published"
    """All of it is in force."""


class ImportProgress(Answer):
    """How far an import is."""

    model_config = example(
        {
            "import_id": "6f9c2b1e-7f4c-4a55-9a0e-0f5c3f1d2a77",
            "state": "validated",
            "lines": 100000,
            "published": 42000,
            "overtaken": 0,
            "begun_at": "2026-11-23T09:30:00.120Z",
            "published_at": None,
        }
    )

    import_id: UUID
    """The import."""
    state: ImportState
    """How far it is."""
    lines: int
    """Lines of the file; 0 while they are being kept."""
    published: int
    """Lines that are dealt with."""
    overtaken: int
    """Lines that are not in force, because something changed since the file was checked."""
    begun_at: datetime
    """When the file had been checked."""
    published_at: datetime | None
    """When all of it was in force."""
