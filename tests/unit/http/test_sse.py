"""A stream tells what happens, from where a reader left off, and waits for nobody."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import Message

from shared import clock
from shared.http.auth import Principal, Role, allow
from shared.http.places import Place, PositionGone, PositionMalformed, Vector, parse_place
from shared.http.sse import EventStream, Position, StreamLimits, TailEvent
from shared.observe.metrics import HttpMetrics
from tests.unit.http.makers import Issuer, a_client, an_app, slug

QUICK = StreamLimits(queue_max=3, patience_seconds=0.05, heartbeat_seconds=0.02)


def at(*offsets: int) -> Place:
    return Place("stock.v1", "0a", offsets)


def an_event(number: int, data: bytes = b'{"n":1}') -> TailEvent:
    return TailEvent(at(number, 0), "stock-changed", data, version=number, event_id="id", recorded_at="then")


async def a_tail(*events: TailEvent, stays_open: bool = False) -> AsyncGenerator[TailEvent, None]:
    for event in events:
        yield event
        await asyncio.sleep(0)
    if stays_open:
        await asyncio.Event().wait()


def everything(event: TailEvent) -> bytes | None:
    return event.data


class Reader:
    """One connection: takes what is sent until it is full or goes away."""

    def __init__(self, *, takes: int = 1_000_000) -> None:
        self.takes = takes
        self.body = b""
        self.ended = False
        self.gone = asyncio.Event()
        self.registry = CollectorRegistry()

    async def send(self, message: Message) -> None:
        if self.takes <= 0:
            await asyncio.Event().wait()
        self.takes -= 1
        self.body += message.get("body", b"")
        self.ended = message["type"] == "http.response.body" and not message["more_body"]

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def read(self, stream: EventStream) -> None:
        app = FastAPI()
        app.state.http_metrics = HttpMetrics(self.registry)
        await stream({"type": "http", "path": "/v1/stock/stream", "app": app}, self.receive, self.send)

    def count(self, name: str) -> float | None:
        return self.registry.get_sample_value(name)


def in_a_minute() -> float:
    return clock.now().timestamp() + 60


@pytest.mark.asyncio
async def test_a_reader_gets_every_event_with_its_position() -> None:
    reader = Reader()

    await reader.read(EventStream(a_tail(an_event(1), an_event(2)), everything, expires_at=in_a_minute()))

    assert b'id: stock.v1:0a:1.0\nevent: stock-changed\ndata: {"n":1}\n\n' in reader.body
    assert reader.body.endswith(b'id: stock.v1:0a:2.0\nevent: stock-changed\ndata: {"n":1}\n\n')
    assert reader.ended


@pytest.mark.asyncio
async def test_a_reader_does_not_get_what_is_not_for_it_but_resumes_after_it() -> None:
    reader = Reader()

    def odd(event: TailEvent) -> bytes | None:
        return event.data if event.position.vector[0] % 2 else None

    stream = EventStream(a_tail(an_event(1), an_event(2), stays_open=True), odd, expires_at=in_a_minute(), limits=QUICK)
    reading = asyncio.create_task(reader.read(stream))
    await asyncio.sleep(0.1)
    reader.gone.set()
    await reading

    assert reader.body.count(b"data:") == 1
    assert reader.body.count(b": alive\nid: stock.v1:0a:2.0\n\n") == 1
    assert b": alive\n\n" in reader.body


@pytest.mark.asyncio
async def test_a_slow_reader_is_cut_and_its_tail_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.http.sse._LAST_WORDS_SECONDS", 0.05)
    reader = Reader(takes=3)
    tail = a_tail(*map(an_event, range(1, 100)), stays_open=True)

    async with asyncio.timeout(1):
        await reader.read(EventStream(tail, everything, expires_at=in_a_minute(), limits=QUICK))

    assert reader.count("jvtrack_http_streams_cut_total") == 1
    assert reader.count("jvtrack_http_streams_open") == 0
    assert not reader.ended
    with pytest.raises(StopAsyncIteration):
        await anext(tail)


@pytest.mark.asyncio
async def test_a_reader_that_comes_back_late_is_not_taken_for_a_slow_one() -> None:
    async def a_backlog() -> AsyncGenerator[TailEvent, None]:
        for number in range(1, 5001):
            yield an_event(number)

    reader = Reader()

    await reader.read(EventStream(a_backlog(), everything, expires_at=in_a_minute()))

    assert reader.body.count(b"data:") == 5000
    assert reader.count("jvtrack_http_streams_cut_total") == 0


@pytest.mark.asyncio
async def test_a_stream_ends_when_the_reader_goes() -> None:
    reader = Reader()
    tail = a_tail(stays_open=True)
    reading = asyncio.create_task(reader.read(EventStream(tail, everything, expires_at=in_a_minute())))
    await asyncio.sleep(0.01)

    reader.gone.set()

    async with asyncio.timeout(1):
        await reading


@pytest.mark.asyncio
async def test_a_stream_ends_when_the_token_does() -> None:
    reader = Reader()
    stream = EventStream(a_tail(stays_open=True), everything, expires_at=clock.now().timestamp() + 0.05)

    async with asyncio.timeout(1):
        await reader.read(stream)

    assert reader.ended


@pytest.mark.asyncio
async def test_a_tail_that_loses_its_place_ends_the_stream_and_one_that_breaks_is_a_fault() -> None:
    async def losing() -> AsyncGenerator[TailEvent, None]:
        yield an_event(1)
        raise PositionGone

    async def breaking() -> AsyncGenerator[TailEvent, None]:
        yield an_event(1)
        raise KeyError("a bug")

    calm, broken = Reader(), Reader()

    await calm.read(EventStream(losing(), everything, expires_at=in_a_minute()))
    with pytest.raises(KeyError):
        await broken.read(EventStream(breaking(), everything, expires_at=in_a_minute()))

    assert calm.ended
    assert broken.ended


@pytest.mark.parametrize("vector", [(0,), (1, 2, 3), tuple(range(64))])
def test_a_position_is_written_and_read_alike(vector: Vector) -> None:
    assert parse_place(str(at(*vector))) == at(*vector)


@pytest.mark.parametrize(
    "text",
    ["3.0", "stock.v1:3.0", "stock:0a:3.0", "stock.v1:log:3.0", "stock.v1:0a", "stock.v1:0a:3.0:4", "/v1:0a:3.0"],
)
def test_what_does_not_say_whose_place_it_is_is_refused(text: str) -> None:
    with pytest.raises(PositionMalformed):
        parse_place(text)


def test_what_is_shown_in_full_carries_its_version_and_what_is_shown_in_part_does_not() -> None:
    event = an_event(3)

    assert json.loads(event.in_full()) == {"n": 1, "version": 3, "event_id": "id", "recorded_at": "then"}
    assert json.loads(event.in_full(b'{"m":2}')) == {"m": 2, "version": 3, "event_id": "id", "recorded_at": "then"}
    assert json.loads(event.in_part(site="D-01")) == {"site": "D-01", "event_id": "id", "recorded_at": "then"}


@pytest.mark.parametrize(
    "text", ["", "1.", ".1", "1..2", "-1", "1,2", "one", "1 2", "9" * 19, ".".join("1" * 65), "\u0661"]
)
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(PositionMalformed):
        parse_place(f"stock.v1:0a:{text}")


def a_router() -> APIRouter:
    router = APIRouter()
    depot = Depends(allow(Role.DEPOT))

    async def subscribe(after: Place | None) -> AsyncGenerator[TailEvent, None]:
        if after == at(0, 0):
            raise PositionGone(position=after)
        return a_tail(an_event(1 if after is None else after.vector[0] + 1))

    @router.get("/v1/stock/stream", response_class=EventStream)
    async def stream(principal: Annotated[Principal, depot], after: Position) -> EventStream:
        return EventStream(await subscribe(after), everything, expires_at=principal.expires_at)

    return router


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("url", "headers", "told"),
    [
        ("/v1/stock/stream", {}, "id: stock.v1:0a:1.0"),
        ("/v1/stock/stream", {"Last-Event-ID": "stock.v1:0a:6.0"}, "id: stock.v1:0a:7.0"),
        ("/v1/stock/stream?after=stock.v1:0a:3.0", {}, "id: stock.v1:0a:4.0"),
        ("/v1/stock/stream?after=stock.v1:0a:3.0", {"Last-Event-ID": "stock.v1:0a:6.0"}, "id: stock.v1:0a:7.0"),
    ],
)
async def test_a_reader_resumes_after_the_last_event_it_read(
    issuer: Issuer, url: str, headers: dict[str, str], told: str
) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.get(url, headers=headers)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-length" not in answer.headers
    assert told in answer.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("sent", "status", "problem"), [("x", 422, "position-malformed"), ("stock.v1:0a:0.0", 410, "position-gone")]
)
async def test_a_position_that_cannot_be_resumed_is_a_problem(
    issuer: Issuer, sent: str, status: int, problem: str
) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.get("/v1/stock/stream", headers={"Last-Event-ID": sent})

    assert (answer.status_code, slug(answer)) == (status, problem)
