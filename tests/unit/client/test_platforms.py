"""Every call about platforms goes to its door, as its door wants it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jvtrack.client import PlatformDown, PlatformTerms, PlatformUp
from shared.types import Platform
from tests.unit.client.makers import ScriptedService, a_client, an_answer

MI_17 = Platform.MI_17V_5
SINCE = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
TAIL = {
    "platform": "MI-17V-5",
    "tail_number": "ZP-5104",
    "site": "D-01",
    "in_service_since": "2013-09-02T00:00:00Z",
    "state": "down",
    "since": "2026-11-23T06:10:00Z",
    "cause": "Chips in oil.",
    "awaiting_parts": True,
    "illustrative": False,
    "version": 2,
}
HOURS = {"hours": 24.0, "up_hours": 12.0, "awaiting_parts_hours": 12.0, "availability": 0.5}


def availability(*tails: str) -> dict[str, Any]:
    about = {"platform": "MI-17V-5", "site": "D-01", **HOURS}
    return {
        "counted_from": "2026-11-01T00:00:00Z",
        "counted_to": "2026-11-02T00:00:00Z",
        "fleets": [{**about, "tails": 2}],
        "tails": [{**about, "tail_number": tail} for tail in tails],
    }


async def test_a_platform_is_put_and_posted_of_under_its_name() -> None:
    service = ScriptedService(*(an_answer(TAIL) for _ in range(4)))

    async with a_client(service) as jvtrack:
        platforms = jvtrack.orders.platforms
        await platforms.put(MI_17, "ZP-5104", PlatformTerms(site="D-01"))
        await platforms.down(
            MI_17, "ZP-5104", PlatformDown(since=SINCE, cause="Chips.", awaiting_parts=True), key="one"
        )
        await platforms.up(MI_17, "ZP-5104", PlatformUp(since=SINCE, corrects=True))
        shown = await platforms.get(MI_17, "ZP-5104")

    assert [(request.method, request.url.path) for request in service.asked] == [
        ("PUT", "/v1/platforms/MI-17V-5/ZP-5104"),
        ("POST", "/v1/platforms/MI-17V-5/ZP-5104/down"),
        ("POST", "/v1/platforms/MI-17V-5/ZP-5104/up"),
        ("GET", "/v1/platforms/MI-17V-5/ZP-5104"),
    ]
    assert service.asked[1].headers["Idempotency-Key"] == "one"
    assert json.loads(service.asked[1].content)["since"] == "2026-11-23T06:10:00Z"
    assert shown.since == SINCE


async def test_platforms_are_asked_for_by_what_they_are() -> None:
    service = ScriptedService(an_answer([TAIL]), an_answer([]))

    async with a_client(service) as jvtrack:
        listed = await jvtrack.orders.platforms.list(site="D-01", state="down").all()
        grounded = await jvtrack.orders.platforms.grounded(platform=MI_17).all()

    assert [str(request.url).split("/", 3)[3] for request in service.asked] == [
        "v1/platforms?site=D-01&state=down",
        "v1/platforms/grounded?platform=MI-17V-5",
    ]
    assert ([each.tail_number for each in listed], grounded) == (["ZP-5104"], [])


async def test_availability_is_read_over_all_its_pages() -> None:
    more = {"Link": '</v1/platforms/availability?cursor=x>; rel="next"'}
    service = ScriptedService(an_answer(availability("ZP-1"), headers=more), an_answer(availability("ZP-2")))

    async with a_client(service) as jvtrack:
        found = await jvtrack.orders.platforms.availability(begin=SINCE)

    assert service.asked[0].url.params["from"] == "2026-11-23T06:10:00+00:00"
    assert [each.tail_number for each in found.tails] == ["ZP-1", "ZP-2"]
    assert (found.fleets[0].tails, found.fleets[0].availability) == (2, 0.5)


async def test_what_would_release_platforms_is_read_and_a_fleet_is_posted(tmp_path: Path) -> None:
    path = tmp_path / "fleet.csv"
    path.write_text("platform,tail_number,site\n")
    ranked = {"today": "2026-11-26", "horizon_days": 90, "expedite_percent": 50, "grounded": 0}
    service = ScriptedService(
        an_answer({**ranked, "options": [], "options_total": 0}), an_answer({"lines": 0, "dry_run": True})
    )

    async with a_client(service) as jvtrack:
        found = await jvtrack.orders.platforms.actions()
        done = await jvtrack.orders.platforms.import_fleet(path, dry_run=True)

    assert [request.url.path for request in service.asked] == ["/v1/platforms/actions", "/v1/platforms/import"]
    assert (found.horizon_days, done.dry_run) == (90, True)
