"""A receipt was keyed in wrongly; it is reversed and keyed in again."""

from collections.abc import Sequence

from jvtrack.client import Receipt, ReceiptLine
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding

DEPOT, PART, LOT = "D-04", "T90-TRACK-LINK", "F-03:L-SLIP"
WRONG, RIGHT = 50, 5


async def play(company: Company) -> Sequence[Finding]:
    """Receive too much, take it back, receive the right quantity."""
    depot = company.depots[DEPOT]
    inventory = depot.jvtrack.inventory
    before = (await depot.stock(PART)).on_hand or 0
    slip = await inventory.receive(_receipt(WRONG))
    await inventory.reverse(slip.movement, "Fifty keyed in for five.")
    between = (await depot.stock(PART)).on_hand or 0
    await inventory.receive(_receipt(RIGHT))
    after = (await depot.stock(PART)).on_hand or 0
    return [
        Finding(
            f"a receipt of {WRONG} reversed and {RIGHT} received instead",
            f"{before} on hand, then {between}, then {after}",
            holds=(between, after) == (before, before + RIGHT),
        )
    ]


def _receipt(quantity: int) -> Receipt:
    return Receipt(site=DEPOT, lines=[ReceiptLine(part=PART, lot=LOT, quantity=quantity)])
