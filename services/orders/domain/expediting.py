"""Expediting: what a person does for an order so that it comes sooner.

A source is hurried: it is asked for an earlier day, and nothing is promised before it has answered. A need is split:
a second source that may be asked gets a share of it, and the same share is asked back from who would come last. An
order is raised, brought forward, or accepts substitutes: that is asked of it as any change is (`asking`). Each is
recorded with who did it, why, and how it was before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.orders.domain import explained
from services.orders.domain.asking import (
    Need,
    refuse_cancelled,
    refuse_out_of_reach,
    refuse_settled,
    refuse_stock_order,
    refuse_unanswered,
)
from services.orders.domain.catalogue import SourceUnknown
from services.orders.domain.order import Decision, Order, WorkOrderUnknown, tell
from services.orders.domain.plan import WORK_ORDERS_MAX
from services.orders.domain.ranking import Market, Offer, rank, waiting_days
from services.orders.domain.sourcing import Sourcing
from services.orders.domain.suitability import ask_for
from shared.errors import Kind, Refusal
from shared.events.expediting import OrderSourceHurried, OrderSplit
from shared.events.orders import OrderSourced
from shared.events.references import read_reference
from shared.types import Condition, ReferenceKey, SiteId, WorkOrderId


class NothingToHurry(Refusal):
    """Nothing more will come of this work order, or a depot ships it that has no day of its own to name."""

    field = "work_order"


class HurryNotSooner(Refusal):
    """A source is hurried to a day before the one that it has promised."""

    kind = Kind.INVALID
    field = "wanted_by"


class WantedByPast(Refusal):
    """A source cannot be hurried to a day that has passed."""

    kind = Kind.INVALID
    field = "wanted_by"


class SplitBeyondNeed(Refusal):
    """No more can be given to a second source than the order waits for."""

    kind = Kind.INVALID
    field = "quantity"


class SourceNotSuitable(Refusal):
    """The source may not be asked for this order: approve it, or name it in spite of what it lacks."""

    field = "source"


class WorkOrdersUsed(Refusal):
    """The order has as many work orders as can be numbered."""


class SplitNotSooner(Refusal):
    """The second source would bring its share no sooner than it is promised now."""

    field = "source"


class RaiseNotHigher(Refusal):
    """An order is raised to a higher priority than it has; to lower it, change its urgency."""

    kind = Kind.INVALID
    field = "urgency"


class NeededNoEarlier(Refusal):
    """An order is brought forward to a day before the one on which it is needed; to put it off, change its day."""

    kind = Kind.INVALID
    field = "required_by"


class NothingNewAccepted(Refusal):
    """The order accepts all of that already."""


class EmergencyUseUnapproved(Refusal):
    """Goods for emergency use alone (condition N) need the word of an approver, whose token approves urgent needs."""

    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True)
class Actor:
    """Who expedites, and why."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Portion:
    """What a second source is to be given."""

    source: SiteId
    quantity: int


def hurry(order: Order, work_order: WorkOrderId, wanted_by: date, *, today: date, actor: Actor) -> Decision:
    """Ask a source to bring a work order sooner; asking for the same day again changes nothing."""
    refuse_cancelled(order)
    refuse_settled(order)
    work = hurriable(order, work_order, wanted_by, today)
    if work.wanted_by == wanted_by:
        return Decision(order)
    fact = OrderSourceHurried(
        **order.about,
        work_order=work_order,
        source=work.source,
        wanted_by=wanted_by,
        before=work.wanted_by,
        due=work.due,
        reason=actor.reason,
        asked_by=actor.by,
    )
    return tell(order.with_work(replace(work, wanted_by=wanted_by)), fact)


def hurriable(order: Order, work_order: WorkOrderId, wanted_by: date, today: date) -> Sourcing:
    """Give the work order that is to be hurried, or refuse what cannot be."""
    work = next((each for each in order.work_orders if each.name(order.order_id) == work_order), None)
    if work is None:
        raise WorkOrderUnknown(work_order=work_order).at("work_order")
    if not order.left[work.n] or work.lateral is not None:
        raise NothingToHurry(work_order=work_order)
    if wanted_by < today:
        raise WantedByPast(wanted_by=wanted_by, today=today)
    if wanted_by >= work.due >= today:
        raise HurryNotSooner(wanted_by=wanted_by, promised=work.due)
    return work


