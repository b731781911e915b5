"""Factory events in groups: load, decide, save, announce.

The order of locks is the same in every transaction: accepted ids, lots, work orders, senders.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.floor import Floor, Undoing
from services.production.domain.history import Entry, Identity
from services.production.domain.lot import Lot, lot_id
from services.production.domain.posted import (
    Accepted,
    CatalogueBehind,
    EventIdReused,
    Posted,
    SiteNotFactory,
    WorkOrderUnknown,
)
from services.production.domain.purchase import SiteNotSupplier, is_purchase
from services.production.domain.work_order import NoteFact
from services.production.schemas.events import read_correction, refuse_far_days
from services.production.settings import ProductionSettings
from services.production.store import accepted, lots, senders, work_orders
from services.production.store.accepted import Taken
from services.production.store.catalogue import Catalogue, CatalogueMemory
from services.production.store.senders import Arrival
from shared import clock
from shared.errors import Refusal
from shared.events.factory import FactoryEventCorrected, FactoryFact, FactoryLotDispatched, LotFact
from shared.events.workshop import FactoryWorkInProgressDecided
from shared.http import rights
from shared.http.tokens import Principal
from shared.messaging.outbox import Told, tell
from shared.observe import tracing
from shared.sql import Writes
from shared.types import LotId, SiteKind, WorkOrderId

Outcome = Accepted | Refusal


@dataclass(frozen=True, slots=True)
class Post:
    """A factory event at the door, and who brings it."""

    posted: Posted
    principal: Principal
    trace: tracing.Trace | None = None


@dataclass(slots=True)
class Reading:
    """What a posted event turns out to be about, once the earlier event that it may name is known."""

    post: Post
    facts: list[FactoryFact] = field(default_factory=list)
    """The facts that it puts in place or takes away."""
    corrected: FactoryFact | None = None
    work_order: WorkOrderId | None = None
    """The work order that the fact it takes away was counted for."""
    refusal: Refusal | None = None


class FactoryDoor:
    """Decides groups of factory events; remembers what it has met of the catalogue."""

    def __init__(self, settings: ProductionSettings) -> None:
        self._catalogue = CatalogueMemory(sites_seconds=settings.sites_remembered_seconds)
        self._sequence_ranges_max = settings.sequence_ranges_max

    async def accept(self, session: AsyncSession, posts: Sequence[Post]) -> list[Outcome]:
        """Decide each event on its own, in the order in which they came."""
        facts = [post.posted.fact for post in posts]
        catalogue = await self._look_up(session, facts, [post.posted.site for post in posts])
        refused = [_refusal(post, catalogue) for post in posts]
        admitted = [post for post, refusal in zip(posts, refused, strict=True) if refusal is None]
        decided = iter(await self._decide(session, admitted))
        outcomes = [refusal or next(decided) for refusal in refused]
        arrivals = [
            Arrival(post.posted, outcome.is_duplicate)
            for post, outcome in zip(posts, outcomes, strict=True)
            if isinstance(outcome, Accepted) and (outcome.is_duplicate or not outcome.was_decided)
        ]
        await senders.note(session, arrivals, ranges_max=self._sequence_ranges_max)
        return outcomes

    async def _look_up(
        self, session: AsyncSession, facts: Iterable[FactoryFact], sites: Iterable[str] = ()
    ) -> Catalogue:
        of_lots = [fact for fact in facts if isinstance(fact, LotFact)]
        depots = [fact.depot for fact in of_lots if isinstance(fact, FactoryLotDispatched)]
        return await self._catalogue.load(session, [fact.part for fact in of_lots], [*sites, *depots])

    async def _decide(self, session: AsyncSession, posts: Sequence[Post]) -> list[Outcome]:
        if not posts:
            return []
        first = {post.posted.identity: post.posted for post in reversed(posts)}
        taken = await accepted.claim(session, list(first.values()))
        fresh = [post for post in posts if first[post.posted.identity] is post.posted]
        outcomes = await self._decide_fresh(session, [post for post in fresh if post.posted.identity not in taken])
        refused = [identity for identity, outcome in outcomes.items() if isinstance(outcome, Refusal)]
        await accepted.take_back(session, refused)
        return [
            _again(post.posted, taken[post.posted.identity])
            if post.posted.identity in taken
            else _outcome(post.posted, first[post.posted.identity], outcomes[post.posted.identity])
            for post in posts
        ]

    async def _decide_fresh(self, session: AsyncSession, posts: Sequence[Post]) -> dict[Identity, Outcome]:
        named = {
            (post.posted.source, post.posted.fact.event) for post in posts if isinstance(post.posted.fact, Undoing)
        }
        earlier = await accepted.named(session, named)
        readings = _read(posts, earlier)
        await self._check_corrections(session, readings)
        touched = _touched_lots(readings)
        locked = await lots.lock(session, {lot for lot, _ in touched})
        wanted = _touched_work_orders(readings, touched, locked)
        floor = Floor(locked, await work_orders.lock(session, wanted))
        # Read once more, under the locks: another group may have voided them in between.
        floor.entries = await accepted.named(session, earlier)
        await self._check_buyers(session, readings, floor)
        outcomes = {reading.post.posted.identity: _decide_one(floor, reading) for reading in readings}
        await _save(session, floor, posts)
        await lots.drop_untouched(session, floor.lots.values())
        await work_orders.drop_unopened(session, wanted - floor.work_orders.keys())
        return outcomes

    async def _check_buyers(self, session: AsyncSession, readings: Sequence[Reading], floor: Floor) -> None:
        """Refuse who tells of another nation's purchase as of one that does not exist."""
        bought = [reading for reading in readings if is_purchase(reading.post.posted.fact)]
        if bought:
            places = {work_order.depot for work_order in floor.work_orders.values()}
            places |= {reading.post.posted.site for reading in bought}
            catalogue = await self._catalogue.load(session, [], places)
            for reading in bought:
                reading.refusal = reading.refusal or _not_theirs(reading, floor, catalogue)

    async def _check_corrections(self, session: AsyncSession, readings: Sequence[Reading]) -> None:
        corrected = [reading.corrected for reading in readings if reading.corrected]
        if corrected:
            catalogue = await self._look_up(session, corrected)
            for reading in readings:
                if reading.corrected:
                    reading.refusal = _unknown(reading.corrected, catalogue)


