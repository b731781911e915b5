"""The fleet: which platforms there are, and who may say so and see them."""

import asyncio
from typing import Any

import pytest

from services.orders.commands.tidying import Tidier
from services.orders.settings import OrdersSettings
from tests.integration.orders.fleet import IN_SERVICE, ask, register, say, show, told_of
from tests.integration.orders.house import House, slug

TERMS = {"site": "D-01", "in_service_since": IN_SERVICE}


async def test_a_depot_registers_a_platform_which_is_then_up(house: House) -> None:
    put = await house.send("PUT", "/v1/platforms/MI-17V-5/ZP-1", json=TERMS)
    again = await house.send("PUT", "/v1/platforms/MI-17V-5/ZP-1", json={"site": "D-01"})

    assert put.json() == again.json()
    assert (put.json()["state"], put.json()["since"], put.json()["changed_by"]) == ("up", IN_SERVICE, "depot@D-01")
    assert [slice_of(each) for each in (await show(house))["history"]] == [(1, "up", None, "depot@D-01")]
    assert await told_of(house) == ["platform-registered"]


def slice_of(period: dict[str, Any]) -> tuple[int, str, str | None, str]:
    return period["n"], period["state"], period["cause"], period["posted_by"]


async def test_a_platform_moves_to_another_depot_of_its_nation_and_keeps_its_life(house: House) -> None:
    await register(house)
    await say(house, "down")

    moved = await house.send("PUT", "/v1/platforms/MI-17V-5/ZP-1", role="planner", site=None, json={"site": "D-02"})

    assert (moved.json()["site"], moved.json()["state"], moved.json()["in_service_since"]) == (
        "D-02",
        "down",
        IN_SERVICE,
    )
    assert await told_of(house) == ["platform-registered", "platform-down", "platform-registered"]


async def test_what_is_said_of_one_platform_at_once_is_decided_one_after_the_other(house: House) -> None:
    homes = ["D-01", "D-02"] * 6
    path = "/v1/platforms/MI-17V-5/ZP-1"

    answers = await asyncio.gather(
        *(house.send("PUT", path, role="planner", site=None, json={**TERMS, "site": home}) for home in homes)
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len(await told_of(house)) == (await show(house))["version"] > 1


@pytest.mark.parametrize(
    ("role", "site", "nation", "home", "status"),
    [
        ("depot", "D-01", "IND", "D-01", 200),
        ("depot", "D-02", "IND", "D-01", 403),
        ("planner", None, "IND", "D-01", 200),
        ("procurement", None, "IND", "D-01", 200),
        ("operator", None, "IND", "D-02", 200),
        ("auditor", None, "IND", "D-01", 403),
        ("factory", "F-01", "IND", "D-01", 403),
        ("planner", None, "RUS", "D-01", 403),
        ("operator", None, "RUS", "D-09", 200),
    ],
)
async def test_a_depot_registers_its_own_platforms_and_who_plans_those_of_the_nation(
    house: House, role: str, site: str | None, nation: str, home: str, status: int
) -> None:
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    answer = await house.door.put("/v1/platforms/MI-17V-5/ZP-1", json={"site": home}, headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(("home", "role", "site"), [("D-02", "depot", "D-01"), ("D-09", "planner", None)])
async def test_nobody_takes_a_platform_away_from_another_depot_nor_learns_which_that_is(
    house: House, home: str, role: str, site: str | None
) -> None:
    await register(house, site=home)

    answer = await house.send("PUT", "/v1/platforms/MI-17V-5/ZP-1", role=role, site=site, json=TERMS)

    assert (answer.status_code, slug(answer)) == (403, "site-forbidden")
    assert [each["field"] for each in answer.json()["errors"]] == ["tail_number"]
    assert home not in answer.text
    assert await house.owner.fetchval("SELECT site FROM tail") == home


@pytest.mark.parametrize(
    ("path", "change", "status", "problem"),
    [
        ("MI-8/ZP-1", {}, 422, "request-invalid"),
        ("MI-17V-5/zp-1", {}, 422, "request-invalid"),
        ("MI-17V-5/" + "Z" * 21, {}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"site": "D-77"}, 409, "catalogue-behind"),
        ("MI-17V-5/ZP-1", {"site": "F-01"}, 422, "site-not-depot"),
        ("MI-17V-5/ZP-1", {"site": None}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"in_service_since": "2999-01-01T00:00:00Z"}, 422, "moment-in-future"),
        ("MI-17V-5/ZP-1", {"in_service_since": "1949-12-31T00:00:00Z"}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"in_service_since": "9999-12-31T23:00:00-12:00"}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"in_service_since": "2020-01-01"}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"in_service_since": "2020-01-01T00:00:00"}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"in_service_since": 1577836800}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"illustrative": "yes"}, 422, "request-invalid"),
        ("MI-17V-5/ZP-1", {"state": "up"}, 422, "request-invalid"),
    ],
    ids=str,
)
async def test_a_platform_that_cannot_be_is_refused_and_leaves_nothing(
    house: House, path: str, change: dict[str, Any], status: int, problem: str
) -> None:
    answer = await house.send("PUT", f"/v1/platforms/{path}", role="planner", site=None, json={**TERMS, **change})

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert await house.owner.fetchval("SELECT count(*) FROM tail") == 0


