"""`jvtrack import`: parts, sites, opening stock, orders, sources and activities from files, all or nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from jvtrack.client import JVTrack
from jvtrack.client.answers.imports import ImportDone
from jvtrack.commands.caller import call
from jvtrack.commands.data_files import Files

app = typer.Typer()
imports = typer.Typer(no_args_is_help=True)
app.add_typer(
    imports,
    name="import",
    help="Import files: each is taken whole, or not at all with every error by line; a list in a cell is parted by ;.",
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check the files.")]
_WATCH_SECONDS = 0.5
Door = Callable[[JVTrack, Path], Awaitable[ImportDone]]


@imports.command()
def catalogue(files: Files, *, dry_run: DryRun = False) -> None:
    """Import sites and parts."""
    _import(files, lambda jvtrack, path: jvtrack.inventory.import_catalogue(path, dry_run=dry_run))


@imports.command()
def stock(files: Files, *, dry_run: DryRun = False) -> None:
    """Import opening stock."""
    _import(files, lambda jvtrack, path: jvtrack.inventory.import_stock(path, dry_run=dry_run))


@imports.command()
def orders(files: Files, *, dry_run: DryRun = False) -> None:
    """Place orders, those of earlier books among them: `placed_on` says since when they wait."""
    _import(files, partial(_watched, dry_run=dry_run))


@imports.command()
def sources(files: Files, *, dry_run: DryRun = False) -> None:
    """Import who may supply a part, and on what terms."""
    _import(files, lambda jvtrack, path: jvtrack.orders.import_sources(path, dry_run=dry_run))


@imports.command()
def activities(files: Files, *, dry_run: DryRun = False) -> None:
    """Import the units that may order, and how urgent their work is."""
    _import(files, lambda jvtrack, path: jvtrack.orders.import_activities(path, dry_run=dry_run))


def _import(files: Sequence[Path], door: Door) -> None:
    for path in files:
        done = call(partial(_post, door=door, path=path))
        word = "checked" if done.dry_run else "imported"
        typer.echo(f"{path}: {done.lines} lines {word}.")


async def _post(jvtrack: JVTrack, *, door: Door, path: Path) -> ImportDone:
    return await door(jvtrack, path)


async def _watched(jvtrack: JVTrack, path: Path, *, dry_run: bool) -> ImportDone:
    """Import a file of orders, and show meanwhile how far it is."""
    import_id = uuid4()
    with Progress(*Progress.get_default_columns(), console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(f"{path.name}: checked", total=None)
        watching = asyncio.create_task(_watch(jvtrack, import_id, shown, task))
        try:
            return await jvtrack.orders.import_orders(path, dry_run=dry_run, import_id=import_id)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _watch(jvtrack: JVTrack, import_id: UUID, shown: Progress, task: TaskID) -> None:
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        found = await jvtrack.orders.import_progress(import_id)
        if found is not None and found.lines:
            shown.update(task, description="placed", total=found.lines, completed=found.published)
