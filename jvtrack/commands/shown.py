"""How commands show what they have found: to people as a table, to programs as JSON."""

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from pydantic_core import to_json
from rich import table
from rich.console import Console, OverflowMethod

_WIDTH_OF_A_PIPE = 240
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]


def show_json(found: BaseModel | Sequence[BaseModel]) -> None:
    """Write a record, or a list of them, as JSON."""
    typer.echo(to_json(found, by_alias=False, indent=1).decode())


def show_done(done: BaseModel, sentence: str, *, as_json: bool) -> None:
    """Say what was done: to people in a sentence, to programs as the record that it made."""
    if as_json:
        show_json(done)
        return
    typer.echo(sentence)


class Table(table.Table):
    """A table that loses nothing where it is narrow: what does not fit a cell goes on in its next line."""

    def add_column(self, *titles: Any, overflow: OverflowMethod = "fold", **options: Any) -> None:
        """Add a column; whatever else it may be told is as with any table."""
        super().add_column(*titles, overflow=overflow, **options)


def screen() -> Console:
    """Give what to print to: as wide as the terminal, or wide enough for a row on a line where others read on."""
    found = Console()
    return found if found.is_terminal or "COLUMNS" in os.environ else Console(width=_WIDTH_OF_A_PIPE)
