"""Files that are taken whole or not at all: what they hold, what becomes of them, and how they are refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from services.inventory.schemas.body import Answer, Body, Day, Flag
from shared.errors import Kind, Refusal
from shared.types import Condition, LotId, PartId, PositiveQuantity, SiteId


class ImportKind(StrEnum):
    """What a file holds."""

    PARTS = "parts"
    SITES = "sites"
    STOCK = "stock"


class ImportInvalid(Refusal):
    """Nothing was imported, because some lines are wrong."""

    kind = Kind.INVALID

    def detail(self) -> str:
        """Say how many errors there are; the first of them are in `errors`."""
        return f"{self.facts['wrong']} errors in {self.facts['lines']} lines"


class ImportUnreadable(Refusal):
    """The file is neither CSV in UTF-8 with a header line nor JSON as this door reads it."""

    kind = Kind.INVALID


class ImportUnderWay(Refusal):
    """This very file is being imported; ask again for what became of it."""

    retry_after_seconds = 2


class ImportOvertaken(Refusal):
    """What some lines are about changed while the file was imported: all others are in force."""

    def detail(self) -> str:
        """Say how many lines are not in force; `errors` tells which and why."""
        return f"{self.facts['overtaken']} lines are not in force"


class ImportTooLong(Refusal):
    """The file has more lines than one import takes."""

    kind = Kind.TOO_LARGE


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
class LineError:
    """What is wrong with a field of a line."""

    line: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The records of a file, and on which line each begins."""

    kind: ImportKind
    records: Sequence[BaseModel]
    places: Sequence[int]

    def numbered(self) -> Iterator[tuple[int, Any]]:  # Any: each kind has its own record
        """Give each record with its line."""
        return zip(self.places, self.records, strict=True)


def refuse(errors: Sequence[LineError], *, lines: int, errors_max: int) -> ImportInvalid:
    """Make the refusal of a file, with as many of its errors as are told."""
    return ImportInvalid(wrong=len(errors), lines=lines, errors=told(errors[:errors_max]))


def told(errors: Sequence[LineError]) -> list[dict[str, object]]:
    """Say errors as an answer does."""
    return [{"line": each.line, "field": f"line {each.line}: {each.field}", "message": each.message} for each in errors]
