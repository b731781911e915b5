"""What is asked of an order that was placed: less of it, another day, urgency or reference, or none of it."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.deciding import Work, open_to_ask, open_with_laterals
from services.orders.commands.outcomes import Outcomes
from services.orders.domain import asking
from services.orders.domain.asking import Ask, Need
from services.orders.domain.catalogue import CatalogueBehind
from services.orders.domain.document_number import activity_of
from services.orders.domain.order import Decision, Order, OrderUnknown
from services.orders.domain.plan import withdraw
from services.orders.domain.priority import approver, designator, priority
from services.orders.domain.substitutes import Wanted, accepted
from services.orders.schemas.orders import CancelOrder, ChangeOrder, DeclineOrder
from services.orders.store import catalogue, lookups
from services.orders.store.lookups import Places, Sight
from shared.http import rights
from shared.http.tokens import Principal, Scope
from shared.types import OrderId, PartId, ReferenceKey, SiteId, Urgency


async def cancel_order(
    session: AsyncSession, order_id: OrderId, body: CancelOrder, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Ask inventory to release what the order still holds, here and wherever another depot ships for it."""
    await _require_write(session, order_id, principal)
    work = await open_with_laterals(session, order_id, outcomes)
    ask = Ask(principal.subject, body.reason)
    order = work.decide(asking.cancel(work.order(order_id), ask))
    for lateral in work.laterals_of(order_id):
        work.decide(asking.cancel(lateral, ask))
    await work.settle()
    return order


async def decline_order(
    session: AsyncSession, order_id: OrderId, body: DeclineOrder, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Say no to an order that another depot has placed; inventory releases what it holds."""
    filling = (await _places(session, order_id, principal)).site
    sites = await lookups.sites(session, [filling])
    rights.require_plan(principal, filling, sites[filling].country)
    work = await open_to_ask(session, order_id, outcomes)
    ask = Ask(principal.subject, body.reason)
    order = work.decide(asking.decline(work.order(order_id), ask))
    await work.settle()
    return order


async def change_order(
    session: AsyncSession, order_id: OrderId, body: ChangeOrder, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Ask inventory to want less, or tell it of another day of need, another urgency or other references."""
    work = await _open(session, order_id, principal=principal, outcomes=outcomes)
    seen = order = work.order(order_id)
    ask = Ask(principal.subject, body.reason)
    if body.urgency is not None:
        asked = await need(session, order_id, body.urgency, order.ordered_by, principal=principal)
        order = reprioritise(work, order_id, asked, ask)
    if body.required_by is not None:
        order = reschedule(work, order_id, body.required_by, ask)
    if body.references is not None:
        wanted = Wanted([each.matched for each in body.references], body.substitutes)
        references = await acceptable(session, order.part, wanted, work.today) if body.references else ()
        order = await accept(work, order_id, references, ask)
    if body.quantity is not None:
        order = work.decide(asking.reduce(order, body.quantity, ask))
    asking.refuse_stale(seen, order, body.version)
    await work.settle()
    return order


def reprioritise(work: Work, order_id: OrderId, asked: Need, ask: Ask) -> Order:
    """Change how urgent an order is, here and wherever another depot is to ship for it."""
    return _everywhere(work, order_id, lambda each: asking.reprioritise(each, asked, ask))


def reschedule(work: Work, order_id: OrderId, required_by: date, ask: Ask) -> Order:
    """Change when an order is needed, here and wherever another depot is to ship for it."""
    return _everywhere(work, order_id, lambda each: asking.reschedule(each, required_by, work.today, ask))


async def accept(work: Work, order_id: OrderId, references: tuple[ReferenceKey, ...], ask: Ask) -> Order:
    """Change what an order accepts, everywhere; what sources make of other references is asked back."""
    before = work.order(order_id)
    order = _everywhere(work, order_id, lambda each: asking.accept(each, references, ask))
    if order == before:
        return order
    return work.decide(withdraw(order, await work.market(order_id)))


def _everywhere(work: Work, order_id: OrderId, ask: Callable[[Order], Decision]) -> Order:
    """Ask the same of an order and of its lateral orders that still stand; gives the order."""
    order = work.decide(ask(work.order(order_id)))
    for lateral in work.laterals_of(order_id):
        if not lateral.cancel_requested:
            work.decide(ask(lateral))
    return order


async def acceptable(session: AsyncSession, part: PartId, wanted: Wanted, today: date) -> tuple[ReferenceKey, ...]:
    """Say which references of a part are accepted by who wants these; refuse what the catalogue does not have."""
    known = await catalogue.references(session, [part])
    if part not in known:
        raise CatalogueBehind(part=part)
    return accepted(part, known[part], wanted, today)


async def need(
    session: AsyncSession, order_id: OrderId, urgency: Urgency, depot: SiteId, *, principal: Principal
) -> Need:
    """Say what an urgency of need comes to: the priority by the activity's designator, and who approves it."""
    code = activity_of(order_id)
    known = await lookups.activities(session, [code])
    return Need(
        urgency,
        priority(designator(code, known.get(code), depot), urgency),
        approver(urgency, asked_by=principal.subject, may_approve=Scope.APPROVE_URGENCY in principal.scopes),
    )


async def _open(session: AsyncSession, order_id: OrderId, *, principal: Principal, outcomes: Outcomes) -> Work:
    await _require_write(session, order_id, principal)
    return await open_with_laterals(session, order_id, outcomes)


async def _require_write(session: AsyncSession, order_id: OrderId, principal: Principal) -> None:
    depot = (await _places(session, order_id, principal)).ordered_by
    sites = await lookups.sites(session, [depot])
    rights.require_write(principal, depot, sites[depot].country)


async def _places(session: AsyncSession, order_id: OrderId, principal: Principal) -> Places:
    found = await lookups.places(session, order_id, Sight.of(principal))
    if found is None:
        raise OrderUnknown(order=order_id)
    return found
