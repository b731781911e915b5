"""`jvtrack outbox`: facts that Kafka refuses, and facts to tell it once more."""

from typing import Annotated

import typer

from deploy.errors import SetupError
from jvtrack.client import BlockedKey, JVTrack, Republication
from jvtrack.client.answers.operations import OperationDone
from jvtrack.commands.caller import ServiceName, call, operations
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json

app = typer.Typer()
outbox = typer.Typer(no_args_is_help=True)
app.add_typer(outbox, name="outbox", help="Facts on their way to Kafka.")

Service = Annotated[ServiceName, typer.Argument(help="The service that tells them.")]
Key = Annotated[str, typer.Argument(help="The key.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]


class BlockedAt(BlockedKey):
    """A blocked key, and where."""

    service: ServiceName
    """The service that tells its facts."""


@outbox.command()
def blocked(*, as_json: Json = False) -> None:
    """List every key whose next fact Kafka refuses for good."""
    found = call(_all_blocked)
    if as_json:
        show_json(found)
        return
    table = Table("service", "topic", "key", "type", "error", "waiting", "since")
    for row in found:
        since = f"{row.blocked_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(row.service.value, row.topic, row.key, row.type, row.error, str(row.waiting), since)
    screen().print(table)


@outbox.command()
def unblock(service: Service, key: Key, *, as_json: Json = False) -> None:
    """Return a blocked key's facts to the outbox, once Kafka will have them."""

    async def act(jvtrack: JVTrack) -> OperationDone:
        return await operations(jvtrack, service).unblock(await _find(jvtrack, service, key))

    done = call(act)
    show_done(done, f"{done.events} events returned to the outbox.", as_json=as_json)


@outbox.command()
def discard(service: Service, key: Key, *, reason: Reason, as_json: Json = False) -> None:
    """Give up the fact of a key that Kafka refuses; a tombstone goes out in its place, and the rest after it."""

    async def act(jvtrack: JVTrack) -> OperationDone:
        return await operations(jvtrack, service).discard_blocked(await _find(jvtrack, service, key), reason)

    done = call(act)
    show_done(done, f"Discarded; {done.events} events returned to the outbox.", as_json=as_json)


@outbox.command()
def republish(
    service: Service,
    topic: Annotated[str, typer.Argument(help="The stream, such as production.v1.")],
    *,
    first: Annotated[int, typer.Option(help="First place in event_log.", min=1)],
    last: Annotated[int, typer.Option(help="Last place in event_log.", min=1)],
    key: Annotated[str | None, typer.Option(help="Only this key's facts.")] = None,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Tell Kafka facts once more; consumers drop what they have."""
    facts = Republication(topic=topic, first=first, last=last, key=key, reason=reason)

    done = call(lambda jvtrack: operations(jvtrack, service).republish(facts))
    show_done(done, f"{done.events} events returned to the outbox.", as_json=as_json)


async def _all_blocked(jvtrack: JVTrack) -> list[BlockedAt]:
    return [
        BlockedAt(service=service, **dict(row))
        for service in ServiceName
        for row in await operations(jvtrack, service).blocked().all()
    ]


async def _find(jvtrack: JVTrack, service: ServiceName, key: str) -> BlockedKey:
    async for row in operations(jvtrack, service).blocked():
        if row.key == key:
            return row
    raise SetupError(f"{service.value} has no blocked key {key}: see `jvtrack outbox blocked`.")
