"""The ground of a simulated year as files, imported through the doors that take everybody's files."""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from jvtrack.client import JVTrack
from jvtrack.client.answers.imports import ImportDone
from jvtrack.client.files import export_rows
from jvtrack.simulate.ground import Ground

NATION, THIRD_COUNTRY = "IND", "POL"
DESIGNATORS = ("I", "II", "III", "IV", "V")
_IN_SERVICE_DAYS = 400
"""How long before the end of the year the fleet came into service; longer than the year."""


async def import_ground(ground: Ground, folder: Path, *, operator: JVTrack, planner: JVTrack) -> int:
    """Import everything in the order in which it needs each other; the same again changes nothing. Counts lines."""
    doors: Sequence[tuple[Path, Callable[[Path], Awaitable[ImportDone]]]] = (
        (_sites(ground, folder), operator.inventory.import_catalogue),
        (_parts(ground, folder), operator.inventory.import_catalogue),
        (_stock(ground, folder), operator.inventory.import_stock),
        (_sources(ground, folder), planner.orders.import_sources),
        (_activities(ground, folder), planner.orders.import_activities),
        (_fleet(ground, folder), planner.orders.platforms.import_fleet),
    )
    return sum([(await door(path)).lines for path, door in doors if path.exists()])


def _sites(ground: Ground, folder: Path) -> Path:
    kinds = (("depot", ground.depots), ("factory", ground.factories), ("supplier", ground.suppliers))
    rows = [
        [site, f"{kind.capitalize()} {site} (simulated)", kind, "Simulated", _country(kind), "true"]
        for kind, sites in kinds
        for site in sites
    ]
    return _csv(folder / "sites.csv", "site_id,name,kind,organisation,country,illustrative", rows)


def _country(kind: str) -> str:
    return THIRD_COUNTRY if kind == "supplier" else NATION


def _parts(ground: Ground, folder: Path) -> Path:
    parts = [
        {
            "part_id": each.part_id,
            "name": each.name,
            "unit_of_issue": "EA",
            "platforms": [{"platform": each.platform, "grounds": each.grounds}],
            "illustrative": True,
        }
        for each in ground.parts
    ]
    path = folder / "parts.json"
    path.write_text(json.dumps({"parts": parts}), encoding="utf-8")
    return path


def _stock(ground: Ground, folder: Path) -> Path:
    rows = [[each.depot, each.part, "A", each.quantity, "true"] for each in ground.holdings]
    return _csv(folder / "stock.csv", "site,part,condition,quantity,illustrative", rows)


def _sources(ground: Ground, folder: Path) -> Path:
    """State every source as approved and accepted since before the year."""
    since = ground.size.end - timedelta(days=_IN_SERVICE_DAYS)
    columns = (
        "part,site,approved,approved_on,accepted_on,lead_time_days,capacity_per_week,unit_cost,currency,"
        "import_content,illustrative"
    )
    rows = [
        [
            *(each.part, each.site, "true", since, since, each.lead_time_days, each.capacity_per_week),
            *(f"{each.unit_cost}.00", "INR", f"{each.import_content:.2f}", "true"),
        ]
        for each in ground.terms
    ]
    return _csv(folder / "sources.csv", columns, rows)


def _activities(ground: Ground, folder: Path) -> Path:
    rows = [
        [ground.activity(depot), depot, DESIGNATORS[number % len(DESIGNATORS)], "true"]
        for number, depot in enumerate(ground.depots)
    ]
    return _csv(folder / "activities.csv", "activity,site,force_activity_designator,illustrative", rows)


def _fleet(ground: Ground, folder: Path) -> Path:
    since = ground.size.end - timedelta(days=_IN_SERVICE_DAYS)
    rows = [[each.platform, each.tail_number, each.depot, f"{since}T00:00:00Z", "true"] for each in ground.tails]
    return _csv(folder / "platforms.csv", "platform,tail_number,site,in_service_since,illustrative", rows)


def _csv(path: Path, columns: str, rows: Iterable[Sequence[object]]) -> Path:
    """Write a file, or none where it would have no line."""
    names = columns.split(",")
    listed = [dict(zip(names, row, strict=True)) for row in rows]
    if listed:
        export_rows(path, names, listed)
    return path
