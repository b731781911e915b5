"""Inspections, lots and parts of the tests of gates, and what these look at."""

from typing import Any

from shared import clock
from shared.events.envelope import Event
from shared.events.production import MadeAs, Reference
from shared.events.quality import FirstArticleChanged, FirstArticleState, first_article_id
from tests.integration.inventory.house import House, a_receipt
from tests.unit.inventory.makers import (
    DEPOT,
    FACTORY,
    LOT,
    PART,
    a_dispatch,
    a_finish,
    an_order_id,
)

REFERENCE = Reference(maker="3VK1Y", number="VKR-1", revision="B")
OTHER = Reference(maker="3VK1Y", number="VKR-1", revision="C")
PASSED, REOPENED, OPENED = FirstArticleState.PASSED, FirstArticleState.REOPENED, FirstArticleState.OPENED


def an_inspection(
    state: FirstArticleState = PASSED, reference: Reference = REFERENCE, *, nation: str | None = None
) -> FirstArticleChanged:
    """Tell how the inspection of a reference stands, by the site's own nation or another's own."""
    return FirstArticleChanged(
        first_article=first_article_id(FACTORY, PART, reference),
        factory=FACTORY,
        part=PART,
        reference=reference,
        state=state,
        day=clock.now().date(),
        nation=nation,
    )


def a_made(quantity: int = 5, reference: Reference | None = REFERENCE, **more: Any) -> Event:
    """Finish pieces of a lot, as made to a reference."""
    made_as = MadeAs(reference=reference, certificate=more.pop("certificate", None))
    return a_finish(quantity, made_as=made_as, **more)


async def require(house: House, **flags: bool) -> None:
    """Define the part as asking for something."""
    record = {"name": PART, "unit_of_issue": "EA", "platforms": [{"platform": "T-90", "grounds": True}], **flags}
    answer = await house.door.put(f"/v1/parts/{PART}", json=record, headers=house.bearer("operator"))
    assert answer.status_code == 200, answer.text


async def made_and_received(house: House, *facts: Event, quantity: int = 5, at: str = DEPOT) -> None:
    """Bring goods from the factory to a depot's shelf, with whatever else is heard with them."""
    await house.ear.hear(*(facts or (a_made(quantity),)), a_dispatch(quantity, depot=at))
    received = await house.post("/v1/receipts", {**a_receipt(quantity), "site": at}, at=at)
    assert received.status_code == 201, received.text


async def row(house: House, at: str = DEPOT) -> dict[str, Any]:
    """Read what is said of the lot at a site."""
    (found,) = (await house.get("/v1/stock", role="operator", at="", site=at, lot=LOT))["rows"]
    return dict(found)


async def reserved(house: House, number: int = 1) -> int:
    """Say how much an order holds."""
    return int((await house.demand(an_order_id(number)))["reserved"])
