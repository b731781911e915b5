"""Placing orders: many requests decided in one transaction, each accepted, recognised or refused on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.request import Outcome, Request
from services.orders.domain.catalogue import CatalogueBehind, PlatformMismatch, SiteNotDepot
from services.orders.domain.document_number import activity_of, require_reach
from services.orders.domain.order import Decision, Order, OrderState
from services.orders.domain.placement import PlacedInFuture, Placement, place, placed_at, refuse_absurd
from services.orders.domain.plan import make_promise
from services.orders.domain.platforms import PlatformOfAnother, PlatformUnregistered, TailName
from services.orders.domain.priority import Activity, approver, designator, priority
from services.orders.domain.promise import of_earlier_books
from services.orders.domain.substitutes import Wanted, accepted
from services.orders.schemas.orders import OrderSummary
from services.orders.store import catalogue, lookups
from services.orders.store import orders as store
from services.orders.store import platforms as fleet
from services.orders.store import promises as promise_store
from services.orders.store.lookups import PartCopy, SiteCopy
from services.orders.store.orders import Placed
from services.orders.store.promises import Promised
from shared import clock
from shared.errors import Refusal
from shared.events.catalogue import MakerReference
from shared.events.references import read_reference
from shared.http import rights
from shared.http.rights import SiteForbidden
from shared.http.tokens import Scope
from shared.messaging.outbox import Told, tell
from shared.sql import Writes
from shared.types import Nation, OrderId, PartId, SiteId, SiteKind


class DocumentNumberReused(Refusal):
    """The document number names another order: choose another serial number, or amend that order."""

    field = "document_number"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the guards look at."""

    today: date
    digests: dict[OrderId, bytes]
    parts: Mapping[PartId, PartCopy]
    sites: Mapping[SiteId, SiteCopy]
    activities: Mapping[str, Activity]
    tails: Mapping[TailName, Nation]
    references: Mapping[PartId, Sequence[MakerReference]]


@dataclass(frozen=True, slots=True)
class _Fresh:
    """An order that this group places."""

    row: Placed
    order: Order
    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is to become of each request, and the orders that are to be placed."""

    outcomes: list[Outcome | Refusal]
    fresh: dict[OrderId, _Fresh]


async def decide(session: AsyncSession, requests: Sequence[Request]) -> list[Outcome | Refusal]:
    """Place orders: guards first, then one insert; what was placed before is recognised by its document number."""
    judged = await _judge(session, requests)
    overtaken = await _write(session, judged.fresh)
    return [
        _recognise(request, outcome.order_id, overtaken)
        if isinstance(outcome, Outcome) and outcome.order_id in overtaken
        else outcome
        for request, outcome in zip(requests, judged.outcomes, strict=True)
    ]


async def check(session: AsyncSession, requests: Sequence[Request]) -> list[Outcome | Refusal]:
    """Tell what would become of orders if they were placed now; nothing is written."""
    return (await _judge(session, requests)).outcomes


async def _judge(session: AsyncSession, requests: Sequence[Request]) -> _Judged:
    today = clock.now().date()
    names = [_name(request, today) for request in requests]
    known = await _look_up(session, requests, [name for name in names if isinstance(name, str)], today=today)
    fresh: dict[OrderId, _Fresh] = {}
    outcomes = [_decide(request, name, known, fresh) for request, name in zip(requests, names, strict=True)]
    return _Judged(outcomes, fresh)


def _name(request: Request, today: date) -> OrderId | Refusal:
    try:
        return request.order_id(today)
    except Refusal as refusal:
        return refusal


async def _look_up(
    session: AsyncSession, requests: Sequence[Request], order_ids: Sequence[OrderId], *, today: date
) -> _Known:
    bodies = [request.body for request in requests]
    particular = {body.part for body in bodies if body.references}
    sites = {body.ordered_by for body in bodies} | {request.filling_site for request in requests}
    return _Known(
        today=today,
        digests=await lookups.placed(session, order_ids),
        parts=await lookups.parts(session, (body.part for body in bodies)),
        sites=await lookups.sites(session, sites),
        activities=await lookups.activities(session, (activity_of(body.document_number) for body in bodies)),
        tails=await fleet.nations(session, {each.tail for each in requests if each.tail is not None}),
        references=await catalogue.references(session, particular) if particular else {},
    )


def _decide(
    request: Request, name: OrderId | Refusal, known: _Known, fresh: dict[OrderId, _Fresh]
) -> Outcome | Refusal:
    """Run the guards in their order, then place the order; gives the refusal of the first guard that fails."""
    if isinstance(name, Refusal):
        return name
    try:
        _check_rights(request, known.sites)
        before = _recognise(request, name, known.digests) if name in known.digests else None
        if isinstance(before, Outcome):
            return before
        require_reach(request.body.document_number, known.today, request.placed_on)
        if before is not None:
            return before
        if request.placed_on is not None and request.placed_on > known.today:
            raise PlacedInFuture(placed_on=request.placed_on, today=known.today)
        _check_catalogue(request, known)
        placement = _placement(request, name, known)
        order, fact = place(placement)
    except Refusal as refusal:
        return refusal
    digest = request.digest()
    known.digests[name] = digest
    decided = _promised(order, request.promised_for)
    numbered = [(order.version, fact), *decided.numbered()]
    told = [Told(each, version, trace=request.trace) for version, each in numbered]
    fresh[name] = _Fresh(Placed(placement, request.principal.subject, digest), decided.order, told)
    return Outcome(name, _as_placed(fresh[name]))


def _promised(order: Order, day: date | None) -> Decision:
    """Take over what was promised in earlier books."""
    return Decision(order) if day is None else make_promise(order, of_earlier_books(day))


def _check_rights(request: Request, sites: Mapping[SiteId, SiteCopy]) -> None:
    """Refuse who may not order for this depot; a site not heard of yet counts as of the sender's nation."""
    depot = request.body.ordered_by
    nation = sites[depot].country if depot in sites else request.principal.nation
    if not rights.may_write(request.principal, depot, nation):
        raise SiteForbidden(site=depot).at("ordered_by")


