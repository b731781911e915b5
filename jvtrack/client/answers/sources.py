"""Sources and the weights by which they are ranked, as the orders service takes and tells them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from jvtrack.client.answers.record import Body, Record
from shared.types import FirstArticleId, Nation, OrderId, PartId, PositiveQuantity, SiteId, Text, WorkOrderId


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
    stated_from: date | None = None
    """From which day on price, currency and import content are stated so; today where they change and none is given."""


class LearnedLeadTime(Record):
    """What a source's deliveries say of its lead time."""

    days: int
    """Half of all deliveries are expected within so many days; planning reckons with it."""
    late_days: int
    """Nine of ten are."""
    deliveries: int
    """How many deliveries it was learned from."""
    unfinished: int
    """How many late ones, still out or given back, count beside them."""


class ExportNeed(Record):
    """Whose approval is needed for what leaves a joint venture for the source's nation."""

    partners: Sequence[Nation]
    """Its partners; none where nobody has stated them."""
    missing: Sequence[Nation]
    """Who of them has not approved it."""


class Inspected(Record):
    """The first article of one reference of a part at a source."""

    first_article: FirstArticleId
    """The inspection, which names the reference."""
    nation: Nation | None = None
    """Whose own inspection of a supplier abroad it is; none for the site's nation, whose word holds for all."""
    state: str
    """opened, passed, failed, lapsed or reopened."""
    since: date
    """Since when."""


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
    export: ExportNeed | None = None
    """Whose approval is needed for what leaves a joint venture; none where nothing does."""
    first_articles: Sequence[Inspected] = ()
    """How its first articles of the part stand that hold for the nation, one for each reference inspected."""
    lead_time_days: int
    """Days from order to delivery, as stated."""
    learned: LearnedLeadTime | None = None
    """What its deliveries say; none where they are another nation's."""
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
    stated_from: date | None = None
    """From which day on price, currency and import content are stated so."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""


class StatedTerms(Record):
    """What a nation states of a source from a day on, until the day of the next statement."""

    part: PartId
    """The part."""
    site: SiteId
    """The factory or supplier."""
    nation: Nation
    """Who has stated it."""
    stated_from: date
    """First day on which it holds; the first of all stands in for the days before."""
    unit_cost: Decimal | None = None
    """Price of one unit of issue."""
    currency: str | None = None
    """Its currency."""
    import_content: Decimal | None = None
    """Imported share of the price."""
    changed_at: datetime
    """When it was stated, or corrected last."""
    changed_by: str
    """Who did that."""


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
    lead_time_worth: int | None = None
    """How many deliveries a stated lead time is worth; 4 if not given."""
    lead_time_spread: str | None = None
    """How far deliveries are taken to lie apart before any came (of the logarithm); 0.3 if not given."""
    resourcing: str | None = None
    """Who decides that a need is sourced anew when its source slips: by-hand (if not given) or automatic."""
    resourcing_days: int | None = None
    """How many days sooner others must be for the rule to do it; 14 if not given."""


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
    lead_time_worth: int = 4
    """How many deliveries a stated lead time is worth."""
    lead_time_spread: Decimal = Decimal("0.3")
    """How far deliveries are taken to lie apart before any came."""
    resourcing: str = "by-hand"
    """Who decides that a need is sourced anew when its source slips."""
    resourcing_days: int = 14
    """How many days sooner others must be for the rule to do it."""


class Proposal(Record):
    """Who would bring sooner what a source has slipped with."""

    work_order: WorkOrderId
    """The work order that has slipped."""
    source: SiteId
    """Who has it."""
    quantity: int
    """What it will still bring."""
    due_asked: date
    """When it was to be there, as it was asked for."""
    due: date
    """When it is to be there, by its source's last word."""
    silent: bool
    """Whether that day has passed without a word."""
    foreseen: date
    """When it is expected."""
    instead: date
    """When others would have brought all of it."""
    days: int
    """How much sooner that is."""
    sources: Sequence[SiteId]
    """Who they are, the best first."""
    reason: str
    """All of this in words."""


class Slip(Record):
    """An order that is late because a source has slipped, and what could be done about it."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that waits."""
    part: PartId
    """The part."""
    priority: int
    """Its priority designator."""
    required_by: date
    """The day on which it is needed."""
    promised_for: date | None = None
    """The day that is promised."""
    proposals: Sequence[Proposal]
    """Who would bring sooner what has slipped, the greatest gain first."""
