"""`jvtrack simulate`: a year of demand, production and delays from a seed, played or written down."""

import asyncio
import csv
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_json
from rich.console import Console

from deploy.errors import SetupError
from jvtrack.client import JVTrackError
from jvtrack.commands.data_files import in_a_folder
from jvtrack.commands.days import DAY_FORMATS
from jvtrack.commands.shown import Json, screen
from jvtrack.demo.stage import running_stage
from jvtrack.simulate.ground import SEED_MAX, Size
from jvtrack.simulate.play import play
from jvtrack.simulate.tally import Summary, Tally, table
from jvtrack.simulate.year import ORDERS_MAX, Year, draw_year
from shared import clock

NOT_PLAYED_TO_THE_END = 1
DAYS_MAX = 360
_END_AGE_DAYS_MAX = 4
"""A document number may be a year old: so much older the end of a year may be that is gone on with."""
_TOLD_EVERY_DAYS = 30

app = typer.Typer()


@app.command()
def simulate(  # noqa: PLR0913  # an option each
    *,
    seed: Annotated[int, typer.Option(min=0, max=SEED_MAX, help="What everything is drawn from.")] = 1,
    parts: Annotated[int, typer.Option(min=1, max=2_000)] = 40,
    depots: Annotated[int, typer.Option(min=1, max=20)] = 3,
    factories: Annotated[int, typer.Option(min=1, max=20)] = 2,
    suppliers: Annotated[int, typer.Option(min=0, max=20)] = 2,
    tails: Annotated[int, typer.Option(min=0, max=500, help="Aircraft and vehicles.")] = 12,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="How long the year is.")] = DAYS_MAX,
    end: Annotated[
        datetime | None, typer.Option(formats=DAY_FORMATS, help="Its last day; yesterday if not given.")
    ] = None,
    events_per_second: Annotated[float, typer.Option(min=0.1, max=10_000, help="How fast it may post.")] = 100,
    seconds_max: Annotated[float, typer.Option(min=1, help="When it stops, to be gone on with later.")] = 1_800,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write the plan and post nothing.")] = False,
    to: Annotated[
        Path | None, typer.Option(callback=in_a_folder, help="Where the plan is written: .ndjson or .csv.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play a year of demand, production and delays, drawn from a seed; again, it goes on and repeats nothing twice."""
    size = Size(
        seed=seed,
        end=(clock.now() - timedelta(days=1)).date() if end is None else end.date(),
        parts=parts,
        depots=depots,
        factories=factories,
        suppliers=suppliers,
        tails=tails,
        days=days,
    )
    if dry_run or to is not None:
        _write(_draw(size), to)
        return
    _require_playable(size)
    _show(_play(_draw(size), per_second=events_per_second, seconds_max=seconds_max), as_json=as_json)


def _draw(size: Size) -> Year:
    year = draw_year(size)
    if len(year.orders) > ORDERS_MAX:
        raise SetupError(f"{len(year.orders):,} orders are more than {ORDERS_MAX:,}: take fewer parts, depots or days.")
    return year


def _show(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(to_json(summary, indent=1).decode())
    else:
        screen().print(table(summary))
    if summary["days_played"] != summary["days"]:
        typer.echo(f"The time is over: the same command with --end {summary['end']} goes on.", err=True)
        raise typer.Exit(NOT_PLAYED_TO_THE_END)


def _require_playable(size: Size) -> None:
    age = (clock.now().date() - size.end).days
    if not 1 <= age <= _END_AGE_DAYS_MAX:
        raise SetupError(
            f"--end {size.end} is not playable: what happened is in the past, and a document number no older than a "
            f"year, so that the last day is yesterday, or at most {_END_AGE_DAYS_MAX} days ago."
        )


def _play(year: Year, *, per_second: float, seconds_max: float) -> Summary:
    stage = running_stage(None)
    console = Console(stderr=True)
    days = year.ground.size.days

    def said(day: int, tally: Tally) -> str:
        return f"day {day} of {days}: {tally.orders} orders, {tally.work_orders} work orders, {tally.lots} lots sent"

    showing = console.status("importing parts, sites, sources, stock and fleet") if console.is_terminal else None

    def passed(day: int, tally: Tally) -> None:
        if showing is not None:
            showing.update(said(day, tally))
        elif day % _TOLD_EVERY_DAYS == 0 or day == days:
            typer.echo(said(day, tally), err=True)

    shown: AbstractContextManager[object] = nullcontext() if showing is None else showing
    try:
        with shown:
            return asyncio.run(
                play(year, stage.addresses, stage.token, per_second=per_second, seconds_max=seconds_max, passed=passed)
            )
    except JVTrackError as error:
        again = f"the same command with --end {year.ground.size.end} goes on"
        raise SetupError(f"{error}; once that is mended, {again}.") from error


def _write(year: Year, to: Path | None) -> None:
    """Write the plan as NDJSON, or as CSV where the file's name says so."""
    rows = list(year.rows())
    if to is None:
        sys.stdout.writelines(_lines(rows))
    elif to.suffix == ".csv":
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with to.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    elif to.suffix == ".ndjson":
        with to.open("w", encoding="utf-8") as file:
            file.writelines(_lines(rows))
    else:
        raise SetupError(f"--to {to}: a plan is written as .ndjson or .csv.")
    if to is not None:
        typer.echo(f"{to}: {len(rows)} lines, {len(year.orders)} of them orders.")


def _lines(rows: Iterable[Mapping[str, object]]) -> Iterable[str]:
    return (json.dumps(row) + "\n" for row in rows)
