"""`jvtrack parked`: facts that a service could not apply, and what to do about them."""

from typing import Annotated

import typer

from deploy.errors import SetupError
from jvtrack.client import JVTrack, ParkedKey
from jvtrack.client.answers.operations import OperationDone
from jvtrack.commands.caller import ServiceName, call, operations
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json

app = typer.Typer()
parked = typer.Typer(no_args_is_help=True)
app.add_typer(parked, name="parked", help="Facts that wait for an operator, because a service could not apply them.")

Service = Annotated[ServiceName, typer.Argument(help="The service that could not apply it.")]
Key = Annotated[str, typer.Argument(help="The key, such as lot:F-01:L-2026-0042.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]


class ParkedAt(ParkedKey):
    """A parked key, and where."""

    service: ServiceName
    """The service that could not apply it."""


@parked.command(name="list")
def list_parked(*, as_json: Json = False) -> None:
    """List every parked key of every service."""
    found = call(_all_parked)
    if as_json:
        show_json(found)
        return
    table = Table("service", "group", "key", "cause", "error", "waiting", "since")
    for row in found:
        since = f"{row.parked_at:%Y-%m-%d %H:%M:%S}"
        error = row.error or "a partner nation's"
        table.add_row(row.service.value, row.group, row.key, row.cause, error, str(row.waiting), since)
    screen().print(table)


@parked.command()
def release(service: Service, key: Key, *, as_json: Json = False) -> None:
    """Apply what waits for a key, once its cause is put right."""

    async def act(jvtrack: JVTrack) -> OperationDone:
        return await operations(jvtrack, service).release(await _find(jvtrack, service, key))

    done = call(act)
    show_done(done, f"{done.events} events applied.", as_json=as_json)


@parked.command()
def discard(service: Service, key: Key, *, reason: Reason, as_json: Json = False) -> None:
    """Throw the first event of a key away for good, and apply what waits behind it."""

    async def act(jvtrack: JVTrack) -> OperationDone:
        return await operations(jvtrack, service).discard(await _find(jvtrack, service, key), reason)

    done = call(act)
    show_done(done, f"Discarded; {done.events} events applied behind it.", as_json=as_json)


@parked.command()
def skip(service: Service, key: Key, *, reason: Reason, as_json: Json = False) -> None:
    """Give up the facts that a key waits for, and apply what waits for them."""

    async def act(jvtrack: JVTrack) -> OperationDone:
        return await operations(jvtrack, service).skip(await _find(jvtrack, service, key), reason)

    done = call(act)
    show_done(done, f"Skipped; {done.events} events applied behind it.", as_json=as_json)


async def _all_parked(jvtrack: JVTrack) -> list[ParkedAt]:
    return [
        ParkedAt(service=service, **dict(row))
        for service in ServiceName
        for row in await operations(jvtrack, service).parked().all()
    ]


async def _find(jvtrack: JVTrack, service: ServiceName, key: str) -> ParkedKey:
    async for row in operations(jvtrack, service).parked():
        if row.key == key:
            return row
    raise SetupError(f"{service.value} has no parked key {key}: see `jvtrack parked list`.")
