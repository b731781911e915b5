"""Expediting an order: what can be asked, what it would cost others, what other depots could ship."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from jvtrack.client.answers.orders import Order
from jvtrack.client.answers.record import Body, Record
from jvtrack.client.answers.whatif import MoveTotals, PromiseMove, ReleaseMove
from shared.events.production import Reference
from shared.types import Condition, OrderId, PartId, PositiveQuantity, SiteId, TailNumber, Urgency, WorkOrderId


class Loser(Record):
    """An order that would lose some of what is held for it."""

    order_id: OrderId
    """The order."""
    quantity: int
    """How much it would lose."""


class StockPrice(Record):
    """What would be held for an order, and who would lose it, as inventory says."""

    gets: int
    """How much more would be held for it."""
    losers: list[Loser] = []
    """Orders that would lose it."""
    unnamed: int = 0
    """How many others would lose something that you may not see."""
    unnamed_quantity: int = 0
    """How much these would lose together."""


class LoserNamed(Body):
    """An order that would lose something."""

    order_id: OrderId
    """The order."""
    quantity: PositiveQuantity
    """How much."""


class StockTaken(Body):
    """What inventory says, handed over to orders."""

    gets: int = 0
    """How much more would be held for the order."""
    losers: Sequence[LoserNamed] = ()
    """Who would lose what is held."""

    @classmethod
    def of(cls, price: StockPrice) -> "StockTaken":
        """Hand over what inventory has said."""
        named = [LoserNamed(order_id=each.order_id, quantity=each.quantity) for each in price.losers]
        return cls(gets=price.gets, losers=named)


class _Act(Body):
    reason: str
    """Why."""
    version: int | None = None
    """The order's version that you saw; if it has changed since, nothing is done."""


class HurrySource(_Act):
    """Ask a source to bring a work order sooner."""

    kind: Literal["hurry"] = "hurry"
    work_order: WorkOrderId
    """The work order."""
    wanted_by: date
    """Day by which it is wanted."""


class SplitNeed(_Act):
    """Give a second source a share."""

    kind: Literal["split"] = "split"
    source: SiteId
    """The second source."""
    quantity: PositiveQuantity
    """How much it is given."""


class ShipFromDepot(_Act):
    """Let another depot ship, all of it or nothing."""

    kind: Literal["lateral"] = "lateral"
    depot: SiteId
    """The depot."""
    quantity: PositiveQuantity
    """How much it is to ship."""
    stock: StockTaken | None = None
    """What inventory says of it, to see what it would cost."""


class CannibalisePlatform(_Act):
    """Take the part from another platform that stands still, which then waits for the order."""

    kind: Literal["cannibalise"] = "cannibalise"
    donor: TailNumber
    """Which one."""


class _Renewed(_Act):
    stock: StockTaken | None = None
    """What inventory says of it, to see what it would cost."""


class RaiseUrgency(_Renewed):
    """Make the order more urgent."""

    kind: Literal["raise"] = "raise"
    urgency: Urgency
    """The new urgency of need."""


class BringForward(_Renewed):
    """Need the order sooner."""

    kind: Literal["bring-forward"] = "bring-forward"
    required_by: date
    """The new day of need."""


class AllowSubstitutes(_Renewed):
    """Let the order accept more references."""

    kind: Literal["substitute"] = "substitute"
    references: Sequence[Reference] = ()
    """The references that it accepts, too; if none is named, all that may replace those that it accepts."""


class AllowEmergencyUse(_Renewed):
    """Let goods be issued that are suspended but for emergency use."""

    kind: Literal["emergency-use"] = "emergency-use"


NeedStronger = RaiseUrgency | BringForward | AllowSubstitutes | AllowEmergencyUse
ExpediteAct = Annotated[
    HurrySource | SplitNeed | ShipFromDepot | CannibalisePlatform | NeedStronger, Field(discriminator="kind")
]


class Price(Record):
    """What an act would cost others, and bring the order."""

    today: date
    """The day on which it was reckoned."""
    horizon_days: int
    """How far ahead the days are counted on which platforms stand still."""
    priority: int
    """The priority designator that the order would have."""
    required_by: date
    """The day on which it would be needed."""
    references: list[Reference]
    """The references that it would accept; any if there is none."""
    conditions: list[Condition]
    """The supply conditions that it would accept."""
    promises: MoveTotals
    """Promises that would move, all of them."""
    platforms: MoveTotals
    """Platforms that would stand still for longer or less, in platform-days."""
    losers: list[Loser]
    """Who would lose what is held, as far as you may see them."""
    unsourced: list[OrderId]
    """Orders that would have neither stock nor source for something."""
    moved: list[PromiseMove]
    """The promises that would move, as far as you may see them, the worst first."""
    releases: list[ReleaseMove]
    """The platforms that would come back on another day, as far as you may see them."""


class Expedited(Record):
    """What was done, or what it would cost."""

    order: Order
    """The order as it stands."""
    lateral: OrderId | None = None
    """The lateral order by which another depot is asked."""
    price: Price | None = None
    """What it would cost."""


class Spare(Record):
    """Stock of a part that a depot could ship to another one."""

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    quantity: int | None
    """How much; none where you may only know that there is some."""


class SpareLine(Body):
    """What a depot could ship, handed over to orders."""

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    quantity: PositiveQuantity
    """How much."""

    @classmethod
    def of(cls, spare: Spare) -> "SpareLine":
        """Hand over what inventory has said."""
        assert spare.quantity is not None, "what is handed over is known"
        return cls(site=spare.site, part=spare.part, quantity=spare.quantity)


class SpareStock(Body):
    """What depots could ship."""

    spare: Sequence[SpareLine]
    """Each depot and part once."""


class AskPrice(Body):
    """What is asked of stock."""

    priority: int | None = None
    """The priority designator that the order would have."""
    required_by: date | None = None
    """The day on which it would be needed."""
    references: Sequence[Reference] | None = None
    """The references that it would accept; any if there is none."""
    emergency_use: bool | None = None
    """Whether goods of condition N would be issued to it, too."""
    depot: SiteId | None = None
    """The depot that would ship."""
    quantity: PositiveQuantity | None = None
    """How much it would ship."""
