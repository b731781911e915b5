"""Releasing what is proposed: it becomes an order for stock, in the transaction that says that it was released."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.placing import DocumentNumberReused
from services.orders.domain import replenishment
from services.orders.domain.days import DAYS_AHEAD_MAX
from services.orders.domain.document_number import activity_of, order_id_of, require_reach
from services.orders.domain.numbering import DocumentNumberMissing, Rule
from services.orders.domain.placement import Placement, place
from services.orders.domain.priority import designator, priority
from services.orders.domain.replenishment import Decision, Replenishment
from services.orders.store import lookups
from services.orders.store import orders as order_store
from services.orders.store import replenishment as store
from services.orders.store.orders import Placed
from shared import clock
from shared.messaging.outbox import Told, tell
from shared.sql import Writes
from shared.types import DocumentNumber, Urgency

_TRIES = 50
"""Numbers of a depot's rule that somebody else may have used, before one asks for help."""


@dataclass(slots=True)
class Replenishing:
    """Locked parts at depots as they stand while they are decided on; what was decided is written and told at once."""

    session: AsyncSession
    decided: dict[tuple[str, str], Replenishment] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def decide(self, decision: Decision) -> Replenishment:
        """Keep a decision."""
        now = decision.now
        if decision.fact is not None:
            self.decided[now.site, now.part] = now
            self.told.append(Told(decision.fact, now.version))
        return now

    async def settle(self) -> None:
        """Write what was decided, and tell it, in one statement."""
        writes = Writes()
        store.save(writes, list(self.decided.values()))
        await tell(self.session, self.told, beside=writes)


@dataclass(frozen=True, slots=True)
class Release:
    """How a proposal is released: by whom, under which number, needed on which day."""

    by: str
    by_rule: bool = False
    document_number: DocumentNumber | None = None
    suffix: str | None = None
    required_by: date | None = None


async def release(work: Replenishing, found: Replenishment, how: Release) -> Replenishment:
    """Order what is proposed, under the number that is named, or the next one that the depot's rule has set aside."""
    if how.document_number is not None:
        placed = await _place(work, found, how, how.document_number)
        if placed is None:
            raise DocumentNumberReused(document_number=how.document_number)
        return placed
    rule = await store.rule(work.session, found.site)
    if rule is None:
        raise DocumentNumberMissing(site=found.site, field="document_number")
    return await _numbered(work, found, how, rule)


async def _numbered(work: Replenishing, found: Replenishment, how: Release, rule: Rule) -> Replenishment:
    for _ in range(_TRIES):
        number, rule = rule.give(clock.now().date())
        placed = await _place(work, found, how, number)
        if placed is not None:
            await store.save_numbers(work.session, rule)
            return placed
    raise DocumentNumberReused(document_number=number)


async def _place(
    work: Replenishing, found: Replenishment, how: Release, number: DocumentNumber
) -> Replenishment | None:
    """Place the order, unless its number names another one."""
    code = activity_of(number)
    activities = await lookups.activities(work.session, [code])
    placement = _placement(found, how, number, priority(designator(code, activities.get(code), found.site), Urgency.C))
    order, fact = place(placement)
    digest = hashlib.sha256(fact.model_dump_json().encode()).digest()
    if not await order_store.place(work.session, [Placed(placement, how.by, digest)]):
        return None
    work.told.append(Told(fact, order.version))
    return work.decide(replenishment.release(found, order.order_id, by=how.by, by_rule=how.by_rule))


def _placement(found: Replenishment, how: Release, number: DocumentNumber, designator: int) -> Placement:
    assert found.quantity is not None, "what is proposed has a quantity"
    assert found.figures is not None, "what is proposed has figures"
    now = clock.now()
    require_reach(number, now.date())
    return Placement(
        order_id=order_id_of(number, how.suffix, now.date()),
        document_number=number,
        ordered_by=found.site,
        site=found.site,
        part=found.part,
        quantity=found.quantity,
        partial=True,
        urgency=Urgency.C,
        priority=designator,
        required_by=how.required_by or now.date() + _lead(found.figures.lead_time_days),
        placed_at=now,
        conditions=(),
        for_stock=True,
    )


def _lead(days: str) -> timedelta:
    return timedelta(days=min(-int(-float(days) // 1), DAYS_AHEAD_MAX))