def _recognise(request: Request, order_id: OrderId, digests: Mapping[OrderId, bytes]) -> Outcome | Refusal:
    """Recognise an order that was placed before, or refuse another one of its number."""
    if digests[order_id] != request.digest():
        return DocumentNumberReused(document_number=request.body.document_number)
    return Outcome(order_id)


def _check_catalogue(request: Request, known: _Known) -> None:
    if request.body.part not in known.parts:
        raise CatalogueBehind(part=request.body.part).at("part")
    for field, site in (("ordered_by", request.body.ordered_by), ("site", request.filling_site)):
        if site not in known.sites:
            raise CatalogueBehind(site=site).at(field)
        if known.sites[site].kind is not SiteKind.DEPOT:
            raise SiteNotDepot(site=site).at(field)
    _check_part(request, known.parts[request.body.part])
    if known.sites[request.filling_site].country != known.sites[request.body.ordered_by].country:
        raise SiteForbidden(site=request.filling_site).at("site")
    if request.body.references and request.body.part not in known.references:
        raise CatalogueBehind(part=request.body.part).at("part")
    _check_tail(request, known)


def _check_part(request: Request, part: PartCopy) -> None:
    """Refuse more of a part than anybody orders, and a platform that it does not fit."""
    body, fits = request.body, part.platforms
    if request.units_max is not None:
        refuse_absurd(body.quantity, scale=part.quantity_scale, units_max=request.units_max)
    if body.platform is not None and fits and body.platform not in fits:
        raise PlatformMismatch(part=body.part, platform=body.platform, fits=", ".join(sorted(fits)))


def _check_tail(request: Request, known: _Known) -> None:
    """Refuse a platform that nobody has registered, or that is another nation's."""
    tail = request.tail
    if tail is None:
        return
    if tail not in known.tails:
        raise PlatformUnregistered(platform=tail.platform, tail_number=tail.tail_number)
    if known.tails[tail] != known.sites[request.body.ordered_by].country:
        raise PlatformOfAnother(platform=tail.platform, tail_number=tail.tail_number)


def _placement(request: Request, order_id: OrderId, known: _Known) -> Placement:
    body, who = request.body, request.principal
    code = activity_of(body.document_number)
    wanted = Wanted([each.matched for each in body.references], body.substitutes)
    return Placement(
        order_id=order_id,
        document_number=body.document_number,
        ordered_by=body.ordered_by,
        site=request.filling_site,
        part=body.part,
        quantity=body.quantity,
        partial=body.partial and not request.is_between_depots,
        urgency=body.urgency,
        priority=priority(designator(code, known.activities.get(code), body.ordered_by), body.urgency),
        approved_by=approver(body.urgency, asked_by=who.subject, may_approve=Scope.APPROVE_URGENCY in who.scopes),
        required_by=body.required_by,
        placed_at=placed_at(request.placed_on, clock.now()),
        conditions=tuple(body.conditions),
        accepted=accepted(body.part, known.references.get(body.part, ()), wanted, known.today),
        platform=body.platform,
        tail_number=body.tail_number,
    )


def _as_placed(fresh: _Fresh) -> OrderSummary:
    """Show a new order as its row will hold it."""
    asked, order, promise = fresh.row.placement, fresh.order, fresh.order.promise
    return OrderSummary(
        order_id=asked.order_id,
        document_number=asked.document_number,
        ordered_by=asked.ordered_by,
        site=asked.site,
        part=asked.part,
        urgency=asked.urgency,
        priority=asked.priority,
        approved_by=asked.approved_by,
        required_by=asked.required_by,
        partial=asked.partial,
        conditions=list(asked.conditions),
        references=list(map(read_reference, asked.accepted)),
        platform=asked.platform,
        tail_number=asked.tail_number,
        for_stock=asked.for_stock,
        placed_at=asked.placed_at,
        placed_by=fresh.row.placed_by,
        version=order.version,
        state=OrderState.PLACED,
        quantity=asked.quantity,
        wanted=asked.quantity,
        cancel_requested=False,
        reserved=0,
        sourced=0,
        issued=0,
        cancelled=0,
        open=asked.quantity,
        promised_for=promise.promised_for if promise else None,
        promise_reason=promise.reason if promise else None,
        first_promised_for=order.first_promised_for,
        overdue=False,
        supplies=None,
    )


async def _write(session: AsyncSession, fresh: Mapping[OrderId, _Fresh]) -> Mapping[OrderId, bytes]:
    """Insert and tell the new orders; give the digests of those that somebody else has placed meanwhile."""
    inserted = await store.place(session, [each.row for each in fresh.values()])
    new = [each for order_id, each in fresh.items() if order_id in inserted]
    promised = [(each.order, each.order.promise) for each in new if each.order.promise is not None]
    writes = Writes()
    store.save(writes, [order for order, _ in promised])
    promise_store.save(writes, [Promised(order.order_id, order.promises, promise) for order, promise in promised])
    await tell(session, [told for each in new for told in each.told], beside=writes)
    overtaken = fresh.keys() - inserted
    return await lookups.placed(session, overtaken) if overtaken else {}
