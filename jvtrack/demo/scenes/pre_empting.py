"""A tank that stands still takes, by its priority, what is held for a routine order of a lower band."""

from collections.abc import Sequence

from jvtrack.client import LedgerLine, Order, OrderDetails
from jvtrack.demo.company import FACTORIES, Company
from jvtrack.demo.depot import Tail
from jvtrack.demo.findings import Finding, seen
from shared.types import PartId, Platform, Urgency

SHELF, LOSING_ACTIVITY = "D-04", "7507YC"
RIVAL, WINNING_ACTIVITY = "D-05", "7609YC"
LOSING_PRIORITY, WINNING_PRIORITY = 13, 2
TAIL = Tail(Platform.T_90, "BT-2310")
_FEW = 20


async def play(company: Company) -> Sequence[Finding]:
    """Hold all that is there for a routine order, and let a tank's order of priority 02 take one of it."""
    part, there = await _scarce(company)
    shelf, rival = company.depots[SHELF], company.depots[RIVAL]
    losing = await shelf.order(part, there, activity=LOSING_ACTIVITY)
    await rival.ground(TAIL, f"Waits for {part}.")
    winning = await rival.order(part, 1, site=SHELF, urgency=Urgency.A, activity=WINNING_ACTIVITY, tail=TAIL)
    company.followed.update({f"shelf of {SHELF}": losing, TAIL.tail_number: winning})
    won = await rival.reserved(winning, 1)
    lost = await _promised_anew(company, losing)
    taken = await company.operator.inventory.movements(order=losing.order_id, reason="pre-empted").all()
    await shelf.issue(winning.order_id, 1)
    up = await rival.release(TAIL)
    return [
        _taken(losing, won, taken),
        Finding(
            f"the loser's promise, {losing.order_id}",
            f"{_promised(losing)} -> {_promised(lost)}",
            holds=losing.promised_for is not None and lost.reserved == there - 1 and lost.sourced == 1,
        ),
        Finding(
            f"{TAIL.platform} {TAIL.tail_number} gets it and is {up.state} again",
            f"handed over by {SHELF} to {RIVAL}",
            holds=up.state == "up",
        ),
    ]


def _taken(losing: Order, won: Order, taken: Sequence[LedgerLine]) -> Finding:
    quantity = sum(line.quantity for line in taken)
    return Finding(
        f"{losing.part}: a {TAIL.platform} order of priority {won.priority:02} against one of {losing.priority:02}",
        f"{won.order_id} wins {quantity} of {losing.reserved} held for {losing.order_id}",
        holds=(won.priority, losing.priority, quantity) == (WINNING_PRIORITY, LOSING_PRIORITY, won.quantity),
    )


def _promised(order: Order) -> str:
    day = "no day" if order.promised_for is None else f"{order.promised_for:%d %b %Y}"
    return f"{day} ({order.promise_reason})"


async def _scarce(company: Company) -> tuple[PartId, int]:
    """Choose a part that grounds the tank, of which the shelf has few, and that a joint venture makes."""
    made = {source.part async for source in company.planner.orders.sources(approved=True) if source.site in FACTORIES}
    grounding = [
        part.part_id
        async for part in company.operator.inventory.parts(platform=TAIL.platform)
        if part.part_id in made and any(fit.grounds for fit in part.platforms if fit.platform == TAIL.platform)
    ]

    async def look() -> tuple[PartId, int] | None:
        there = await company.depots[SHELF].available()
        return next(((part, there[part]) for part in grounding if 1 < there.get(part, 0) <= _FEW), None)

    return await seen(f"a part that grounds a {TAIL.platform} at {SHELF}", look)


async def _promised_anew(company: Company, losing: Order) -> OrderDetails:
    """Wait until the loser is promised what it has lost, from a source."""

    async def look() -> OrderDetails | None:
        now = await company.planner.orders.get(losing.order_id)
        return now if now.sourced and now.promised_for != losing.promised_for else None

    return await seen(f"order {losing.order_id} promised anew", look)
