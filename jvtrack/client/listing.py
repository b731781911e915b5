"""Lists that are longer than one answer: read page by page while they are walked."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx

from jvtrack.client.door import Call, Door, texts

A = TypeVar("A")
POSITION_HEADER = "JVTrack-Position"


@dataclass(frozen=True, slots=True)
class Page(Generic[A]):
    """Some rows of a list."""

    rows: Sequence[A]
    position: str | None
    """Where the list's stream goes on from this answer, if it has one."""


class Listing(Generic[A]):
    """A list that the service is asked for as it is walked: `async for row in listing`."""

    def __init__(self, door: Door, path: str, kind: type[A], /, **query: object) -> None:
        self._door = door
        self._path = path
        self._kind = kind
        self._query = texts(query)

    async def pages(self) -> AsyncIterator[Page[A]]:
        """Walk through the list by its pages."""
        async for response in answers(self._door, self._path, self._query):
            rows: list[A] = self._door.read(response, list[self._kind])  # type: ignore[name-defined]  # a value here
            yield Page(rows, response.headers.get(POSITION_HEADER))

    async def __aiter__(self) -> AsyncIterator[A]:
        """Walk through the list row by row."""
        async for page in self.pages():
            for row in page.rows:
                yield row

    async def all(self) -> list[A]:
        """Read the whole list."""
        return [row async for row in self]

    async def first(self) -> Page[A]:
        """Read the first page alone; follow the list's stream from its position."""
        return await anext(aiter(self.pages()))


async def answers(door: Door, path: str, query: dict[str, str] | None) -> AsyncIterator[httpx.Response]:
    """Ask for a list until no answer links to a next page."""
    while query is not None:
        response = await door.send(Call("GET", path, query))
        yield response
        link = response.links.get("next")
        query = None if link is None else dict(parse_qsl(urlsplit(link["url"]).query))
