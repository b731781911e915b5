"""Files of parts, sites and opening stock as they are sent: CSV with a header line, or JSON with one member."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from services.inventory.domain.references import niin
from services.inventory.schemas.catalogue import PartLine, SiteLine
from services.inventory.schemas.imports import ImportKind, Lines, StockRecord
from shared.events.catalogue import PartDefined
from shared.http.files import (
    Bounds,
    ImportUnreadable,
    LineError,
    Table,
    columns_of,
    read_document,
    read_records,
    read_table,
    typed,
)

RECORD_CHARACTERS_MAX = 200_000
"""A record that is longer would not fit into the fact that tells it."""
_LINES: Mapping[ImportKind, type[BaseModel]] = {
    ImportKind.PARTS: PartLine,
    ImportKind.SITES: SiteLine,
    ImportKind.STOCK: StockRecord,
}
_KEYS = {
    ImportKind.PARTS: ("part_id",),
    ImportKind.SITES: ("site_id",),
    ImportKind.STOCK: ("site", "part", "lot", "condition"),
}
_FITS = {"platforms", "grounded_platforms"}


def read_csv(content: bytes, kind: ImportKind | None, bounds: Bounds) -> Lines:
    """Read CSV with a header line; without a kind, it is parts or sites by the name of their id."""
    table = read_table(content)
    if kind is None:
        kind = ImportKind.SITES if "site_id" in table.columns else ImportKind.PARTS
    table.require(sorted(_columns(kind)))
    if kind is ImportKind.PARTS:
        rows = [(line, _part_cells(cells)) for line, cells in table.rows]
        return _read(rows, kind, bounds, errors=[*table.errors, *_not_fitted(table)])
    return _read([(line, typed(cells, _LINES[kind])) for line, cells in table.rows], kind, bounds, errors=table.errors)


def read_json(content: bytes, kinds: Sequence[ImportKind], bounds: Bounds) -> Lines:
    """Read JSON: an object with one member, named after what it lists; its items are counted as lines."""
    document = read_document(content, dict[str, list[Any]])
    if len(document) != 1 or next(iter(document)) not in set(kinds):
        raise ImportUnreadable(members=", ".join(document), known=", ".join(kinds))
    ((name, items),) = document.items()
    return _read(list(enumerate(items, 1)), ImportKind(name), bounds)


def _read(
    rows: Sequence[tuple[int, Any]], kind: ImportKind, bounds: Bounds, *, errors: Sequence[LineError] = ()
) -> Lines:
    """Read records, each of which must fit into the fact that tells it; no two parts share a NIIN."""

    def read(item: object) -> BaseModel:
        line = _LINES[kind].model_validate(item)
        return line.define() if isinstance(line, PartLine | SiteLine) else line

    imported = read_records(rows, read, key=_KEYS[kind], bounds=bounds, errors=errors)
    wrong = [*_too_long(imported.numbered()), *_same_niin(imported.numbered())]
    if wrong:
        raise imported.invalid(wrong)
    return Lines(kind, imported)


def _too_long(records: Iterator[tuple[int, BaseModel]]) -> Iterator[LineError]:
    for line, record in records:
        if len(record.model_dump_json()) > RECORD_CHARACTERS_MAX:
            yield LineError(line, "line", f"is longer than {RECORD_CHARACTERS_MAX} characters")


def _same_niin(records: Iterator[tuple[int, BaseModel]]) -> Iterator[LineError]:
    seen: dict[str, int] = {}
    for line, record in records:
        if isinstance(record, PartDefined) and record.nsn is not None:
            first = seen.setdefault(niin(record.nsn), line)
            if first != line:
                yield LineError(line, "nsn", f"is on line {first} already")


def _columns(kind: ImportKind) -> set[str]:
    return {*columns_of(_LINES[kind]), *(_FITS if kind is ImportKind.PARTS else ())}


def _part_cells(row: Mapping[str, str]) -> dict[str, Any]:
    """Read the cells of a part, of which some hold lists."""
    cells = typed({name: cell for name, cell in row.items() if name not in _FITS}, PartLine)
    grounded = _listed(row.get("grounded_platforms", ""))
    fits = [{"platform": each, "grounds": each in grounded} for each in _listed(row.get("platforms", ""))]
    references = {"references": _json(row["references"])} if "references" in row else {}
    return {**cells, **references, "platforms": fits}


def _not_fitted(table: Table) -> Iterator[LineError]:
    for line, row in table.rows:
        fits = _listed(row.get("platforms", ""))
        for each in _listed(row.get("grounded_platforms", "")):
            if each not in fits:
                yield LineError(line, "grounded_platforms", f"{each} is not among its platforms")


def _listed(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(";") if each.strip()]


def _json(cell: str) -> object:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
