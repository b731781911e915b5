"""An order: what was asked, what inventory says of it, and what sources were asked to make.

Invariant (I8): quantity = reserved + sourced + issued + cancelled + open. Inventory's totals are taken over as they
are, never added up; a request (cancel, reduce) changes nothing here until inventory has answered it, except that
nothing more is sourced than is still wanted.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.orders.domain import fulfilment, sourcing
from services.orders.domain.fulfilment import Fulfilment
from services.orders.domain.promise import Promise
from services.orders.domain.sourcing import Sourcing
from shared.errors import Kind, Refusal
from shared.events.orders import OrderEvent
from shared.events.production import WorkOrderEvent
from shared.events.stock import DemandEvent, DemandReduced
from shared.types import Condition, OrderId, PartId, Platform, Priority, ReferenceKey, SiteId, TailNumber, Urgency


class OrderUnknown(Refusal):
    """There is no such order."""

    kind = Kind.NOT_FOUND


class WorkOrderUnknown(Refusal):
    """The order never asked for this work order."""

    kind = Kind.NOT_FOUND


class DemandContradictory(Refusal):
    """What inventory says of the order does not add up to its quantity."""


class OrderState(StrEnum):
    """Where an order stands, worst news first."""

    PLACED = "placed"
    """Inventory has not answered yet."""
    OPEN = "open"
    """Something has neither stock nor source."""
    SOURCED = "sourced"
    """Nothing is open, something is to be made."""
    RESERVED = "reserved"
    """All that is not issued is held for it."""
    ISSUED = "issued"
    """All that was still wanted was issued."""
    CANCELLED = "cancelled"
    """Nothing was issued and nothing will be."""
    STOCKED = "stocked"
    """All that was still wanted for the shelf has arrived."""


SETTLED = (OrderState.ISSUED, OrderState.CANCELLED, OrderState.STOCKED)
"""Where an order stands of which nothing is left to reserve, source or issue."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What inventory last said of the order, as absolute totals; `heard` is the version of its word, 0 for none.

    While it is unsettled, inventory has said more in the same breath, and nothing is decided on it.
    """

    heard: int = 0
    reserved: int = 0
    issued: int = 0
    cancelled: int = 0
    released: int = 0
    arrived: int = 0
    lost: int = 0
    closed: bool = False
    unsettled: bool = False

    @property
    def may_be_planned(self) -> bool:
        """Whether what inventory said was true at any time."""
        return self.heard > 0 and not self.unsettled


@dataclass(frozen=True, slots=True)
class Arrival:
    """How much of what was made for an order had arrived in all by the end of a day on which that changed."""

    on: date
    arrived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as its row holds it; `version` counts the facts that were told of it."""

    order_id: OrderId
    ordered_by: SiteId
    site: SiteId
    part: PartId
    quantity: int
    urgency: Urgency
    priority: Priority
    approved_by: str | None = None
    """Who approved its urgency of need, where that needs approval."""
    required_by: date
    conditions: tuple[Condition, ...] = ()
    """The supply conditions that it accepts."""
    accepted: tuple[ReferenceKey, ...] = ()
    """The references of which it takes lots; any of the part, and of none that is known, if none is named."""
    version: int = 1
    for_stock: bool = False
    """Whether it fills the depot's shelf: what arrives for it is no longer wanted."""
    wanted: int
    """How much is still wanted in all, issued included; a reduction lowers it, its answer says what could be spared."""
    reductions: int = 0
    """How many reductions were asked for that inventory has not answered yet."""
    cancel_requested: bool = False
    demand: Demand = Demand()
    arrivals: tuple[Arrival, ...] = ()
    """What arrived for it, by day; only since days are kept."""
    work_orders: tuple[Sourcing, ...] = ()
    promise: Promise | None = None
    promises: int = 0
    """How many promises were made, withdrawals included."""
    first_promised_for: date | None = None
    """The first day that was ever promised."""
    fulfilment: Fulfilment | None = None
    """When it was short and served; none before it was answered, or where its beginning was not kept."""
    overdue_promise: int = 0
    """The last of its promises of which was told that its day has passed; 0 for none."""
    supplies: OrderId | None = None
    """The order for which another depot ships it, where it is a lateral order."""
    road_days: int = 0
    """How many days a lateral order is taken to be on the road."""
    platform: Platform | None = None
    """What waits for it, if it names one."""
    tail_number: TailNumber | None = None
    """Which aircraft or vehicle that is."""

    @property
    def about(self) -> dict[str, str]:
        """Say which order it is, as every fact about it does."""
        return {"order": self.order_id, "site": self.site, "part": self.part, "ordered_by": self.ordered_by}

    @property
    def need(self) -> int:
        """How much is neither reserved nor issued nor cancelled."""
        return self.quantity - self.demand.reserved - self.demand.issued - self.demand.cancelled

    @property
    def supplied(self) -> int:
        """How much of what was made for it has come to an end: arrived, or lost on the road."""
        return self.demand.arrived + self.demand.lost

    @property
    def expected(self) -> int:
        """How much its work orders will still bring; below zero while more has come than production has told of."""
        return sum(work.quantity for work in self.work_orders) - self.supplied

    @property
    def outstanding(self) -> int:
        """How much its work orders will still bring."""
        return max(0, self.expected)

    @property
    def left(self) -> dict[int, int]:
        """How much each of its work orders will still bring; the earliest are taken to have come first."""
        supplied, left = self.supplied, {}
        for work in sorted(self.work_orders, key=lambda work: (work.due, work.n)):
            come = min(supplied, work.quantity)
            left[work.n] = work.quantity - come
            supplied -= come
        return left

    @property
    def sourced(self) -> int:
        """How much of the need its work orders cover."""
        return min(self.outstanding, self.need)

    @property
    def open(self) -> int:
        """How much of the need nothing covers."""
        return self.need - self.sourced

    @property
    def is_overdue(self) -> bool:
        """Whether it was told that the day of its standing promise has passed, and something is still to come."""
        return 0 < self.overdue_promise == self.promises and self.sourced > 0

    @property
    def ceiling(self) -> int:
        """How much may at most be held, issued or on its way, as the depot last asked."""
        return 0 if self.cancel_requested else self.wanted

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to reserve, source or issue."""
        return self.demand.issued + self.demand.cancelled == self.quantity

    @property
    def state(self) -> OrderState:
        """Where the order stands."""
        if not self.demand.heard:
            return OrderState.PLACED
        if self.is_settled:
            return self._end
        if self.open:
            return OrderState.OPEN
        return OrderState.SOURCED if self.sourced else OrderState.RESERVED

    @property
    def _end(self) -> OrderState:
        if self.for_stock and self.demand.arrived > 0:
            return OrderState.STOCKED
        return OrderState.ISSUED if self.demand.issued else OrderState.CANCELLED

    def hear_demand(self, fact: DemandEvent, version: int) -> "Order":
        """Take over inventory's totals; the last answer to what was asked less says how much is wanted now."""
        if fact.reserved + fact.issued + fact.cancelled > self.quantity:
            raise DemandContradictory(order=self.order_id, quantity=self.quantity, version=version)
        answered = isinstance(fact, DemandReduced)
        reductions = self.reductions - min(self.reductions, answered)
        is_last = answered and not reductions and not fact.closed
        return replace(
            self,
            demand=_totals(fact, version),
            reductions=reductions,
            wanted=self.quantity - fact.cancelled if is_last else self.wanted,
        )

    def follow(self, before: "Order", at: datetime) -> "Order":
        """Keep when inventory said what was just heard; what was never true for anybody begins and ends nothing.

        An order of which something was heard before fulfilments were kept has none: its beginning is not known.
        """
        was = before.demand.heard
        if self.demand.heard <= was or (was and self.fulfilment is None):
            return self
        heard = fulfilment.begin(at) if self.fulfilment is None else self.fulfilment.hear(at)
        if self.demand.unsettled:
            return replace(self, fulfilment=heard)
        is_received = self.state is OrderState.ISSUED
        return replace(self, fulfilment=heard.stand(is_short=self.need > 0, is_received=is_received))

    def hear_work_order(self, fact: WorkOrderEvent) -> "Order":
        """Take over what production says of one of the order's work orders."""
        n = sourcing.number_of(fact.work_order)
        if not 1 <= n <= len(self.work_orders):
            raise WorkOrderUnknown(work_order=fact.work_order)
        return self.with_work(sourcing.hear(self.work_orders[n - 1], fact))

    def with_emergency_use(self) -> "Order":
        """Let it be issued goods of condition N as well."""
        return replace(self, conditions=(*self.conditions, Condition.N))

    def with_work(self, work: Sourcing) -> "Order":
        """Put one of its work orders, or the next one, in its place."""
        return replace(self, work_orders=(*self.work_orders[: work.n - 1], work, *self.work_orders[work.n :]))


def _totals(fact: DemandEvent, version: int) -> Demand:
    return Demand(
        heard=version,
        reserved=fact.reserved,
        issued=fact.issued,
        cancelled=fact.cancelled,
        released=fact.released,
        arrived=fact.arrived,
        lost=fact.lost,
        closed=fact.closed,
        unsettled=fact.unsettled,
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """The order as it now is, and the facts to tell of it; the last fact carries the order's version."""

    order: Order
    facts: tuple[OrderEvent, ...] = ()

    def numbered(self) -> list[tuple[int, OrderEvent]]:
        """Number the facts by the versions that they made."""
        first = self.order.version - len(self.facts) + 1
        return list(enumerate(self.facts, first))


def tell(order: Order, *facts: OrderEvent) -> Decision:
    """Decide what the facts say: each is a new version of the order."""
    return Decision(replace(order, version=order.version + len(facts)), facts)
