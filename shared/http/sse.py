"""Server-sent events: what happens is told as it happens, from any replica, from where a reader left off.

Every event's id is the place of the stream after it: which stream, which log, and the next offset of every partition,
so that `Last-Event-ID` resumes at any replica without a gap, and at no other stream. A reader has a short queue: one
that makes no room in it for a while is cut, not buffered, and comes back with its last id; one that only has much to
catch up with is not. FastAPI's own EventSourceResponse would wait for a stuck reader as long as it likes.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Query
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared import clock
from shared.errors import Refusal
from shared.http.places import Place, parse_place
from shared.observe import logs
from shared.observe.metrics import HttpMetrics

POSITION_HEADER = "JVTrack-Position"
POSITION_HEADERS: dict[str, Any] = {
    POSITION_HEADER: {
        "description": "Where the stream goes on from this answer: its `after`, or `Last-Event-ID`.",
        "schema": {"type": "string", "examples": ["production.v1:7a1c0f3e-5b1d-4c55-9d1e-2f60a1b2c3d4:17.4.0"]},
    }
}
_STREAMED = """id: stock.v1:7a1c0f3e-5b1d-4c55-9d1e-2f60a1b2c3d4:17.4.0
event: jvtrack.stock.stock-moved.v1
data: {"site":"D-01",...,"version":17,"event_id":"01a2b3c4-...","recorded_at":"2026-11-23T09:30:00+00:00"}

"""
STREAM_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events as they happen. Beside the fact's own members, `data` carries `version` (its number "
        "within its key: drop what is not above the one you have), `event_id` and `recorded_at`; where only the place "
        "of a change may be seen, no version.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _STREAMED}},
    },
    410: {"description": "`position-gone`: query the state anew and start from its position."},
    422: {"description": "`position-malformed`: not of this stream."},
}
_LAST_WORDS_SECONDS = 2.0

log = logs.get_log()


@dataclass(frozen=True, slots=True)
class TailEvent:
    """One fact of a stream, and where the stream stands after it."""

    position: Place
    type: str
    data: bytes
    version: int = 0
    """Its number within its key: a reader drops what it has."""
    event_id: str = ""
    recorded_at: str = ""

    def in_full(self, data: bytes | None = None) -> bytes:
        """Give its data, or what is shown of them, with the fact's version, identity and time."""
        shown = self.data if data is None else data
        return b'%b,"version":%d,%b}' % (shown[:-1], self.version, self._names())

    def in_part(self, **members: str) -> bytes:
        """Give only that it happened, where and when: a version would tell how often."""
        return b"%b,%b}" % (json.dumps(members).encode()[:-1], self._names())

    def _names(self) -> bytes:
        names = {"event_id": self.event_id, "recorded_at": self.recorded_at}
        return json.dumps(names, separators=(",", ":")).encode()[1:-1]


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How far and how long a reader may fall behind, how often a silent stream beats, when it must come again."""

    queue_max: int = 100
    patience_seconds: float = 5.0
    heartbeat_seconds: float = 10.0
    lifetime_seconds_max: float = 86_400.0


DEFAULT_LIMITS = StreamLimits()


Shape = Callable[[TailEvent], bytes | None]
"""What a reader gets to see of an event: its data as one line of JSON, or nothing of it at all."""


async def position(
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", description="The id of the last event read: goes on after it.")
    ] = None,
    after: Annotated[
        str | None, Query(description="A position to start after, as a query answered it; Last-Event-ID goes before.")
    ] = None,
) -> Place | None:
    """Read where a request wants to start; None is now."""
    sent = last_event_id or after
    return None if sent is None else parse_place(sent)


Position = Annotated[Place | None, Depends(position)]


class EventStream(Response):
    """Answers with a stream until the reader goes, the tail ends, or its time is up.

    Use it as `response_class` too, so that the API's description says what the route answers.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncGenerator[TailEvent, None],
        shape: Shape,
        *,
        expires_at: float,
        limits: StreamLimits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._shape = shape
        self._patience_seconds = limits.patience_seconds
        self._lifetime_seconds = max(0.0, min(expires_at - clock.now().timestamp(), limits.lifetime_seconds_max))
        self._heartbeat_seconds = limits.heartbeat_seconds
        self._queue: asyncio.Queue[tuple[Place, bytes] | None] = asyncio.Queue(limits.queue_max)
        self._read: Place | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until one side ends it."""
        logs.bind(path=scope["path"])
        metrics: HttpMetrics = scope["app"].state.http_metrics
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await _chunk(send, b"retry: 1000\n: connected\n\n")
        pump = asyncio.create_task(self._pump(metrics))
        write = asyncio.create_task(self._write(send))
        gone = asyncio.create_task(_until_gone(receive))
        tasks = (pump, write, gone)
        try:
            with metrics.streams_open.track_inprogress():
                await asyncio.wait(tasks, timeout=self._lifetime_seconds, return_when=asyncio.FIRST_COMPLETED)
                if pump.done() and not pump.cancelled() and pump.exception() is None and not pump.result():
                    await asyncio.wait((write, gone), timeout=_LAST_WORDS_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        await _end(send)
        for result in results:
            if isinstance(result, Refusal):
                log.info("stream_ended", problem=result.slug())
            elif isinstance(result, Exception):
                raise result

    async def _pump(self, metrics: HttpMetrics) -> bool:
        """Take events as they come; tell whether the reader was cut for making no room for them."""
        async with aclosing(self._events) as events:
            async for event in events:
                self._read = event.position
                data = self._shape(event)
                if data is None:
                    continue
                if not await self._offer((event.position, _frame(event, data))):
                    metrics.streams_cut_total.inc()
                    return True
        return not await self._offer(None)

    async def _offer(self, item: tuple[Place, bytes] | None) -> bool:
        """Queue an item as soon as the reader makes room; tell whether it did."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._queue.put(item)
        except TimeoutError:
            log.info("stream_cut", queue_max=self._queue.maxsize)
            return False
        return True

    async def _write(self, send: Send) -> None:
        told: Place | None = None
        while True:
            try:
                async with asyncio.timeout(self._heartbeat_seconds):
                    item = await self._queue.get()
            except TimeoutError:
                if self._queue.empty():
                    await _chunk(send, _alive(self._read, told))
                    told = self._read
                continue
            if item is None:
                return
            told, frame = item
            await _chunk(send, frame)


def _frame(event: TailEvent, data: bytes) -> bytes:
    assert b"\n" not in data, "an event's data is one line of JSON"
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (str(event.position).encode(), event.type.encode(), data)


def _alive(read: Place | None, told: Place | None) -> bytes:
    """Beat, and move the reader's position past what was read for it but not shown."""
    if read is None or read == told:
        return b": alive\n\n"
    return b": alive\nid: %b\n\n" % str(read).encode()


async def _chunk(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _end(send: Send) -> None:
    """End the answer properly, unless the reader's connection is stuck."""
    try:
        async with asyncio.timeout(_LAST_WORDS_SECONDS):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        log.info("stream_stuck")


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
