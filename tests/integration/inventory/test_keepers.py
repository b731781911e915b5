"""Who keeps what of the catalogue: nobody takes over or rewrites what another nation keeps."""

from typing import Any

import httpx
import pytest

from tests.integration.inventory.house import House
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import PART, an_order

SUPPLIER = {"name": "Works", "kind": "supplier", "organisation": "Any", "country": "POL"}
DEPOT = {"name": "Depot", "kind": "depot", "organisation": "Any", "country": "IND"}
RECORD = {"name": "Gearbox, of us", "unit_of_issue": "EA"}


async def put(house: House, path: str, record: dict[str, Any], *, role: str = "planner", nation: str = "IND") -> Any:
    """Define something as somebody of a nation."""
    return await house.door.put(f"/v1/{path}", json=record, headers=house.bearer(role, nation=nation))


async def import_sites(house: House, *rows: str, nation: str = "IND", role: str = "planner") -> httpx.Response:
    """Import sites from CSV."""
    content = "\n".join(("site_id,name,kind,organisation,country", *rows))
    headers = {**house.bearer(role, nation=nation), "Content-Type": "text/csv"}
    return await house.door.post("/v1/catalogue/import", content=content, headers=headers)


async def test_a_planner_cannot_turn_another_nations_depot_into_a_supplier_of_its_own(house: House) -> None:
    await house.stock(5)
    taken = {**SUPPLIER, "country": "RUS"}

    put_it = await put(house, "sites/D-01", taken, nation="RUS")
    as_operator = await put(house, "sites/D-01", taken, nation="RUS", role="operator")
    imported = await import_sites(house, "D-01,Ours,supplier,Any,RUS", nation="RUS")
    shown = await house.door.get("/v1/stock", headers=house.bearer("planner", nation="RUS"))

    assert [(slug(each), each.status_code) for each in (put_it, as_operator)] == [("foreign-site", 403)] * 2
    assert [error["field"] for error in imported.json()["errors"]] == ["line 2: country"]
    assert shown.json()["rows"] == []
    assert (await house.get("/v1/sites/D-01"))["country"] == "IND"


@pytest.mark.parametrize(
    ("path", "record", "problem"),
    [
        ("sites/D-09", {**DEPOT, "country": "RUS", "name": "Theirs"}, "foreign-site"),
        ("sites/D-09", DEPOT, "foreign-site"),
        ("sites/S-50", {**SUPPLIER, "country": "RUS"}, "foreign-site"),
        ("sites/D-50", {**DEPOT, "country": "POL"}, "foreign-site"),
        ("sites/D-02", {**SUPPLIER, "country": "POL"}, "country-fixed"),
    ],
)
async def test_what_is_of_another_nation_is_not_defined(
    house: House, path: str, record: dict[str, Any], problem: str
) -> None:
    refused = await put(house, path, record)

    assert (slug(refused), refused.status_code) == (problem, 403)


async def test_a_third_countrys_supplier_is_kept_by_the_nation_that_defined_it_first(house: House) -> None:
    added = await put(house, "sites/S-50", SUPPLIER)
    renamed = await put(house, "sites/S-50", {**SUPPLIER, "name": "Works, new hall"})
    rivals = await put(house, "sites/S-50", {**SUPPLIER, "name": "No such works"}, nation="RUS")
    moved = await put(house, "sites/S-50", {**SUPPLIER, "country": "CZE"})
    corrected = await put(house, "sites/S-50", {**SUPPLIER, "country": "CZE"}, role="operator")

    assert (added.json()["kept_by"], renamed.json()["version"]) == ("IND", 2)
    assert (slug(rivals), slug(moved)) == ("foreign-site", "country-fixed")
    assert corrected.json()["country"] == "CZE"


async def test_a_supplier_belongs_to_its_own_nation_once_that_has_people_here(house: House) -> None:
    await put(house, "sites/S-50", SUPPLIER)
    await put(house, "sites/D-60", {**DEPOT, "country": "POL"}, nation="POL")

    ours = await put(house, "sites/S-50", {**SUPPLIER, "name": "Ours no more"})
    theirs = await put(house, "sites/S-50", {**SUPPLIER, "name": "Theirs"}, nation="POL")

    assert slug(ours) == "foreign-site"
    assert (theirs.status_code, theirs.json()["kept_by"]) == (200, "POL")


async def test_a_part_is_changed_by_the_nation_that_keeps_it_and_read_by_all(house: House) -> None:
    theirs = await put(house, f"parts/{PART}", {**RECORD, "name": "Renamed"}, nation="RUS")
    line = {"part_id": PART, **RECORD}
    headers = house.bearer("planner", nation="RUS")
    imported = await house.door.post("/v1/catalogue/import", json={"parts": [line]}, headers=headers)
    ours = await put(house, f"parts/{PART}", RECORD)
    shown = await house.door.get(f"/v1/parts/{PART}", headers=headers)

    assert (slug(theirs), theirs.status_code) == ("foreign-part", 403)
    assert [error["field"] for error in imported.json()["errors"]] == ["line 1: part_id"]
    assert ours.json()["kept_by"] == "IND"
    assert (shown.json()["name"], shown.json()["kept_by"]) == (RECORD["name"], "IND")


async def test_who_changes_what_somebody_else_has_changed_meanwhile_is_told_so(house: House) -> None:
    first = await put(house, f"parts/{PART}", {**RECORD, "version": 1})
    stale = await put(house, f"parts/{PART}", {**RECORD, "name": "Other", "version": 1})
    again = await put(house, f"parts/{PART}", {**RECORD, "version": 1})
    site = await put(house, "sites/D-01", {**DEPOT, "version": 7})
    new = await put(house, "sites/D-70", {**DEPOT, "version": 0})

    assert first.json()["version"] == 2
    assert (slug(stale), stale.json()["seen"], stale.json()["version"]) == ("version-stale", 1, 2)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert slug(site) == "version-stale"
    assert new.json()["version"] == 1


async def test_a_site_with_goods_or_orders_keeps_its_kind(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(1, site="D-02"))

    goods = await put(house, "sites/D-01", {**DEPOT, "kind": "factory"})
    orders = await put(house, "sites/D-02", {**DEPOT, "kind": "supplier"})
    imported = await import_sites(house, "D-01,Depot,factory,Any,IND")
    empty = await put(house, "sites/F-01", DEPOT)

    assert (slug(goods), slug(orders)) == ("site-in-use", "site-in-use")
    assert [error["field"] for error in imported.json()["errors"]] == ["line 2: kind"]
    assert empty.json()["kind"] == "depot"
