"""Files of parts, sites and opening stock: what their lines hold, in CSV and in JSON."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator

from services.inventory.schemas.body import Answer, Body
from shared.events.catalogue import PartDefined, SiteDefined
from shared.http.files import Bounds, Imported, ImportUnreadable, LineError, read_records, read_table
from shared.types import Condition, LotId, PartId, PositiveQuantity, SiteId

RECORD_CHARACTERS_MAX = 200_000
"""A record that is longer would not fit into the fact that tells it."""


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
class Lines:
    """The records of a file, and their kind."""

    kind: ImportKind
    imported: Imported[Any]  # Any: each kind has its own record.


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


def read_csv(content: bytes, kind: ImportKind | None, bounds: Bounds) -> Lines:
    """Read CSV with a header line; without a kind, it is parts or sites by the name of their id."""
    table = read_table(content)
    if kind is None:
        kind = ImportKind.SITES if "site_id" in table.columns else ImportKind.PARTS
    table.require(sorted(_columns(kind)))
    model = _RECORDS[kind]
    if kind is ImportKind.PARTS:
        # A part's lists are read out of their cells first; its other fields are as good in text.
        rows = [(line, _part_cells(cells)) for line, cells in table.rows]
        return _read(rows, kind, model.model_validate, bounds=bounds, errors=table.errors)
    return _read(table.rows, kind, model.model_validate_strings, bounds=bounds, errors=table.errors)


def read_json(content: bytes, kinds: Sequence[ImportKind], bounds: Bounds) -> Lines:
    """Read JSON: an object with one member, named after what it lists."""
    try:
        document = TypeAdapter(dict[str, list[Any]]).validate_json(content)
    except ValidationError as error:
        raise ImportUnreadable(reason=error.errors()[0]["msg"]) from None
    if len(document) != 1 or next(iter(document)) not in set(kinds):
        raise ImportUnreadable(members=", ".join(document), known=", ".join(kinds))
    ((name, items),) = document.items()
    kind = ImportKind(name)
    return _read(list(enumerate(items, 1)), kind, _RECORDS[kind].model_validate, bounds=bounds)


def _read(
    rows: Sequence[tuple[int, Any]],
    kind: ImportKind,
    read: Callable[[Any], BaseModel],
    *,
    bounds: Bounds,
    errors: Sequence[LineError] = (),
) -> Lines:
    """Read records, each of which must fit into the fact that tells it."""
    imported = read_records(rows, read, key=_KEYS[kind], bounds=bounds, errors=errors)
    too_long = [
        LineError(line, "line", f"is longer than {RECORD_CHARACTERS_MAX} characters")
        for line, record in imported.numbered()
        if len(record.model_dump_json()) > RECORD_CHARACTERS_MAX
    ]
    if too_long:
        raise imported.invalid(too_long)
    return Lines(kind, imported)


def _columns(kind: ImportKind) -> set[str]:
    names = {str(field.validation_alias or name) for name, field in _RECORDS[kind].model_fields.items()}
    return names | {"grounded_platforms"} if kind is ImportKind.PARTS else names


def _part_cells(row: Mapping[str, str]) -> dict[str, Any]:
    cells: dict[str, Any] = dict(row)
    grounded = set(filter(None, cells.pop("grounded_platforms", "").split(";")))
    fits = [*filter(None, cells.pop("platforms", "").split(";"))]
    cells["platforms"] = [{"platform": each, "grounds": each in grounded} for each in fits]
    if "references" in cells:
        cells["references"] = _json_cell(cells["references"])
    return cells


def _json_cell(cell: str) -> object:
    try:
        return json.loads(cell)
    except ValueError:
        return cell
