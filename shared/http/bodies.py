"""A request's body on its way in: how fast it must come, how it is inflated, and how many are held at a time."""

import asyncio
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.types import Message, Receive

from shared import clock
from shared.errors import Kind, Refusal
from shared.messaging.group import Overloaded

_GZIP = 16 + zlib.MAX_WBITS


class BodyTooLarge(Refusal):
    """The body is larger than this door takes."""

    kind = Kind.TOO_LARGE


class BodyTooSlow(Refusal):
    """The body comes too slowly; send less at a time."""

    kind = Kind.LATE


class BodyUnreadable(Refusal):
    """The body cannot be read as what it says it is."""

    kind = Kind.UNREADABLE


class NameRepeated(Refusal):
    """The body names one thing twice, and only one of the two could count."""

    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a body may take in all, and how fast it must come after the first moments."""

    seconds_max: float = 120.0
    grace_seconds: float = 5.0
    bytes_per_second_min: int = 8_192


DEFAULT_PACE = Pace()


def bounded(receive: Receive, body_bytes_max: int) -> Receive:
    """Bound a body that does not say its length."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > body_bytes_max:
            raise BodyTooLarge(body_bytes_max=body_bytes_max)
        return message

    return counted


def paced(receive: Receive, pace: Pace) -> Receive:
    """Give up a body that comes too slowly; its time begins when it is first asked for."""
    began: float | None = None
    received = 0
    is_whole = False

    async def in_time() -> Message:
        nonlocal began, received, is_whole
        if is_whole:
            return await receive()
        began = began or clock.monotonic()
        allowed = min(pace.seconds_max, pace.grace_seconds + received / pace.bytes_per_second_min)
        try:
            async with asyncio.timeout(began + allowed - clock.monotonic()):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(received=received, seconds=round(allowed, 1)) from None
        received += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        return message

    return in_time


def inflated(receive: Receive, body_bytes_max: int) -> Receive:
    """Inflate a body that comes as gzip; what it inflates to has the same bound as one that comes plain."""
    inflater = zlib.decompressobj(_GZIP)
    size = 0

    async def inflating() -> Message:
        nonlocal size
        message = await receive()
        if message["type"] != "http.request":
            return message
        try:
            body = inflater.decompress(message.get("body", b""), body_bytes_max - size + 1)
        except zlib.error:
            raise BodyUnreadable(reason="it is not gzip") from None
        size += len(body)
        if size > body_bytes_max:
            raise BodyTooLarge(body_bytes_max=body_bytes_max)
        if inflater.unused_data or not (message.get("more_body", False) or inflater.eof):
            raise BodyUnreadable(reason="its gzip does not end where it ends")
        return {**message, "body": body}

    return inflating


def unambiguous(receive: Receive) -> Receive:
    """Refuse a JSON body in which an object names a member twice, once it is whole."""
    chunks: list[bytes] = []

    async def checked() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                refuse_repetition(b"".join(chunks))
                chunks.clear()
        return message

    return checked


def refuse_repetition(body: bytes) -> None:
    """Refuse JSON in which an object names a member twice; what is no JSON is for others to refuse."""
    try:
        json.loads(body, object_pairs_hook=_refuse_twice)
    except (ValueError, RecursionError):
        return


def _refuse_twice(members: list[tuple[str, object]]) -> None:
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        raise NameRepeated(name=next(name for name, times in Counter(names).items() if times > 1)[:100])


class Slots:
    """Places for bodies that are held in memory, of which one sender gets only a share."""

    def __init__(self, *, total: int, each: int) -> None:
        self._total = total
        self._each = each
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken_by(self, sender: str) -> Iterator[None]:
        """Hold a place while the block lasts, or refuse."""
        if self._taken.total() >= self._total:
            raise Overloaded(bodies_max=self._total)
        if self._taken[sender] >= self._each:
            raise Overloaded(bodies_of_one_sender_max=self._each)
        self._taken[sender] += 1
        try:
            yield
        finally:
            self._taken[sender] -= 1
            self._taken += Counter()  # forgets who holds none
