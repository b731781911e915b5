"""Keyset paging: a page says where the next one starts, and lists that grow meanwhile lose and repeat nothing.

A cursor is opaque to clients: the sort key of the last row, as base64url JSON. An append-only table is paged below a
commit horizon by its query; a cursor alone would skip rows that commit late.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

from shared.errors import Kind, Refusal

LIMIT_MAX = 1000
LIMIT_DEFAULT = 100
_CURSOR_SIZE_MAX = 1024
_INTEGER_MAX = 2**63 - 1

CursorValue = str | int | None
Cursor = tuple[CursorValue, ...]
R = TypeVar("R")


class CursorMalformed(Refusal):
    """The cursor is not one that this list has given out."""

    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class Page:
    """How many rows are asked for, and after which; and where the answer links to the next page."""

    limit: int
    after: Cursor | None
    request: Request
    response: Response

    @property
    def one_more(self) -> int:
        """How many rows to read, so that a page knows whether another one follows."""
        return self.limit + 1

    def cut(self, rows: Sequence[R], place: Callable[[R], Sequence[CursorValue]]) -> Sequence[R]:
        """Keep as many rows as were asked for, and link to the next page if there are more; rows have a place."""
        kept = rows[: self.limit]
        if len(rows) > self.limit:
            link_next(self.request, self.response, place(kept[-1]))
        return kept

    def after_of(self, *kinds: type[str] | type[int]) -> Cursor | None:
        """Give the cursor's values, each of the kind that this list sorts by."""
        if self.after is None:
            return None
        if len(self.after) != len(kinds) or not all(map(isinstance, self.after, kinds)):
            raise CursorMalformed
        return self.after

    def after_texts(self, count: int) -> tuple[str, ...] | None:
        """Give the cursor of a list that sorts by so many texts; none for its first page."""
        start = self.after_of(*[str] * count)
        return None if start is None else tuple(map(str, start))

    def after_text(self) -> str | None:
        """Give the cursor of a list that sorts by one text; none for its first page."""
        start = self.after_texts(1)
        return None if start is None else start[0]

    def after_day(self) -> date | None:
        """Give the cursor of a list that sorts by a day; none for its first page."""
        last = self.after_text()
        return None if last is None else read_day(last)


async def page(
    *,
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Rows in one answer.")] = LIMIT_DEFAULT,
    cursor: Annotated[
        str | None, Query(max_length=_CURSOR_SIZE_MAX, description="Where to go on: taken from `Link: rel=next`.")
    ] = None,
) -> Page:
    """Read the page that a request asks for."""
    return Page(limit, None if cursor is None else decode(cursor), request, response)


Paging = Annotated[Page, Depends(page)]


def read_day(text: str) -> date:
    """Read a day in a cursor."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CursorMalformed from None


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


def link_next(request: Request, response: Response, last: Sequence[CursorValue]) -> None:
    """Tell in the `Link` header where the next page starts: after the row with this sort key."""
    url = request.url.include_query_params(cursor=encode(last))
    response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
