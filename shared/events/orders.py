"""What orders tells: demand as asked, which source is to make what is missing, and which platforms are down."""

from datetime import date, datetime
from typing import ClassVar

from shared.events.envelope import Event, Stream
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


class OrderCancelRequested(OrderEvent):
    """What is not yet issued is asked to be released."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-cancel-requested.v1"

    reason: Text | None = None
    """Why."""
    declined_by: SiteId | None = None
    """The filling depot, where it is the one that does not want to: its answer to another depot's order."""


class OrderReductionRequested(OrderEvent):
    """Less is wanted than was ordered."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-reduction-requested.v1"

    quantity: PositiveQuantity
    """How much is now wanted in all, issued included."""


class OrderRescheduled(OrderEvent):
    """The day on which it is needed has changed."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-rescheduled.v1"

    required_by: date
    """The new day."""


class OrderSourced(OrderEvent):
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
    required_by: date | None = None
    """Day on which the depot needs it."""


class OrderSourcingReduced(OrderEvent):
    """Part of a work order is no longer needed, if it can still be taken back."""

    TYPE: ClassVar[str] = "jvtrack.orders.order-sourcing-reduced.v1"

    work_order: WorkOrderId
    """The work order."""
    source: SiteId
    """The factory that has it."""
    quantity: PositiveQuantity
    """How much is asked back by this fact."""
    asked: Quantity
    """How much was asked back in all, this included."""


class PlatformEvent(Event):
    """A fact about one aircraft or vehicle, keyed by its platform and tail number."""

    STREAM: ClassVar[Stream] = Stream.ORDERS

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    site: SiteId
    """The depot that it is at home at."""

    @property
    def key(self) -> str:
        """Name the aircraft or vehicle."""
        return f"platform:{self.platform}/{self.tail_number}"


class PlatformRegistered(PlatformEvent):
    """An aircraft or vehicle belongs to the fleet, as this says in full."""

    TYPE: ClassVar[str] = "jvtrack.orders.platform-registered.v1"

    in_service_since: datetime
    """When it came into service: it is up from then on, until it is said to be down."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""


class PlatformDown(PlatformEvent):
    """It cannot do its work, or is down for another cause than before."""

    TYPE: ClassVar[str] = "jvtrack.orders.platform-down.v1"

    since: datetime
    """Since when, by the depot's clock."""
    cause: Text
    """Why."""
    awaiting_parts: bool
    """Whether it stands still for want of parts."""
    corrects: bool = False
    """Whether this takes the place of the last change."""


class PlatformUp(PlatformEvent):
    """It can do its work again."""

    TYPE: ClassVar[str] = "jvtrack.orders.platform-up.v1"

    since: datetime
    """Since when, by the depot's clock."""
    corrects: bool = False
    """Whether this takes the place of the last change."""
