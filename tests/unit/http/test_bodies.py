"""A body comes fast enough, no larger than it may be, says each thing once, and takes no place that is not its own."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from starlette.types import Message

from shared.http import bodies, guard
from shared.http.auth import Principal, Role, allow
from shared.http.bodies import BodyTooSlow, Pace, Slots, paced
from shared.http.guard import takes
from shared.http.sse import EventStream
from shared.messaging.group import Overloaded
from tests.unit.http.makers import Issuer, a_client, an_app, slug

LINES = "application/x-ndjson"
Depot = Annotated[Principal, Depends(allow(Role.DEPOT))]


class Count(BaseModel):
    part: str
    quantity: int


def a_router() -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.post("/lines")
    @takes(LINES, body_bytes_max=1_000)
    async def lines(request: Request, principal: Depot) -> Response:
        return Response(f"{principal.subject} {len(await request.body())}")

    @router.post("/counts")
    async def counts(count: Count, principal: Depot) -> int:
        return count.quantity

    @router.get("/counts")
    async def list_counts(principal: Depot, lines: int = 1) -> list[str]:
        return [principal.subject] * lines

    @router.get("/stream", response_class=EventStream)
    async def stream(principal: Depot) -> Response:
        async def nothing() -> AsyncIterator[None]:
            await asyncio.Event().wait()
            yield

        return EventStream(nothing(), lambda _: None, expires_at=principal.expires_at)  # type: ignore[arg-type]  # nothing comes

    return router


class Sender:
    """Sends so many pieces, one after each pause."""

    def __init__(self, *pieces: bytes, pause_seconds: float = 0.0) -> None:
        self.pieces = list(pieces)
        self.pause_seconds = pause_seconds

    async def receive(self) -> Message:
        await asyncio.sleep(self.pause_seconds)
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}


async def read(sender: Sender, pace: Pace) -> int:
    receive, size = paced(sender.receive, pace), 0
    while True:
        message = await receive()
        size += len(message["body"])
        if not message["more_body"]:
            return size


async def test_a_body_that_keeps_its_pace_may_take_its_time() -> None:
    pace = Pace(seconds_max=5, grace_seconds=0.1, bytes_per_second_min=1_000)

    assert await read(Sender(*[b"x" * 100] * 8, pause_seconds=0.03), pace) == 800


def packed(content: bytes) -> bytes:
    """Compress it; the same at any time, since tests are named after it."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    "pace",
    [
        pytest.param(Pace(seconds_max=5, grace_seconds=0.1, bytes_per_second_min=1_000), id="slower than it may be"),
        pytest.param(Pace(seconds_max=0.1, grace_seconds=5, bytes_per_second_min=1), id="longer than it may take"),
    ],
)
async def test_a_body_that_drips_is_given_up(pace: Pace) -> None:
    with pytest.raises(BodyTooSlow):
        await read(Sender(*[b"x"] * 100, pause_seconds=0.02), pace)


async def test_a_slow_sender_is_told_so_and_its_connection_ends(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "paced", lambda receive, _: bodies.paced(receive, Pace(0.05, 0.05, 1)))

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(10):
            await asyncio.sleep(0.02)
            yield b"x"

    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/lines", content=drip(), headers={"Content-Type": LINES})

    assert (answer.status_code, slug(answer), answer.headers["connection"]) == (408, "body-too-slow", "close")


def test_one_sender_does_not_take_every_place() -> None:
    slots = Slots(total=3, each=2)

    with slots.taken_by("a"), slots.taken_by("a"):
        with pytest.raises(Overloaded), slots.taken_by("a"):
            pass
        with slots.taken_by("b"), pytest.raises(Overloaded), slots.taken_by("c"):
            pass
    with slots.taken_by("a"), slots.taken_by("a"), slots.taken_by("b"):
        pass


@pytest.mark.parametrize(
    ("sent", "content", "status", "problem"),
    [
        ({"Content-Type": LINES, "Content-Encoding": "gzip"}, packed(b"x" * 1_000), 200, None),
        ({"Content-Type": LINES, "Content-Encoding": "GZip"}, packed(b""), 200, None),
        ({"Content-Type": LINES, "Content-Encoding": "gzip"}, packed(b"x" * 1_001), 413, "body-too-large"),
        ({"Content-Type": LINES, "Content-Encoding": "gzip"}, packed(b"x" * 10**7)[:900], 413, "body-too-large"),
        ({"Content-Type": LINES, "Content-Encoding": "gzip"}, b"no gzip", 400, "body-unreadable"),
        ({"Content-Type": LINES, "Content-Encoding": "gzip"}, packed(b"x")[:-4], 400, "body-unreadable"),
        ({"Content-Type": LINES, "Content-Encoding": "gzip"}, packed(b"x") + b"y", 400, "body-unreadable"),
        ({"Content-Type": LINES, "Content-Encoding": "br"}, b"x", 415, "media-type-unsupported"),
        ({"Content-Type": "Application/X-NDJSON; charset=UTF-8"}, b"x", 200, None),
        ({"Content-Type": LINES + "; charset=utf-16"}, b"x", 415, "media-type-unsupported"),
    ],
)
async def test_a_body_may_come_as_gzip_where_much_is_sent_within_the_same_bound(
    issuer: Issuer, sent: dict[str, str], content: bytes, status: int, problem: str | None
) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/lines", content=content, headers=sent)

    assert answer.status_code == status
    assert problem is None or slug(answer) == problem


@pytest.mark.parametrize(
    "body",
    [
        b'{"part":"HUB","quantity":1,"quantity":100}',
        b'{"part":"HUB","quantity" :1,"quantity":100}',
        b'{"part":"HUB","quantity":1,"quantit\\u0079":100}',
        b'{"part":"HUB","quantity":1,"note":[{"a":1,"a":2}]}',
    ],
)
async def test_a_body_that_names_a_thing_twice_is_refused(issuer: Issuer, body: bytes) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/counts", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, slug(answer)) == (422, "name-repeated")


async def test_a_head_is_answered_like_a_get_without_its_body(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        got = await client.get("/v1/counts")
        head = await client.head("/v1/counts")
        live = await client.head("/health/live")
        posted_only = await client.head("/v1/lines")
        async with asyncio.timeout(1):
            stream = await client.head("/v1/stream")

    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", got.headers["content-length"])
    assert live.status_code == 204
    assert posted_only.status_code == 405
    assert (stream.status_code, stream.content) == (200, b"")
    assert stream.headers["content-type"].startswith("text/event-stream")


async def test_a_long_answer_is_compressed_for_who_reads_it_so(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        long = await client.get("/v1/counts?lines=2000")
        short = await client.get("/v1/counts?lines=1")
        plain = await client.get("/v1/counts?lines=2000", headers={"Accept-Encoding": "identity"})

    assert long.headers["content-encoding"] == "gzip"
    assert long.json() == plain.json() == ["depot-1"] * 2000
    assert "content-encoding" not in {*short.headers, *plain.headers}
