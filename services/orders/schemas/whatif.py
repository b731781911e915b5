"""Bodies of the what-if door: scenarios, and what would become of promises and platforms."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.orders.schemas.suppositions import Supposed
from services.orders.schemas.whatif_examples import ANSWER, ASKED
from shared.http.forms import Answer, Body, Filter, example
from shared.types import OrderId, PartId, Platform, Priority, SiteId, TailNumber, written

Name = Annotated[str, written(r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,39}$", "without Poland")]
"""What a scenario is called."""
SUPPOSITIONS_MAX = 50
SCENARIOS_MAX = 4
UNNAMED = "supposed"
"""What a scenario is called that has no name."""
Scenario = Annotated[list[Supposed], Field(max_length=SUPPOSITIONS_MAX)]


class WhatIf(Body):
    """What is supposed: one scenario, or several by name, each of which is compared with how it is."""

    model_config = example(*ASKED)

    suppositions: Annotated[list[Supposed], Field(min_length=1, max_length=SUPPOSITIONS_MAX)] | None = None
    """What happens, all of it together."""
    scenarios: Annotated[Mapping[Name, Scenario], Field(min_length=1, max_length=SCENARIOS_MAX)] | None = None
    """Up to four scenarios by name, side by side."""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.suppositions is None) == (self.scenarios is None):
            raise ValueError("give either suppositions or scenarios")
        return self

    @property
    def named(self) -> dict[str, list[Supposed]]:
        """Give all scenarios by name."""
        return {UNNAMED: self.suppositions} if self.suppositions is not None else dict(self.scenarios or {})

    def place(self, scenario: str, number: int, field: str) -> str:
        """Name a field of a supposition as its sender sees it."""
        where = "suppositions" if self.suppositions is not None else f"scenarios.{scenario}"
        return f"{where}[{number}].{field}"


class WhatIfFilter(Filter):
    """What of the answer is listed; everything is planned all the same, for lines compete for the same sources."""

    part: PartId | None = None
    """Only lines of this part, and platforms that wait for it."""
    platform: Platform | None = None
    """Only lines for this platform, and such platforms."""


class MovedPromise(Answer):
    """A promise that would move."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that has placed it."""
    part: PartId
    """The part."""
    priority: Priority
    """Its priority."""
    required_by: date
    """The day of need."""
    before: date | None
    """The day as it is; none where nothing can be promised."""
    after: date | None
    """The day as it would be."""
    days: int | None
    """By how many days it comes later, below zero earlier; none where one of both has no day."""
    sources_before: list[SiteId]
    """Who is to bring what is missing, as it is."""
    sources_after: list[SiteId]
    """Who would."""
    why: str
    """Why it is that day."""


class UnsourcedLine(Answer):
    """A line that would have neither stock nor source for something."""

    order_id: OrderId
    """The order."""
    part: PartId
    """The part."""
    priority: Priority
    """Its priority."""
    required_by: date
    """The day of need."""
    open: int
    """How much of it nobody would bring, in quanta of the part."""


class MovedRelease(Answer):
    """A grounded platform that would come back on another day."""

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    before: date | None
    """When it is expected back; none where nobody knows."""
    after: date | None
    """When it would be."""
    days_down_before: int
    """How many days within the horizon it stands still, as it is."""
    days_down_after: int
    """How many it would."""


class TotalsRead(Answer):
    """How many come later and earlier, and by how many days together."""

    later: int
    """How many come later, those included that would have no day any more."""
    earlier: int
    """How many come earlier, those included that have no day as it is."""
    days_later: int
    """Days by which some come later, added up."""
    days_earlier: int
    """Days by which some come earlier, added up."""


class ScenarioRead(Answer):
    """What one scenario would change, the worst first; totals count what is not listed, too."""

    promises: TotalsRead
    """Promises that move."""
    platforms: TotalsRead
    """Platforms that stand still for longer or less, in platform-days within the horizon."""
    unsourced_total: int
    """Lines that would lose their source."""
    moved: list[MovedPromise]
    """The promises that move."""
    unsourced: list[UnsourcedLine]
    """The lines that would lose their source."""
    releases: list[MovedRelease]
    """The platforms that come back on another day."""


class WhatIfRead(Answer):
    """Scenarios side by side, each compared with how it is."""

    model_config = example(ANSWER)

    today: date
    """The day on which it was reckoned."""
    horizon_days: int
    """How far ahead the days are counted on which platforms stand still."""
    lines: int
    """Open lines that were looked at."""
    grounded: int
    """Grounded platforms that were looked at."""
    scenarios: dict[str, ScenarioRead]
    """What each would change."""
