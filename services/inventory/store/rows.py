"""Many rows in one statement: columns of values that PostgreSQL unnests."""

from collections.abc import Iterable, Sequence
from typing import Any


class Columns:
    """Names and types of the columns of rows that a statement takes: `Columns(site="text", version="bigint")`."""

    def __init__(self, **types: str) -> None:
        self._types = types

    @property
    def names(self) -> str:
        """List the names, as an INSERT or SELECT does."""
        return ", ".join(self._types)

    def unnest(self, alias: str) -> str:
        """Name the rows in a FROM clause."""
        arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in self._types.items())
        return f"unnest({arrays}) AS {alias} ({self.names})"

    def bind(self, rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
        """Turn rows into the statement's parameters."""
        columns = list(zip(*rows, strict=True)) or [()] * len(self._types)
        return {name: list(column) for name, column in zip(self._types, columns, strict=True)}


STOCKS = Columns(site="text", part="text")
"""The keys of stock."""
