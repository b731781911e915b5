"""Days, as commands take them."""

from datetime import date, datetime
from typing import Annotated

import typer

DAY_FORMATS = ["%Y-%m-%d"]
Day = Annotated[datetime | None, typer.Option(formats=DAY_FORMATS)]
FirstDay = Annotated[
    datetime | None,
    typer.Option("--from", formats=DAY_FORMATS, help="The first day, in UTC; a year before the last one."),
]
LastDay = Annotated[
    datetime | None, typer.Option("--to", formats=DAY_FORMATS, help="The last day; today if not given.")
]
ValidFrom = Annotated[datetime, typer.Option("--from", formats=DAY_FORMATS, help="First day on which it holds.")]


def read_day(said: datetime | None) -> date | None:
    """Read a day; none where none was said."""
    return None if said is None else said.date()
