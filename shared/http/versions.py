"""Versions as tokens: what a write answers, and what a read may wait for, across services.

A token is `<stream>/<key>@<key_seq>`, such as `stock.v1/D-01/ROTOR-HUB@17`: the stream ends at the first slash, the
key at the last at-sign. What a header cannot carry of a key is percent-encoded.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol
from urllib.parse import quote, unquote

from fastapi import Depends, Header, Response

from shared import clock
from shared.errors import Kind, Refusal

VERSION_HEADER = "JVTrack-Version"
AFTER_HEADER = "JVTrack-After"
TOKENS_MAX = 16
LOOK_AGAIN_SECONDS = 0.05
_SIZE_MAX = 4096
_FORM = re.compile(r"([a-z][a-z0-9-]{0,39}\.v[1-9][0-9]{0,3})/([\x21-\x7e]{1,600})@([1-9][0-9]{0,17})")


class TokenMalformed(Refusal):
    """A version token reads `<stream>/<key>@<number>`."""

    kind = Kind.INVALID


class VersionNotYetApplied(Refusal):
    """What you have written has not arrived here yet; ask again."""

    retry_after_seconds = 1


class Changed(Protocol):
    """Something that is set whenever facts have been applied: an `asyncio.Event` does."""

    async def wait(self) -> object:
        """Wait until it is set."""

    def clear(self) -> None:
        """Forget that it was set."""


@dataclass(frozen=True, slots=True)
class Token:
    """One version of one key of a stream."""

    stream: str
    key: str
    key_seq: int

    def __str__(self) -> str:
        """Write the token as headers carry it."""
        return f"{self.stream}/{quote(self.key, safe=':/@')}@{self.key_seq}"


def parse(text: str) -> Token:
    """Read one token, or refuse it."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise TokenMalformed(token=text[:100])
    stream, key, key_seq = match.groups()
    return Token(stream, _key(key, text), int(key_seq))


def _key(quoted: str, text: str) -> str:
    key = unquote(quoted)
    if "\0" in key:
        raise TokenMalformed(token=text[:100])
    return key


async def after(
    sent: Annotated[
        str | None,
        Header(alias=AFTER_HEADER, description="Versions to wait for, parted by commas, before this is answered."),
    ] = None,
) -> tuple[Token, ...]:
    """Read the versions that a request wants to see applied."""
    if sent is None:
        return ()
    texts = sent.split(",")
    if len(sent) > _SIZE_MAX or len(texts) > TOKENS_MAX:
        raise TokenMalformed(tokens_max=TOKENS_MAX)
    return tuple(parse(text) for text in texts)


After = Annotated[tuple[Token, ...], Depends(after)]


def tell_version(response: Response, *tokens: Token) -> None:
    """Answer a write with the versions it made."""
    response.headers[VERSION_HEADER] = ",".join(str(token) for token in tokens)


async def wait_until_applied(
    tokens: Sequence[Token],
    applied: Callable[[Sequence[Token]], Awaitable[bool]],
    *,
    timeout_seconds: float,
    changed: Changed,
) -> None:
    """Return once all these versions are applied here, or refuse when the time is up.

    `applied` looks with a transaction of its own each time, so that none is held open while this waits. Another
    process may be the one that applies: therefore it looks again after a moment even when nothing was set here.
    """
    if not tokens:
        return
    deadline = clock.monotonic() + timeout_seconds
    while True:
        changed.clear()  # before looking: what is applied from here on sets it again
        if await applied(tokens):
            return
        left = deadline - clock.monotonic()
        if left <= 0:
            raise VersionNotYetApplied(after=",".join(str(token) for token in tokens))
        try:
            async with asyncio.timeout(min(left, LOOK_AGAIN_SECONDS)):
                await changed.wait()
        except TimeoutError:
            continue
