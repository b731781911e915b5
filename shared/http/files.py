"""Files that are taken whole or not at all: CSV with a header line, or JSON; every error names its line and field."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

from fastapi import Query, Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import Kind, Refusal
from shared.http.file_bodies import CSV
from shared.http.forms import Asked
from shared.http.guard import JSON, media_type
from shared.http.wording import worded
from shared.types import examples

DryRun = Annotated[Asked, Query(description="Only check the file.")]
R = TypeVar("R", bound=BaseModel)
D = TypeVar("D")
_NUMBER = re.compile(r"[0-9]{1,18}")
_FLAGS = {"true": True, "false": False}
_LISTED = ";"
_FORMS = frozenset({"string_pattern_mismatch", "string_too_long", "string_too_short"})
_UNSAID: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a field of a line."""

    line: int
    field: str
    message: str


class ImportInvalid(Refusal):
    """Nothing was imported, because some lines of the file are wrong."""

    kind = Kind.INVALID

    def detail(self) -> str:
        """Say how many errors there are; the first of them are in `errors`."""
        return f"{_counted(self.facts['wrong'], 'error')} in {_counted(self.facts['lines'], 'line')}"


class ImportUnreadable(Refusal):
    """The file is neither CSV in UTF-8 with a header line nor JSON as this door reads it."""

    kind = Kind.INVALID


class ImportTooLong(Refusal):
    """The file has more lines than one import takes."""

    kind = Kind.TOO_LARGE


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many lines one file may have, and how many of its errors are told."""

    lines_max: int
    errors_max: int


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file as it stands: the filled cells of each line by column, and what is wrong with the form of lines."""

    columns: list[str]
    rows: Sequence[tuple[int, dict[str, str]]]
    errors: Sequence[LineError]

    def require(self, known: Collection[str]) -> None:
        """Refuse columns that nobody knows or that come twice, and a file without any."""
        wrong = sorted({name for name in self.columns if name not in known or self.columns.count(name) > 1})
        if wrong or not self.columns:
            raise ImportUnreadable(columns=", ".join(wrong) or "none", known=", ".join(known))


@dataclass(frozen=True, slots=True)
class Imported(Generic[R]):
    """The records of a file, in order, and the line of each; a JSON list counts its items."""

    records: Sequence[R]
    lines: Sequence[int]
    errors_max: int
    wrong: Sequence[LineError] = ()
    """What is wrong with the form of other lines; nothing of such a file may be imported."""

    def numbered(self) -> Iterator[tuple[int, R]]:
        """Give each record with the number of its line."""
        return zip(self.lines, self.records, strict=True)

    def told(self, errors: Sequence[LineError]) -> list[dict[str, object]]:
        """Write errors as an answer carries them, as many as are told."""
        return told(errors[: self.errors_max])

    def invalid(self, errors: Sequence[LineError]) -> ImportInvalid:
        """Make the refusal of the file for what is wrong with its lines, those of a wrong form among them."""
        found = sorted([*self.wrong, *errors], key=lambda error: error.line)
        lines = len({*self.lines, *(error.line for error in self.wrong)})
        return ImportInvalid(wrong=len(found), lines=lines, errors=self.told(found))


def is_csv(request: Request) -> bool:
    """Tell whether a body is CSV by what it says; without a word it is JSON."""
    return media_type(request.headers.get("content-type", JSON)) == CSV


def read_table(content: bytes) -> Table:
    """Read CSV with a header line; lines without any cell are passed over."""
    rows: list[tuple[int, dict[str, str]]] = []
    errors: list[LineError] = []
    line = 1
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        columns, line = next(reader, []), reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(columns):
                found = f"{_counted(len(columns), 'column')} expected, {len(cells)} found"
                errors.append(LineError(line, "line", found))
            elif cells:
                rows.append((line, {name: cell for name, cell in zip(columns, cells, strict=True) if cell}))
            line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise ImportUnreadable(reason=str(error)) from None
    except csv.Error as error:
        raise ImportUnreadable(reason=str(error), line=line) from None
    return Table(columns, rows, errors)