def refuse_no_higher(order: Order, need: Need) -> None:
    """Refuse to raise an order to no more than it has."""
    refuse_stock_order(order)
    if need.priority >= order.priority:
        raise RaiseNotHigher(urgency=need.urgency.value, priority=need.priority, priority_before=order.priority)


def refuse_no_earlier(order: Order, required_by: date, today: date) -> None:
    """Refuse to bring an order forward to no earlier than it is needed, or to a day that has passed."""
    refuse_out_of_reach(required_by, today)
    if required_by >= order.required_by:
        raise NeededNoEarlier(required_by=required_by, required_by_before=order.required_by)


def refuse_emergency_use(order: Order, by: str, *, may_approve: bool) -> None:
    """Refuse who may not allow an order goods of condition N, and an order that may have them already."""
    refuse_stock_order(order)
    if not may_approve:
        raise EmergencyUseUnapproved(asked_by=by)
    if Condition.N in order.conditions:
        raise NothingNewAccepted(order=order.order_id, accepts=", ".join(order.conditions))


def widened(order: Order, more: Iterable[ReferenceKey]) -> tuple[ReferenceKey, ...]:
    """Give what an order would accept with these references, too; one that names none accepts any as it is."""
    refuse_stock_order(order)
    accepted = tuple(sorted({*order.accepted, *more}))
    if not order.accepted or accepted == order.accepted:
        raise NothingNewAccepted(order=order.order_id, accepts=", ".join(order.accepted) or "any").at("references")
    return accepted


def split(order: Order, market: Market, portion: Portion, *, today: date, actor: Actor) -> Decision:
    """Give a second source a share of what the order waits for; planning asks the same share back elsewhere."""
    refuse_cancelled(order)
    refuse_settled(order)
    offer = splittable(order, market, portion, today)
    shared = order.with_work(share_of(order, offer, portion.quantity, today))
    work = shared.work_orders[-1]
    said = OrderSplit(
        **order.about,
        work_order=work.name(order.order_id),
        source=work.source,
        quantity=work.quantity,
        sourced_before=order.sourced,
        promised_before=order.promise.promised_for if order.promise else None,
        reason=actor.reason,
        asked_by=actor.by,
    )
    asked = OrderSourced(
        **order.about,
        work_order=work.name(order.order_id),
        source=work.source,
        quantity=work.quantity,
        priority=order.priority,
        due=work.due,
        asked_on=work.asked_on,
        waiting_days=work.waiting_days,
        required_by=order.required_by,
        need=work.quantity,
        stands_still=market.stands_still,
        references=tuple(map(read_reference, order.accepted)),
        reason=f"{actor.by} has split the need",
        weighing=explained.weighing(market.weights),
        candidates=explained.candidates([offer]),
    )
    return tell(shared, said, asked)


def splittable(order: Order, market: Market, portion: Portion, today: date) -> Offer:
    """Weigh the second source for its share, or refuse what cannot be given to it."""
    refuse_unanswered(order)
    if len(order.work_orders) >= WORK_ORDERS_MAX:
        raise WorkOrdersUsed(order=order.order_id)
    if portion.quantity > order.need:
        raise SplitBeyondNeed(quantity=portion.quantity, waits_for=order.need)
    wanted = ask_for(order, market.sources, portion.quantity, today)
    offer = next((each for each in rank(market, wanted) if each.source.site == portion.source), None)
    if offer is None:
        raise SourceUnknown(part=order.part, site=portion.source).at("source")
    if offer.excluded is not None:
        raise SourceNotSuitable(site=portion.source, lacks=offer.excluded)
    left = order.left
    last = max((work.due for work in order.work_orders if left[work.n]), default=date.max)
    if portion.quantity > order.open and offer.expected_on >= last:
        raise SplitNotSooner(site=portion.source, expected_on=offer.expected_on, promised=last)
    return offer


def share_of(order: Order, offer: Offer, quantity: int, today: date) -> Sourcing:
    """Make the order's next work order: a share for this source, asked today."""
    return Sourcing(
        n=len(order.work_orders) + 1,
        source=offer.source.site,
        sourced=quantity,
        quantity=quantity,
        due=offer.expected_on,
        due_reason=explained.due_reason(offer, quantity),
        asked_on=today,
        due_asked=offer.expected_on,
        waiting_days=waiting_days(offer.source, quantity),
        price=offer.source.price,
    )
