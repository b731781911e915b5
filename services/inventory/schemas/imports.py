"""Files that are taken whole or not at all: what they hold, what becomes of them, and how they are refused."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field, field_validator

from shared.http.files import Imported
from shared.http.forms import Answer, Body
from shared.types import Condition, Day, Flag, LotId, PartId, PositiveQuantity, SiteId


class ImportKind(StrEnum):
    """What a file holds."""

    PARTS = "parts"
    SITES = "sites"
    STOCK = "stock"


class StockRecord(Body):
    """Opening stock of one lot in one condition at one site."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""
    lot: LotId | None = None
    """The lot; none for stock that is kept without one."""
    condition: Condition = Condition.A
    """Supply condition."""
    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    expires_on: Day | None = Field(default=None, validation_alias="expiry")
    """Last day of the lot's shelf life, if it has one; the column `expiry`."""
    illustrative: Flag = False
    """Whether the record is invented, for demonstration."""

    @field_validator("expires_on")
    @classmethod
    def _has_a_lot(cls, value: date | None, info: Any) -> date | None:
        if value is not None and info.data.get("lot") is None:
            raise ValueError("an expiry needs a lot")
        return value


class ImportRead(Answer):
    """What an import did, or would do."""

    import_id: UUID
    """Names the import, in the log and in the ledger."""
    kind: ImportKind
    """What the file held."""
    lines: int
    """How many lines."""
    dry_run: bool
    """Whether it was only checked."""
    published_at: datetime | None = None
    """When all of it was in force."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The records of a file, and their kind."""

    kind: ImportKind
    imported: Imported[Any]  # Any: each kind has its own record.
