"""Lateral supply: another depot ships part of what an order waits for, by a lateral order of its own.

The lateral order carries the order's number with a suffix, and is filled by the other depot, all or nothing, beyond
what that one protects; that depot may decline it. Once it holds all, and not before, the order counts on it as on a
work order: what then is too much is asked back from its sources, and its promise is made anew. What the other depot
ships travels to the order's own depot and arrives for the order. A lateral order that no longer holds what it has not
shipped is withdrawn, never sourced; the order that it supplies is planned again without it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.orders.domain.asking import Ask, cancel, refuse_cancelled, refuse_settled, refuse_unanswered
from services.orders.domain.order import Decision, Order, tell
from services.orders.domain.sourcing import Sourcing, WorkState
from shared.errors import Kind, Refusal
from shared.events.expediting import OrderLent, OrderLentAsked
from shared.types import OrderId, SiteId

SUFFIXES = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210"
"""Of a split fill, from the end: depots number theirs from the beginning."""


class OrderNotLendable(Refusal):
    """Another depot ships for an order that its own depot fills, not for one that another depot fills already."""


class LentToItself(Refusal):
    """The depot fills the order itself: name another one."""

    kind = Kind.INVALID
    field = "depot"


class LentBeyondNeed(Refusal):
    """No more can be asked of another depot than the order waits for and no other depot is asked for."""

    kind = Kind.INVALID
    field = "quantity"


class SuffixesUsed(Refusal):
    """Every suffix of the document number is taken: order the rest under a number of its own."""


class SuffixTaken(Refusal):
    """Somebody has just placed an order under this name; try again."""

    retry_after_seconds = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """What another depot is asked to ship, by whom, and why."""

    depot: SiteId
    quantity: int
    road_days: int
    by: str
    reason: str


def suffixed(order_id: OrderId) -> list[OrderId]:
    """List the names that a lateral order of this order may have: its number and year with each suffix."""
    number, year = order_id.split("-")[:2]
    return [f"{number}-{year}-{suffix}" for suffix in SUFFIXES]


def name_lateral(order_id: OrderId, taken: Collection[OrderId]) -> OrderId:
    """Choose the first name that is free."""
    free = next((name for name in suffixed(order_id) if name not in taken), None)
    if free is None:
        raise SuffixesUsed(order=order_id)
    return free


def ask(order: Order, lateral: OrderId, lending: Lending) -> Decision:
    """Note that another depot is asked; nothing is counted on before it holds all of it."""
    fact = OrderLentAsked(
        **order.about,
        lateral=lateral,
        depot=lending.depot,
        quantity=lending.quantity,
        road_days=lending.road_days,
        sourced_before=order.sourced,
        promised_before=order.promise.promised_for if order.promise else None,
        reason=lending.reason,
        asked_by=lending.by,
    )
    return tell(order, fact)


def refuse_unlendable(order: Order, depot: SiteId, quantity: int, *, asked_already: int) -> None:
    """Refuse what another depot cannot be asked for."""
    refuse_cancelled(order)
    refuse_settled(order)
    refuse_unanswered(order)
    if order.ordered_by != order.site:
        raise OrderNotLendable(order=order.order_id, filled_by=order.site)
    if depot == order.site:
        raise LentToItself(site=depot)
    lent = sum(left for n, left in order.left.items() if order.work_orders[n - 1].lateral is not None)
    may_be_asked = max(0, order.need - lent - asked_already)
    if quantity > may_be_asked:
        raise LentBeyondNeed(quantity=quantity, may_be_asked=may_be_asked)


def keep_or_withdraw(lateral: Order) -> Decision:
    """Withdraw a lateral order whose depot does not hold all that it has not shipped."""
    if lateral.cancel_requested or lateral.need == 0:
        return Decision(lateral)
    return cancel(lateral, Ask(reason=f"{lateral.site} does not have so much beyond what it keeps"))


def follow(order: Order, lateral: Order, today: date) -> Decision:
    """Take over what a lateral order brings: from the day on which all of it is held, until it is all there or gone."""
    known = next((work for work in order.work_orders if work.lateral == lateral.order_id), None)
    if known is None:
        return _lend(order, lateral, today) if is_held(lateral) and is_wanted(order) else Decision(order)
    return Decision(order.with_work(_followed(known, lateral, today)))


def is_held(lateral: Order) -> bool:
    """Tell whether the other depot holds all of it, or has shipped it."""
    demand = lateral.demand
    holds = lateral.need == 0 and demand.reserved + demand.issued > 0
    return demand.may_be_planned and holds and not lateral.cancel_requested


def is_wanted(order: Order) -> bool:
    """Tell whether an order still lacks anything that another depot could ship."""
    return not order.cancel_requested and not order.demand.closed and order.need > 0


def is_unwanted(order: Order, lateral: Order) -> bool:
    """Tell whether what another depot holds is not to be shipped: the order was served otherwise meanwhile."""
    counts_on_it = any(work.lateral == lateral.order_id for work in order.work_orders)
    return is_held(lateral) and not counts_on_it and not lateral.is_settled


def _lend(order: Order, lateral: Order, today: date) -> Decision:
    quantity = lateral.quantity - lateral.demand.cancelled
    work = Sourcing(
        n=len(order.work_orders) + 1,
        source=lateral.site,
        sourced=quantity,
        quantity=quantity,
        due=today + timedelta(days=lateral.road_days),
        due_reason=f"held at {lateral.site}, {lateral.road_days} days on the road",
        state=WorkState.OPEN,
        lateral=lateral.order_id,
    )
    fact = OrderLent(
        **order.about,
        n=work.n,
        lateral=lateral.order_id,
        depot=lateral.site,
        quantity=quantity,
        due=work.due,
    )
    return tell(order.with_work(work), fact)


def _followed(work: Sourcing, lateral: Order, today: date) -> Sourcing:
    quantity = lateral.quantity - lateral.demand.cancelled
    if quantity == 0:
        return replace(work, quantity=0, state=WorkState.REFUSED)
    if lateral.demand.issued == quantity and work.state is not WorkState.ACCEPTED:
        due = today + timedelta(days=lateral.road_days)
        return replace(
            work,
            quantity=quantity,
            due=due,
            due_reason=f"shipped by {lateral.site} on {today}",
            state=WorkState.ACCEPTED,
        )
    return replace(work, quantity=quantity)
