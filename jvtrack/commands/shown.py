"""How commands show what they have found: to people as a table, to programs as JSON."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import BaseModel

Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]


def show_json(found: Sequence[BaseModel]) -> None:
    """Write records as a JSON list."""
    typer.echo(json.dumps([each.model_dump(mode="json") for each in found], indent=1))
