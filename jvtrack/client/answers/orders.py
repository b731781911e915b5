"""Orders, sources and activities, as the orders service takes and tells them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import JsonValue

from jvtrack.client.answers.record import Body, Record
from shared.events.making import Making
from shared.events.production import Reference
from shared.types import (
    Condition,
    DocumentNumber,
    OrderId,
    PartId,
    Platform,
    PositiveQuantity,
    SiteId,
    TailNumber,
    Text,
    Urgency,
    WorkOrderId,
)


class NewOrder(Body):
    """A part that a depot asks for; the document number names the order."""

    document_number: DocumentNumber
    """Activity code, ordinal date, serial: 14 characters."""
    ordered_by: SiteId
    """The depot that asks."""
    part: PartId
    """The part."""
    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    required_by: date
    """Day on which it is needed."""
    urgency: Urgency = Urgency.C
    """Urgency of need; A and B take an approver's token."""
    suffix: str | None = None
    """One letter or digit, where the order is one of a split fill."""
    site: SiteId | None = None
    """The depot that fills it; the asking one if not given."""
    partial: bool | None = None
    """Whether less than the whole may be reserved and issued: yes unless said."""
    conditions: list[Condition] | None = None
    """Supply conditions that it accepts: A and C unless said."""
    platform: Platform | None = None
    """What it is for."""
    tail_number: TailNumber | None = None
    """The aircraft or vehicle it is for."""
    references: list[Reference] | None = None
    """References of which it takes lots: any of the part unless said."""
    substitutes: bool | None = None
    """Whether it also takes what may replace these, as the catalogue says: no unless said."""


class OrderChange(Body):
    """What to change of an order."""

    reason: Text
    """Why."""
    quantity: PositiveQuantity | None = None
    """How much is still wanted in all; it can only go down."""
    required_by: date | None = None
    """The new day."""
    urgency: Urgency | None = None
    """The new urgency of need; A and B take an approver's token."""
    references: list[Reference] | None = None
    """The references of which it takes lots from now on; an empty list for any."""
    substitutes: bool | None = None
    """Whether it also takes what may replace these, as the catalogue says."""
    version: int | None = None
    """The version that you saw: refused if there is a newer one."""


class Grounds(Body):
    """Why something is done."""

    reason: Text | None = None
    """Why."""


class Order(Record):
    """An order, its quantity by what has become of it, and its promise.

    `quantity = reserved + sourced + issued + cancelled + open`, always.
    """

    order_id: OrderId
    """Document number and full year."""
    document_number: DocumentNumber
    """The number that the depot gave it."""
    ordered_by: SiteId
    """The depot that asked."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    urgency: Urgency
    """Urgency of need."""
    priority: int
    """1 goes first, 15 last."""
    approved_by: str | None = None
    """Who approved the urgency of need."""
    required_by: date
    """Day on which it is needed."""
    partial: bool
    """Whether less than the whole may be reserved and issued."""
    conditions: list[Condition] = []
    """Supply conditions that it accepts."""
    platform: Platform | None = None
    """What it is for."""
    tail_number: str | None = None
    """The aircraft or vehicle it is for."""
    for_stock: bool = False
    """Whether it fills the depot's shelf, and is proposed and released by replenishment."""
    placed_at: datetime | None = None
    """When it was placed."""
    placed_by: str | None = None
    """Who placed it."""
    references: list[Reference] = []
    """References of which it takes lots, substitutes included; any of the part if there is none."""
    state: str
    """placed, open, sourced, reserved, issued, cancelled ..."""
    version: int
    """How many facts were told about it."""
    quantity: int
    """How much was ordered."""
    wanted: int
    """How much is still wanted, after reductions."""
    reserved: int
    """How much is held for it in stock."""
    sourced: int
    """How much is to be made for it."""
    issued: int
    """How much was issued to it."""
    cancelled: int
    """How much is no longer wanted."""
    open: int
    """How much has neither stock nor source."""
    cancel_requested: bool
    """Whether it was asked to be cancelled."""
    promised_for: date | None = None
    """Day on which all of it will be there."""
    promise_reason: str | None = None
    """Why that day."""
    first_promised_for: date | None = None
    """The first day that was ever promised; kept for ever."""
    overdue: bool = False
    """Whether the day promised has passed while something is still to come."""
    supplies: OrderId | None = None
    """The order that it supplies, where it is a lateral order."""

    @property
    def suffix(self) -> str | None:
        """Give the letter or digit that tells the orders of a split fill apart."""
        return self.order_id[len(self.document_number) + len("-2026-") :] or None

    @property
    def adds_up(self) -> bool:
        """Tell whether its quantity is accounted for."""
        return self.quantity == self.reserved + self.sourced + self.issued + self.cancelled + self.open