@pytest.mark.parametrize(
    ("role", "site", "nation", "seen"),
    [
        ("depot", "D-01", "IND", ["ZP-1"]),
        ("depot", "D-02", "IND", ["ZP-2"]),
        ("planner", None, "IND", ["ZP-1", "ZP-2"]),
        ("operator", None, "IND", ["ZP-1", "ZP-2"]),
        ("auditor", None, "IND", ["ZP-1", "ZP-2"]),
        ("planner", None, "RUS", ["ZP-3"]),
        ("auditor", None, "RUS", ["ZP-3"]),
    ],
)
async def test_a_depot_sees_its_own_platforms_and_the_nation_its_own(
    house: House, role: str, site: str | None, nation: str, seen: list[str]
) -> None:
    for tail, home in (("ZP-1", "D-01"), ("ZP-2", "D-02"), ("ZP-3", "D-09")):
        await register(house, tail, site=home)
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    listed = await house.door.get("/v1/platforms", headers=headers)
    shown = [await house.door.get(f"/v1/platforms/MI-17V-5/ZP-{n}", headers=headers) for n in (1, 2, 3)]
    hours = await house.door.get("/v1/platforms/availability", headers=headers)

    assert [each["tail_number"] for each in listed.json()] == seen
    assert [each["tail_number"] for each in hours.json()["tails"]] == seen
    assert [each.json()["tail_number"] for each in shown if each.status_code == 200] == seen
    assert {slug(each) for each in shown if each.status_code != 200} == {"tail-unknown"}


async def test_the_fleet_is_listed_by_platform_depot_and_state_page_by_page(house: House) -> None:
    for platform in ("MI-17V-5", "T-90"):
        for number, site in ((1, "D-01"), (2, "D-02"), (3, "D-01")):
            await register(house, f"A-{number}", platform=platform, site=site)
    await say(house, "down", "A-3", platform="T-90")

    seen, path = [], "/v1/platforms?limit=2"
    while path:
        page = await house.send("GET", path, role="auditor", site=None)
        seen += [(each["platform"], each["tail_number"]) for each in page.json()]
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == sorted(set(seen))
    assert len(seen) == 6
    assert len(await ask(house, "", platform="T-90")) == 3
    assert len(await ask(house, "", site="D-02")) == 2
    assert [each["tail_number"] for each in await ask(house, "", state="down")] == ["A-3"]
    assert len(await ask(house, "", state="up")) == 5


async def test_an_order_for_the_platform_of_a_partner_or_of_nobody_is_refused(
    house: House,
) -> None:
    await register(house, "ZP-9", site="D-09")
    await register(house, "ZP-1", site="D-02")
    about = {"platform": "MI-17V-5"}

    refused = await house.send("POST", "/v1/orders", json=house.body(**about, tail_number="ZP-9"))
    kin = await house.send("POST", "/v1/orders", json=house.body(**about, tail_number="ZP-1"))
    unknown = await house.send("POST", "/v1/orders", json=house.body(**about, tail_number="ZP-7"))

    assert (refused.status_code, slug(refused)) == (403, "platform-of-another")
    assert kin.status_code == 201
    assert (unknown.status_code, slug(unknown)) == (422, "platform-unregistered")
    assert unknown.json()["errors"] == [{"field": "tail_number", "message": unknown.json()["title"]}]


async def test_answers_that_nobody_will_ask_for_again_are_forgotten(house: House) -> None:
    await register(house)
    for number in range(3):
        await say(house, "down", key=f"old-{number}")
    await house.owner.execute(
        "UPDATE idempotency SET recorded_at = recorded_at - interval '8 days' WHERE key <> 'old-2'"
    )

    await Tidier(house.database, house.importer, house.outcomes, OrdersSettings(idempotency_chunk=1)).tidy()

    assert [row["key"] for row in await house.owner.fetch("SELECT key FROM idempotency")] == ["old-2"]
