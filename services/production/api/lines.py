"""NDJSON at the factory door: the body is read whole and bounded, decided in chunks, answered line by line.

The answer begins only when the first chunk is durable, so that a database that is away is still a 503 for the whole.
It does not begin before the body is read: a sender that writes everything before it reads would wait for ever.
"""

import asyncio
import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from services.production.api.doors import Doors, version_of
from services.production.api.reading import id_of, read_post
from services.production.commands.posting import Post
from services.production.domain.posted import Accepted
from services.production.schemas.answers import LINES
from services.production.schemas.events import EventTooLarge
from shared.db import is_weather
from shared.errors import Kind, Refusal
from shared.http import problems
from shared.http.bodies import BodyUnreadable
from shared.http.tokens import Principal
from shared.messaging.group import Overloaded


class LinesTooMany(Refusal):
    """The body has more lines than this door takes."""

    kind = Kind.TOO_LARGE


_LINES_READ_AT_ONCE = 25
_ENCODER = json.JSONEncoder(default=str, separators=(",", ":"))

Outcome = Accepted | Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the body: what it was read as, or why it was refused."""

    number: int
    read: Post | Refusal
    sender_id: str | None = None
    """The sender's id of the event, as far as it could be read."""


class EventLines(Response):
    """Decides the lines of a request and answers them as they are decided."""

    media_type = LINES

    def __init__(self, doors: Doors, principal: Principal) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._doors = doors
        self._principal = principal
        self._told: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, decide and answer; refuses the whole only if it cannot be read at all."""
        with self._doors.bodies.taken_by(self._principal.subject):
            chunks = self._chunks(split(await Request(scope, receive).body(), self._doors.settings.lines_max))
            chunk = await self._read_all(next(chunks))
            outcomes, following = await asyncio.gather(self._decide(chunk), self._read_all(next(chunks, ())))
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await _write(send, self._answer(chunk, outcomes))
            while chunk := following:
                outcomes, following = await asyncio.gather(
                    self._decide_patiently(chunk), self._read_all(next(chunks, ()))
                )
                await _write(send, self._answer(chunk, outcomes))
            told = {status: self._told[status] for status in ("accepted", "duplicate", "refused")}
            await send({"type": "http.response.body", "body": _line(told)})

    def _chunks(self, lines: Sequence[tuple[int, bytes]]) -> Iterator[Sequence[tuple[int, bytes]]]:
        size = self._doors.settings.lines_chunk
        return (lines[start : start + size] for start in range(0, len(lines), size))

    async def _read_all(self, lines: Sequence[tuple[int, bytes]]) -> list[Line]:
        """Read a chunk's lines, a few at a time: meanwhile the chunk before is decided, and others are served."""
        read: list[Line] = []
        for start in range(0, len(lines), _LINES_READ_AT_ONCE):
            read += [self._read(number, raw) for number, raw in lines[start : start + _LINES_READ_AT_ONCE]]
            await asyncio.sleep(0)
        return read

    def _read(self, number: int, raw: bytes) -> Line:
        try:
            post = read_post(raw, self._principal, self._doors.settings)
        except Refusal as refusal:
            return Line(number, refusal, None if isinstance(refusal, EventTooLarge) else id_of(raw))
        return Line(number, post, post.posted.sender_id)

    async def _decide(self, chunk: Sequence[Line]) -> list[Outcome]:
        read = [line.read for line in chunk if isinstance(line.read, Post)]
        decided = iter(await self._doors.events.submit_all(read) if read else ())
        return [line.read if isinstance(line.read, Refusal) else next(decided) for line in chunk]

    async def _decide_patiently(self, chunk: Sequence[Line]) -> list[Outcome]:
        """Decide lines once the answer has begun: what fails in passing is a refusal of each, worth another try."""
        refusal: Refusal = Overloaded()
        for _ in range(self._doors.settings.overload_tries):
            try:
                return await self._decide(chunk)
            except Overloaded:
                await asyncio.sleep(self._doors.settings.overload_pause_seconds)
            except Refusal as stopping:
                refusal = stopping
                break
            except problems.WEATHER as error:
                if not is_weather(error):
                    raise
                refusal = problems.of_weather(error)
                break
        return [line.read if isinstance(line.read, Refusal) else refusal for line in chunk]

    def _answer(self, chunk: Sequence[Line], outcomes: Sequence[Outcome]) -> bytes:
        return b"".join(_line(self._told_of(line, outcome)) for line, outcome in zip(chunk, outcomes, strict=True))

    def _told_of(self, line: Line, outcome: Outcome) -> dict[str, object]:
        told: dict[str, object] = {"line": line.number}
        if line.sender_id is not None:
            told["id"] = line.sender_id
        if isinstance(outcome, Refusal):
            told |= {"status": "refused", "problem": _problem(outcome)}
        else:
            told["status"] = "duplicate" if outcome.is_duplicate else "accepted"
            told |= {"event_id": str(outcome.event_id), "version": str(version_of(outcome))}
        self._told[str(told["status"])] += 1
        return told


def split(body: bytes, lines_max: int) -> list[tuple[int, bytes]]:
    """Give the lines that are not blank, with their numbers."""
    body = body.removeprefix(BOM_UTF8)
    if body.count(b"\n") - body.endswith(b"\n") >= lines_max:
        raise LinesTooMany(lines_max=lines_max)
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
    if not lines:
        raise BodyUnreadable(reason="it has no lines")
    return lines


def _problem(refusal: Refusal) -> dict[str, object]:
    problem = problems.of_refusal(refusal)
    members = problem.members()
    if "Retry-After" in problem.headers:
        members["retry_after"] = int(problem.headers["Retry-After"])
    return members


def _line(content: Mapping[str, object]) -> bytes:
    return _ENCODER.encode(content).encode() + b"\n"


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
