"""Two depots want the last units of one shelf at the same moment."""

import asyncio
from collections.abc import Sequence

from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding

SHELF, RIVAL = "D-02", "D-05"
_ROUNDS = 6
_FEW = 50


async def play(company: Company) -> Sequence[Finding]:
    """Let both ask for all that is there, a few times with different parts."""
    shelf, rival = company.depots[SHELF], company.depots[RIVAL]
    rows = (await shelf.jvtrack.inventory.stock(None, group="part-site")).rows
    chosen = [row.part for row in rows if row.site == SHELF and 0 < (row.available or 0) <= _FEW][:_ROUNDS]
    last = promised = 0
    for part in chosen:
        there = (await shelf.stock(part)).available or 0
        placed = await asyncio.gather(shelf.order(part, there), rival.order(part, there, site=SHELF))
        last += there
        promised += sum(order.reserved for order in placed)
    return [
        Finding(
            f"two depots racing for the last units of {len(chosen)} parts",
            f"{last} there, {promised} reserved",
            holds=bool(chosen) and promised == last,
        )
    ]
