"""Bodies of the door that expedites an order, and what it costs others."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from services.orders.schemas.examples import ORDER
from services.orders.schemas.orders import OrderSummary
from services.orders.schemas.references import Accepted
from services.orders.schemas.whatif import MovedPromise, MovedRelease, TotalsRead
from shared.events.production import Reference
from shared.http.forms import VERSION_MAX, Answer, Body, example
from shared.types import (
    Condition,
    Day,
    OrderId,
    PositiveQuantity,
    Priority,
    Quantity,
    SiteId,
    TailNumber,
    Text,
    Urgency,
    WorkOrderId,
)

LOSERS_MAX = 200
Version = Annotated[int, Field(strict=True, ge=0, le=VERSION_MAX)]
_NOTHING: dict[str, JsonValue] = {"later": 0, "earlier": 0, "days_later": 0, "days_earlier": 0}


class Loser(Body):
    """An order that would lose some of what is held for it."""

    order_id: OrderId
    """The order."""
    quantity: PositiveQuantity
    """How much it would lose, in quanta of the part."""


class StockTaken(Body):
    """What inventory says that the order would get, and who would lose it: `POST /v1/demands/{order_id}/price`."""

    gets: Quantity = 0
    """How much more would be held for it."""
    losers: Annotated[list[Loser], Field(max_length=LOSERS_MAX)] = []
    """Who would lose what is held."""


class Expediting(Body):
    """What every way of expediting says."""

    reason: Text
    """Why; it stands in the order's history."""
    version: Version | None = None
    """The order's version that you saw; if it has changed since, nothing is done."""


class Renewed(Expediting):
    """What makes the need itself stronger, so that stock may go to it that others hold or wait for."""

    stock: StockTaken | None = None
    """With `dry_run`: what inventory says that it would get, and who would lose it."""


class Hurry(Expediting):
    """Ask a source to bring a work order sooner; the promise moves once it answers with a day."""

    kind: Literal["hurry"]
    """A source is hurried."""
    work_order: WorkOrderId
    """The work order."""
    wanted_by: Day
    """Day by which it is wanted: before the one that is promised, unless that is overdue, and not past."""


class Split(Expediting):
    """Give a second source a share of what the order waits for; the same share is asked back from who is last."""

    kind: Literal["split"]
    """The need is split."""
    source: SiteId
    """The second source: one that may be asked for the order, and would be sooner."""
    quantity: PositiveQuantity
    """How much it is given, in quanta of the part."""


class Lateral(Expediting):
    """Let another depot ship what it has beyond its protected minimum, all of it or nothing."""

    kind: Literal["lateral"]
    """Another depot ships."""
    depot: SiteId
    """A depot of the same nation."""
    quantity: PositiveQuantity
    """How much it is to ship, in quanta of the part."""
    stock: StockTaken | None = None
    """With `dry_run`: what inventory says that it would hold there, and who would lose it."""


class Raise(Renewed):
    """Make the order more urgent: orders of lower bands lose what they hold to it."""

    kind: Literal["raise"]
    """The urgency of need is raised."""
    urgency: Urgency
    """The new urgency of need; A and B take an approver's token."""


class BringForward(Renewed):
    """Need the order sooner: among orders of its priority it goes before those that are needed later."""

    kind: Literal["bring-forward"]
    """The day of need is brought forward."""
    required_by: Day
    """The new day of need, before the one that it has."""


class Substitute(Renewed):
    """Allow substitutes: the order accepts more references, and may be given lots of these and be sourced so."""

    kind: Literal["substitute"]
    """More references are accepted."""
    references: Accepted = []
    """The references that it accepts, too; if none is named, all that may replace those that it accepts, as the
    catalogue says today."""


class EmergencyUse(Renewed):
    """Let goods be issued that are suspended but for emergency use (condition N); takes an approver's token."""

    kind: Literal["emergency-use"]
    """Goods of condition N are accepted, after all others."""


class Cannibalise(Expediting):
    """Take the part from another platform that stands still, which then waits for the order; no stock moves by it."""

    kind: Literal["cannibalise"]
    """Another platform gives its part."""
    donor: TailNumber
    """Which one: of the same type and nation, down and awaiting parts."""


Expedite = Annotated[
    Hurry | Split | Lateral | Raise | BringForward | Substitute | EmergencyUse | Cannibalise,
    Field(discriminator="kind"),
]
EXAMPLES: list[dict[str, JsonValue]] = [
    {
        "kind": "hurry",
        "work_order": "7201YA6327A001-2026-W1",
        "wanted_by": "2026-12-20",
        "reason": "ZP-5104 is grounded for it.",
    },
    {"kind": "split", "source": "F-02", "quantity": 1, "reason": "F-01 is late for one of two."},
    {"kind": "lateral", "depot": "D-02", "quantity": 1, "reason": "D-02 has three, and flies less."},
    {"kind": "raise", "urgency": "A", "reason": "The helicopter stands still for it."},
    {"kind": "bring-forward", "required_by": "2026-12-20", "reason": "The flight is earlier."},
    {"kind": "substitute", "reason": "The original is late: what may replace it will do."},
    {"kind": "cannibalise", "donor": "ZP-5108", "reason": "ZP-5108 waits for its gearbox until May anyway."},
    {"kind": "emergency-use", "reason": "No other is to be had before the sortie."},
]


class PriceRead(Answer):
    """What it costs others, and brings this order: nothing is done by asking."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    today: date
    """The day on which it was reckoned."""
    horizon_days: int
    """How far ahead the days are counted on which platforms stand still."""
    priority: Priority
    """The priority designator that the order would have: by this and the next three, inventory says what it takes."""
    required_by: date
    """The day on which it would be needed."""
    references: list[Reference]
    """The references that it would accept; any of the part if there is none."""
    conditions: list[Condition]
    """The supply conditions that it would accept."""
    promises: TotalsRead
    """Promises that would move, this order's own included, whether or not you may see them."""
    platforms: TotalsRead
    """Platforms that would stand still for longer or less, in platform-days within the horizon."""
    losers: list[Loser]
    """Who would lose what is held, as far as you may see them."""
    unsourced: list[OrderId]
    """Orders that would have neither stock nor source for something, as far as you may see them."""
    moved: list[MovedPromise]
    """The promises that would move, as far as you may see them, the worst first."""
    releases: list[MovedRelease]
    """The platforms that would come back on another day, as far as you may see them."""


class ExpediteRead(Answer):
    """What was done, or with `dry_run` what it would cost."""

    model_config = example(
        {"order": ORDER, "lateral": None, "price": None},
        {
            "order": ORDER,
            "lateral": None,
            "price": {
                "today": "2026-11-26",
                "horizon_days": 365,
                "priority": 4,
                "required_by": "2026-12-20",
                "references": [],
                "conditions": ["A", "C"],
                "promises": {**_NOTHING, "earlier": 1, "days_earlier": 57},
                "platforms": _NOTHING,
                "losers": [],
                "unsourced": [],
                "moved": [],
                "releases": [],
            },
        },
    )

    order: OrderSummary
    """The order as it stands."""
    lateral: OrderId | None = None
    """The lateral order by which another depot is asked; follow it to hear whether it holds so much."""
    price: PriceRead | None = None
    """What it would cost others; with `dry_run`."""
