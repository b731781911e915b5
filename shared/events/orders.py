"""What orders tells of orders: demand as asked, which source is to make what is missing, what is promised."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from shared.events.envelope import Event, Stream
from shared.events.production import References
from shared.events.weighing import CANDIDATES_TOLD_MAX, Candidate, Weighing
from shared.types import (
    Condition,
    OrderId,
    PartId,
    Platform,
    PositiveQuantity,
    Priority,
    Quantity,
    SiteId,
    TailNumber,
    Text,
    Urgency,
    WorkOrderId,
)


class OrderEvent(Event):
    """A fact about one order, keyed by it."""

    STREAM: ClassVar[Stream] = Stream.ORDERS

    order: OrderId
    """The order."""
    site: SiteId
    """The site that fills it from its stock."""
    part: PartId
    """The part ordered."""

    @property
    def key(self) -> str:
        """Name the order."""
        return f"order:{self.order}"


class OrderPlaced(OrderEvent):
    """A depot asks for a part."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-placed.v1"

    ordered_by: SiteId
    """The depot that asks."""
    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    partial: bool
    """Whether less than the whole may be reserved and issued."""
    priority: Priority
    """Priority designator, from urgency of need and the activity's force/activity designator."""
    required_by: date
    """Day on which it is needed."""
    placed_at: datetime
    """When the order was recorded."""
    conditions: list[Condition]
    """Supply conditions that it accepts."""
    urgency: Urgency | None = None
    """Urgency of need, as asked."""
    approved_by: Text | None = None
    """Who approved the urgency of need; A and B need it."""
    for_stock: bool = False
    """Whether it fills a depot's shelf: nothing is reserved for it, and what arrives for it is no longer wanted."""
    references: References = ()
    """The references of which it accepts lots; any of the part, also of none that is known, if none is named."""
    supplies: OrderId | None = None
    """The order that it supplies, where it is a lateral order: what is issued to it travels there."""


class PlacedOrderEvent(OrderEvent):
    """A fact about an order that was placed before."""

    ordered_by: SiteId | None = None
    """The depot that asked; not said in facts told before it was."""


class OrderCancelRequested(PlacedOrderEvent):
    """What is not yet issued is asked to be released."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-cancel-requested.v1"

    reason: Text | None = None
    """Why."""
    declined_by: SiteId | None = None
    """The filling depot, where it is the one that does not want to: its answer to another depot's order."""
    asked_by: Text | None = None
    """Who asked."""


class OrderReductionRequested(PlacedOrderEvent):
    """Less is wanted than was ordered."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-reduction-requested.v1"

    quantity: PositiveQuantity
    """How much is now wanted in all, issued included."""
    before: Quantity | None = None
    """How much was wanted before."""
    reason: Text | None = None
    """Why."""
    asked_by: Text | None = None
    """Who asked."""


class OrderRescheduled(PlacedOrderEvent):
    """The day on which it is needed has changed."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-rescheduled.v1"

    required_by: date
    """The new day."""
    before: date | None = None
    """The day before."""
    reason: Text | None = None
    """Why."""
    asked_by: Text | None = None
    """Who asked."""


class OrderReprioritised(PlacedOrderEvent):
    """The urgency of need has changed, and the priority with it."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-reprioritised.v1"

    urgency: Urgency
    """The new urgency of need."""
    priority: Priority
    """The new priority designator."""
    approved_by: Text | None = None
    """Who approved the urgency of need; A and B need it."""
    urgency_before: Urgency
    """The urgency before."""
    priority_before: Priority
    """The priority designator before."""
    reason: Text | None = None
    """Why."""
    asked_by: Text | None = None
    """Who asked."""


class OrderReferencesChanged(PlacedOrderEvent):
    """The references of which it accepts lots have changed: a substitute is allowed, or no longer."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-references-changed.v1"

    references: References = ()
    """Those that it accepts now; any if none is named."""
    before: References = ()
    """Those that it accepted before; any if none is named."""
    reason: Text | None = None
    """Why."""
    asked_by: Text | None = None
    """Who asked."""


