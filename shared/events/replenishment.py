"""What orders tells of replenishment: what was proposed for a depot's shelf, with its figures, and its end."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.events.envelope import Event, Stream
from shared.events.weighing import Amount
from shared.types import OrderId, PartId, PositiveQuantity, Quantity, SiteId, Text, Total

Number = Annotated[int, Field(ge=1)]
"""Which of the proposals of a part at a depot it is, from 1."""


class Figures(BaseModel):
    """What a reorder point follows from, and how the stock stands to it; quantities in quanta of the part."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    weeks: int
    """Weeks of demand that were looked at."""
    lines: int
    """Orders in them."""
    demand_per_week: Amount
    """Mean demand of a week."""
    demand_variance: Amount
    """Variance of the demand of a week."""
    lead_time_days: Amount
    """Mean lead time of the source, in days."""
    lead_time_variance: Amount
    """Variance of the lead time, in days squared."""
    review_days: int
    """Days between two reviews, which stock has to last beside the lead time."""
    service_level: Amount
    """Share of the times between two arrivals in which nothing shall be missing."""
    policy_from: date
    """First day of the policy that states it."""
    distribution: Text
    """What demand until the next arrival is taken to follow: `normal`, `poisson`, `negative-binomial`."""
    expected: Amount
    """Demand expected until the next arrival."""
    deviation: Amount
    """Its standard deviation."""
    safety_stock: Total
    """Reorder point beyond what is expected."""
    reorder_point: Total
    """At or below it, an order is proposed."""
    target: Total
    """What an order brings the position up to."""
    free: Total
    """On the depot's shelf, held for no order."""
    on_order: Total
    """To arrive for stock, or beyond what waiting orders need."""
    backordered: Total
    """What orders wait for that nobody makes yet."""
    position: int
    """free + on order - backordered."""
    source: SiteId
    """Whose lead time it is."""
    minimum_lot: Quantity | None = None
    """The least that the source makes at a time."""


class ReplenishmentEvent(Event):
    """A fact about replenishing one part at one depot."""

    STREAM: ClassVar[Stream] = Stream.ORDERS

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    number: Number
    """The proposal."""

    @property
    def key(self) -> str:
        """Name the part at the depot."""
        return f"replenishment:{self.site}/{self.part}"


class ReplenishmentProposed(ReplenishmentEvent):
    """An order for stock is proposed; it takes the place of one that was proposed before and not decided on."""

    TYPE: ClassVar[str] = "jvtrack.orders.replenishment-proposed.v1"

    quantity: PositiveQuantity
    """How much."""
    figures: Figures
    """Why so much."""
    reviewed_on: date
    """The day of the review."""
    replaces: Number | None = None
    """The proposal whose place it takes."""


class ReplenishmentWithdrawn(ReplenishmentEvent):
    """What was proposed is no longer needed."""

    TYPE: ClassVar[str] = "jvtrack.orders.replenishment-withdrawn.v1"

    reviewed_on: date
    """The day of the review that found so."""


class ReplenishmentReleased(ReplenishmentEvent):
    """What was proposed was ordered."""

    TYPE: ClassVar[str] = "jvtrack.orders.replenishment-released.v1"

    quantity: PositiveQuantity
    """How much."""
    order: OrderId
    """The order."""
    released_by: Text
    """Who released it."""
    by_rule: bool = False
    """Whether the depot's rule released it."""


class ReplenishmentDismissed(ReplenishmentEvent):
    """Somebody does not want what was proposed."""

    TYPE: ClassVar[str] = "jvtrack.orders.replenishment-dismissed.v1"

    reason: Text
    """Why."""
    dismissed_by: Text
    """Who."""
    until: date
    """Day before which nothing is proposed again."""
