"""A list is read page by page, each told by the one before."""

import base64
from collections.abc import Sequence
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from shared.http.auth import Principal, Role, allow
from shared.http.paging import CursorMalformed, Page, Paging, decode, encode
from tests.unit.http.makers import Issuer, a_client, an_app, slug

ROWS = [f"D-{number:02}" for number in range(25)]


def a_router() -> APIRouter:
    router = APIRouter()
    depot = Depends(allow(Role.DEPOT))

    @router.get("/v1/sites")
    async def sites(principal: Annotated[Principal, depot], page: Paging, kind: str = "") -> Sequence[str]:
        assert principal.subject, kind
        after = page.after_text()
        rows = [row for row in ROWS if after is None or row > after][: page.one_more]
        return page.cut(rows, lambda last: [last])

    return router


@pytest.mark.asyncio
async def test_following_the_links_reads_every_row_once(issuer: Issuer) -> None:
    read: list[str] = []
    url: str | None = "/v1/sites?limit=10&kind=a%20b"

    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        while url is not None:
            answer = await client.get(url)
            read += answer.json()
            url = answer.links["next"]["url"] if "next" in answer.links else None
            assert url is None or "kind=a" in url

    assert read == ROWS


@pytest.mark.asyncio
@pytest.mark.parametrize(("limit", "is_last"), [(24, False), (25, True), (26, True)])
async def test_a_last_page_that_is_full_links_to_no_other(issuer: Issuer, limit: int, *, is_last: bool) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.get(f"/v1/sites?limit={limit}")

    assert len(answer.json()) == min(limit, 25)
    assert ("next" not in answer.links) is is_last


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("cursor=%21", "cursor-malformed"),
        ("cursor=", "cursor-malformed"),
        ("cursor=" + encode([1]), "cursor-malformed"),
        ("cursor=" + encode(["a", "b"]), "cursor-malformed"),
        ("cursor=" + "A" * 2000, "request-invalid"),
        ("limit=0", "request-invalid"),
        ("limit=1001", "request-invalid"),
        ("limit=ten", "request-invalid"),
        ("page=2", "request-invalid"),
    ],
)
async def test_a_page_that_does_not_exist_is_a_problem(issuer: Issuer, query: str, problem: str) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.get(f"/v1/sites?{query}")

    assert (answer.status_code, slug(answer)) == (422, problem)


PRINTABLE = st.text(st.characters().filter(str.isprintable))
INTEGERS = st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)


@given(st.lists(st.none() | INTEGERS | PRINTABLE, min_size=1, max_size=4))
def test_a_cursor_carries_the_sort_key_of_a_row(values: list[str | int | None]) -> None:
    assert decode(encode(values)) == tuple(values)


@pytest.mark.parametrize("content", ["", "x", "{}", "[]", "1", '"a"', "[1.5]", "[true]", "[[1]]", "[" * 700])
def test_a_cursor_that_this_list_never_gave_is_refused(content: str) -> None:
    cursor = base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode()

    with pytest.raises(CursorMalformed):
        decode(cursor)


def test_a_first_page_starts_before_every_row() -> None:
    assert a_page(None).after_of(str, int) is None
    assert a_page(None).after_text() is None
    assert a_page(("a", 1)).after_of(str, int) == ("a", 1)
    assert a_page(("a", "b")).after_texts(2) == ("a", "b")


def a_page(after: tuple[str | int | None, ...] | None) -> Page:
    return Page(100, after, Request({"type": "http"}), Response())
