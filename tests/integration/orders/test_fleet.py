"""The fleet: which platforms there are, who may say so and see them, and files of them."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from services.orders.commands.fleet import import_tails
from services.orders.commands.tidying import Tidier
from services.orders.schemas.platforms import TailRow
from services.orders.settings import OrdersSettings
from shared.events.catalogue import SiteDefined
from shared.http.files import Imported
from shared.http.rights import SiteForbidden
from shared.types import Platform, SiteKind
from tests.integration.orders.fleet import IN_SERVICE, ask, register, say, show, told_of
from tests.integration.orders.house import House, slug

DATA = Path(__file__).parents[3] / "data"
CSV = {"Content-Type": "text/csv"}
HEADER = "platform,tail_number,site,in_service_since\n"
LINE = f"MI-17V-5,ZP-1,D-01,{IN_SERVICE}\n"
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


async def test_nobody_takes_a_platform_away_from_another_depot(house: House) -> None:
    await register(house, site="D-02")

    answer = await house.send("PUT", "/v1/platforms/MI-17V-5/ZP-1", json=TERMS)

    assert (answer.status_code, slug(answer)) == (403, "site-forbidden")
    assert (await show(house))["site"] == "D-02"


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


async def imported(house: House, content: str, *, role: str = "planner", site: str | None = None, **query: Any) -> Any:
    return await house.send(
        "POST", "/v1/platforms/import", role=role, site=site, content=content.encode(), headers=CSV, params=query
    )


async def test_a_fleet_is_taken_whole_and_again(house: House) -> None:
    content = HEADER + LINE + LINE.replace("ZP-1", "ZP-2")

    dry = await imported(house, content, dry_run=True)
    untouched = await house.owner.fetchval("SELECT count(*) FROM tail")
    first = await imported(house, content)
    again = await imported(house, content)
    moved = await imported(house, content.replace("D-01", "D-02"))

    assert (dry.status_code, dry.json()["dry_run"], untouched) == (200, True, 0)
    assert [each.json()["lines"] for each in (first, again, moved)] == [2, 2, 2]
    assert await told_of(house, "ZP-2") == ["platform-registered", "platform-registered"]
    assert {each["site"] for each in await ask(house, "")} == {"D-02"}


async def test_a_depot_imports_its_own_fleet_and_no_other(house: House) -> None:
    own = await imported(house, HEADER + LINE, role="depot", site="D-01")
    other = await imported(house, HEADER + LINE, role="depot", site="D-02")

    assert (own.status_code, other.status_code) == (200, 422)
    assert other.json()["errors"][0]["field"] == "line 2: site"


@pytest.mark.parametrize(
    ("content", "status", "problem", "said"),
    [
        (HEADER + LINE + LINE, 422, "import-invalid", ["line 3: platform, tail_number"]),
        (HEADER + LINE.replace("MI-17V-5", "MI-8"), 422, "import-invalid", ["line 2: platform"]),
        (HEADER + LINE.replace("ZP-1", "zp 1"), 422, "import-invalid", ["line 2: tail_number"]),
        (HEADER + LINE.replace("D-01", "F-01"), 422, "import-invalid", ["line 2: site"]),
        (HEADER + LINE.replace("D-01", "D-09"), 422, "import-invalid", ["line 2: site"]),
        (HEADER + LINE.replace("2020", "2999"), 422, "import-invalid", ["line 2: in_service_since"]),
        (HEADER + LINE.replace("T00:00:00Z", ""), 422, "import-invalid", ["line 2: in_service_since"]),
        (HEADER + LINE.replace("D-01", "D-77"), 409, "catalogue-behind", ["line 2: site"]),
        (HEADER.replace("site", "home") + LINE, 422, "import-unreadable", []),
        (
            HEADER + LINE.replace("D-01", "D-77") + LINE.replace("ZP-1", "ZP-2").replace("D-01", "F-01"),
            422,
            "import-invalid",
            ["line 2: site", "line 3: site"],
        ),
    ],
    ids=lambda value: str(value)[-60:],
)
async def test_a_fleet_with_one_wrong_line_is_refused_whole(
    house: House, content: str, status: int, problem: str, said: list[str]
) -> None:
    answers = [await imported(house, content), await imported(house, content, dry_run=True)]

    assert [(answer.status_code, slug(answer)) for answer in answers] == [(status, problem)] * 2
    assert [error["field"] for error in answers[0].json().get("errors", [])] == said
    assert await house.owner.fetchval("SELECT count(*) FROM tail") == 0


async def test_a_fleet_that_was_listed_can_be_imported_and_is_the_same(house: House) -> None:
    await hear_of_illustrative_sites(house)
    done = await imported(house, (DATA / "platforms.csv").read_text())
    listed = await ask(house, "", limit=1000)
    names = ("platform", "tail_number", "site", "in_service_since", "illustrative")
    rows = [{name: each[name] for name in names} for each in listed]
    await house.owner.execute("TRUNCATE tail CASCADE; DELETE FROM event_log WHERE key LIKE 'platform:%'")

    headers = {"Content-Type": "application/json"}
    again = await house.send(
        "POST", "/v1/platforms/import", role="planner", site=None, content=json.dumps(rows), headers=headers
    )

    assert (done.json()["lines"], again.json()["lines"]) == (36, 36)
    assert [without_record(each) for each in await ask(house, "", limit=1000)] == [
        without_record(each) for each in listed
    ]


def without_record(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "changed_at"}


async def hear_of_illustrative_sites(house: House) -> None:
    sites = [line.split(",") for line in (DATA / "sites.csv").read_text().splitlines()[1:]]
    await house.ear.hear(
        *(
            SiteDefined(site_id=each[0], name=each[1], kind=SiteKind(each[2]), organisation=each[3], country=each[4])
            for each in sites
        )
    )


async def test_a_file_longer_than_a_statement_is_taken_in_chunks(house: House) -> None:
    lines = "".join(LINE.replace("ZP-1", f"ZP-{number}") for number in range(OrdersSettings().import_chunk + 1))

    done = await imported(house, HEADER + lines)

    assert done.json()["lines"] == OrdersSettings().import_chunk + 1
    assert await house.owner.fetchval("SELECT count(*) FROM tail_period WHERE n = 1 AND ended_at IS NULL") == 5001


async def test_a_platform_that_another_depot_registered_since_the_file_was_checked_is_not_taken_away(
    house: House,
) -> None:
    await register(house, site="D-09")
    row = TailRow(platform=Platform.MI_17V_5, tail_number="ZP-1", site="D-01")
    planner = house.issuer.authenticator().principal(house.bearer("planner")["Authorization"])

    async with house.database.transaction() as session:
        with pytest.raises(SiteForbidden):
            await import_tails(session, Imported([row], [2], 100), planner, chunk=10)


async def test_a_fleet_of_more_lines_than_one_transaction_bears_is_refused(house: House) -> None:
    lines = "".join(LINE.replace("ZP-1", f"ZP-{number}") for number in range(OrdersSettings().fleet_lines_max + 1))

    answer = await imported(house, HEADER + lines)

    assert (answer.status_code, slug(answer)) == (413, "import-too-long")


async def test_an_order_for_a_partners_platform_is_refused_and_for_an_unknown_one_taken(house: House) -> None:
    await register(house, "ZP-9", site="D-09")
    await register(house, "ZP-1", site="D-02")
    about = {"platform": "MI-17V-5"}

    refused = await house.send("POST", "/v1/orders", json=house.body(**about, tail_number="ZP-9"))
    kin = await house.send("POST", "/v1/orders", json=house.body(**about, tail_number="ZP-1"))
    unknown = await house.send("POST", "/v1/orders", json=house.body(**about, tail_number="ZP-7"))

    assert (refused.status_code, slug(refused)) == (403, "platform-of-another")
    assert (kin.status_code, unknown.status_code) == (201, 201)


async def test_answers_that_nobody_will_ask_for_again_are_forgotten(house: House) -> None:
    await register(house)
    for number in range(3):
        await say(house, "down", key=f"old-{number}")
    await house.owner.execute(
        "UPDATE idempotency SET recorded_at = recorded_at - interval '8 days' WHERE key <> 'old-2'"
    )

    await Tidier(house.database, OrdersSettings(idempotency_chunk=1)).tidy()

    assert [row["key"] for row in await house.owner.fetch("SELECT key FROM idempotency")] == ["old-2"]
