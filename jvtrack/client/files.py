"""Posting whole files: imports that are taken as one or not at all."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO, TypeVar
from uuid import uuid4

from jvtrack.client.door import KEY_HEADER, Call, Door, texts
from jvtrack.client.problems import FileNameError

_MEDIA_TYPES = {".csv": "text/csv", ".json": "application/json"}
_IMPORT_SECONDS_MAX = 300.0
# What the lines of a CSV file are, by a column that only they have.
_KINDS = {"site_id": "sites", "part_id": "parts"}

A = TypeVar("A")


def media_type(path: Path) -> str:
    """Tell what a file holds by its name; FileNameError if it is neither CSV nor JSON."""
    try:
        return _MEDIA_TYPES[path.suffix.lower()]
    except KeyError:
        raise FileNameError(path) from None


def kind_of_lines(path: Path) -> str | None:
    """Tell whether a CSV file lists sites or parts; None for any other file."""
    if path.suffix.lower() != ".csv":
        return None
    with path.open(encoding="utf-8-sig") as file:
        columns = file.readline().strip().split(",")
    return next((kind for column, kind in _KINDS.items() if column in columns), None)


def export_rows(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as an import reads them: CSV with a header line, in which nothing is an empty cell, or a JSON list."""
    if media_type(path) == _MEDIA_TYPES[".json"]:
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(file, columns, rows)


def write_csv(file: TextIO, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write these columns of rows as an import reads them: a header line first, nothing is an empty cell."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)


def _cell(value: object) -> object:
    """Write a value as a cell of an import; a list is parted by semicolons."""
    if isinstance(value, list):
        return ";".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else value


async def post_file(door: Door, place: str, path: Path, answer: type[A], /, **query: object) -> A:
    """Post a file; the service takes all of it, or none and says what is wrong with which line."""
    headers = {"Content-Type": media_type(path), KEY_HEADER: str(uuid4())}
    call = Call(
        "POST",
        place,
        texts(query),
        headers,
        path.read_bytes(),  # noqa: ASYNC240  # one small read before anything is sent
        seconds_max=_IMPORT_SECONDS_MAX,
    )
    return door.read(await door.send(call), answer)
