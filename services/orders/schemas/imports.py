"""Files that are taken whole or not at all: CSV with a header line, or a JSON list; every error names its line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import Kind, Refusal
from shared.http.file_bodies import CSV

ERRORS_MAX = 100
_REST = "more cells"

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a field of a line."""

    line: int
    field: str
    message: str


def told(errors: Sequence[LineError]) -> list[dict[str, str]]:
    """Write errors as an answer carries them, as many as fit."""
    return [{"field": f"line {error.line}: {error.field}", "message": error.message} for error in errors[:ERRORS_MAX]]


class ImportInvalid(Refusal):
    """The file was not imported, because some of its lines are wrong."""

    kind = Kind.INVALID

    @classmethod
    def of(cls, errors: Sequence[LineError]) -> "ImportInvalid":
        """Name the wrong lines, as many as fit an answer."""
        return cls(wrong=len(errors), errors=told(errors))

    def detail(self) -> str:
        """Say how many errors there are; each is in `errors`."""
        return f"{self.facts['wrong']} errors; nothing was imported"


class ImportUnreadable(Refusal):
    """The file is neither CSV in UTF-8 with a header line nor a JSON list."""

    kind = Kind.INVALID


class ImportTooLong(Refusal):
    """The file has more lines than one import takes."""

    kind = Kind.TOO_LARGE


@dataclass(frozen=True, slots=True)
class Imported(Generic[R]):
    """The rows of a file, in order, and the line of each; a JSON list counts its items."""

    rows: Sequence[R]
    lines: Sequence[int]

    def numbered(self) -> Iterator[tuple[int, R]]:
        """Give each row with the number of its line."""
        return zip(self.lines, self.rows, strict=True)


def read(content: bytes, media_type: str, kind: type[R], *, key: tuple[str, ...], lines_max: int) -> Imported[R]:
    """Read a whole file, or refuse it with every error by line; lines that name the same thing twice are errors."""
    is_csv = media_type == CSV
    items = _csv_rows(content, kind) if is_csv else _json_rows(content)
    if len(items) > lines_max:
        raise ImportTooLong(lines=len(items), lines_max=lines_max)
    read_item = kind.model_validate_strings if is_csv else kind.model_validate
    rows: dict[int, R] = {}
    errors: list[LineError] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, item in items:
        try:
            rows[line] = row = read_item(item)
        except ValidationError as error:
            errors.extend(_line_errors(line, error))
            continue
        name = tuple(getattr(row, field) for field in key)
        if seen.setdefault(name, line) != line:
            errors.append(LineError(line, ", ".join(key), f"is on line {seen[name]} already"))
    if errors:
        raise ImportInvalid.of(errors)
    return Imported(list(rows.values()), list(rows))


def _csv_rows(content: bytes, kind: type[BaseModel]) -> Sequence[tuple[int, object]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True, restkey=_REST)
        rows = [(reader.line_num, _filled(row)) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ImportUnreadable(reason=str(error)) from None
    unknown = sorted(set(reader.fieldnames or ()) - kind.model_fields.keys())
    if unknown or not reader.fieldnames:
        raise ImportUnreadable(columns=", ".join(unknown) or "none", known=", ".join(kind.model_fields))
    return rows


def _filled(row: Mapping[str, str | list[str] | None]) -> dict[str, str]:
    """Leave out empty cells; cells beyond the header are a field that no row has."""
    cells = {name: ",".join(cell) if isinstance(cell, list) else cell for name, cell in row.items()}
    return {name: cell for name, cell in cells.items() if cell}


def _json_rows(content: bytes) -> Sequence[tuple[int, object]]:
    try:
        return list(enumerate(TypeAdapter(list[object]).validate_json(content), 1))
    except ValidationError as error:
        raise ImportUnreadable(reason=error.errors()[0]["msg"]) from None


def _line_errors(line: int, error: ValidationError) -> Iterator[LineError]:
    for each in error.errors(include_url=False, include_input=False):
        field = ".".join(str(step) for step in each["loc"]) or "line"
        yield LineError(line, field, each["msg"].removeprefix("Value error, "))
