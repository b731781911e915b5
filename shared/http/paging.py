"""Keyset paging: a page says where the next one starts, and lists that grow meanwhile lose and repeat nothing.

A cursor is opaque to clients: the sort key of the last row, as base64url JSON. An append-only table is paged below a
commit horizon by its query; a cursor alone would skip rows that commit late.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

from shared.errors import Kind, Refusal

LIMIT_MAX = 1000
LIMIT_DEFAULT = 100
_CURSOR_SIZE_MAX = 1024
_INTEGER_MAX = 2**63 - 1

R = TypeVar("R")
CursorValue = str | int | None
Cursor = tuple[CursorValue, ...]


class CursorMalformed(Refusal):
    """The cursor is not one that this list has given out."""

    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class Page:
    """How many rows are asked for, and after which."""

    limit: int
    after: Cursor | None

    @property
    def fetched(self) -> int:
        """Say how many rows to read: one more tells whether there is another page."""
        return self.limit + 1

    def after_of(self, *kinds: type[str] | type[int]) -> Cursor | None:
        """Give the cursor's values, each of the kind that this list sorts by."""
        if self.after is None:
            return None
        if len(self.after) != len(kinds) or not all(map(isinstance, self.after, kinds)):
            raise CursorMalformed
        return self.after


async def page(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Rows in one answer.")] = LIMIT_DEFAULT,
    cursor: Annotated[
        str | None, Query(max_length=_CURSOR_SIZE_MAX, description="Where to go on: taken from `Link: rel=next`.")
    ] = None,
) -> Page:
    """Read the page that a request asks for."""
    return Page(limit, None if cursor is None else decode(cursor))


Paging = Annotated[Page, Depends(page)]


def encode(values: Sequence[CursorValue]) -> str:
    """Write the sort key of a row as a cursor."""
    content = json.dumps(list(values), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(cursor: str) -> Cursor:
    """Read a cursor, or refuse it."""
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = json.loads(content)
    except (binascii.Error, ValueError, RecursionError):
        raise CursorMalformed from None
    if not isinstance(values, list) or not values or not all(map(_can_be_sorted_by, values)):
        raise CursorMalformed
    return tuple(values)


def _can_be_sorted_by(value: object) -> bool:
    """Tell whether the database can compare a value with a column at all."""
    if isinstance(value, str):
        return value.isprintable()
    return value is None or (type(value) is int and abs(value) <= _INTEGER_MAX)


def turn(
    request: Request, response: Response, page: Page, *, found: Sequence[R], key: Callable[[R], Sequence[CursorValue]]
) -> list[R]:
    """Give the rows of a page of which one more was read, and link to the next page if that one is there."""
    rows = list(found[: page.limit])
    if len(found) > page.limit:
        link_next(request, response, key(rows[-1]))
    return rows


def link_next(request: Request, response: Response, last: Sequence[CursorValue]) -> None:
    """Tell in the `Link` header where the next page starts: after the row with this sort key."""
    url = request.url.include_query_params(cursor=encode(last))
    response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
