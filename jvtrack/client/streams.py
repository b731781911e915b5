"""Server-sent events that survive broken connections: a stream goes on after the last event that was read."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from httpx_sse import EventSource, SSEError

from jvtrack.client.answers.record import Record
from jvtrack.client.door import Call, Door, texts
from jvtrack.client.patience import Tries
from jvtrack.client.problems import AnswerUnreadableError, ProblemError, UnreachableError

R = TypeVar("R", bound=Record)
_ACCEPT = {"Accept": "text/event-stream", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a stream: what happened, its data, and the position to go on from."""

    position: str
    type: str
    data: str


async def hear(
    kind: type[R], door: Door, path: str, /, *, after: str | None = None, **query: object
) -> AsyncGenerator[R, None]:
    """Follow a stream as `follow` does, each event as a record: its members, and all of it in `data`."""
    async with aclosing(follow(door, path, after=after, **query)) as stream:
        async for told in stream:
            data = json.loads(told.data)
            yield kind.model_validate({**data, "position": told.position, "type": told.type, "data": data})


async def follow(door: Door, path: str, *, after: str | None = None, **query: object) -> AsyncGenerator[Told, None]:
    """Follow a stream from a position, or from now, until the caller has enough.

    A connection that breaks is opened again within the door's patience, with `Last-Event-ID`. A problem that another
    try would not cure is raised: `position-gone` means that the state must be queried anew.
    """
    tries = Tries(door.patience)
    position = after
    while True:
        headers = _ACCEPT if position is None else {**_ACCEPT, "Last-Event-ID": position}
        failure: ProblemError | UnreachableError = UnreachableError(door.name, "the stream ended", was_sent=True)
        try:
            async with door.open(Call("GET", path, texts(query), headers)) as response:
                tries.begin_anew()
                async for event in EventSource(response).aiter_sse():
                    position = event.id or position
                    if event.data:
                        yield Told(position or "", event.event, event.data)
        except SSEError as error:
            raise AnswerUnreadableError(str(error)) from error
        except (ProblemError, UnreachableError) as failed:
            if not failed.is_passing:
                raise
            failure = failed
        await tries.pause(failure)
