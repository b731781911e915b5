"""Sends requests to doors that may be gone: each again and again, as it is, until it has a final answer."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared import clock
from shared.http.idempotency import KEY_HEADER
from tests.faults.chaos.journal import Journal
from tests.fixtures.system import System

TRY_SECONDS_MAX = 5.0
TRIES_SECONDS_MAX = 180.0
"""How long a request may go without a final answer before that is a finding."""
_PAUSE_SECONDS = 0.25
_BUSY = {429, 503}
_BROKEN = 500
_CONNECTIONS_MAX = 200
EVENTS = {"Content-Type": "application/cloudevents+json"}
LINES = {"Content-Type": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer."""

    status: int
    members: Mapping[str, Any]
    tries: int

    @property
    def is_accepted(self) -> bool:
        """Whether it promises that the request is booked."""
        return self.status < 300


@dataclass(slots=True)
class Line:
    """One event of many in a body."""

    name: str
    body: bytes
    answer: Answer | None = None


@dataclass(slots=True)
class Caller:
    """The client's side of every door."""

    system: System
    journal: Journal
    http: httpx.AsyncClient
    tried: Counter[str] = field(default_factory=Counter)
    """What single tries ended with, by door: a status, or the name of an error."""
    unanswered: list[str] = field(default_factory=list)
    """Requests that had no final answer for too long."""
    answered_at: dict[str, float] = field(default_factory=dict)
    """By service, when a request was last accepted that began after it was last looked at; monotonic."""

    @classmethod
    def of(cls, system: System, journal: Journal) -> "Caller":
        """Stand before a system's doors."""
        limits = httpx.Limits(max_connections=_CONNECTIONS_MAX, max_keepalive_connections=_CONNECTIONS_MAX)
        http = httpx.AsyncClient(timeout=TRY_SECONDS_MAX, limits=limits, trust_env=False, verify=False)  # noqa: S501  # no TLS here
        return cls(system, journal, http)

    async def close(self) -> None:
        """Close every connection."""
        await self.http.aclose()

    async def read(self, service: str, path: str, token: str) -> Any:
        """Look something up once; nothing if the door does not open."""
        try:
            answer = await self.http.get(self.system.url(service) + path, headers=_bearer(token))
            return answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    async def ask(
        self,
        service: str,
        path: str,
        token: str,
        *,
        name: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> Answer | None:
        """Send a request until it is accepted or refused for good; nothing if neither came in time."""
        sent = {"Content-Type": "application/json", KEY_HEADER: name, **_bearer(token), **(headers or {})}
        deadline, tries = clock.monotonic() + TRIES_SECONDS_MAX, 0
        while clock.monotonic() < deadline:
            tries += 1
            begun = clock.monotonic()
            response = await self._try(service, path, sent, body, method=method)
            if response is not None and _is_final(response.status_code, response.headers):
                if response.status_code < 300:
                    self.answered_at[service] = begun
                return Answer(response.status_code, _members(response.content), tries)
            await asyncio.sleep(_PAUSE_SECONDS)
        self.unanswered.append(f"{service} {path} {name}")
        return None

    async def ask_event(self, token: str, event: Line) -> Answer | None:
        """Send one event as `ask` does."""
        return await self.ask("production", "/v1/events", token, name=event.name, body=event.body, headers=EVENTS)

    async def ask_lines(self, token: str, lines: Sequence[Line]) -> None:
        """Send events as lines until each is accepted or refused for good; the answers are put beside them."""
        deadline, tries = clock.monotonic() + TRIES_SECONDS_MAX, 0
        open_lines = list(lines)
        while open_lines and clock.monotonic() < deadline:
            tries += 1
            begun = clock.monotonic()
            body = b"\n".join(line.body for line in open_lines)
            response = await self._try("production", "/v1/events", {**_bearer(token), **LINES}, body)
            if response is not None and response.status_code == 200:
                self.answered_at["production"] = begun
                _take(open_lines, response.content, tries)
            elif response is not None and _is_final(response.status_code, response.headers):
                for line in open_lines:
                    line.answer = Answer(response.status_code, _members(response.content), tries)
            open_lines = [line for line in open_lines if line.answer is None]
            if open_lines:
                await asyncio.sleep(_PAUSE_SECONDS)
        self.unanswered += [f"production /v1/events {line.name}" for line in open_lines]

    async def _try(
        self, service: str, path: str, headers: Mapping[str, str], body: bytes, *, method: str = "POST"
    ) -> httpx.Response | None:
        try:
            response = await self.http.request(method, self.system.url(service) + path, headers=headers, content=body)
        except httpx.HTTPError as error:
            self.tried[f"{service} {type(error).__name__}"] += 1
            return None
        self.tried[f"{service} {response.status_code}"] += 1
        return response


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _is_final(status: int, headers: Mapping[str, str]) -> bool:
    if status in _BUSY or status >= _BROKEN:
        return False
    return not (status == 409 and "retry-after" in headers)


def _members(content: bytes) -> Mapping[str, Any]:
    try:
        members = json.loads(content)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _take(lines: Sequence[Line], content: bytes, tries: int) -> None:
    """Put the answers beside their lines; an answer that broke off in the middle of a line says nothing of it."""
    for text in content.split(b"\n"):
        told = _members(text)
        if "line" not in told:
            continue
        problem = told.get("problem", {})
        if problem.get("status") in _BUSY or "retry_after" in problem:
            continue
        statuses = {"accepted": 201, "duplicate": 200}
        status = statuses.get(str(told["status"]), int(problem.get("status", 0)))
        lines[int(told["line"]) - 1].answer = Answer(status, told, tries)