def _decide_one(floor: Floor, reading: Reading) -> Outcome:
    if reading.refusal is not None:
        return reading.refusal
    try:
        return floor.decide(reading.post.posted, reading.corrected)
    except Refusal as refusal:
        return refusal


def _refusal(post: Post, catalogue: Catalogue) -> Refusal | None:
    """Say why an event may not come in at all: whose it is, and what the catalogue does not know."""
    site = catalogue.sites.get(post.posted.site)
    if site is None:
        return CatalogueBehind(site=post.posted.site)
    purchase = is_purchase(post.posted.fact)
    if not rights.may_write(post.principal, post.posted.site, site.country, site.kind) and not (
        # Whose purchase it is decides who may tell of it, once its work order is known.
        purchase and site.kind is SiteKind.SUPPLIER and rights.may_purchase(post.principal, post.principal.nation)
    ):
        return rights.SiteForbidden(site=post.posted.site)
    if site.kind is SiteKind.DEPOT:
        return SiteNotFactory(site=post.posted.site)
    if purchase and site.kind is not SiteKind.SUPPLIER:
        return SiteNotSupplier(site=post.posted.site)
    return _unknown(post.posted.fact, catalogue)


def _not_theirs(reading: Reading, floor: Floor, catalogue: Catalogue) -> Refusal | None:
    """Say no to who may post neither for the supplier nor for the nation that has bought."""
    principal, site = reading.post.principal, reading.post.posted.site
    if rights.may_write(principal, site, catalogue.sites[site].country, catalogue.sites[site].kind):
        return None
    named = [fact.work_order for fact in reading.facts if isinstance(fact, LotFact | NoteFact)]
    for work_order in [floor.work_orders[each] for each in named if each in floor.work_orders]:
        depot = catalogue.sites.get(work_order.depot)
        if depot is None or not rights.may_purchase(principal, depot.country):
            return WorkOrderUnknown(work_order=work_order.work_order_id)
    return None


