"""Bodies of the door that explains an order."""

from datetime import date
from typing import Any, Self

from services.orders.domain.explaining import Reason, ReasonKind
from services.orders.domain.order import OrderState
from shared.http.forms import Answer, example
from shared.types import OrderId, PartId, SiteId, Total

_ABOUT: dict[str, Any] = {"quantity": None, "day": None, "site": None, "order": None}


class ReasonRead(Answer):
    """One reason, with its figures, in plain words."""

    kind: ReasonKind
    """What it speaks of."""
    quantity: Total | None
    """How much of the order it is about, in quanta of the part."""
    day: date | None
    """The day that it is about."""
    site: SiteId | None
    """The source, or the depot, that it is about."""
    order: OrderId | None
    """The order that got what was taken, where it may be named."""
    text: str
    """The reason in words; quantities are in quanta of the part."""

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """Show a reason."""
        return cls(
            kind=reason.kind,
            quantity=reason.quantity,
            day=reason.day,
            site=reason.site,
            order=reason.order,
            text=reason.text,
        )


class ExplanationRead(Answer):
    """Why an order has so much, why from there, and why not earlier; the same record gives the same answer."""

    model_config = example(
        {
            "order_id": "7201YA6327A001-2026",
            "version": 4,
            "state": "sourced",
            "ordered_by": "D-01",
            "site": "D-01",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "today": "2026-11-26",
            "why_this_much": [
                {**_ABOUT, "kind": "reserved", "quantity": 2, "text": "2 of 5 are held for it at D-01"},
                {**_ABOUT, "kind": "sourced", "quantity": 3, "text": "3 of 5 are to be made for it"},
            ],
            "why_this_source": [
                {
                    **_ABOUT,
                    "kind": "sourced",
                    "quantity": 3,
                    "day": "2026-12-26",
                    "site": "F-01",
                    "text": "F-01 was asked for 3, to be there on 2026-12-26: F-01 was named for this order",
                }
            ],
            "why_not_earlier": [
                {
                    **_ABOUT,
                    "kind": "promised",
                    "day": "2026-12-26",
                    "text": "promised for 2026-12-26: lead time of F-01",
                },
                {
                    **_ABOUT,
                    "kind": "excluded",
                    "day": "2026-12-10",
                    "site": "S-01",
                    "text": "S-01 would have been there on 2026-12-10, and is not approved",
                },
            ],
        }
    )

    order_id: OrderId
    """The order."""
    version: int
    """How many facts were told about it when it was explained."""
    state: OrderState
    """Where it stands."""
    ordered_by: SiteId
    """The depot that asks."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    today: date
    """The day on which it was explained: sources are judged as of it."""
    why_this_much: list[ReasonRead]
    """What has become of its quantity, and what was taken from it on the way."""
    why_this_source: list[ReasonRead]
    """Who makes it, and why that one was asked."""
    why_not_earlier: list[ReasonRead]
    """Why that day is promised, how the promise has moved, and why no earlier source is asked."""
