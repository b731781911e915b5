"""How commands show what they have found: to people as a table, to programs as JSON."""

from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import BaseModel
from pydantic_core import to_json

Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]


def show_json(found: BaseModel | Sequence[BaseModel]) -> None:
    """Write a record, or a list of them, as JSON."""
    typer.echo(to_json(found, by_alias=False, indent=1).decode())
