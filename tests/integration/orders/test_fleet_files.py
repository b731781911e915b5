"""Files of the fleet: taken whole or not at all, exported and taken again."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.orders.commands.fleet import import_tails
from services.orders.schemas.platforms import TailRow
from services.orders.settings import OrdersSettings
from shared.events.catalogue import SiteDefined
from shared.http.files import Imported
from shared.http.rights import SiteForbidden
from shared.types import Platform, SiteKind
from tests.integration.orders.fleet import IN_SERVICE, ask, register, told_of
from tests.integration.orders.house import House, slug

DATA = Path(__file__).parents[3] / "data"
CSV = {"Content-Type": "text/csv"}
HEADER = "platform,tail_number,site,in_service_since\n"
LINE = f"MI-17V-5,ZP-1,D-01,{IN_SERVICE}\n"


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
        (
            HEADER
            + LINE.replace("ZP-1", "zp 1")
            + LINE.replace("D-01", "F-01")
            + LINE.replace("ZP-1,D-01", "ZP-2,D-77"),
            422,
            "import-invalid",
            ["line 2: tail_number", "line 3: site", "line 4: site"],
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
