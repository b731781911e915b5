"""What the catalogue says of a source may make it suitable: what waited for one is planned without anybody's asking."""

from typing import Any

import pytest

from shared.events.catalogue import MakerReference, PartDefined, SiteDefined
from shared.events.envelope import Event
from shared.events.stock import DemandReserved
from shared.types import SiteKind
from tests.integration.orders.house import PART, House, inventory_said

REFERENCE: dict[str, Any] = {"maker": "3VK1Y", "number": "VKR-1", "revision": "B"}
OTHER: dict[str, Any] = {"maker": "S1KH4", "number": "BP-1", "revision": "03"}


def part(*references: dict[str, Any]) -> PartDefined:
    made_as = [MakerReference(**each) for each in references]
    return PartDefined(part_id=PART, name=PART, unit_of_issue="EA", references=made_as)


def site(site_id: str, **changes: Any) -> SiteDefined:
    values = {"name": site_id, "kind": SiteKind.FACTORY, "organisation": "Any", "country": "IND"}
    return SiteDefined(site_id=site_id, **(values | changes))


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        pytest.param("F-01", [site("F-01")], [site("F-01", cage="3VK1Y")], id="its maker's code"),
        pytest.param(
            "F-01",
            [part(OTHER), site("F-01", cage="3VK1Y")],
            [part(OTHER, REFERENCE)],
            id="the part's references",
        ),
        pytest.param(
            "S-01",
            [site("S-01", kind=SiteKind.SUPPLIER, cage="3VK1Y")],
            [site("S-01", kind=SiteKind.FACTORY, cage="3VK1Y")],
            id="its kind",
        ),
    ],
)
async def test_what_makes_a_source_suitable_gets_what_was_open_sourced(
    house: House, source: str, before: list[Event], after: list[Event]
) -> None:
    await house.approve(source)
    await house.ear.hear(part(REFERENCE))
    order_id = await house.place(references=[REFERENCE])
    await house.ear.hear(*before)
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    waited = await house.order(order_id)

    await house.ear.hear(*after)
    planned = await house.until(order_id, "sourced")

    assert waited["state"] == "open"
    assert [work["source"] for work in planned["work_orders"]] == [source]


async def test_what_is_told_as_it_was_asks_for_no_planning(house: House) -> None:
    await house.approve("F-01")
    await house.ear.hear(part(REFERENCE), site("F-01", cage="3VK1Y"))
    while await house.planner.plan_next():
        continue

    await house.ear.hear(part(REFERENCE), site("F-01", cage="3VK1Y", name="Another name"), site("F-02", cage="S1KH4"))

    assert await house.owner.fetchval("SELECT count(*) FROM planning") == 0
