"""How sources are weighed against each other, as a sourcing decision tells it."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from shared.types import Quantity, SiteId, Text, written

Amount = Annotated[str, written(r"^[0-9]{1,24}(\.[0-9]{1,12})?$", "12.5")]
"""An exact number, as text."""
CANDIDATES_TOLD_MAX = 20
"""How many sources a decision tells of at most, the best first."""


class Weighing(BaseModel):
    """How sources were weighed: points a day, a percent of price, a percent of import content."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    day: Amount
    """Points for each day after the earliest."""
    cost: Amount
    """Points for each percent of the highest price above the lowest."""
    import_content: Amount
    """Points for each percent of the price that is imported, above the least."""
    valid_from: date | None = None
    """Day from which the nation has stated them; none where it has stated none."""


class Candidate(BaseModel):
    """A source as it was weighed when another one, or this one, was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    site: SiteId
    """The source."""
    rank: Quantity | None = None
    """1 for the one that was asked first; none for one that may not be asked."""
    excluded: Text | None = None
    """Why it may not be asked: what its approval lacks, that it has refused, that it makes no lot so small."""
    expected_on: date | None = None
    """Day on which all of it would be there: lead time, and the wait for its capacity."""
    load: Quantity | None = None
    """What it was to bring of the part already, for whomever."""
    capacity_per_week: Quantity | None = None
    """How much of the part it makes in a week; none where it states no capacity."""
    minimum_lot: Quantity | None = None
    """The least that it makes at once; none where any quantity will do."""
    named: bool = False
    """Whether somebody has named it for this order in spite of what it lacks."""
    lead_time_days: Quantity | None = None
    """The lead time that was reckoned with: as learned from deliveries, or as stated where nothing was learned."""
    stated_days: Quantity | None = None
    """The lead time that the source states."""
    unit_cost: Amount | None = None
    """Price of one unit of issue."""
    currency: Text | None = None
    """Currency of the price."""
    compared_cost: Amount | None = None
    """The price as it was compared with others, by the rates of the day; none where it could not be compared."""
    import_content: Amount | None = None
    """Imported share of the price, 0 to 1."""
    points: Amount | None = None
    """How it was weighed: the fewest points go first."""
