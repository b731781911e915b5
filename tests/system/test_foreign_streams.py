"""What streams tell of a foreign site: exactly what its query would, and to a partner only that something happened."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.catalogue import PARTNER_SITES
from tests.fixtures.doors import members
from tests.fixtures.nations import WHO, Nations

pytestmark = pytest.mark.asyncio(loop_scope="session")

Heard = Mapping[str, list[dict[str, Any]]]
LISTENING_SECONDS = 2.0
STOCK: list[tuple[str, dict[str, set[str]]]] = [
    ("D-01", {"D-01": {"postings"}, "D-02": {"site", "part"}}),
    ("D-90", {"D-90": {"postings"}}),
    ("planner", {"D-01": {"postings"}, "D-02": {"postings"}}),
    ("auditor", {"D-01": {"postings"}, "D-02": {"postings"}, "D-90": {"site", "part"}}),
    ("partner's planner", {"D-90": {"postings"}}),
    ("partner's operator", {"D-90": {"postings"}, "D-01": {"site", "part"}, "D-02": {"site", "part"}}),
]
WORK: list[tuple[str, set[str]]] = [
    ("F-01", set()),
    ("planner", {"F-02 <sourced-order>"}),
    ("auditor", {"F-02 <sourced-order>", "F-90"}),
    ("partner's planner", {"F-90 <partner-order>"}),
    ("partner's operator", {"F-02", "F-90 <partner-order>"}),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stock_heard(nations: Nations) -> Heard:
    """Let everybody listen to the stream of stock, from its beginning."""
    stock = members(await nations.ask("operator", "GET", "inventory /v1/stock?limit=1"))
    beginning = the_beginning(stock["stream_position"])
    path = f"/v1/stock/stream?after={beginning}&part={nations.names['part']}"
    return await everybody_listens(nations, "inventory", path, (who for who, _ in STOCK))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def work_heard(nations: Nations) -> Heard:
    """Let everybody listen to the stream of work orders, from its beginning."""
    listed = await nations.ask("operator", "GET", "production /v1/work-orders?limit=1")
    path = f"/v1/work-orders/stream?after={the_beginning(listed.headers['jvtrack-position'])}"
    return await everybody_listens(nations, "production", path, (who for who, _ in WORK))


@pytest.mark.parametrize(("who", "told"), STOCK, ids=[who for who, _ in STOCK])
async def test_a_stream_of_stock_tells_of_a_foreign_site_what_its_query_would(
    stock_heard: Heard, who: str, told: dict[str, set[str]]
) -> None:
    heard = stock_heard[who]

    assert {each["site"] for each in heard} == told.keys()
    assert [each for each in heard if not told[each["site"]] <= each.keys()] == []
    assert [each for each in heard if "postings" in each and "postings" not in told[each["site"]]] == []


@pytest.mark.parametrize(("who", "told"), WORK, ids=[who for who, _ in WORK])
async def test_a_stream_of_work_orders_tells_of_a_foreign_factory_what_its_rights_allow(
    work_heard: Heard, nations: Nations, who: str, told: set[str]
) -> None:
    orders = {nations.names["sourced-order"], nations.names["partner-order"], ""}

    heard = [(each["factory"], each.get("order", "")) for each in work_heard[who]]

    at_hand = {f"{factory} {order}".strip() for factory, order in heard if factory in PLACES and order in orders}
    assert at_hand == {nations.named(each) for each in told}


PLACES = {"F-02", *PARTNER_SITES}


def the_beginning(position: str) -> str:
    """Go back to where the log of a position begins."""
    stream, log, vector = position.split(":")
    return f"{stream}:{log}:{'.'.join('0' for _ in vector.split('.'))}"


async def everybody_listens(nations: Nations, service: str, path: str, everybody: Iterable[str]) -> Heard:
    """Open a stream for each and listen for a moment."""
    names = [who for who in everybody if who in WHO]
    heard = await asyncio.gather(*(listen(nations, who, service, path) for who in names))
    return dict(zip(names, heard, strict=True))


async def listen(nations: Nations, who: str, service: str, path: str) -> list[dict[str, Any]]:
    """Listen to a stream for a moment; gives what it told."""
    url, headers = nations.trade.system.url(service) + path, {"Authorization": f"Bearer {nations.token(who)}"}
    lines: list[str] = []
    async with nations.trade.doors.http.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        try:
            async with asyncio.timeout(LISTENING_SECONDS):
                async for line in answer.aiter_lines():
                    lines.append(line)  # noqa: PERF401  # what was heard before the time was up counts
        except TimeoutError:
            pass
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