def read_records(
    rows: Sequence[tuple[int, Any]],
    read: Callable[[Any], R],
    *,
    key: tuple[str, ...],
    bounds: Bounds,
    errors: Sequence[LineError] = (),
    meanings: Mapping[str, str] = _UNSAID,
) -> Imported[R]:
    """Read every line as a record, or refuse the file with every error."""
    imported = look_over(rows, read, key=key, bounds=bounds, errors=errors, meanings=meanings)
    if imported.wrong:
        raise imported.invalid(())
    return imported


def look_over(
    rows: Sequence[tuple[int, Any]],
    read: Callable[[Any], R],
    *,
    key: tuple[str, ...],
    bounds: Bounds,
    errors: Sequence[LineError] = (),
    meanings: Mapping[str, str] = _UNSAID,
) -> Imported[R]:
    """Read every line as a record, and what is wrong with the others; two lines that name the same are an error.

    What has not the form of its field is told what the field means.
    """
    lines = len({line for line, _ in rows} | {error.line for error in errors})
    if lines > bounds.lines_max:
        raise ImportTooLong(lines=lines, lines_max=bounds.lines_max)
    records: dict[int, R] = {}
    found = list(errors)
    seen: dict[tuple[object, ...], int] = {}
    for line, item in rows:
        try:
            records[line] = record = read(item)
        except ValidationError as error:
            found.extend(_line_errors(line, error, meanings))
            continue
        name = tuple(getattr(record, field) for field in key)
        if seen.setdefault(name, line) != line:
            found.append(LineError(line, ", ".join(key), f"is on line {seen[name]} already"))
    return Imported(list(records.values()), list(records), bounds.errors_max, found)


def read_document(content: bytes, kind: type[D]) -> D:
    """Read JSON as a whole, before its items are looked at one by one."""
    try:
        return TypeAdapter(kind).validate_json(content)
    except ValidationError as error:
        raise ImportUnreadable(reason=error.errors()[0]["msg"]) from None


def columns_of(kind: type[BaseModel]) -> Collection[str]:
    """Name the columns of CSV in which a kind of record is written."""
    return _readers(kind).keys()


def meanings_of(kind: type[BaseModel]) -> Mapping[str, str]:
    """Say what each field of a kind of record means, in one line."""
    fields = kind.model_fields.items()
    return {
        str(field.validation_alias or name): field.description.partition("\n")[0]
        for name, field in fields
        if field.description
    }


def typed(cells: Mapping[str, str], kind: type[BaseModel]) -> dict[str, object]:
    """Read cells as what their columns hold: digits, flags, lists parted by semicolons.

    What they do not hold is left for the kind to refuse.
    """
    readers = _readers(kind)
    return {name: readers[name](cell) for name, cell in cells.items() if name in readers}


def told(errors: Sequence[LineError]) -> list[dict[str, object]]:
    """Write errors as an answer carries them."""
    return [{"line": each.line, "field": f"line {each.line}: {each.field}", "message": each.message} for each in errors]


def _line_errors(line: int, error: ValidationError, meanings: Mapping[str, str]) -> Iterator[LineError]:
    for each in error.errors(include_url=False, include_input=False):
        field = ".".join(str(step) for step in each["loc"]) or "line"
        message = worded(each)
        if each["type"] in _FORMS and field in meanings:
            is_by_pattern = each["type"] == "string_pattern_mismatch" and not examples(each["ctx"]["pattern"])
            form = "is not of this form" if is_by_pattern else message
            message = f"{form}: {meanings[field]}"
        yield LineError(line, field, message)


@cache
def _readers(kind: type[BaseModel]) -> Mapping[str, Callable[[str], object]]:
    fields = kind.model_fields.items()
    return {str(field.validation_alias or name): _reader(field.annotation) for name, field in fields}


def _reader(annotation: object) -> Callable[[str], object]:
    if _is_list(annotation):
        return lambda cell: [each.strip() for each in cell.split(_LISTED)]
    if _holds(annotation, bool):
        return lambda cell: _FLAGS.get(cell, cell)
    if _holds(annotation, int):
        return lambda cell: int(cell) if _NUMBER.fullmatch(cell) else cell
    return str


def _holds(annotation: object, kind: type) -> bool:
    return annotation is kind or any(_holds(each, kind) for each in get_args(annotation))


def _is_list(annotation: object) -> bool:
    return get_origin(annotation) in (list, tuple) or any(_is_list(each) for each in get_args(annotation))


def _counted(number: object, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
