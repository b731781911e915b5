"""What the clients' requests say: lots, orders and slips under numbers that are used once."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared import clock
from shared.types import OrderId, PartId, SiteId
from tests.faults.chaos.caller import Line

FACTORIES = ("F-01", "F-02", "F-03", "F-04")
DEPOTS = ("D-01", "D-02", "D-03", "D-04", "D-05")
HOT = tuple(f"T-{number:04}" for number in range(1, 11))
"""Parts that every depot stocks, orders and counts: what is contended."""
AGEING, MADE, GROUNDING, GATED, BOUGHT = HOT[4], HOT[5], HOT[6], HOT[7], HOT[8:]
"""Of these: passed through the conditions by the clock, made for orders, for want of which tails stand still, issued
once it was inspected, bought of a supplier."""
FIRST_MAKER, SECOND_MAKER = "F-01", "F-02"
"""Who makes for orders."""
SUPPLIER = "S-10"
MADE_AS = {"maker": "3VK1Y", "number": "VKR-T8", "revision": "A"}
"""What every factory makes the gated part as."""
TAILS = 3
"""At home at each depot."""
_ACTIVITIES = {"D-01": "7201YA", "D-02": "7311YA", "D-03": "7405YB", "D-04": "7507YC", "D-05": "7609YC"}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Consignment(NamedTuple):
    """Goods that a factory has sent to a depot."""

    shipment: str
    lot: str
    depot: SiteId
    part: PartId
    quantity: int


class Placed(NamedTuple):
    """An order that was accepted."""

    order: OrderId
    depot: SiteId
    part: PartId
    quantity: int


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot from its start to its dispatch: three events in order."""

    consignment: Consignment
    lines: list[Line]


def a_lot(dice: random.Random, number: int, *, line: str, parts: tuple[PartId, ...], at: datetime) -> Lot:
    """Make a lot whose sender says that it is a certain time."""
    factory, depot = FACTORIES[number % len(FACTORIES)], dice.choice(DEPOTS)
    # What is bought comes from its supplier, and what is made for orders from who was asked.
    part = dice.choice([each for each in HOT if each not in (MADE, *BOUGHT)] if dice.random() < 0.2 else parts)
    lot, quantity = f"C{number}", dice.randint(1, 9)
    data: dict[str, Any] = {"lot": lot, "part": part, "quantity": quantity}
    made = {**data, "reference": MADE_AS} if part == GATED else data
    said = {
        "lot-started": made,
        "lot-finished": {**made, **(_life(dice, at) if part == AGEING else {})},
        "lot-dispatched": {**data, "shipment": lot, "depot": depot},
    }
    lines = []
    for stage, told in said.items():
        kind = f"jvtrack.factory.{stage}.v1"
        lines.append(an_event(f"/{factory}/{line}", f"{lot}-{stage}", kind, told, time=at.isoformat()))
    return Lot(Consignment(f"{factory}:{lot}", f"{factory}:{lot}", depot, part, quantity), lines)


def an_event(source: str, number: str, kind: str, data: Mapping[str, Any], **more: str) -> Line:
    """Write an event, under the name by which its sender knows it."""
    event = {"specversion": "1.0", "id": number, "source": source, "type": kind, "data": data, **more}
    return Line(f"{source} {number}", json.dumps(event).encode())


def _life(dice: random.Random, at: datetime) -> dict[str, str]:
    """Leave a lot less life than its condition says, so that the clock moves it."""
    left = timedelta(days=dice.choice((30, 150, 400)))
    return {"made_on": str(at.date() - timedelta(days=300)), "expires_on": str(at.date() + left)}


def an_order(dice: random.Random, number: int, depot: SiteId) -> dict[str, Any]:
    """Make an order for a hot part, now and then of another depot's stock."""
    today = clock.now().date()
    order: dict[str, Any] = {
        "document_number": document_number(number, depot),
        "ordered_by": depot,
        "part": dice.choice(HOT),
        "quantity": dice.randint(1, 4),
        "urgency": dice.choice("ABC"),
        "required_by": (today + timedelta(days=30)).isoformat(),
    }
    if order["part"] == GROUNDING:
        order |= {"platform": "MI-17V-5", "tail_number": tail_of(depot, dice.randrange(TAILS))}
    return {**order, "site": dice.choice(DEPOTS)} if dice.random() < 0.1 else order


def document_number(number: int, depot: SiteId) -> str:
    """Number an order of today."""
    today = clock.now().date()
    serial = "".join(_DIGITS[number // 36**place % 36] for place in (3, 2, 1, 0))
    return f"{_ACTIVITIES[depot]}{today.year % 10}{today.timetuple().tm_yday:03}{serial}"


def tail_of(depot: SiteId, number: int) -> str:
    """Name one of the tails that are at home at a depot."""
    return f"CH-{depot}-{number}"


def a_receipt(goods: Consignment, quantity: int) -> dict[str, Any]:
    """Make a receipt of what was sent."""
    line = {"part": goods.part, "lot": goods.lot, "quantity": quantity}
    return {"site": goods.depot, "shipment": goods.shipment, "lines": [line]}
