"""How the API's description shows a file that an import takes: its columns, what they mean, and examples."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.http.guard import JSON

CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class FileForm:
    """One kind of file: its rows, some of them, and how CSV and JSON write them."""

    name: str
    rows: type[BaseModel]
    examples: Sequence[Mapping[str, Any]]
    member: str | None = None
    """The one member of a JSON document that holds the rows; none where it is the list itself."""
    more_columns: Mapping[str, str] = field(default_factory=dict)
    """Columns that only CSV has, and what they mean."""
    cells: Mapping[str, str] = field(default_factory=dict)
    """How a column of CSV is written where it is not as in JSON."""

    def columns(self) -> dict[str, str]:
        """Name the columns of CSV, each with what it means."""
        properties = self._schema()["properties"]
        required = set(self._schema().get("required", ()))
        told = {
            name: f"{each.get('description', '')}{' Required.' if name in required else ''}"
            for name, each in properties.items()
        }
        return {
            **{name: f"{text} {self.cells.get(name, '')}".strip() for name, text in told.items()},
            **self.more_columns,
        }

    def csv(self) -> str:
        """Write the examples as CSV."""
        names = list(dict.fromkeys(name for row in self.examples for name in row))
        written = io.StringIO()
        writer = csv.DictWriter(written, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in self.examples)
        return written.getvalue()

    def json(self) -> Any:
        """Write the examples as JSON."""
        return {self.member: list(self.examples)} if self.member else list(self.examples)

    def json_schema(self) -> dict[str, Any]:
        """Describe the JSON document."""
        rows: dict[str, Any] = {"type": "array", "items": inlined(self._schema()), "description": "A row each."}
        if self.member is None:
            return rows
        return {"type": "object", "required": [self.member], "properties": {self.member: rows}}

    def _schema(self) -> Mapping[str, Any]:
        return _schema_of(self.rows)


def file_body(*forms: FileForm) -> dict[str, Any]:
    """Describe the body of an import door that takes these files."""
    columns = "\n\n".join(
        f"{form.name}:\n" + "\n".join(f"- `{name}`: {text}" for name, text in form.columns().items()) for form in forms
    )
    schemas = [form.json_schema() for form in forms]
    return {
        "requestBody": {
            "required": True,
            "description": f"UTF-8, also as gzip. Columns of CSV, in any order:\n\n{columns}",
            "content": {
                CSV: {
                    "schema": {"type": "string", "description": "A header line, then a line each."},
                    "examples": {form.name: {"value": form.csv()} for form in forms},
                },
                JSON: {
                    "schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas},
                    "examples": {form.name: {"value": form.json()} for form in forms},
                },
            },
        }
    }


def inlined(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """Write a schema without references, which the API's description would look for elsewhere."""
    known = definitions or {}
    if isinstance(schema, list):
        return [inlined(each, known) for each in schema]
    if not isinstance(schema, dict):
        return schema
    known = {**known, **schema.get("$defs", {})}
    if "$ref" in schema:
        return inlined(known[schema["$ref"].rpartition("/")[2]], known)
    skipped = {"$defs", "discriminator"}
    return {name: inlined(each, known) for name, each in schema.items() if name not in skipped}


@cache
def _schema_of(rows: type[BaseModel]) -> Mapping[str, Any]:
    return rows.model_json_schema()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ";".join(value)
    return json.dumps(value) if isinstance(value, list | dict) else str(value)
