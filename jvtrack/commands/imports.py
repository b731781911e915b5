"""`jvtrack import`: parts, sites, opening stock, orders, sources and activities from files, all or nothing."""

import asyncio
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from jvtrack.client import JVTrack
from jvtrack.client.answers.imports import ImportDone
from jvtrack.commands.data_files import DryRun, Files, import_files
from jvtrack.commands.shown import Json

app = typer.Typer()
imports = typer.Typer(no_args_is_help=True)
app.add_typer(
    imports,
    name="import",
    help="Import files: each is taken whole, or not at all with every error by line; a list in a cell is parted by ;.",
)

_WATCH_SECONDS = 0.5


@imports.command()
def catalogue(files: Files, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import sites and parts."""
    import_files(
        files, lambda jvtrack, path: jvtrack.inventory.import_catalogue(path, dry_run=dry_run), as_json=as_json
    )


@imports.command()
def stock(files: Files, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import opening stock."""
    import_files(files, lambda jvtrack, path: jvtrack.inventory.import_stock(path, dry_run=dry_run), as_json=as_json)


@imports.command()
def orders(files: Files, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Place orders, those of earlier books among them: `placed_on` says since when they wait."""
    import_files(files, partial(_watched, dry_run=dry_run), as_json=as_json)


@imports.command()
def sources(files: Files, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import who may supply a part, and on what terms."""
    import_files(files, lambda jvtrack, path: jvtrack.orders.import_sources(path, dry_run=dry_run), as_json=as_json)


@imports.command()
def terms(files: Files, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import what sources cost and how much of it is imported, by the days from which that is stated."""
    import_files(files, lambda jvtrack, path: jvtrack.orders.import_terms(path, dry_run=dry_run), as_json=as_json)


@imports.command()
def activities(files: Files, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import the units that may order, and how urgent their work is."""
    import_files(files, lambda jvtrack, path: jvtrack.orders.import_activities(path, dry_run=dry_run), as_json=as_json)


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
