"""What is told of expediting: what was done to bring an order sooner, by whom, why, and how it was before."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from shared.events.orders import PlacedOrderEvent
from shared.events.production import WorkOrderEvent
from shared.types import OrderId, Platform, PositiveQuantity, Quantity, SiteId, TailNumber, Text, WorkOrderId


class OrderSourceHurried(PlacedOrderEvent):
    """A source is asked to bring a work order sooner; what is promised moves once it has answered."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-source-hurried.v1"

    work_order: WorkOrderId
    """The work order."""
    source: SiteId
    """Who has it."""
    wanted_by: date
    """Day by which it is wanted."""
    before: date | None = None
    """Day by which it was wanted before, where it had been hurried already."""
    due: date
    """Day on which it was promised when it was hurried."""
    reason: Text
    """Why."""
    asked_by: Text
    """Who asked."""


class OrderEmergencyUseAllowed(PlacedOrderEvent):
    """The order may be issued goods that are suspended but for emergency use (condition N): a named override."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-emergency-use-allowed.v1"

    reason: Text
    """Why."""
    allowed_by: Text
    """Who allowed it."""


class OrderCannibalised(PlacedOrderEvent):
    """Its part was taken from another platform that stands still, which waits for the order from then on."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-cannibalised.v1"

    platform: Platform
    """What both are."""
    tail_number: TailNumber
    """The donor: it waits for the order now."""
    before: TailNumber
    """Which one waited for it, and has the part now."""
    reason: Text
    """Why."""
    asked_by: Text
    """Who had it done."""


class OrderSplit(PlacedOrderEvent):
    """Part of what an order waits for is given to a second source, which a person has named."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-split.v1"

    work_order: WorkOrderId
    """The new work order, of which a fact of its own tells."""
    source: SiteId
    """The second source."""
    quantity: PositiveQuantity
    """How much it is given."""
    sourced_before: Quantity
    """How much other sources were to bring."""
    promised_before: date | None = None
    """Day that was promised before."""
    reason: Text
    """Why."""
    asked_by: Text
    """Who asked."""


class OrderLentAsked(PlacedOrderEvent):
    """Another depot is asked to ship part of what an order waits for, by a lateral order of its own."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-lent-asked.v1"

    lateral: OrderId
    """The lateral order, which the other depot fills."""
    depot: SiteId
    """The depot that is asked."""
    quantity: PositiveQuantity
    """How much."""
    road_days: Quantity
    """How many days it is taken to be on the road."""
    sourced_before: Quantity
    """How much sources were to bring."""
    promised_before: date | None = None
    """Day that was promised before."""
    reason: Text
    """Why."""
    asked_by: Text
    """Who asked."""


class OrderLent(PlacedOrderEvent):
    """The other depot holds all that it was asked to ship: the order counts on it from now on."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-lent.v1"

    n: Annotated[int, Field(ge=1)]
    """Which of the order's supplies it is."""
    lateral: OrderId
    """The lateral order."""
    depot: SiteId
    """The depot that is to ship."""
    quantity: PositiveQuantity
    """How much."""
    due: date
    """Day on which it is expected."""


class WorkOrderHurried(WorkOrderEvent):
    """The factory is asked to deliver sooner than it has promised; it answers by a day of its own."""

    TYPE: ClassVar[str] = "jvtrack.production.work-order-hurried.v1"

    wanted_by: date
    """Day by which it is wanted."""
    reason: Text
    """Why."""
