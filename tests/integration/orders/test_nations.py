"""Two nations share the service: each approves sources for its own orders, and sees of the other what it may."""

from typing import Any

import httpx
import pytest

from shared.events.stock import DemandReserved
from tests.integration.orders.house import PART, House, inventory_said, slug

TERMS = {"approved": True, "approved_on": "2026-01-01", "lead_time_days": 30}
CSV = {"Content-Type": "text/csv"}


async def ask(
    house: House, method: str, path: str, *, nation: str, role: str = "planner", **more: Any
) -> httpx.Response:
    headers = {**house.bearer(role, nation=nation), **more.pop("headers", {})}
    return await house.door.request(method, path, headers=headers, **more)


async def promise(house: House) -> str:
    """Let an order of the nation's depot be promised from stock."""
    order_id = await house.place()
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))
    return order_id


async def test_a_nation_approves_a_source_for_its_own_orders_alone(house: House) -> None:
    await ask(house, "PUT", f"/v1/sources/{PART}/F-01", nation="RUS", json=TERMS)
    order_id = await house.place()
    await house.ear.hear(inventory_said(order_id, DemandReserved))

    before = await house.order(order_id)
    await ask(house, "PUT", f"/v1/sources/{PART}/F-01", nation="IND", json={**TERMS, "lead_time_days": 9})
    after = await house.until(order_id, "sourced")

    assert (before["state"], before["open"]) == ("open", 5)
    assert after["sourced"] == 5


async def test_what_a_nation_says_of_a_source_leaves_the_partners_word_as_it_is(house: House) -> None:
    await ask(house, "PUT", f"/v1/sources/{PART}/F-01", nation="IND", json=TERMS)
    await ask(house, "PUT", f"/v1/sources/{PART}/F-01", nation="RUS", json={**TERMS, "lead_time_days": 9})

    shown = {
        nation: (await ask(house, "GET", f"/v1/sources/{PART}/F-01", nation=nation)).json() for nation in ("IND", "RUS")
    }

    assert {nation: (each["nation"], each["lead_time_days"]) for nation, each in shown.items()} == {
        "IND": ("IND", 30),
        "RUS": ("RUS", 9),
    }


@pytest.mark.parametrize(
    ("role", "nations"),
    [("planner", ["IND", "RUS"]), ("procurement", ["IND", "RUS"]), ("operator", ["IND"]), ("auditor", ["IND"])],
)
async def test_planners_see_a_partners_sources_and_those_who_watch_do_not(
    house: House, role: str, nations: list[str]
) -> None:
    for nation in ("IND", "RUS"):
        await ask(house, "PUT", f"/v1/sources/{PART}/F-01", nation=nation, json=TERMS)

    listed = await ask(house, "GET", "/v1/sources", nation="IND", role=role, params={"limit": 1})
    found = listed.json()
    while "Link" in listed.headers:
        listed = await ask(house, "GET", listed.headers["Link"][1:].partition(">")[0], nation="IND", role=role)
        found += listed.json()

    assert [source["nation"] for source in found] == nations


async def test_a_partner_can_be_asked_for_by_name(house: House) -> None:
    for nation in ("IND", "RUS"):
        await ask(house, "PUT", f"/v1/sources/{PART}/F-01", nation=nation, json=TERMS)

    seen = await ask(house, "GET", "/v1/sources", nation="IND", params={"nation": "RUS"})
    hidden = await ask(house, "GET", "/v1/sources", nation="IND", role="auditor", params={"nation": "RUS"})

    assert [source["nation"] for source in seen.json()] == ["RUS"]
    assert hidden.json() == []


@pytest.mark.parametrize(
    ("role", "nation", "count"),
    [
        ("planner", "IND", 1),
        ("planner", "RUS", 1),
        ("procurement", "RUS", 1),
        ("operator", "IND", 1),
        ("operator", "RUS", 0),
        ("auditor", "RUS", 0),
    ],
)
async def test_a_promise_is_shown_without_its_order_to_the_nation_and_to_partners_who_plan(
    house: House, role: str, nation: str, count: int
) -> None:
    await promise(house)
    await promise(house)

    listed = await ask(house, "GET", "/v1/promises", nation=nation, role=role)

    assert listed.status_code == 200, listed.text
    assert len(listed.json()) == count
    for each in listed.json():
        assert each.keys() == {"part", "nation", "promised_for", "first_promised_for", "slip_days"}
        assert (each["part"], each["nation"], each["slip_days"]) == (PART, "IND", 0)


async def test_promises_are_listed_page_by_page_and_by_part(house: House) -> None:
    first, second = await promise(house), await house.place(part="GEARBOX")
    await house.ear.hear(inventory_said(second, DemandReserved, part="GEARBOX"))
    await house.approve(part="GEARBOX")
    await house.until(second, "sourced")
    await house.send("POST", f"/v1/orders/{first}/cancel")

    page = await ask(house, "GET", "/v1/promises", nation="RUS", params={"limit": 1})
    rest = await ask(house, "GET", page.headers["Link"][1:].partition(">")[0], nation="RUS")
    one = await ask(house, "GET", "/v1/promises", nation="RUS", params={"part": "GEARBOX"})
    none = await ask(house, "GET", "/v1/promises", nation="RUS", params={"nation": "RUS"})
    broken = await ask(house, "GET", "/v1/promises", nation="RUS", params={"cursor": "WyJhIiwiYiIsImMiLCJkIl0"})

    assert [each["part"] for each in page.json() + rest.json()] == ["GEARBOX", PART]
    assert [each["part"] for each in one.json()] == ["GEARBOX"]
    assert none.json() == []
    assert (broken.status_code, slug(broken)) == (422, "cursor-malformed")


@pytest.mark.parametrize(("role", "site"), [("depot", "D-01"), ("factory", "F-01")])
async def test_promises_are_for_those_who_plan_and_watch(house: House, role: str, site: str) -> None:
    answer = await house.send("GET", "/v1/promises", role=role, site=site)

    assert (answer.status_code, slug(answer)) == (403, "role-forbidden")


async def test_an_activity_is_seen_and_given_away_by_its_own_nation_alone(house: House) -> None:
    terms = {"site": "D-01", "force_activity_designator": "II"}
    await ask(house, "PUT", "/v1/activities/7201YA", nation="IND", json=terms)

    listed = await ask(house, "GET", "/v1/activities", nation="RUS")
    shown = await ask(house, "GET", "/v1/activities/7201YA", nation="RUS")
    taken = await ask(house, "PUT", "/v1/activities/7201YA", nation="RUS", json={**terms, "site": "D-09"})
    line = b"activity,site,force_activity_designator\n7201YA,D-09,I\n"
    imported = await ask(house, "POST", "/v1/activities/import", nation="RUS", content=line, headers=CSV)
    after = await ask(house, "GET", "/v1/activities/7201YA", nation="IND")

    assert listed.json() == []
    assert (shown.status_code, slug(shown)) == (404, "activity-unknown")
    assert (taken.status_code, slug(taken)) == (403, "activity-taken")
    assert (imported.status_code, slug(imported)) == (422, "import-invalid")
    assert after.json()["site"] == "D-01"
