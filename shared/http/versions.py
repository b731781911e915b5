"""Versions as tokens: what a write answers, and what a read may wait for, across services.

A token is `<stream>/<key>@<key_seq>`, such as `stock.v1/D-01/ROTOR-HUB@17`: the stream ends at the first slash, the
key at the last at-sign. What a header cannot carry of a key is percent-encoded. Every door of a service takes them in
`JVTrack-After` (`guard.py`); where a request waits for them is `arrivals.py`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from starlette.responses import Response

from shared.errors import Kind, Refusal

VERSION_HEADER = "JVTrack-Version"
AFTER_HEADER = "JVTrack-After"
TOKENS_MAX = 16
VERSION_HEADERS: dict[str, Any] = {
    VERSION_HEADER: {
        "description": "The versions that this has made or shows, as `JVTrack-After` takes them.",
        "schema": {"type": "string", "examples": ["orders.v1/order:7201YA6327A001-2026@1"]},
    }
}
"""How the API's description tells of them."""
_SIZE_MAX = 4096
_TOLD = "__jvtrack_tells_version__"
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_FORM = re.compile(r"([a-z][a-z0-9-]{0,39}\.v[1-9][0-9]{0,3})/([\x21-\x7e]{1,600})@([1-9][0-9]{0,17})")


class TokenMalformed(Refusal):
    """A version token reads `<stream>/<key>@<number>`."""

    kind = Kind.INVALID


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


def read_after(sent: str) -> tuple[Token, ...]:
    """Read the versions that a request wants to see applied."""
    texts = sent.split(",")
    if len(sent) > _SIZE_MAX or len(texts) > TOKENS_MAX:
        raise TokenMalformed(tokens_max=TOKENS_MAX)
    return tuple(parse(text) for text in texts)


def tells_version(endpoint: _Endpoint) -> _Endpoint:
    """Mark a route that answers with versions, so that the API's description says so; goes under its decorator."""
    setattr(endpoint, _TOLD, True)
    return endpoint


def is_told_by(endpoint: Callable[..., Any]) -> bool:
    """Tell whether a route answers with versions."""
    return getattr(endpoint, _TOLD, False)


def tell_version(response: Response, *tokens: Token) -> None:
    """Answer a write with the versions it made."""
    if tokens:
        response.headers[VERSION_HEADER] = ",".join(str(token) for token in tokens)
