"""A keep-alive HTTP/1.1 client that does as little as possible, so that the server gets the CPU."""

import asyncio
import re
from dataclasses import dataclass
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_VERSION = re.compile(rb"\r\njvtrack-version: *([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    version: str
    body: bytes


class Wire(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._needed = 0
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self._port = 0

    @classmethod
    async def open(cls, port: int) -> "Wire":
        """Connect to a door on this machine."""
        _, wire = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        wire._port = port
        return wire

    async def still_open(self) -> "Wire":
        """Give this connection, or a new one where the door has closed it for being idle."""
        assert self._transport is not None, "not connected"
        return await Wire.open(self._port) if self._transport.is_closing() else self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; uvloop's is one by its methods alone."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes) -> "asyncio.Future[Answer]":
        """Send a request; its answer comes later."""
        assert self._transport is not None, "not connected"
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        """Take in what came; complete the answer once all of it is there."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._needed:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _LENGTH.search(self._buffer, 0, head)
            assert length is not None, "an answer says how long it is"
            self._needed = head + 4 + int(length[1])
        if len(self._buffer) >= self._needed and self._waiting is not None:
            version = _VERSION.search(self._buffer)
            body = self._buffer[self._buffer.find(b"\r\n\r\n") + 4 : self._needed]
            answer = Answer(int(self._buffer[9:12]), version[1].decode() if version else "", body)
            self._buffer, self._needed = self._buffer[self._needed :], 0
            self._waiting.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        """Fail what still waits."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionResetError("the door closed the connection"))

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


def request(method: str, path: str, token: str, *, headers: str = "", body: bytes = b"") -> bytes:
    """Write a request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"{headers}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
