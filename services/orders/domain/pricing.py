"""What it would cost others if an order were expedited: a snapshot without and with it, planned by the same rules.

Nothing is supposed but the act itself. A work order that is hurried overtakes those of its source and part that were to
come between the two days: each waits longer by what the source's capacity takes for the pieces that go before it. What
other orders lose of their reservations is inventory's to say; here it is taken from them, and they are planned anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.orders.domain.asking import Need
from services.orders.domain.comparison import Comparison, compare
from services.orders.domain.days import shift
from services.orders.domain.expediting import share_of
from services.orders.domain.order import Order
from services.orders.domain.platforms import TailName
from services.orders.domain.ranking import WAITING_DAYS_MAX, Offer
from services.orders.domain.release import Grounded
from services.orders.domain.sourcing import Sourcing, WorkState
from services.orders.domain.whatif import OpenLine, Snapshot, project
from shared.types import OrderId, ReferenceKey, SiteId

_NO_ORDER: OrderId = ""
"""Stands where a line is no order's any more."""


@dataclass(frozen=True, slots=True)
class Hurried:
    """A work order that comes sooner."""

    n: int
    wanted_by: date


@dataclass(frozen=True, slots=True)
class Shared:
    """A second source that gets a share."""

    offer: Offer
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipped:
    """Another depot that ships, and on which day it would arrive."""

    depot: SiteId
    quantity: int
    due: date


@dataclass(frozen=True, slots=True)
class Raised:
    """An order that is more urgent."""

    need: Need


@dataclass(frozen=True, slots=True)
class BroughtForward:
    """An order that is needed sooner."""

    required_by: date


@dataclass(frozen=True, slots=True)
class Widened:
    """An order that accepts more references."""

    accepted: tuple[ReferenceKey, ...]


@dataclass(frozen=True, slots=True)
class EmergencyUsed:
    """An order that may be issued goods of condition N."""


@dataclass(frozen=True, slots=True)
class Cannibalised:
    """A part that is taken from one platform for another."""

    receiver: TailName
    donor: TailName


Act = Hurried | Shared | Shipped | Raised | BroughtForward | Widened | EmergencyUsed | Cannibalised


@dataclass(frozen=True, slots=True)
class Taken:
    """What an order would get more of its depot's stock, and what others would lose, as inventory says."""

    gets: int = 0
    losses: Mapping[OrderId, int] = field(default_factory=dict)
    is_told: bool = False
    """Whether inventory has said it."""


def price(snapshot: Snapshot, order_id: OrderId, act: Act, taken: Taken) -> Comparison:
    """Compare how it is with how it would be."""
    return compare(project(snapshot), project(expedited(snapshot, order_id, act, taken)))


def expedited(snapshot: Snapshot, order_id: OrderId, act: Act, taken: Taken) -> Snapshot:
    """Give the snapshot as it would be: the order expedited, and what it takes from others gone from them."""
    if isinstance(act, Cannibalised):
        return replace(snapshot, grounded=[_exchanged(each, order_id, act, snapshot) for each in snapshot.grounded])
    line = next(each for each in snapshot.lines if each.order.order_id == order_id)
    changed = {order_id: _acted(line.order, act, taken, snapshot.today)}
    for each in snapshot.lines:
        lost = taken.losses.get(each.order.order_id, 0)
        if lost and each.order.order_id != order_id:
            changed[each.order.order_id] = _bereft(each.order, lost)
    busy: Callable[[OpenLine], OpenLine] = _as_it_is
    if isinstance(act, Hurried):
        changed |= _overtaken(snapshot, line, act)
    if isinstance(act, Shared):
        busy = _Busier(line.order, act).line
    lines = [busy(replace(each, order=changed.get(each.order.order_id, each.order))) for each in snapshot.lines]
    return replace(snapshot, lines=lines)


