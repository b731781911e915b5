"""Sources and the weights by which they are ranked, as the orders service takes and tells them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from jvtrack.client.answers.record import Body, Record
from shared.types import Nation, PartId, PositiveQuantity, SiteId, Text


class SourceTerms(Body):
    """On what terms a site may supply a part."""

    approved: bool
    """Whether the nation buys there."""
    lead_time_days: int
    """Days from order to delivery."""
    approved_on: date | None = None
    """Day of the approval; needed if approved."""
    approved_until: date | None = None
    """Last day of the approval; none where it has no end."""
    approved_by: Text | None = None
    """Who approved it."""
    accepted_on: date | None = None
    """Day of the technical acceptance; a maker that is no joint-venture factory needs one."""
    accepted_until: date | None = None
    """Last day of the technical acceptance; none where it has no end."""
    capacity_per_week: PositiveQuantity | None = None
    """How much it can deliver in a week."""
    minimum_lot: PositiveQuantity | None = None
    """The least that it makes at a time."""
    unit_cost: str | None = None
    """Price of one unit of issue, exact, as text."""
    currency: str | None = None
    """Its currency."""
    import_content: str | None = None
    """Imported share of the price, exact, as text."""


class Source(Record):
    """A source of a part."""

    part: PartId
    """The part."""
    site: SiteId
    """The factory or supplier."""
    nation: Nation
    """Whose approval it is, and whose orders it may fill."""
    approved: bool
    """Whether the nation buys there."""
    approved_on: date | None = None
    """Day of the approval."""
    approved_until: date | None = None
    """Last day of the approval."""
    approved_by: str | None = None
    """Who approved it."""
    accepted_on: date | None = None
    """Day of the technical acceptance."""
    accepted_until: date | None = None
    """Last day of the technical acceptance."""
    standing: str
    """approved where it may be chosen today; else what it lacks."""
    lead_time_days: int
    """Days from order to delivery."""
    capacity_per_week: int | None = None
    """How much it can deliver in a week."""
    minimum_lot: int | None = None
    """The least that it makes at a time."""
    load: int | None = None
    """How much it will still bring for one's own nation's orders."""
    unit_cost: Decimal | None = None
    """Price of one unit of issue."""
    currency: str | None = None
    """Its currency."""
    import_content: Decimal | None = None
    """Imported share of the price."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""


class SourceNaming(Body):
    """A source that is named for one order in spite of what it lacks."""

    source: SiteId
    """The source."""
    reason: Text
    """Why."""


class WeightTerms(Body):
    """How sources are weighed: the one with the fewest points is asked."""

    day: str = "1"
    """Points for each day after the earliest, exact, as text."""
    cost: str = "0"
    """Points for each percent of the highest price above the lowest."""
    import_content: str = "0"
    """Points for each percent of imported content above the least."""
    currency: str | None = None
    """What prices are compared in."""
    rates: Mapping[str, str] | None = None
    """What one unit of other currencies is worth in it."""


class Weights(Record):
    """How a nation weighs sources from a day on."""

    nation: Nation
    """Whose orders are sourced so."""
    valid_from: date
    """First day on which it holds."""
    day: Decimal
    """Points for each day after the earliest."""
    cost: Decimal
    """Points for each percent of the highest price above the lowest."""
    import_content: Decimal
    """Points for each percent of imported content above the least."""
    currency: str | None = None
    """What prices are compared in."""
    rates: Mapping[str, str] = {}
    """What one unit of other currencies is worth in it."""
