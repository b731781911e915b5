"""Files taken at once, twice or in the middle of trade: nothing counts double and nothing is dropped in silence."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from services.inventory.schemas.files import read_json
from services.inventory.schemas.imports import ImportKind
from shared.http.files import Bounds
from shared.http.staging import ImportOvertaken
from shared.http.tokens import Role
from tests.integration.inventory.house import House
from tests.unit.http.makers import a_principal, slug
from tests.unit.inventory.makers import DEPOT, PART, a_finish

MANY = [{"site": DEPOT, "part": PART, "lot": f"F-01:L-{n}", "quantity": 7} for n in range(1, 401)]


async def post_stock(house: House, lines: list[dict[str, Any]]) -> httpx.Response:
    """Import opening stock."""
    return await house.door.post("/v1/stock/import", json={"stock": lines}, headers=house.bearer("operator"))


async def overtaken(
    house: House, kind: ImportKind, content: bytes, meanwhile: Callable[[], Awaitable[object]]
) -> list[dict[str, Any]]:
    """Import a file while something happens between its check and its publication; answers the lines left out."""
    lines = read_json(content, [kind], Bounds(100, 10))
    stage = house.importer._stage

    async def later(*args: Any) -> Any:
        await meanwhile()
        return await stage(*args)

    house.importer._stage = later  # type: ignore[method-assign,assignment]
    try:
        await house.importer.take(lines, a_principal(Role.OPERATOR, sites=()), content=content, dry_run=False)
    except ImportOvertaken as refusal:
        errors: list[dict[str, Any]] = refusal.facts["errors"]  # type: ignore[assignment]
        return errors
    return []


async def test_one_file_sent_many_times_at_once_is_taken_once(house: House) -> None:
    answers = await asyncio.gather(*(post_stock(house, MANY) for _ in range(5)))
    again = await post_stock(house, MANY)

    assert {(each.status_code, slug(each)) for each in answers if each.is_error} <= {(409, "import-under-way")}
    assert {each.json()["import_id"] for each in (*answers, again) if each.is_success} == {again.json()["import_id"]}
    assert await house.owner.fetchval("SELECT sum(on_hand) FROM balance") == 7 * 400
    assert await house.owner.fetchval("SELECT count(*) FROM import") == 1
    await house.balances()


async def test_a_file_whose_staging_broke_off_is_taken_anew_after_a_while(house: House) -> None:
    await post_stock(house, MANY[:1])
    await house.owner.execute("UPDATE import SET state = 'staging'")

    at_once = await post_stock(house, MANY[:1])
    await house.owner.execute("UPDATE import SET begun_at = begun_at - interval '1 hour'")
    later = await post_stock(house, MANY[:1])

    assert (slug(at_once), at_once.headers["Retry-After"]) == ("import-under-way", "2")
    assert slug(later) == "import-invalid"


async def test_goods_that_came_into_stock_while_their_file_was_taken_are_left_as_they_are(house: House) -> None:
    content = f'{{"stock": [{{"site": "{DEPOT}", "part": "{PART}", "lot": "F-01:L-1", "quantity": 7}}]}}'.encode()

    errors = await overtaken(house, ImportKind.STOCK, content, lambda: house.stock(5))
    headers = {**house.bearer("operator"), "Content-Type": "application/json"}
    again = await house.door.post("/v1/stock/import", content=content, headers=headers)

    assert [(each["line"], each["field"]) for each in errors] == [(1, "line 1: lot")]
    assert (slug(again), again.status_code) == ("import-overtaken", 409)
    assert again.json()["errors"] == errors
    assert await house.stands() == {"on_hand": 5}


async def test_a_part_whose_unit_became_fixed_while_its_file_was_taken_is_an_error(house: House) -> None:
    parts = f'{{"parts": [{{"part_id": "{PART}", "name": "Any", "unit_of_issue": "KG"}}'
    content = (parts + ', {"part_id": "NEW", "name": "Any", "unit_of_issue": "EA"}]}').encode()

    errors = await overtaken(house, ImportKind.PARTS, content, lambda: house.ear.hear(a_finish(1)))

    assert [(each["line"], each["field"]) for each in errors] == [(1, "line 1: unit_of_issue")]
    assert (await house.get("/v1/parts/NEW"))["version"] == 1
    assert (await house.get(f"/v1/parts/{PART}"))["unit_of_issue"] == "EA"