class OrderSourced(PlacedOrderEvent):
    """A source is to make what the filling site lacks."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-sourced.v1"

    work_order: WorkOrderId
    """The work order to open."""
    source: SiteId
    """The factory that is to make it."""
    quantity: PositiveQuantity
    """How much."""
    priority: Priority
    """Priority designator of the order."""
    due: date
    """Day on which the source's lead time has passed."""
    asked_on: date | None = None
    """Day on which it is asked for."""
    waiting_days: Quantity = 0
    """How many of the days until it is due are the wait for the source's capacity."""
    required_by: date | None = None
    """Day on which the depot needs it."""
    need: PositiveQuantity | None = None
    """How much was to be sourced when this was decided: of this source, and of those among which it was shared out."""
    stands_still: bool = False
    """Whether a platform stood still for it then: it is shared out as if it were needed at once."""
    references: References = ()
    """The references of which the order accepts lots; any of the part if none is named."""
    reason: Text | None = None
    """Why this source."""
    weighing: Weighing | None = None
    """How sources were weighed."""
    candidates: Annotated[tuple[Candidate, ...], Field(max_length=CANDIDATES_TOLD_MAX)] = ()
    """The sources that were weighed, the best first; at most twenty."""


class OrderSourceOverridden(PlacedOrderEvent):
    """Somebody has named a source for this order in spite of what it lacks; it may be asked for this order alone."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-source-overridden.v1"

    source: SiteId
    """The source that was named."""
    overridden: Text
    """What was overridden: what the source lacks."""
    reason: Text
    """Why."""
    named_by: Text
    """Who named it."""


class OrderSourcingReduced(PlacedOrderEvent):
    """Part of a work order is no longer needed, or another source would bring it sooner: if it can be taken back."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-sourcing-reduced.v1"

    work_order: WorkOrderId
    """The work order."""
    source: SiteId
    """The factory that has it."""
    quantity: PositiveQuantity
    """How much is asked back by this fact."""
    asked: Quantity
    """How much was asked back in all, this included."""
    reason: Text | None = None
    """Why, where it is needed still and another source would bring it sooner; none where it is needed no longer."""
    asked_by: Text | None = None
    """Who has decided that, where it was a person."""
    note: Text | None = None
    """What that person says of it."""
    due: date | None = None
    """When the source would bring it, as far as can be told."""
    instead: date | None = None
    """When others would have brought it."""
    weighing: Weighing | None = None
    """How sources were weighed."""
    candidates: Annotated[tuple[Candidate, ...], Field(max_length=CANDIDATES_TOLD_MAX)] = ()
    """The sources that were weighed for it, the best first; at most twenty."""


class PromiseEvent(PlacedOrderEvent):
    """A fact about what is promised of an order, and who stands still for want of it."""

    platform: Platform | None = None
    """What waits for the order, if it names one; not said in facts told before it was."""
    tail_number: TailNumber | None = None
    """Which aircraft or vehicle that is."""


class OrderPromised(PromiseEvent):
    """What the depot may expect has changed: another day, another reason, or nothing any more."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-promised.v1"

    number: Annotated[int, Field(ge=1)]
    """Which of the order's promises it is, from 1."""
    promised_for: date | None = None
    """Day on which all of the order will be there; none if nothing can be promised."""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    """Why that day."""
    before: date | None = None
    """The day promised before, if any was."""
    first: date | None = None
    """The first day that was ever promised, kept for ever."""


class OrderPromiseOverdue(PromiseEvent):
    """The day of a promise has passed, and something of the order is still to come; told once of each promise."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-promise-overdue.v1"

    number: Annotated[int, Field(ge=1)]
    """Which of the order's promises it is."""
    promised_for: date
    """The day that has passed."""
    first: date | None = None
    """The first day that was ever promised."""
    missing: Quantity
    """How much of the order is neither held for it nor issued nor cancelled."""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    """Why that day had been promised."""
