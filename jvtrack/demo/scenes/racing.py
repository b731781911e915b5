"""Two depots want the last units of one shelf at the same moment."""

import asyncio
from collections.abc import Sequence

from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding

SHELF, RIVAL = "D-02", "D-05"
_RACES = 6
_FEW = 50


async def play(company: Company) -> Sequence[Finding]:
    """Let both ask for all that is there, for a few parts at once."""
    shelf, rival = company.depots[SHELF], company.depots[RIVAL]
    few = [(part, there) for part, there in (await shelf.available()).items() if 0 < there <= _FEW]
    chosen = dict(few[:_RACES])
    last = sum(chosen.values())
    placed = await asyncio.gather(
        *(depot.order(part, there, site=SHELF) for part, there in chosen.items() for depot in (shelf, rival))
    )
    promised = sum(order.reserved for order in placed)
    return [
        Finding(
            f"two depots racing for the last units of {len(chosen)} parts",
            f"{last} there, {promised} reserved",
            holds=bool(chosen) and promised == last,
        )
    ]
