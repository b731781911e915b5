"""Bodies of the doors that report who waits too long, and who uses urgent needs."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.orders.domain.order import OrderState
from shared.http.forms import Answer, Filter, example
from shared.types import OrderId, PartId, Priority, Quantity, SiteId, Total, Urgency, written

Month = Annotated[str, written(r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", "2026-11")]
"""A month, as 2026-11."""


class WaitingFilter(Filter):
    """Which orders are looked at."""

    site: SiteId | None = None
    """Only those placed by this depot."""
    part: PartId | None = None
    """Only those of this part."""


class LimitRead(Answer):
    """How long the orders of a band may wait."""

    band: int
    """1, 2 or 3; 1 goes first."""
    priorities: str
    """Its priority designators: 01-03, 04-08, 09-15."""
    days: int
    """Days after which an order of the band waits too long."""


class WaitingRead(Answer):
    """The open demand of one band at one depot."""

    band: int
    """The band."""
    ordered_by: SiteId
    """The depot that waits."""
    lines: int
    """How many orders are not yet issued in full."""
    quantity: Total
    """How much of them is not yet issued, in quanta of their parts."""
    reserved: Total
    """How much of that is held for them, and waits to be issued."""
    oldest_placed_at: datetime
    """When the oldest of them was placed."""
    oldest_days: int
    """How many days it has waited."""
    beyond_lines: int
    """How many of them wait longer than the band's limit."""
    beyond_quantity: Total
    """How much of those is not yet issued."""


class WaitingLine(Answer):
    """An order that waits longer than the limit of its band."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that waits."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    priority: Priority
    """Its priority designator."""
    band: int
    """The band of that."""
    quantity: Quantity
    """How much of it is not yet issued."""
    placed_at: datetime
    """Since when it waits."""
    days: int
    """How many days that is."""
    beyond_days: int
    """How many of them are beyond the limit."""
    required_by: date
    """The day on which it is needed."""
    promised_for: date | None
    """The day that is promised; none while that cannot be said."""
    state: OrderState
    """Where it stands."""


class AgeReport(Answer):
    """Open demand by how long it waits, and the orders that wait too long, the oldest first."""

    model_config = example(
        {
            "as_of": "2026-11-26T09:30:00Z",
            "limits": [
                {"band": 1, "priorities": "01-03", "days": 7},
                {"band": 2, "priorities": "04-08", "days": 11},
                {"band": 3, "priorities": "09-15", "days": 28},
            ],
            "waiting": [
                {
                    "band": 2,
                    "ordered_by": "D-01",
                    "lines": 3,
                    "quantity": 9,
                    "reserved": 2,
                    "oldest_placed_at": "2026-11-06T09:30:00Z",
                    "oldest_days": 20,
                    "beyond_lines": 1,
                    "beyond_quantity": 5,
                }
            ],
            "beyond": [
                {
                    "order_id": "7201YA6310A001-2026",
                    "ordered_by": "D-01",
                    "site": "D-01",
                    "part": "MI17-TAIL-ROTOR-BLADE",
                    "priority": 4,
                    "band": 2,
                    "quantity": 5,
                    "placed_at": "2026-11-06T09:30:00Z",
                    "days": 20,
                    "beyond_days": 9,
                    "required_by": "2026-12-01",
                    "promised_for": None,
                    "state": "open",
                }
            ],
        }
    )

    as_of: datetime
    """The moment as of which it was counted."""
    limits: list[LimitRead]
    """How long each band may wait; illustrative unless the settings say otherwise."""
    waiting: list[WaitingRead]
    """By band, then depot."""
    beyond: list[WaitingLine]
    """The orders beyond the limit of their band; the next page has the later ones."""


class UrgencyFilter(Filter):
    """Which uses of urgent needs are looked at."""

    month: Month | None = None
    """Only orders placed in this month."""
    site: SiteId | None = None
    """Only those placed by this depot."""


class UrgencyUse(Answer):
    """How often somebody has approved an urgency of need for a depot in a month, as the orders now stand."""

    model_config = example(
        {
            "month": "2026-11",
            "approved_by": "approver@d-01",
            "ordered_by": "D-01",
            "urgency": "A",
            "orders": 4,
            "quantity": 11,
        }
    )

    month: Month
    """The month in which the orders were placed, in UTC."""
    approved_by: str
    """Who approved the urgency; empty where that was not recorded."""
    ordered_by: SiteId
    """The depot that ordered."""
    urgency: Urgency
    """A or B."""
    orders: Annotated[int, Field(ge=1)]
    """How many orders."""
    quantity: Total
    """How much was ordered in all, in quanta of the parts."""

    def place(self) -> tuple[str, str, str, str]:
        """Say where it stands in the list."""
        return self.month, self.approved_by, self.ordered_by, self.urgency
