"""An extendible life goes on after inspection, and no other."""

import pytest

from tests.integration.inventory.ageing import at, change, conditions, day, define
from tests.integration.inventory.house import House
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, LOT, OTHER_DEPOT, PART


async def test_an_extendible_life_goes_on_after_inspection_and_ages_by_its_new_day(house: House) -> None:
    await define(house, shelf_life_type="II", shelf_life_months=24)
    await house.stock(4, expires_on=str(day(-1)))
    over = await conditions(house)
    refused = await change(house, "J", "A")

    extended = await change(house, "J", "A", inspect_by=str(day(365)))

    assert (over, slug(refused)) == ({"J": 4}, "life-over")
    assert extended.status_code == 201, extended.text
    assert await house.tidier.age(at(0)) == 0
    assert await conditions(house) == {"A": 4}
    (shown,) = (await house.get("/v1/stock", site=DEPOT, part=PART))["rows"]
    assert (shown["expires_on"], shown["available"]) == (str(day(365)), 4)
    await house.tidier.age(at(366))
    assert await conditions(house) == {"J": 4}
    await house.balances()


async def test_an_extension_holds_beyond_what_the_maker_has_told_and_goes_along(house: House) -> None:
    await define(house, shelf_life_type="II", shelf_life_months=24)
    await house.stock(4)
    await house.owner.execute("INSERT INTO lot VALUES ($1, $2, $3)", PART, LOT, day(-1))
    await house.tidier.age(at(0))
    await change(house, "J", "A", inspect_by=str(day(365)))
    sent = {"from_site": DEPOT, "to_site": OTHER_DEPOT, "part": PART, "lot": LOT, "quantity": 1, "shipment": "D-01:S-1"}

    assert (await house.post("/v1/transfers", sent)).status_code == 201
    received = await house.post(
        "/v1/receipts",
        {"site": OTHER_DEPOT, "shipment": "D-01:S-1", "lines": [{"part": PART, "lot": LOT, "quantity": 1}]},
        at=OTHER_DEPOT,
    )

    assert received.status_code == 201
    assert await house.tidier.age(at(0)) == 0
    assert (await conditions(house), await conditions(house, OTHER_DEPOT)) == ({"A": 3}, {"A": 1})


async def test_undoing_an_extension_takes_the_day_back_too(house: House) -> None:
    await define(house, shelf_life_type="II", shelf_life_months=24)
    await house.stock(4, expires_on=str(day(-1)))
    extended = await change(house, "J", "A", inspect_by=str(day(100)))

    undone = await house.post(f"/v1/movements/{extended.json()['movement']}/reverse", {"reason": "Another lot."})

    assert undone.status_code == 201, undone.text
    assert await conditions(house) == {"J": 4}
    assert slug(await change(house, "J", "A")) == "life-over"


@pytest.mark.parametrize(
    ("kind", "inspect_by", "problem"),
    [("I", 365, "life-not-extendible"), (None, 365, "life-not-extendible"), ("II", 0, "extension-too-short")],
)
async def test_a_life_that_cannot_be_extended_so_names_the_field(
    house: House, kind: str | None, inspect_by: int, problem: str
) -> None:
    await define(house, shelf_life_type=kind, shelf_life_months=24)
    await house.stock(4, expires_on=str(day(-1)))

    refused = await change(house, await _end(house), "A", inspect_by=str(day(inspect_by)))

    assert (refused.status_code, slug(refused)) == (422, problem)
    assert refused.json()["inspect_by"] == str(day(inspect_by))


async def _end(house: House) -> str:
    (only,) = await conditions(house)
    return only


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lot": None, "inspect_by": "2031-01-01"}, "inspect_by"),
        ({"to": "F", "inspect_by": "2031-01-01"}, "inspect_by"),
    ],
    ids=["no lot", "not serviceable"],
)
async def test_an_extension_that_makes_no_sense_is_refused(house: House, more: dict[str, object], field: str) -> None:
    refused = await change(house, "J", "A", **more)

    assert (refused.status_code, slug(refused)) == (422, "request-invalid")
    assert field in refused.text
