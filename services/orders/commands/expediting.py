"""Expediting an order: a source hurried, the need split, another depot asked to ship, the need itself made stronger."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands import cannibalising, changing
from services.orders.commands.deciding import Work, open_to_plan, open_with_laterals
from services.orders.commands.outcomes import Outcomes
from services.orders.domain import expediting, lending
from services.orders.domain.asking import Ask, allow_emergency_use
from services.orders.domain.catalogue import CatalogueBehind, SiteNotDepot
from services.orders.domain.expediting import Actor, Portion
from services.orders.domain.lending import Lending
from services.orders.domain.order import Order, OrderUnknown
from services.orders.domain.placement import Placement, place
from services.orders.domain.pricing import (
    Act,
    BroughtForward,
    EmergencyUsed,
    Hurried,
    Raised,
    Shared,
    Shipped,
    Widened,
)
from services.orders.domain.substitutes import Wanted
from services.orders.domain.whatif import OpenLine
from services.orders.schemas.expediting import (
    BringForward,
    Cannibalise,
    EmergencyUse,
    Expediting,
    Hurry,
    Lateral,
    Raise,
    Renewed,
    Split,
    Substitute,
)
from services.orders.store import laterals, lookups
from services.orders.store import orders as order_store
from services.orders.store.lookups import Sight
from services.orders.store.orders import Placed
from shared import clock
from shared.errors import VersionStale
from shared.events.references import read_reference
from shared.http import rights
from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal, Scope
from shared.messaging.outbox import Told, tell
from shared.types import Condition, OrderId, SiteId, SiteKind


@dataclass(frozen=True, slots=True)
class Bounds:
    """What expediting is given besides what is asked."""

    outcomes: Outcomes
    road_days: int
    """How long goods of another depot are taken to be on the road, where nothing else is known."""


@dataclass(frozen=True, slots=True)
class Lender:
    """Who asks another depot, and how long its goods are taken to be on the road."""

    actor: Actor
    road_days: int


async def expedite(
    session: AsyncSession, order_id: OrderId, body: Expediting, *, principal: Principal, bounds: Bounds
) -> OrderId | None:
    """Do what is asked, on this person's word; gives the lateral order, where another depot is asked."""
    await require_expediting(session, order_id, principal)
    if isinstance(body, Renewed):
        work = await open_with_laterals(session, order_id, bounds.outcomes)
    else:
        work = await open_to_plan(session, [order_id], bounds.outcomes)
    order, actor = work.order(order_id), Actor(principal.subject, body.reason)
    refuse_stale(order, body)
    lateral = None
    match body:
        case Hurry():
            work.decide(expediting.hurry(order, body.work_order, body.wanted_by, today=work.today, actor=actor))
        case Split():
            market = await work.market(order_id)
            work.decide(
                expediting.split(order, market, Portion(body.source, body.quantity), today=work.today, actor=actor)
            )
            await work.replan()
        case Lateral():
            lateral = await _ask_depot(session, work, order, body, lender=Lender(actor, bounds.road_days))
        case Cannibalise():
            await cannibalising.cannibalise(session, work, order, body, principal=principal)
        case Renewed():
            await _renew(session, work, order, body, principal=principal)
    await work.settle()
    return lateral


async def supposed(
    session: AsyncSession, line: OpenLine, body: Expediting, *, principal: Principal, bounds: Bounds
) -> Act:
    """Say what would be done, or refuse what could not be: nothing is locked, and nothing written."""
    order, today = line.order, clock.now().date()
    refuse_stale(order, body)
    match body:
        case Hurry():
            work = expediting.hurriable(order, body.work_order, body.wanted_by, today)
            return Hurried(work.n, body.wanted_by)
        case Split():
            portion = Portion(body.source, body.quantity)
            return Shared(expediting.splittable(order, line.market, portion, today), body.quantity)
        case Lateral():
            already = await laterals.asked_for(session, order.order_id)
            lending.refuse_unlendable(order, body.depot, body.quantity, asked_already=already)
            days = await road_days(session, order, body.depot, default=bounds.road_days)
            return Shipped(body.depot, body.quantity, today + timedelta(days=days))
        case Cannibalise():
            return await cannibalising.supposed(session, order, body, principal)
    assert isinstance(body, Renewed), "there are no other ways of expediting"
    return await _renewed(session, order, body, principal=principal, today=today)


async def _renew(session: AsyncSession, work: Work, order: Order, body: Renewed, *, principal: Principal) -> None:
    """Make the need stronger, here and wherever another depot is to ship for it."""
    ask = Ask(principal.subject, body.reason)
    match await _renewed(session, order, body, principal=principal, today=work.today):
        case Raised(need):
            changing.reprioritise(work, order.order_id, need, ask)
        case BroughtForward(required_by):
            changing.reschedule(work, order.order_id, required_by, ask)
        case Widened(accepted):
            await changing.accept(work, order.order_id, accepted, ask)
        case EmergencyUsed():
            work.decide(allow_emergency_use(order, principal.subject, body.reason))


