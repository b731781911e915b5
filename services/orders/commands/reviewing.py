"""Reviewing stock: every so many days of a nation's policy, each part at each of its depots is looked at.

A chunk of parts is a transaction: their rows are locked, then the stock is read. Whoever reviews at the same time
waits, and finds on order what was released meanwhile. A review that breaks off is made again; it changes nothing twice.
Who asks for one while one is made in the same process is given that one: a long review that is asked for again and
again would else be made over and over at once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.placing import DocumentNumberReused
from services.orders.commands.releasing import Release, Replenishing, release
from services.orders.domain import replenishment
from services.orders.domain.numbering import NumbersUsedUp, Rule
from services.orders.domain.priority import ActivityOfAnother
from services.orders.domain.ranking import Ask, Market, rank
from services.orders.domain.replenishment import ProposalState, Replenishment, wish
from services.orders.domain.source import Source
from services.orders.domain.stocking import History, Lead, Policy, lead, level
from services.orders.schemas.replenishment import ReviewDone
from services.orders.settings import OrdersSettings
from services.orders.store import market, stocking
from services.orders.store import replenishment as store
from services.orders.store.stocking import Position
from shared import clock
from shared.db import DATABASE_ERRORS, Database
from shared.errors import Refusal
from shared.events.replenishment import Figures, ReplenishmentProposed, ReplenishmentWithdrawn
from shared.messaging.signals import any_of
from shared.observe.logs import get_log
from shared.types import Nation, PartId, SiteId

log = get_log()
_CANNOT_NUMBER = (ActivityOfAnother, DocumentNumberReused, NumbersUsedUp)


class PolicyMissing(Refusal):
    """Nothing is reviewed before a policy says what is wanted of the stock."""


@dataclass(frozen=True, slots=True)
class _Round:
    """One review of a nation's depots."""

    nation: Nation
    policy: Policy
    today: date
    sources: dict[PartId, Source | None] = field(default_factory=dict)
    """Who would be asked for a part, as it was found at the first depot: the same for all of a nation's."""

    @property
    def since(self) -> date:
        """Tell the first day of demand that is looked at."""
        return stocking.beginning(self.today, self.policy.history_weeks)


class Reviewer:
    """Reviews the stock of depots when it is due, or when somebody asks."""

    def __init__(self, database: Database, settings: OrdersSettings) -> None:
        self._database = database
        self._settings = settings
        self._running: dict[Nation, asyncio.Task[ReviewDone]] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Review what is due until the service stops."""
        while not stopping.is_set():
            try:
                await self.review_due(clock.now().date())
            except DATABASE_ERRORS as error:
                log.warning("review_put_off", error=repr(error))
            await any_of(stopping.wait(), seconds=self._settings.review_poll_seconds)

    async def review_due(self, today: date) -> None:
        """Review every nation whose last review is so many days ago as its policy says."""
        async with self._database.transaction() as session:
            nations = await store.due(session, today)
        for nation in nations:
            await self.review(nation, today)

    async def review(self, nation: Nation, today: date) -> ReviewDone:
        """Review a nation's depots; what is under way goes on though nobody waits for it any more."""
        running = self._running.get(nation)
        if running is None:
            running = self._running[nation] = asyncio.create_task(self._review(nation, today))
            running.add_done_callback(lambda _: self._running.pop(nation))
        return await asyncio.shield(running)

    async def _review(self, nation: Nation, today: date) -> ReviewDone:
        """Look at a bounded number of parts in a transaction."""
        async with self._database.transaction() as session:
            policy, depots = await store.policy(session, nation, today), await store.depots(session, nation)
        if policy is None:
            raise PolicyMissing(nation=nation, today=today)
        round_, done = _Round(nation, policy, today), ReviewDone()
        for depot in depots:
            done = _sum(done, await self._review_depot(round_, depot))
        async with self._database.transaction() as session:
            await store.reviewed(session, nation, today)
        log.info("stock_reviewed", nation=nation, **done.model_dump())
        return done

    async def _review_depot(self, round_: _Round, depot: SiteId) -> ReviewDone:
        async with self._database.transaction() as session:
            parts = await stocking.parts_of(session, depot, round_.since)
        done, chunk = ReviewDone(), self._settings.review_chunk
        for start in range(0, len(parts), chunk):
            async with self._database.transaction() as session:
                done = _sum(done, await _review(session, round_, depot, parts[start : start + chunk]))
        return done


