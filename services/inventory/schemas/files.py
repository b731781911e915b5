"""Reading files: CSV with a header line, or JSON; every error names its line and field."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from services.inventory.domain.references import niin
from services.inventory.schemas.catalogue import PartLine, SiteLine
from services.inventory.schemas.imports import (
    ImportKind,
    ImportTooLong,
    ImportUnreadable,
    LineError,
    Lines,
    StockRecord,
    refuse,
)
from shared.events.catalogue import PartDefined

CSV = "text/csv"
RECORD_CHARACTERS_MAX = 200_000
"""A record that is longer would not fit into the fact that tells it."""
_NUMBER = re.compile(r"[0-9]{1,18}")
_FLAGS = {"true": True, "false": False}
_NUMBERS_OF = {"quantity", "quantity_scale", "shelf_life_months"}
_FLAGS_OF = {"illustrative"}
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


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is taken, and how many of its errors are told."""

    lines_max: int
    errors_max: int


def read_csv(content: bytes, kind: ImportKind | None, bounds: Bounds) -> Lines:
    """Read CSV with a header line; without a kind, it is parts or sites by the name of their id."""
    (_, header), *rows = _rows(content) or [(1, [])]
    if kind is None:
        kind = ImportKind.SITES if "site_id" in header else ImportKind.PARTS
    known = _columns(kind)
    wrong = sorted({name for name in header if name not in known or header.count(name) > 1})
    if wrong or not header:
        raise ImportUnreadable(columns=", ".join(wrong) or "none", known=", ".join(sorted(known)))
    reading = _Reading(kind, bounds, lines=len(rows))
    for line, cells in rows:
        if len(cells) != len(header):
            reading.errors.append(LineError(line, "line", f"{len(header)} columns expected, {len(cells)} found"))
            continue
        row = dict(zip(header, cells, strict=True))
        for each in _not_fitted(row):
            reading.errors.append(LineError(line, "grounded_platforms", f"{each} is not among its platforms"))
        fits = {"platforms": _fits(row)} if kind is ImportKind.PARTS else {}
        reading.add(line, {**_cells(row), **fits})
    return reading.done()


def read_json(content: bytes, kinds: Sequence[ImportKind], bounds: Bounds) -> Lines:
    """Read JSON: an object with one member, named after what it lists; its items are counted as lines."""
    try:
        document = TypeAdapter(dict[str, list[Any]]).validate_json(content)
    except ValidationError as error:
        raise ImportUnreadable(reason=error.errors()[0]["msg"]) from None
    if len(document) != 1 or next(iter(document)) not in set(kinds):
        raise ImportUnreadable(members=", ".join(document), known=", ".join(kinds))
    ((name, items),) = document.items()
    reading = _Reading(ImportKind(name), bounds, lines=len(items))
    for line, item in enumerate(items, start=1):
        reading.add(line, item)
    return reading.done()


class _Reading:
    """The records of a file as they are read, and what is wrong with its lines."""

    def __init__(self, kind: ImportKind, bounds: Bounds, *, lines: int) -> None:
        if lines > bounds.lines_max:
            raise ImportTooLong(lines=lines, lines_max=bounds.lines_max)
        self.errors: list[LineError] = []
        self._kind = kind
        self._bounds = bounds
        self._lines = lines
        self._records: list[BaseModel] = []
        self._places: list[int] = []
        self._seen: dict[tuple[object, ...], int] = {}

    def add(self, line: int, item: object) -> None:
        """Read one item, or note what is wrong with it."""
        try:
            read = _LINES[self._kind].model_validate(item)
        except ValidationError as error:
            self.errors.extend(_line_errors(line, error))
            return
        record = read.define() if isinstance(read, PartLine | SiteLine) else read
        if len(record.model_dump_json()) > RECORD_CHARACTERS_MAX:
            self.errors.append(LineError(line, "line", f"is longer than {RECORD_CHARACTERS_MAX} characters"))
        self._check_once(line, ", ".join(_KEYS[self._kind]), [getattr(record, name) for name in _KEYS[self._kind]])
        if isinstance(record, PartDefined) and record.nsn is not None:
            self._check_once(line, "nsn", [niin(record.nsn)])
        self._records.append(record)
        self._places.append(line)

    def done(self) -> Lines:
        """Give what was read, or refuse all of it."""
        if self.errors:
            raise refuse(self.errors, lines=self._lines, errors_max=self._bounds.errors_max)
        return Lines(self._kind, self._records, self._places)

    def _check_once(self, line: int, field: str, values: Sequence[object]) -> None:
        first = self._seen.setdefault((field, *values), line)
        if first != line:
            self.errors.append(LineError(line, field, f"is on line {first} already"))


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Split CSV into its rows, each with the line on which it begins; empty lines are none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportUnreadable(reason=str(error)) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, begins = [], 1
    try:
        for cells in reader:
            if cells:
                rows.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ImportUnreadable(reason=str(error), line=begins) from None
    return rows


def _columns(kind: ImportKind) -> set[str]:
    names = {str(field.validation_alias or name) for name, field in _LINES[kind].model_fields.items()}
    return names | {"grounded_platforms"} if kind is ImportKind.PARTS else names


def _cells(row: Mapping[str, str]) -> dict[str, Any]:
    """Read the cells of a row as what their columns hold; what they do not hold is left to be refused."""
    return {name: _READ.get(name, str)(value) for name, value in row.items() if value != "" and name not in _FITS}


def _fits(row: Mapping[str, str]) -> list[dict[str, object]]:
    grounded = _listed(row.get("grounded_platforms", ""))
    return [{"platform": each, "grounds": each in grounded} for each in _listed(row.get("platforms", ""))]


def _not_fitted(row: Mapping[str, str]) -> list[str]:
    fits = _listed(row.get("platforms", ""))
    return [each for each in _listed(row.get("grounded_platforms", "")) if each not in fits]


def _listed(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(";") if each.strip()]


def _number(cell: str) -> int | str:
    return int(cell) if _NUMBER.fullmatch(cell) else cell


def _flag(cell: str) -> bool | str:
    return _FLAGS.get(cell, cell)


def _json(cell: str) -> object:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


_READ: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(_NUMBERS_OF, _number),
    **dict.fromkeys(_FLAGS_OF, _flag),
    "references": _json,
}
_FITS = {"platforms", "grounded_platforms"}


def _line_errors(line: int, error: ValidationError) -> Iterator[LineError]:
    for each in error.errors(include_url=False, include_input=False):
        field = ".".join(str(step) for step in each["loc"]) or "line"
        yield LineError(line, field, each["msg"].removeprefix("Value error, "))