async def _renewed(
    session: AsyncSession, order: Order, body: Renewed, *, principal: Principal, today: date
) -> Raised | BroughtForward | Widened | EmergencyUsed:
    """Say what the need would be, or refuse what is no more than it is."""
    match body:
        case Raise():
            need = await changing.need(session, order.order_id, body.urgency, order.ordered_by, principal=principal)
            expediting.refuse_no_higher(order, need)
            return Raised(need)
        case BringForward():
            expediting.refuse_no_earlier(order, body.required_by, today)
            return BroughtForward(body.required_by)
        case EmergencyUse():
            may_approve = Scope.APPROVE_URGENCY in principal.scopes
            expediting.refuse_emergency_use(order, principal.subject, may_approve=may_approve)
            return EmergencyUsed()
    assert isinstance(body, Substitute), "there are no other ways of making a need stronger"
    named = [each.matched for each in body.references]
    wanted = Wanted(named) if named else Wanted(list(map(read_reference, order.accepted)), substitutes=True)
    more = await changing.acceptable(session, order.part, wanted, today)
    return Widened(expediting.widened(order, more))


async def require_expediting(session: AsyncSession, order_id: OrderId, principal: Principal) -> None:
    """Refuse who may neither order for the asking depot nor plan for it."""
    places = await lookups.places(session, order_id, Sight.of(principal))
    if places is None:
        raise OrderUnknown(order=order_id)
    depot = places.ordered_by
    nation = (await lookups.sites(session, [depot]))[depot].country
    if not rights.may_write(principal, depot, nation):
        rights.require_plan(principal, depot, nation)


async def road_days(session: AsyncSession, order: Order, depot: SiteId, *, default: int) -> int:
    """Say how long goods of another depot are on the road, or refuse a site that is no other depot of the nation."""
    sites = await lookups.sites(session, [depot, order.ordered_by])
    if depot not in sites:
        raise CatalogueBehind(site=depot).at("depot")
    if sites[depot].kind is not SiteKind.DEPOT:
        raise SiteNotDepot(site=depot).at("depot")
    nation = sites[order.ordered_by].country
    if sites[depot].country != nation:
        raise SiteForbidden(site=depot).at("depot")
    known = await laterals.lead_time_days(session, order.part, depot, nation)
    return default if known is None else known


async def _ask_depot(session: AsyncSession, work: Work, order: Order, body: Lateral, *, lender: Lender) -> OrderId:
    """Place a lateral order at another depot; the order counts on it once that depot holds all of it."""
    days = await road_days(session, order, body.depot, default=lender.road_days)
    asked = Lending(
        depot=body.depot,
        quantity=body.quantity,
        road_days=days,
        by=lender.actor.by,
        reason=lender.actor.reason,
    )
    already = await laterals.asked_for(session, order.order_id)
    lending.refuse_unlendable(order, body.depot, body.quantity, asked_already=already)
    name = lending.name_lateral(order.order_id, await laterals.taken(session, lending.suffixed(order.order_id)))
    await _place(session, order, name, asked)
    work.decide(lending.ask(order, name, asked))
    return name


async def _place(session: AsyncSession, order: Order, name: OrderId, asked: Lending) -> None:
    """Place the lateral order: all that the order says, filled by the other depot."""
    placement = await _placement(session, order, name, asked)
    _, fact = place(placement)
    digest = hashlib.sha256(f"lateral order of {order.order_id}".encode()).digest()
    placed = await order_store.place(session, [Placed(placement, asked.by, digest)])
    if name not in placed:
        raise lending.SuffixTaken(order=name)
    await tell(session, [Told(fact, 1)])


async def _placement(session: AsyncSession, order: Order, name: OrderId, asked: Lending) -> Placement:
    row = await laterals.row(session, order.order_id)
    return Placement(
        order_id=name,
        document_number=row.document_number,
        ordered_by=order.ordered_by,
        site=asked.depot,
        part=order.part,
        quantity=asked.quantity,
        partial=False,
        urgency=order.urgency,
        priority=order.priority,
        approved_by=order.approved_by,
        required_by=max(order.required_by, clock.now().date()),
        placed_at=clock.now(),
        # What is allowed in an emergency is allowed for the order alone, at its own depot.
        conditions=tuple(each for each in order.conditions if each is not Condition.N),
        accepted=order.accepted,
        platform=row.platform,
        tail_number=None,  # The platform waits for the order, not for the way in which it comes.
        supplies=order.order_id,
        road_days=asked.road_days,
    )


def refuse_stale(order: Order, body: Expediting) -> None:
    """Refuse to expedite what has changed since it was looked at."""
    if body.version not in (None, order.version):
        raise VersionStale(version=order.version, seen=body.version)