async def _review(session: AsyncSession, round_: _Round, depot: SiteId, parts: Sequence[PartId]) -> ReviewDone:
    """Review some parts at a depot: lock them, then look."""
    found = await store.lock(session, depot, parts)
    seen = await _look(session, round_, depot, parts)
    levels = {part: seen.figures(part, round_) for part in found}
    work = Replenishing(session)
    for part, row in found.items():
        figures = levels[part]
        work.decide(replenishment.review(row, None if figures is None else wish(figures), round_.today))
    kinds = [type(each.event) for each in work.told]
    is_open = [row for row in found.values() if row.state is ProposalState.PROPOSED]
    stand = [row for row in is_open if (row.site, row.part) not in work.decided]
    released = await _release_by_rule(work, depot, stand, seen)
    await store.save_levels(session, depot, levels, today=round_.today)
    await work.settle()
    return ReviewDone(
        reviewed=len(found),
        proposed=kinds.count(ReplenishmentProposed),
        withdrawn=kinds.count(ReplenishmentWithdrawn),
        released=released,
        without_source=sum(part in seen.histories and part not in seen.sources for part in found),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a review looks at."""

    histories: Mapping[PartId, History]
    positions: Mapping[PartId, Position]
    sources: Mapping[PartId, Source]
    scales: Mapping[PartId, int]

    def figures(self, part: PartId, round_: _Round) -> Figures | None:
        """Reckon how much there should be of a part; nothing is said where nobody asks for it or can bring it."""
        history, source = self.histories.get(part), self.sources.get(part)
        if history is None or source is None:
            return None
        return figures(history, self.positions[part], source, lead(source), policy=round_.policy)

    def cost(self, row: Replenishment) -> Decimal | None:
        """Tell what a proposal would cost, where its source names a price."""
        source = self.sources.get(row.part)
        if source is None or source.unit_cost is None or row.quantity is None:
            return None
        return source.unit_cost * row.quantity / Decimal(10) ** self.scales.get(row.part, 0)


async def _look(session: AsyncSession, round_: _Round, depot: SiteId, parts: Sequence[PartId]) -> _Seen:
    weeks = round_.policy.history_weeks
    if unknown := [part for part in parts if part not in round_.sources]:
        markets = await market.of_nation(session, unknown, round_.nation, round_.today)
        best = {part: _best(found, round_.today) for part, found in markets.items()}
        round_.sources.update({part: best.get(part) for part in unknown})
    return _Seen(
        await stocking.histories(session, depot, parts, since=round_.since, weeks=weeks),
        await stocking.positions(session, depot, parts),
        {part: source for part in parts if (source := round_.sources[part]) is not None},
        await stocking.scales(session, parts),
    )


def _best(found: Market, today: date) -> Source | None:
    """Choose the source that would be asked for a lot of any size."""
    quantity = max((source.minimum_lot or 1 for source in found.sources), default=1)
    first = next(iter(rank(found, Ask(quantity=quantity, day=today))), None)
    return None if first is None or first.rank is None else first.source


def figures(history: History, position: Position, source: Source, taken: Lead, *, policy: Policy) -> Figures:
    """Say what a reorder point follows from, and how the stock stands to it."""
    found = level(history, taken, policy, minimum_lot=source.minimum_lot)
    return Figures(
        weeks=history.weeks,
        lines=history.lines,
        demand_per_week=_amount(history.mean),
        demand_variance=_amount(history.variance),
        lead_time_days=_amount(taken.days),
        lead_time_variance=_amount(taken.variance),
        review_days=policy.review_days,
        service_level=_amount(policy.service_level),
        policy_from=policy.valid_from,
        distribution=found.distribution,
        expected=_amount(found.expected),
        deviation=_amount(found.deviation),
        safety_stock=found.safety_stock,
        reorder_point=found.reorder_point,
        target=found.target,
        free=position.free,
        on_order=position.on_order,
        backordered=position.backordered,
        position=position.total,
        source=source.site,
        minimum_lot=source.minimum_lot,
    )


async def _release_by_rule(work: Replenishing, depot: SiteId, stand: Sequence[Replenishment], seen: _Seen) -> int:
    """Release what was proposed by an earlier review and still is, within what the depot's rule allows."""
    rule = await store.rule(work.session, depot) if stand else None
    within = [] if rule is None else [row for row in stand if _allows(rule, row, seen)]
    for released, row in enumerate(within):
        try:
            await release(work, row, Release(f"rule of {depot}", by_rule=True))
        except _CANNOT_NUMBER as refusal:
            log.warning("release_by_rule_refused", site=depot, part=row.part, refusal=refusal.slug())
            return released
    return len(within)


def _allows(rule: Rule, row: Replenishment, seen: _Seen) -> bool:
    source = seen.sources.get(row.part)
    return rule.releases(seen.cost(row), None if source is None else source.currency)


def _sum(one: ReviewDone, other: ReviewDone) -> ReviewDone:
    more = other.model_dump()
    return ReviewDone(**{name: value + more[name] for name, value in one.model_dump().items()})


def _amount(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
