"""Bodies of the door that explains how an order stands in its queue."""

from datetime import date, datetime
from typing import Any, Self

from services.inventory.domain.demand import Demand
from services.inventory.domain.explaining import Reason, StandingKind
from shared.http.forms import Answer, example
from shared.types import OrderId, PartId, Priority, Quantity, ShipmentId, SiteId, Total

_ABOUT: dict[str, Any] = {"quantity": None, "day": None, "order": None, "shipment": None}


class StandingRead(Answer):
    """One reason, with its figures, in plain words."""

    kind: StandingKind
    """What it speaks of."""
    quantity: Total | None
    """How much it is about, in quanta of the part."""
    day: date | None
    """The day that it is about."""
    order: OrderId | None
    """This order, where goods on the road were made for it."""
    shipment: ShipmentId | None
    """The consignment that it is about."""
    text: str
    """The reason in words; quantities are in quanta of the part."""

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """Show a reason."""
        return cls(
            kind=reason.kind,
            quantity=reason.quantity,
            day=reason.day,
            order=reason.order,
            shipment=reason.shipment,
            text=reason.text,
        )


class DemandExplained(Answer):
    """How an order stands in its queue at the depot that fills it, and why it has no more of what is there."""

    model_config = example(
        {
            "order_id": "7201YA6327A001-2026",
            "version": 1,
            "site": "D-01",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "priority": 4,
            "required_by": "2026-12-20",
            "placed_at": "2026-11-23T09:30:00Z",
            "waits_for": 3,
            "as_of": "2026-11-26T09:30:00Z",
            "reasons": [
                {
                    **_ABOUT,
                    "kind": "held-back",
                    "quantity": 2,
                    "text": "2 are free in condition A: the gate first-article holds them back",
                }
            ],
        }
    )

    order_id: OrderId
    """The order."""
    version: int
    """How many facts inventory had told of it."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    priority: Priority
    """Its priority designator: 1 is served first."""
    required_by: date
    """The day on which it is needed: of equal priority, the earlier is served first."""
    placed_at: datetime
    """When it was placed: of equal day, the older is served first."""
    waits_for: Quantity
    """How much it still waits for."""
    as_of: datetime
    """The moment as of which it was explained."""
    reasons: list[StandingRead]
    """Its turn, what is free and why it does not get that, and what is on its way."""

    @classmethod
    def of(cls, demand: Demand, reasons: list[Reason], as_of: datetime) -> Self:
        """Show how a demand stands."""
        return cls(
            order_id=demand.order,
            version=demand.version,
            site=demand.site,
            part=demand.part,
            priority=demand.priority,
            required_by=demand.required_by,
            placed_at=demand.placed_at,
            waits_for=demand.short if demand.waits else 0,
            as_of=as_of,
            reasons=[StandingRead.of(each) for each in reasons],
        )
