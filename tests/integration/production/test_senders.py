"""What is missing of a sender that numbers its events, and histories that are longer than a page."""

from typing import Any

import httpx

from tests.integration.production.house import a_lot, post
from tests.unit.production.makers import a_start


async def test_missing_numbers_of_a_sender_show_as_gaps(factory: httpx.AsyncClient) -> None:
    lot = a_lot()
    source = f"/F-01/{lot}"
    for number in (3, 4, 9):
        await post(factory, a_start(lot=lot, work_order=None), f"{lot}-{number}", source=source, sequence=str(number))

    found = (await factory.get(f"/v1/senders/{source}/gaps")).json()

    assert (found["first_sequence"], found["highest_sequence"], found["missing"]) == (3, 9, 4)
    assert (found["gaps"], found["reused"]) == ([{"first": 5, "last": 8}], [])
    assert (await factory.get("/v1/senders/F-01/never-heard/gaps")).status_code == 404


async def test_gaps_and_histories_are_read_page_by_page(factory: httpx.AsyncClient) -> None:
    lot = a_lot()
    source = f"F-01/{lot}"
    for number in (1, 3, 5, 7, 7):
        await post(factory, a_start(lot=lot, work_order=None), a_lot(), source=source, sequence=number)

    gaps = await pages(factory, f"/v1/senders/{source}/gaps?limit=2")
    history = await pages(factory, f"/v1/lots/F-01:{lot}?limit=2")
    whole = await pages(factory, f"/v1/lots/F-01:{lot}?limit=5")

    assert [[gap["first"] for gap in page["gaps"]] for page in gaps] == [[2, 4], [6]]
    assert {page["missing"] for page in gaps} == {3}
    assert gaps[0]["reused"] == [{"first": 7, "last": 7}]
    assert [[entry["version"] for entry in page["history"]] for page in history] == [[4, 5], [2, 3], [1]]
    assert len(whole) == 1, "a page that is just full links to no empty one"


async def pages(client: httpx.AsyncClient, url: str) -> list[dict[str, Any]]:
    """Follow the links from page to page."""
    read: list[dict[str, Any]] = []
    link: str | None = url
    while link is not None:
        answer = await client.get(link)
        assert answer.status_code == 200, answer.text
        read.append(answer.json())
        link = answer.links["next"]["url"] if "next" in answer.links else None
    return read
