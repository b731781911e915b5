"""Bodies of the order doors."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, JsonValue, field_validator, model_validator

from services.orders.domain.order import OrderState
from services.orders.domain.sourcing import WorkState
from services.orders.schemas.examples import ORDER, ORDER_IN_FULL
from services.orders.schemas.offers import MakingRead
from services.orders.schemas.platform_named import check_platform
from services.orders.schemas.promises import PromiseRead
from services.orders.schemas.references import Accepted, check_substitutes
from shared.events.production import Reference
from shared.http.forms import Answer, Body, Seen
from shared.types import (
    Condition,
    Day,
    DocumentNumber,
    Flag,
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
    written,
)

ACCEPTABLE = frozenset({Condition.A, Condition.B, Condition.C})
"""Conditions that may be issued to an order at all."""

Suffix = Annotated[str, written(r"^[A-Z0-9]$", "R")]
"""Tells the orders of a split fill apart."""


class PlaceOrder(Body):
    """An order as a depot sends it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "document_number": "7201YA6327A001",
                    "ordered_by": "D-01",
                    "part": "MI17-TAIL-ROTOR-BLADE",
                    "quantity": 3,
                    "urgency": "B",
                    "required_by": "2026-12-20",
                }
            ]
        }
    )

    document_number: DocumentNumber
    """14 characters: activity code, ordinal date, serial. It names the order: sending the same again is harmless."""
    suffix: Suffix | None = None
    """One letter or digit, where the order is one of a split fill."""
    ordered_by: SiteId
    """The depot that asks."""
    site: SiteId | None = None
    """The depot that fills the order from its stock; the asking one if not given."""
    part: PartId
    """The part asked for."""
    quantity: PositiveQuantity
    """How much, in the part's unit of issue (in 10^-quantity_scale of it, where the unit divides)."""
    urgency: Urgency
    """How urgent it is: A cannot perform its mission, B is impaired, C is routine; A and B take an approver's token."""
    required_by: Day
    """Day on which it is needed."""
    partial: Flag = True
    """Whether less than the whole may be reserved and issued; never where another depot fills the order."""
    conditions: Annotated[list[Condition], Field(min_length=1, max_length=3)] = [Condition.A, Condition.C]
    """Supply conditions that it accepts: A, B, C; B only if named."""
    references: Accepted = []
    """References of which it takes lots: maker, number, revision, as the catalogue has them. If none is named it takes
    any of the part; else nothing that was made as nobody knows."""
    substitutes: Flag = False
    """Whether it also takes what may replace these references, as the catalogue says on the day of the order."""
    platform: Platform | None = None
    """What it is for."""
    tail_number: TailNumber | None = None
    """The aircraft or vehicle it is for; needs its platform."""

    @field_validator("conditions")
    @classmethod
    def _acceptable(cls, conditions: list[Condition]) -> list[Condition]:
        if not ACCEPTABLE.issuperset(conditions):
            raise ValueError("an order accepts conditions A, B and C only")
        return sorted(set(conditions))

    @model_validator(mode="after")
    def _replaces_something(self) -> Self:
        check_substitutes(self.references, substitutes=self.substitutes)
        return self

    @model_validator(mode="after")
    def _names_the_platform(self) -> Self:
        check_platform(self.platform, self.tail_number)
        return self


class ChangeOrder(Body):
    """What to change of an order; what is not named stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"quantity": 2, "reason": "One was found."},
                {"required_by": "2027-01-15", "reason": "Overhaul was put off."},
                {"urgency": "A", "reason": "The helicopter stands still for it."},
                {
                    "references": [{"maker": "S1KH4", "number": "246-3922-140", "revision": "04"}],
                    "substitutes": True,
                    "reason": "The original is late: what may replace it will do.",
                    "version": 4,
                },
            ]
        }
    )

    quantity: PositiveQuantity | None = None
    """How much is still wanted in all, issued included; it can only go down."""
    required_by: Day | None = None
    """The new day on which it is needed."""
    urgency: Urgency | None = None
    """The new urgency of need; A and B take an approver's token. The priority follows from it."""
    references: Accepted | None = None
    """The references of which it takes lots from now on, in the place of those before; an empty list for any."""
    substitutes: Flag = False
    """Whether it also takes what may replace these references, as the catalogue says today."""
    reason: Text
    """Why."""
    version: Seen = None
    """The version that you saw: refused if there is a newer one, unless nothing would change."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.quantity is None and self.required_by is None and self.urgency is None and self.references is None:
            raise ValueError("name a quantity, a required_by, an urgency or references")
        check_substitutes(self.references, substitutes=self.substitutes)
        return self


class CancelOrder(Body):
    """Why an order is cancelled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Aircraft written off."}]})

    reason: Text | None = None
    """Why."""


