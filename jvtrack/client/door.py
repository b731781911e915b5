"""One service's HTTP door: every request carries its token and versions, and is tried within its patience."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from jvtrack.client.memory import Memory
from jvtrack.client.patience import Patience, Tries
from jvtrack.client.problems import AnswerUnreadableError, ProblemError, UnreachableError
from shared.http.versions import AFTER_HEADER, VERSION_HEADER

JSON = "application/json"
KEY_HEADER = "Idempotency-Key"
_OK = 200
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

A = TypeVar("A")
TokenSource = str | Callable[[], str]
"""An access token, or what gives one that still counts whenever it is asked."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, the same on every try."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    repeatable: bool = True
    """Whether the service does it once, however often it is asked."""
    seconds_max: float | None = None
    """How long one try may take; as the client is set if not given."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a service's requests go out; `name` is the service's."""

    name: str
    http: httpx.AsyncClient
    token: TokenSource
    patience: Patience
    memory: Memory | None = None

    async def get(self, path: str, kind: type[A], /, **query: object) -> A:
        """Read something."""
        return self.read(await self.send(Call("GET", path, texts(query))), kind)

    async def post(
        self,
        path: str,
        body: BaseModel | None,
        kind: type[A],
        *,
        key: str | None = None,
        repeatable: bool = True,
        **query: object,
    ) -> A:
        """Ask for something to be done; with the same Idempotency-Key on every try."""
        headers = {KEY_HEADER: key or str(uuid4())}
        call = Call("POST", path, texts(query), headers, as_json(body), repeatable)
        return self.read(await self.send(call), kind)

    async def put(self, path: str, body: BaseModel, kind: type[A]) -> A:
        """Say how something is to be from now on."""
        return self.read(await self.send(Call("PUT", path, body=as_json(body))), kind)

    async def patch(self, path: str, body: BaseModel, kind: type[A]) -> A:
        """Change some of something."""
        return self.read(await self.send(Call("PATCH", path, body=as_json(body))), kind)

    async def send(self, call: Call) -> httpx.Response:
        """Send a request until it is answered well, refused for good, or its patience is over."""
        tries = Tries(self.patience)
        while True:
            try:
                return await self._send_once(call)
            except (ProblemError, UnreachableError) as failure:
                sent = isinstance(failure, ProblemError) or failure.was_sent
                if not failure.is_passing or (sent and not call.repeatable):
                    raise
                await tries.pause(failure)

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncGenerator[httpx.Response, None]:
        """Send a request once and read its answer as it comes."""
        async with self._watched(), self.http.stream(**self._arguments(call)) as response:
            if response.is_error:
                await response.aread()
                raise ProblemError.of_response(response)
            yield response

    async def is_ready(self) -> bool:
        """Tell whether the service says that it is ready."""
        try:
            return (await self.http.get("/health/ready")).status_code == _OK
        except httpx.TransportError:
            return False

    def read(self, response: httpx.Response, kind: type[A]) -> A:
        """Read an answer's body as what it is said to be, ignoring what was added since."""
        try:
            return TypeAdapter(kind).validate_json(response.content)
        except ValidationError as error:
            raise AnswerUnreadableError(f"{self.name} {response.url.path}: {error}") from error

    def waiting_for_nothing(self) -> "Door":
        """Ask without waiting for what was written: for who repairs what keeps that from arriving."""
        return replace(self, memory=None)

    def acting_as(self, token: TokenSource, memory: Memory | None) -> "Door":
        """Give the same door for another bearer."""
        return replace(self, token=token, memory=memory)

    async def _send_once(self, call: Call) -> httpx.Response:
        async with self._watched():
            response = await self.http.request(**self._arguments(call))
        if not response.is_success:
            raise ProblemError.of_response(response)
        if self.memory is not None:
            self.memory.note(response.headers.get(VERSION_HEADER))
        return response

    @asynccontextmanager
    async def _watched(self) -> AsyncGenerator[None, None]:
        try:
            yield
        except httpx.TransportError as error:
            was_sent = not isinstance(error, _NOT_SENT)
            place = f"{self.name} at {str(self.http.base_url).rstrip('/')}"
            raise UnreachableError(place, repr(error), was_sent=was_sent) from error

    def _arguments(self, call: Call) -> dict[str, Any]:
        token = self.token if isinstance(self.token, str) else self.token()
        headers = {"Authorization": f"Bearer {token}", **call.headers}
        if call.body:
            headers.setdefault("Content-Type", JSON)
        after = self.memory.after(self.name) if self.memory else []
        if after:
            headers[AFTER_HEADER] = ",".join(after)
        arguments: dict[str, Any] = {
            "method": call.method,
            "url": call.path,
            "params": dict(call.query) or None,
            "headers": headers,
            "content": call.body or None,
        }
        return arguments if call.seconds_max is None else {**arguments, "timeout": call.seconds_max}


def texts(query: Mapping[str, object]) -> dict[str, str]:
    """Write query parameters as text; what is None is not asked."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
        if value is not None
    }


def as_json(body: BaseModel | None) -> bytes:
    """Write a body; what is not set is left to the service."""
    return b"" if body is None else body.model_dump_json(by_alias=True, exclude_none=True).encode()
