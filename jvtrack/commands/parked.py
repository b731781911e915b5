"""`jvtrack parked`: facts that a service could not apply, and what to do about them."""

from typing import Annotated

import typer

from deploy.errors import SetupError
from jvtrack.client import JVTrack, ParkedKey
from jvtrack.commands.caller import ServiceName, call, operations
from jvtrack.commands.shown import Table, screen

app = typer.Typer()
parked = typer.Typer(no_args_is_help=True)
app.add_typer(parked, name="parked", help="Facts that wait for an operator, because a service could not apply them.")

Service = Annotated[ServiceName, typer.Argument(help="The service that could not apply it.")]
Key = Annotated[str, typer.Argument(help="The key, such as lot:F-01:L-2026-0042.")]


@parked.command(name="list")
def list_parked() -> None:
    """List every parked key of every service."""
    table = Table("service", "group", "key", "cause", "error", "waiting", "since")
    for service, row in call(_all_parked):
        since = f"{row.parked_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            service.value, row.group, row.key, row.cause, row.error or "a partner nation's", str(row.waiting), since
        )
    screen().print(table)


@parked.command()
def release(service: Service, key: Key) -> None:
    """Apply what waits for a key, once its cause is put right."""

    async def act(jvtrack: JVTrack) -> int:
        return (await operations(jvtrack, service).release(await _find(jvtrack, service, key))).events

    typer.echo(f"{call(act)} events applied.")


@parked.command()
def discard(service: Service, key: Key, *, reason: Annotated[str, typer.Option(help="Why; kept for ever.")]) -> None:
    """Throw the first event of a key away for good, and apply what waits behind it."""

    async def act(jvtrack: JVTrack) -> int:
        return (await operations(jvtrack, service).discard(await _find(jvtrack, service, key), reason)).events

    typer.echo(f"Discarded; {call(act)} events applied behind it.")


@parked.command()
def skip(service: Service, key: Key, *, reason: Annotated[str, typer.Option(help="Why; kept for ever.")]) -> None:
    """Give up the facts that a key waits for, and apply what waits for them."""

    async def act(jvtrack: JVTrack) -> int:
        return (await operations(jvtrack, service).skip(await _find(jvtrack, service, key), reason)).events

    typer.echo(f"Skipped; {call(act)} events applied behind it.")


async def _all_parked(jvtrack: JVTrack) -> list[tuple[ServiceName, ParkedKey]]:
    return [(service, row) for service in ServiceName for row in await operations(jvtrack, service).parked().all()]


async def _find(jvtrack: JVTrack, service: ServiceName, key: str) -> ParkedKey:
    async for row in operations(jvtrack, service).parked():
        if row.key == key:
            return row
    raise SetupError(f"{service.value} has no parked key {key}: see `jvtrack parked list`.")
