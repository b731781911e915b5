"""Parts are found by what makers and codifiers call them, in whatever script and form it is written."""

from typing import Any

import httpx
import pytest

from tests.integration.inventory.house import House
from tests.unit.http.makers import slug

CYRILLIC = "\u0412\u0420-14\u041c-0401"
"""Looks like BP-14M-0401."""


async def put(house: House, part: str, **more: object) -> httpx.Response:
    """Define a part."""
    record = {"name": "Gearbox", "unit_of_issue": "EA", **more}
    return await house.door.put(f"/v1/parts/{part}", json=record, headers=house.bearer("planner"))


async def found(house: House, **query: str) -> list[str]:
    """List the parts that a query finds."""
    return [part["part_id"] for part in await house.get("/v1/parts", role="factory", at="F-01", **query)]


async def test_a_part_is_found_by_its_reference_in_either_script(house: House) -> None:
    put_it = await put(house, "P-1", references=[{"maker": "S1KH4", "number": CYRILLIC}])
    await put(
        house, "P-2", references=[{"maker": "3VK1Y", "number": "BP-14M-0401"}, {"maker": "S1KH4", "number": "X-1"}]
    )

    (reference,) = put_it.json()["references"]

    assert (reference["number"], reference["original_number"]) == ("BP-14M-0401", CYRILLIC)
    assert await found(house, number=CYRILLIC) == ["P-1", "P-2"]
    assert await found(house, number="BP-14M-0401", maker="S1KH4") == ["P-1"]
    assert await found(house, maker="3VK1Y") == ["P-2"]
    assert await found(house, number="X-2") == []


async def test_a_stock_number_is_taken_with_dashes_and_found_in_any_class(house: House) -> None:
    put_it = await put(house, "P-1", nsn="1615-72-268-3884")

    assert put_it.json()["nsn"] == "1615722683884"
    assert await found(house, nsn="1615-72-268-3884") == ["P-1"]
    assert await found(house, nsn="9999722683884") == ["P-1"]
    assert slug(await put(house, "P-2", nsn="1615-7-2268-3884")) == "request-invalid"


async def test_no_two_parts_share_a_niin(house: House) -> None:
    await put(house, "P-1", nsn="1615722683884")

    other = await put(house, "P-2", nsn="9999722683884")
    line = {"part_id": "P-3", "name": "Any", "unit_of_issue": "EA", "nsn": "1111-72-268-3884"}
    imported = await house.door.post("/v1/catalogue/import", json={"parts": [line]}, headers=house.bearer("planner"))
    reclassed = await put(house, "P-1", nsn="9999722683884")
    freed = await put(house, "P-1", nsn="9999720000001")
    taken = await put(house, "P-2", nsn="9999722683884")

    assert (slug(other), other.json()["part"]) == ("niin-taken", "P-1")
    assert [error["field"] for error in imported.json()["errors"]] == ["line 1: nsn"]
    assert (reclassed.status_code, freed.status_code, taken.status_code) == (200, 200, 200)


@pytest.mark.parametrize(
    ("slip", "field"),
    [
        ({"illustrative": "yes"}, "illustrative"),
        ({"illustrative": 1}, "illustrative"),
        ({"quantity_scale": "0"}, "quantity_scale"),
        ({"quantity_scale": 1.0}, "quantity_scale"),
        ({"platforms": [{"platform": "T-90", "grounds": "true"}]}, "platforms[0].grounds"),
        ({"references": [{"maker": "S1KH4", "number": "X", "approved_on": 0}]}, "references[0].approved_on"),
        (
            {"references": [{"maker": "S1KH4", "number": "X", "approved_on": "2026-01-01T00:00:00"}]},
            "references[0].approved_on",
        ),
        ({"name": "evil\u202egnp"}, "name"),
    ],
)
async def test_a_field_holds_what_it_says_and_nothing_like_it(house: House, slip: dict[str, Any], field: str) -> None:
    refused = await put(house, "P-1", **slip)

    assert [error["field"] for error in refused.json()["errors"]] == [field]
