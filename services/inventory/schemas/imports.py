"""Files that are taken whole or not at all: CSV with a header line, or JSON; every error names its line and field."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator

from services.inventory.schemas.body import Answer, Body
from shared.errors import Kind, Refusal
from shared.events.catalogue import PartDefined, SiteDefined
from shared.types import Condition, LotId, PartId, PositiveQuantity, SiteId

CSV = "text/csv"
RECORD_CHARACTERS_MAX = 200_000
"""A record that is longer would not fit into the fact that tells it."""
_FIRST_CSV_LINE = 2


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
    expires_on: date | None = Field(default=None, validation_alias="expiry")
    """Last day of the lot's shelf life, if it has one; the column `expiry`."""
    illustrative: bool = False
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
    """The records of a file, and the number of the first one's line."""

    kind: ImportKind
    records: Sequence[BaseModel]
    first: int

    def numbered(self) -> Iterator[tuple[int, Any]]:  # Any: each kind has its own record
        """Give each record with its line."""
        return iter(enumerate(self.records, self.first))


_RECORDS: dict[ImportKind, type[BaseModel]] = {
    ImportKind.PARTS: PartDefined,
    ImportKind.SITES: SiteDefined,
    ImportKind.STOCK: StockRecord,
}
_KEYS = {
    ImportKind.PARTS: ("part_id",),
    ImportKind.SITES: ("site_id",),
    ImportKind.STOCK: ("site", "part", "lot", "condition"),
}


def refuse(errors: Sequence[LineError], *, lines: int, errors_max: int) -> ImportInvalid:
    """Make the refusal of a file, with as many of its errors as are told."""
    return ImportInvalid(wrong=len(errors), lines=lines, errors=told(errors[:errors_max]))


def told(errors: Sequence[LineError]) -> list[dict[str, object]]:
    """Say errors as an answer does."""
    return [{"line": each.line, "field": f"line {each.line}: {each.field}", "message": each.message} for each in errors]


def read_csv(content: bytes, kind: ImportKind | None, *, lines_max: int, errors_max: int) -> Lines:
    """Read CSV with a header line; without a kind, it is parts or sites by the name of their id."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True, restkey="_rest")
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ImportUnreadable(reason=str(error)) from None
    if kind is None:
        kind = ImportKind.SITES if "site_id" in (reader.fieldnames or ()) else ImportKind.PARTS
    unknown = sorted(set(reader.fieldnames or ()) - _columns(kind))
    if unknown or not reader.fieldnames:
        raise ImportUnreadable(columns=", ".join(unknown) or "none", known=", ".join(sorted(_columns(kind))))
    return _validated([_cells(kind, row) for row in rows], kind, _FIRST_CSV_LINE, _Bounds(lines_max, errors_max, True))


def read_json(content: bytes, kinds: Sequence[ImportKind], *, lines_max: int, errors_max: int) -> Lines:
    """Read JSON: an object with one member, named after what it lists."""
    try:
        document = TypeAdapter(dict[str, list[Any]]).validate_json(content)
    except ValidationError as error:
        raise ImportUnreadable(reason=error.errors()[0]["msg"]) from None
    if len(document) != 1 or next(iter(document)) not in set(kinds):
        raise ImportUnreadable(members=", ".join(document), known=", ".join(kinds))
    ((name, items),) = document.items()
    return _validated(items, ImportKind(name), 1, _Bounds(lines_max, errors_max, False))


@dataclass(frozen=True, slots=True)
class _Bounds:
    lines_max: int
    errors_max: int
    are_strings: bool


def _validated(items: Sequence[Any], kind: ImportKind, first: int, bounds: _Bounds) -> Lines:
    if len(items) > bounds.lines_max:
        raise ImportTooLong(lines=len(items), lines_max=bounds.lines_max)
    model = _RECORDS[kind]
    # A part's lists were read out of their cells already; its other fields are as good in text.
    is_text = bounds.are_strings and kind is not ImportKind.PARTS
    records: list[BaseModel] = []
    errors: list[LineError] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, item in enumerate(items, first):
        try:
            record = model.model_validate_strings(item) if is_text else model.model_validate(item)
        except ValidationError as error:
            errors.extend(_line_errors(line, error))
            continue
        if len(record.model_dump_json()) > RECORD_CHARACTERS_MAX:
            errors.append(LineError(line, "line", f"is longer than {RECORD_CHARACTERS_MAX} characters"))
        records.append(record)
        name = tuple(getattr(record, field) for field in _KEYS[kind])
        if seen.setdefault(name, line) != line:
            errors.append(LineError(line, ", ".join(_KEYS[kind]), f"is on line {seen[name]} already"))
    if errors:
        raise refuse(errors, lines=len(items), errors_max=bounds.errors_max)
    return Lines(kind, records, first)


def _columns(kind: ImportKind) -> set[str]:
    names = {str(field.validation_alias or name) for name, field in _RECORDS[kind].model_fields.items()}
    return names | {"grounded_platforms"} if kind is ImportKind.PARTS else names


def _cells(kind: ImportKind, row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {name: value for name, value in row.items() if value != ""}
    if kind is ImportKind.PARTS:
        grounded = set(filter(None, str(cells.pop("grounded_platforms", "")).split(";")))
        fits = [*filter(None, str(cells.pop("platforms", "")).split(";"))]
        cells["platforms"] = [{"platform": each, "grounds": each in grounded} for each in fits]
        if "references" in cells:
            cells["references"] = _json_cell(cells["references"])
    return cells


def _json_cell(cell: object) -> object:
    try:
        return json.loads(str(cell))
    except ValueError:
        return cell


def _line_errors(line: int, error: ValidationError) -> Iterator[LineError]:
    for each in error.errors(include_url=False, include_input=False):
        field = ".".join(str(step) for step in each["loc"]) or "line"
        yield LineError(line, field, each["msg"].removeprefix("Value error, "))