class OrderTold(Record):
    """Something that happened to an order, as the stream tells it."""

    position: str
    """Where the stream goes on after it."""
    type: str
    """What happened: `jvtrack.orders.order-promised.v1`."""
    site: SiteId
    """The depot that fills the order."""
    order: OrderId | None = None
    """The order; this and the rest only where the reader may see it."""
    ordered_by: SiteId | None = None
    """The depot that asked."""
    part: PartId | None = None
    """The part."""
    promised_for: date | None = None
    """In a promise: the day on which all of it will be there, none if nothing can be promised."""
    reason: str | None = None
    """Why."""
    version: int | None = None
    """The version of the order that it made; drop what is not above the one you have."""
    event_id: UUID | None = None
    """Its identity."""
    recorded_at: datetime
    """When it was decided."""
    data: JsonValue = None
    """Everything that was told."""


class WorkOrderOfOrder(Record):
    """What a source was asked to make for an order."""

    work_order: WorkOrderId
    """The work order."""
    source: SiteId
    """The factory."""
    sourced: int = 0
    """How much was asked for."""
    quantity: int
    """How much it will bring in all, as known now."""
    due: date
    """Day on which it is promised."""
    due_reason: str = ""
    """Why that day."""
    asked_back: int = 0
    """How much was asked back because it is no longer needed."""
    given_back: int = 0
    """How much of that the factory could still give back."""
    state: str
    """How far the factory has taken it on."""
    declined: bool = False
    """Whether somebody has said no to what it offered."""
    making: Making = Making()
    """What else its source has said of it: its offer, kits missing, what becomes of what was in work."""
    wanted_by: date | None = None
    """Day by which it is wanted sooner, where the factory was hurried."""
    lateral: OrderId | None = None
    """The lateral order by which another depot ships it."""


class OfferDecline(Body):
    """Which offer is declined, and why."""

    work_order: WorkOrderId
    """The work order on which it was made."""
    reason: Text
    """Why."""


class Change(Record):
    """A fact that was told about an order."""

    version: int
    """The order's version that it made."""
    type: str
    """What happened."""
    recorded_at: datetime
    """When it was decided."""
    data: JsonValue = None
    """The fact itself."""


class PromiseOfOrder(Record):
    """A promise that was made for an order."""

    promised_for: date | None = None
    """The day; none if nothing could be promised any more."""
    reason: str
    """Why that day."""
    recorded_at: datetime
    """When it was promised."""


class OrderDetails(Order):
    """An order with its work orders, promises and history."""

    work_orders: list[WorkOrderOfOrder] = []
    """What sources were asked to make for it."""
    promises: list[PromiseOfOrder] = []
    """What was promised, oldest first."""
    history: list[Change] = []
    """The facts told about it, oldest first: the newest of them, at most a page of 100."""


class Activity(Record):
    """A unit whose orders carry its code."""

    activity: str
    """The code: six characters."""
    site: SiteId
    """The depot it belongs to."""
    force_activity_designator: str
    """I to V."""
