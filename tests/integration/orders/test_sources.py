"""Sources and activities: one at a time, or a file whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.events.catalogue import PartDefined, SiteDefined
from shared.types import SiteKind
from tests.integration.orders.house import PART, House, slug

TERMS: dict[str, Any] = {
    "approved": True,
    "approved_on": "2026-01-01",
    "lead_time_days": 30,
    "capacity_per_week": 4,
    "unit_cost": "1381500.00",
    "currency": "INR",
    "import_content": "0.36",
}
CSV = {"Content-Type": "text/csv"}
HEADER = "part,site,approved,approved_on,lead_time_days,capacity_per_week,unit_cost,currency,import_content\n"
LINE = f"{PART},F-01,true,2026-01-01,30,4,1381500.00,INR,0.36\n"
DATA = Path(__file__).parents[3] / "data"


async def test_a_source_is_put_shown_and_listed_exactly(house: House) -> None:
    put = await house.send("PUT", f"/v1/sources/{PART}/F-01", role="procurement", site=None, json=TERMS)
    await house.approve("F-02", approved=False, approved_on=None)

    shown = await house.send("GET", f"/v1/sources/{PART}/F-01", role="auditor", site=None)
    listed = await house.send("GET", "/v1/sources", role="planner", site=None, params={"approved": True, "part": PART})
    others = await house.send("GET", "/v1/sources", role="planner", site=None, params={"approved": False})

    assert put.json() == shown.json()
    assert {name: shown.json()[name] for name in TERMS} == {**TERMS, "import_content": "0.3600"}
    assert shown.json()["changed_by"] == "procurement@all"
    assert [source["site"] for source in listed.json()] == ["F-01"]
    assert [source["site"] for source in others.json()] == ["F-02"]


@pytest.mark.parametrize(
    ("path", "change", "status", "problem"),
    [
        (f"{PART}/F-77", {}, 409, "catalogue-behind"),
        ("NO-PART/F-01", {}, 409, "catalogue-behind"),
        (f"{PART}/F-01", {"approved_on": "2999-01-01"}, 422, "approval-in-future"),
        (f"{PART}/F-01", {"approved_on": None}, 422, "request-invalid"),
        (f"{PART}/F-01", {"stated_from": "2999-01-01"}, 422, "statement-in-future"),
        (f"{PART}/F-01", {"lead_time_days": -1}, 422, "request-invalid"),
        (f"{PART}/F-01", {"lead_time_days": True}, 422, "request-invalid"),
        (f"{PART}/F-01", {"lead_time_days": "7"}, 422, "request-invalid"),
        (f"{PART}/F-01", {"unit_cost": 12.5}, 422, "request-invalid"),
        (f"{PART}/F-01", {"unit_cost": "1e3"}, 422, "request-invalid"),
        (f"{PART}/F-01", {"currency": None}, 422, "request-invalid"),
        (f"{PART}/F-01", {"import_content": "1.2"}, 422, "request-invalid"),
        (f"{PART}/F-01", {"capacity_per_week": "4"}, 422, "request-invalid"),
        ("rotor/F-01", {}, 422, "request-invalid"),
    ],
    ids=str,
)
async def test_a_source_that_cannot_be_is_refused(
    house: House, path: str, change: dict[str, Any], status: int, problem: str
) -> None:
    answer = await house.send("PUT", f"/v1/sources/{path}", role="planner", site=None, json={**TERMS, **change})

    assert (answer.status_code, slug(answer)) == (status, problem)


@pytest.mark.parametrize(("role", "site"), [("depot", "D-01"), ("factory", "F-01"), ("auditor", None)])
async def test_sources_are_for_those_who_plan(house: House, role: str, site: str | None) -> None:
    answer = await house.send("PUT", f"/v1/sources/{PART}/F-01", role=role, site=site, json=TERMS)

    assert (answer.status_code, slug(answer)) == (403, "role-forbidden")


async def test_what_is_not_there_is_not_found(house: House) -> None:
    source = await house.send("GET", f"/v1/sources/{PART}/F-01", role="planner", site=None)
    activity = await house.send("GET", "/v1/activities/7201YA", role="planner", site=None)

    assert [(each.status_code, slug(each)) for each in (source, activity)] == [
        (404, "source-unknown"),
        (404, "activity-unknown"),
    ]


async def test_sources_are_listed_page_by_page(house: House) -> None:
    for part in (PART, "GEARBOX"):
        for site in ("F-01", "F-02", "S-01"):
            await house.approve(site, part=part)

    seen, path = [], "/v1/sources?limit=4"
    while path:
        page = await house.send("GET", path, role="planner", site=None)
        seen += [(source["part"], source["site"]) for source in page.json()]
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == 6


async def imported(house: House, content: str, *, door: str = "sources", **query: Any) -> Any:
    return await house.send(
        "POST", f"/v1/{door}/import", role="planner", site=None, content=content.encode(), headers=CSV, params=query
    )


async def test_a_file_of_sources_is_taken_whole_and_again(house: House) -> None:
    content = HEADER + LINE + LINE.replace("F-01", "F-02").replace("true,2026-01-01", "false,")

    dry = await imported(house, content, dry_run=True)
    untouched = await house.owner.fetchval("SELECT count(*) FROM source")
    first = await imported(house, content)
    again = await imported(house, content)

    assert (dry.status_code, dry.json()["dry_run"], untouched) == (200, True, 0)
    assert (first.json()["lines"], again.json()["lines"]) == (2, 2)
    assert await house.owner.fetchval("SELECT count(*) FROM source") == 2


async def test_a_json_list_is_a_file_too(house: House) -> None:
    rows = json.dumps([{**TERMS, "part": PART, "site": "F-01"}])
    headers = {"Content-Type": "application/json"}

    answer = await house.send("POST", "/v1/sources/import", role="planner", site=None, content=rows, headers=headers)

    assert answer.json()["lines"] == 1


@pytest.mark.parametrize(
    ("content", "status", "problem", "said"),
    [
        (HEADER + LINE + LINE, 422, "import-invalid", "line 3: part, site"),
        (HEADER + LINE + LINE.replace(",30,", ",soon,"), 422, "import-invalid", "line 3: lead_time_days"),
        (HEADER + LINE.replace("2026-01-01", "2999-01-01"), 422, "import-invalid", "line 2: approved_on"),
        (
            HEADER.replace("content", "content,stated_from") + LINE.replace("\n", ",2999-01-01\n"),
            422,
            "import-invalid",
            "line 2: stated_from",
        ),
        (HEADER + LINE.replace("true,2026-01-01", "true,"), 422, "import-invalid", "line 2: approved_on"),
        (HEADER + LINE.replace("F-01", "F-77"), 409, "catalogue-behind", "line 2: site"),
        (HEADER.replace("site", "where") + LINE, 422, "import-unreadable", None),
        (HEADER + LINE.rstrip() + ",7\n", 422, "import-invalid", "line 2: line"),
        (HEADER + "\n\n" + LINE.replace(",30,", ",,"), 422, "import-invalid", "line 4: lead_time_days"),
        ("", 422, "import-unreadable", None),
        ('"', 422, "import-unreadable", None),
    ],
    ids=lambda value: str(value)[-60:],
)
async def test_a_file_with_one_wrong_line_is_refused_whole(
    house: House, content: str, status: int, problem: str, said: str | None
) -> None:
    answer = await imported(house, content)

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert [error["field"] for error in answer.json().get("errors", [])] == ([said] if said else [])
    assert await house.owner.fetchval("SELECT count(*) FROM source") == 0


async def test_a_file_that_is_not_json_is_refused(house: House) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await house.send(
        "POST", "/v1/sources/import", role="planner", site=None, content=b'{"part": ', headers=headers
    )

    assert (answer.status_code, slug(answer)) == (422, "import-unreadable")


async def test_activities_are_put_listed_and_imported(house: House) -> None:
    content = "activity,site,force_activity_designator,illustrative\n7201YA,D-01,I,true\n7202YA,D-02,III,true\n"

    done = await imported(house, content, door="activities")
    checked = await imported(house, content, door="activities", dry_run=True)
    put = await house.send(
        "PUT",
        "/v1/activities/7202YA",
        role="operator",
        site=None,
        json={"site": "D-02", "force_activity_designator": "V"},
    )
    shown = await house.send("GET", "/v1/activities/7202YA", role="planner", site=None)
    page = await house.send("GET", "/v1/activities", role="auditor", site=None, params={"limit": 1})
    rest = await house.send("GET", page.headers["Link"].partition(">")[0][1:], role="auditor", site=None)

    assert (done.json()["lines"], checked.json()["dry_run"]) == (2, True)
    assert put.json() == shown.json()
    assert [(each["activity"], each["force_activity_designator"]) for each in page.json() + rest.json()] == [
        ("7201YA", "I"),
        ("7202YA", "V"),
    ]


@pytest.mark.parametrize(
    ("site", "status", "problem"), [("F-01", 422, "import-invalid"), ("D-77", 409, "catalogue-behind")]
)
async def test_an_activity_belongs_to_a_depot(house: House, site: str, status: int, problem: str) -> None:
    file = await imported(house, f"activity,site,force_activity_designator\n7201YA,{site},I\n", door="activities")
    put = await house.send(
        "PUT",
        "/v1/activities/7201YA",
        role="planner",
        site=None,
        json={"site": site, "force_activity_designator": "I"},
    )

    assert (file.status_code, slug(file)) == (status, problem)
    assert put.status_code == status


async def test_the_illustrative_files_are_taken_as_they_are(house: House) -> None:
    parts = json.loads((DATA / "parts.json").read_text())["parts"]
    sites = [line.split(",") for line in (DATA / "sites.csv").read_text().splitlines()[1:]]
    await house.ear.hear(
        *(PartDefined.model_validate_json(json.dumps(part), extra="ignore") for part in parts),
        *(
            SiteDefined(site_id=each[0], name=each[1], kind=SiteKind(each[2]), organisation=each[3], country=each[4])
            for each in sites
        ),
    )

    sources = await imported(house, (DATA / "sources.csv").read_text())
    activities = await imported(house, (DATA / "activities.csv").read_text(), door="activities")

    assert (sources.status_code, activities.status_code) == (200, 200), (sources.text, activities.text)
    assert sources.json()["lines"] > 200
