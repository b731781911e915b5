"""A clock, the life of a part, and where stock stands: what tests of ageing share."""

from datetime import date, datetime, timedelta
from typing import Any

from shared import clock
from tests.integration.inventory.house import House
from tests.unit.inventory.makers import DEPOT, LOT, PART


def at(days: int) -> datetime:
    """Name the moment so many days from now."""
    return clock.now() + timedelta(days=days)


def day(days: int) -> date:
    return at(days).date()


async def define(house: House, **life: object) -> None:
    """Say how long the part keeps."""
    record = {"name": PART, "unit_of_issue": "EA", "platforms": [{"platform": "T-90", "grounds": True}], **life}
    answer = await house.door.put(f"/v1/parts/{PART}", json=record, headers=house.bearer("operator"))
    assert answer.status_code == 200, answer.text


async def conditions(house: House, site: str = DEPOT, lot: str = LOT) -> dict[str, int]:
    """Say how much of a lot stands in each condition, free or reserved."""
    rows = await house.owner.fetch(
        "SELECT condition, on_hand + reserved AS stands FROM balance WHERE site = $1 AND lot = $2", site, lot
    )
    return {row["condition"]: row["stands"] for row in rows if row["stands"]}


async def rule(
    house: House, *lifespans: dict[str, object], role: str = "quality", valid_from: date | None = None
) -> Any:
    """State a condition rule of India's, from today on."""
    body = {"lifespans": list(lifespans), "reason": "Sealants."}
    return await house.door.put(f"/v1/condition-rules/{valid_from or day(0)}", json=body, headers=house.bearer(role))


async def change(house: House, was: str, becomes: str, **more: object) -> Any:
    """Find goods in another condition."""
    body = {"site": DEPOT, "part": PART, "lot": LOT, "from": was, "to": becomes, "quantity": 4, "reason": "Looked at."}
    return await house.post("/v1/condition-changes", {**body, **more})