def _exchanged(tail: Grounded, order_id: OrderId, act: Cannibalised, snapshot: Snapshot) -> Grounded:
    """Let the donor wait for the order instead of who has the part now, and could do its work with it today."""
    if tail.name == act.receiver:
        has_it = [
            replace(line, order_id=_NO_ORDER, foreseen=snapshot.today) if line.order_id == order_id else line
            for line in tail.lines
        ]
        return replace(tail, lines=tuple(has_it))
    if tail.name != act.donor:
        return tail
    moved = [line for each in snapshot.grounded for line in each.lines if line.order_id == order_id]
    return replace(tail, lines=(*tail.lines, *moved))


def needed(order: Order, act: Act) -> Order:
    """Give the order as it would be needed: inventory says by this what it would get of stock."""
    match act:
        case Raised(need):
            return replace(order, urgency=need.urgency, priority=need.priority)
        case BroughtForward(required_by):
            return replace(order, required_by=required_by)
        case Widened(accepted):
            return replace(order, accepted=accepted)
        case EmergencyUsed():
            return order.with_emergency_use()
    return order


def _acted(order: Order, act: Act, taken: Taken, today: date) -> Order:
    match act:
        case Hurried(n, wanted_by):
            work = order.work_orders[n - 1]
            reason = f"hurried, if {work.source} can bring it by then"
            return order.with_work(replace(work, due=wanted_by, due_reason=reason))
        case Shared(offer, quantity):
            return order.with_work(share_of(order, offer, quantity, today))
        case Shipped(_, quantity, _) if taken.is_told and taken.gets < quantity:
            return order
        case Shipped(depot, quantity, due):
            return order.with_work(_shipment(order, depot, quantity, due))
    gets = min(taken.gets, order.need)
    return replace(needed(order, act), demand=replace(order.demand, reserved=order.demand.reserved + gets))


def _shipment(order: Order, depot: SiteId, quantity: int, due: date) -> Sourcing:
    return Sourcing(
        n=len(order.work_orders) + 1,
        source=depot,
        sourced=quantity,
        quantity=quantity,
        due=due,
        due_reason=f"shipped by {depot}, if it holds so much",
        state=WorkState.OPEN,
        lateral=order.order_id,
    )


def _bereft(order: Order, lost: int) -> Order:
    demand = order.demand
    return replace(order, demand=replace(demand, reserved=max(0, demand.reserved - lost)))


def _overtaken(snapshot: Snapshot, line: OpenLine, act: Hurried) -> dict[OrderId, Order]:
    """Give the orders whose work the hurried one overtakes, each with the days on which it would come then."""
    hurried = line.order.work_orders[act.n - 1]
    source = next((each for each in line.market.sources if each.site == hurried.source), None)
    days = 0 if source is None else _days_for(source.capacity_per_week, line.order.left[act.n])
    slipped = {}
    for each in snapshot.lines:
        order = each.order
        if not days or order.part != line.order.part or order.order_id == line.order.order_id:
            continue
        left = order.left
        works = [
            _later(work, days, line.order.order_id)
            if left[work.n] and work.source == hurried.source and act.wanted_by <= work.due < hurried.due
            else work
            for work in order.work_orders
        ]
        if tuple(works) != order.work_orders:
            slipped[order.order_id] = replace(order, work_orders=tuple(works))
    return slipped


def _days_for(capacity_per_week: int | None, quantity: int) -> int:
    """Reckon how many days a source's capacity takes for so much; none where it has stated no capacity."""
    return 0 if capacity_per_week is None else min(WAITING_DAYS_MAX, -(-quantity * 7 // capacity_per_week))


def _later(work: Sourcing, days: int, for_whom: OrderId) -> Sourcing:
    reason = f"{work.source} makes {for_whom} first"
    return replace(work, due=shift(work.due, days), due_reason=reason)


@dataclass(frozen=True, slots=True)
class _Busier:
    """The second source of a split has more to do for everybody."""

    order: Order
    act: Shared

    def line(self, line: OpenLine) -> OpenLine:
        if line.order.part != self.order.part:
            return line
        site = self.act.offer.source.site
        sources = [
            replace(each, load=each.load + self.act.quantity) if each.site == site else each
            for each in line.market.sources
        ]
        return replace(line, market=replace(line.market, sources=sources))


def _as_it_is(line: OpenLine) -> OpenLine:
    return line