def _unknown(fact: FactoryFact, catalogue: Catalogue) -> CatalogueBehind | None:
    if isinstance(fact, LotFact) and fact.part not in catalogue.parts:
        return CatalogueBehind(part=fact.part).at("data.part")
    if isinstance(fact, FactoryLotDispatched) and fact.depot not in catalogue.sites:
        return CatalogueBehind(site=fact.depot).at("data.depot")
    return None


def _again(posted: Posted, taken: Taken) -> Outcome:
    if posted.body_hash != taken.body_hash:
        return EventIdReused(source=posted.source, id=posted.sender_id)
    # The group may have been tried before and its commit's answer lost: then the id was taken by this very event.
    is_duplicate = taken.event_id != posted.event_id
    return Accepted(taken.event_id, taken.key, taken.key_seq, is_duplicate=is_duplicate, was_decided=True)


def _outcome(posted: Posted, first: Posted, outcome: Outcome) -> Outcome:
    """Give an event its outcome, which for the second of its id in one group is that of the first."""
    if posted is first or isinstance(outcome, Refusal):
        return outcome
    return _again(posted, Taken(first.body_hash, outcome.event_id, outcome.key, outcome.key_seq))


def _read(posts: Sequence[Post], earlier: Mapping[Identity, Entry]) -> list[Reading]:
    """Find out what each event is about; it may name one that came earlier in the same group."""
    known = {identity: entry.fact for identity, entry in earlier.items()}
    readings = []
    for post in posts:
        posted = post.posted
        reading = Reading(post)
        readings.append(reading)
        if not isinstance(posted.fact, Undoing):
            reading.facts.append(posted.fact)
            known[posted.identity] = posted.fact
            continue
        name = (posted.source, posted.fact.event)
        undone = known.get(name)
        if undone is None:
            continue
        reading.facts.append(undone)
        reading.work_order = earlier[name].work_order if name in earlier else None
        known[posted.identity] = posted.fact
        if isinstance(posted.fact, FactoryEventCorrected) and not isinstance(undone, Undoing):
            _read_correction(reading, posted.fact, type(undone))
            known[posted.identity] = reading.corrected or posted.fact
    return readings


def _read_correction(reading: Reading, correction: FactoryEventCorrected, kind: type[FactoryFact]) -> None:
    try:
        corrected = read_correction(correction, kind)
        refuse_far_days(corrected, clock.now().date(), "data", "data")
    except Refusal as refusal:
        reading.refusal = refusal
    else:
        reading.corrected = corrected
        reading.facts.append(corrected)


def _touched_lots(readings: Iterable[Reading]) -> list[tuple[LotId, WorkOrderId | None]]:
    """List the lots that these events touch, each with the work order that the fact names."""
    return [
        (lot_id(reading.post.posted.site, fact.lot), fact.work_order)
        for reading in readings
        for fact in reading.facts
        if isinstance(fact, LotFact)
    ]


def _touched_work_orders(
    readings: Iterable[Reading], touched: Iterable[tuple[LotId, WorkOrderId | None]], locked: Mapping[LotId, Lot]
) -> set[WorkOrderId]:
    """List the work orders that these events touch: named by them, by what they undo, or by their lots before."""
    named = {work_order for _, work_order in touched} | {lot.work_order for lot in locked.values()}
    for reading in readings:
        named.add(reading.work_order)
        named.update(fact.work_order for fact in reading.facts if isinstance(fact, NoteFact))
        named.update(fact.reused_for for fact in reading.facts if isinstance(fact, FactoryWorkInProgressDecided))
    return {work_order for work_order in named if work_order is not None}


async def _save(session: AsyncSession, floor: Floor, posts: Sequence[Post]) -> None:
    """Write what was decided, and tell it, in one statement."""
    writes = Writes()
    lots.save(writes, [floor.lots[each] for each in floor.changed_lots])
    work_orders.save(writes, [floor.work_orders[each] for each in floor.changed_work_orders])
    accepted.keep_waiting(writes, floor.awaiting)
    accepted.void(writes, floor.voided)
    traces = {post.posted.event_id: post.trace for post in posts}
    await tell(
        session,
        [
            Told(
                telling.event,
                telling.key_seq,
                event_id=telling.event_id,
                occurred_at=telling.posted.occurred_at,
                trace=traces[telling.posted.event_id],
            )
            for telling in floor.told
        ],
        beside=writes,
    )
