"""Bodies of the door that ranks what releases platforms soonest."""

from collections import Counter
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from services.orders.domain.release import ActionKind
from shared.http.forms import Answer, Body, example
from shared.types import OrderId, PartId, Platform, PositiveQuantity, SiteId, TailNumber

SPARES_MAX = 2_000

_ACTION: dict[str, Any] = {
    "kind": "cannibalise",
    "platform": "MI-17V-5",
    "tail_number": "ZP-5104",
    "order_id": "7201YA6327A001-2026",
    "part": "MI17-MAIN-GEARBOX",
    "on": "2026-11-26",
    "donor": "ZP-5109",
    "donor_expected_release": None,
    "source": None,
    "depot": None,
    "explanation": "ZP-5109 has the part and has no day to be back on; it then waits for 7201YA6327A001-2026, too.",
}


class ActionRead(Answer):
    """What fills one blocking line of one platform."""

    kind: ActionKind
    """What is done."""
    platform: Platform
    """What waits."""
    tail_number: TailNumber
    """Which one waits."""
    order_id: OrderId
    """The line that is filled."""
    part: PartId
    """The part."""
    on: date
    """The day on which the line is filled by it."""
    donor: TailNumber | None
    """The platform of the same type that gives the part; it waits for the line from then on."""
    donor_expected_release: date | None
    """When the donor is expected back, with and without it; none where nobody knows."""
    source: SiteId | None
    """Who is to be hurried."""
    depot: SiteId | None
    """The depot that is to ship."""
    explanation: str
    """Why this is possible, and at whose cost."""


class OptionRead(Answer):
    """One action, or a set of them that releases a platform, or saves more days, where no single one does."""

    actions: list[ActionRead]
    """What is done, all of it together."""
    releases: list[TailNumber]
    """The platforms whose last blocking line is filled."""
    days_saved: int
    """Days within the horizon by which platforms come back earlier."""


class ActionsRead(Answer):
    """What would release platforms soonest, the best first, and what was assumed."""

    model_config = example(
        {
            "today": "2026-11-26",
            "horizon_days": 90,
            "expedite_percent": 50,
            "grounded": 4,
            "options": [{"actions": [_ACTION], "releases": ["ZP-5104"], "days_saved": 81}],
            "options_total": 1,
        }
    )

    today: date
    """The day on which it was ranked."""
    horizon_days: int
    """How far ahead days are counted; what nobody can say a day of, or waits to be issued, counts as after it."""
    expedite_percent: int
    """How much of the days that are left a hurried source is taken to need."""
    grounded: int
    """How many grounded platforms were looked at."""
    options: list[OptionRead]
    """By platforms whose last blocking line they fill, then by platform-days saved."""
    options_total: int
    """How many there are, those that are not shown included."""


class SpareLine(Body):
    """What a depot could ship of a part."""

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    quantity: PositiveQuantity
    """How much it has beyond what it protects."""


def _once_each(spare: list[SpareLine]) -> list[SpareLine]:
    """Refuse a depot and part that are named again: the depot would seem to have it twice."""
    for (site, part), times in Counter((each.site, each.part) for each in spare).items():
        if times > 1:
            raise ValueError(f"names {part} at {site} more than once")
    return spare


class SpareStock(Body):
    """What depots could ship, as inventory says it: `GET /v1/spare-stock`."""

    model_config = example({"spare": [{"site": "D-02", "part": "MI17-MAIN-GEARBOX", "quantity": 2}]})

    spare: Annotated[list[SpareLine], Field(max_length=SPARES_MAX), AfterValidator(_once_each)]
    """Each depot and part once."""
