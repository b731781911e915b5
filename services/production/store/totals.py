"""The columns in which lots and work orders keep what their facts add up to."""

from collections.abc import Sequence
from dataclasses import fields

from services.production.domain.totals import Totals
from shared.sql import AnyRow

NAMES = tuple(field.name for field in fields(Totals))
COLUMNS = ", ".join(NAMES)
ASSIGNMENTS = ", ".join(f"{name} = new.{name}" for name in NAMES)
ARRAYS = ", ".join(f"CAST(:{name} AS bigint[])" for name in NAMES)


def read(row: AnyRow) -> Totals:
    """Read the totals of a row."""
    return Totals(*(getattr(row, name) for name in NAMES))


def write(totals: Sequence[Totals]) -> dict[str, list[int]]:
    """Write totals as one array a column."""
    return {name: [getattr(each, name) for each in totals] for name in NAMES}