class DeclineOrder(Body):
    """Why a depot does not fill another's order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Held for our own flight line."}]})

    reason: Text
    """Why; the asking depot reads it in the order's history."""


class WorkOrderRead(Answer):
    """What a source was asked to make for the order."""

    work_order: WorkOrderId
    """The work order."""
    source: SiteId
    """The factory."""
    sourced: Quantity
    """How much was asked for."""
    quantity: Quantity
    """How much it will bring in all, as known now."""
    due: date
    """Day on which it is promised."""
    due_reason: str
    """Why that day."""
    asked_back: Quantity
    """How much was asked back because it is no longer needed."""
    given_back: Quantity
    """How much of that the factory could still give back."""
    state: WorkState
    """How far the factory has taken it on."""
    declined: bool
    """Whether somebody has said no to what its source offered."""
    making: MakingRead
    """What else its source has said of it."""
    wanted_by: date | None
    """Day by which it is wanted sooner, where the factory was hurried; its answer moves `due`."""
    lateral: OrderId | None
    """The lateral order by which another depot ships it; none where a maker has it."""


class ChangeRead(Answer):
    """A fact that was told about the order."""

    version: int
    """The order's version that it made."""
    type: str
    """What happened."""
    recorded_at: datetime
    """When it was decided."""
    data: JsonValue
    """The fact itself."""


class OrderSummary(Answer):
    """An order, its quantity by what has become of it, and its promise.

    quantity = reserved + sourced + issued + cancelled + open
    """

    model_config = ConfigDict(json_schema_extra={"examples": [ORDER]})

    order_id: OrderId
    """The document number, its full year, and its suffix if it has one."""
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
    priority: Priority
    """Priority designator, from the urgency and the activity's force/activity designator; 1 goes first."""
    approved_by: str | None
    """Who approved the urgency of need; A and B need it."""
    required_by: date
    """Day on which it is needed."""
    partial: bool
    """Whether less than the whole may be reserved and issued; no where another depot fills it, whatever was sent."""
    conditions: list[Condition]
    """Supply conditions that it accepts."""
    references: list[Reference]
    """References of which it takes lots, substitutes included; any of the part if there is none."""
    platform: Platform | None
    """What it is for."""
    tail_number: str | None
    """The aircraft or vehicle it is for."""
    for_stock: bool
    """Whether it fills the depot's shelf: nothing is reserved for it, and what arrives for it is no longer wanted."""
    placed_at: datetime
    """When it was recorded."""
    placed_by: str
    """Who placed it."""
    version: int
    """How many facts were told about it."""
    state: OrderState
    """Where it stands."""
    quantity: Quantity
    """How much was ordered."""
    wanted: Quantity
    """How much is still wanted, after reductions."""
    cancel_requested: bool
    """Whether it was asked to be cancelled."""
    reserved: Quantity
    """How much is held for it in stock."""
    sourced: Quantity
    """How much is to be made for it."""
    issued: Quantity
    """How much was issued to it."""
    cancelled: Quantity
    """How much is no longer wanted, as inventory has confirmed."""
    open: Quantity
    """How much has neither stock nor source."""
    promised_for: date | None
    """Day on which all of it will be there; none while that cannot be said."""
    promise_reason: str | None
    """Why that day."""
    first_promised_for: date | None
    """The first day that was ever promised; kept for ever."""
    overdue: bool
    """Whether the day promised has passed while something is still to come; told once, as `promise-overdue`."""
    supplies: OrderId | None
    """The order that this one supplies, where it is a lateral order: what its depot ships travels to that one's."""


class OrderRead(OrderSummary):
    """An order with everything known about it."""

    model_config = ConfigDict(json_schema_extra={"examples": [ORDER_IN_FULL]})

    work_orders: list[WorkOrderRead]
    """What sources were asked to make for it."""
    promises: list[PromiseRead]
    """Its promises, oldest first; at most the newest 1,000."""
    history: list[ChangeRead]
    """The facts told about it, oldest first: the newest of them, on the next page the older ones."""
