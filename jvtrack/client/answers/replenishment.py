"""Replenishment, as the orders service takes and tells it."""

from datetime import date, datetime
from decimal import Decimal

from jvtrack.client.answers.record import Body, Record
from shared.types import DocumentNumber, OrderId, PartId, SiteId, Text


class ReplenishmentPolicy(Body):
    """What a nation wants of its depots' stock."""

    service_level: str
    """Share of the times between two arrivals in which nothing shall be missing: `"0.95"`."""
    cover_days: int
    """Days of demand that one order is to cover beyond the reorder point."""
    review_days: int = 1
    """Days between two reviews."""
    history_weeks: int = 52
    """Weeks of demand that are looked at."""


class ReplenishmentPolicyInForce(Record):
    """What a nation wants of its depots' stock from a day on."""

    nation: str
    """Whose depots."""
    valid_from: date
    """First day on which it holds."""
    service_level: Decimal
    """Share of the times between two arrivals in which nothing shall be missing."""
    cover_days: int
    """Days of demand that one order is to cover."""
    review_days: int
    """Days between two reviews."""
    history_weeks: int
    """Weeks of demand that are looked at."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""


class ReplenishmentRule(Body):
    """Which document numbers a depot sets aside, and up to which cost an order is released without anybody."""

    activity: str
    """The activity whose numbers they are."""
    serial: str
    """First letter or digit of their serials."""
    release_cost_max: str | None = None
    """The most that an order released without anybody may cost."""
    currency: str | None = None
    """Its currency."""


class ReplenishmentRuleInForce(Record):
    """A depot's rule."""

    site: SiteId
    """The depot."""
    activity: str
    """The activity whose numbers are set aside."""
    serial: str
    """First letter or digit of their serials."""
    release_cost_max: Decimal | None = None
    """The most that an order released without anybody may cost."""
    currency: str | None = None
    """Its currency."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""


class ReplenishmentFigures(Record):
    """What a reorder point follows from, and how the stock stands to it; quantities in quanta."""

    weeks: int
    """Weeks of demand that were looked at."""
    lines: int
    """Orders in them."""
    demand_per_week: Decimal
    """Mean demand of a week."""
    demand_variance: Decimal
    """Its variance."""
    lead_time_days: Decimal
    """Mean lead time of the source."""
    lead_time_variance: Decimal
    """Its variance, in days squared."""
    review_days: int
    """Days between two reviews."""
    service_level: Decimal
    """Share of the times between two arrivals in which nothing shall be missing."""
    policy_from: date
    """First day of the policy that states it."""
    distribution: str
    """What demand until the next arrival is taken to follow."""
    expected: Decimal
    """Demand expected until the next arrival."""
    deviation: Decimal
    """Its standard deviation."""
    safety_stock: int
    """Reorder point beyond what is expected."""
    reorder_point: int
    """At or below it, an order is proposed."""
    target: int
    """What an order brings the position up to."""
    free: int
    """On the shelf, held for no order."""
    on_order: int
    """To arrive for stock."""
    backordered: int
    """What orders wait for that nobody makes yet."""
    position: int
    """free + on order - backordered."""
    source: SiteId
    """Whose lead time it is."""
    minimum_lot: int | None = None
    """The least that the source makes at a time."""


class Replenishment(Record):
    """A part at a depot: how its stock stands, and what became of its newest proposal."""

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    proposal: str | None = None
    """Names its newest proposal: depot, part and number, parted by colons."""
    state: str
    """none, proposed, released, dismissed, withdrawn."""
    quantity: int | None = None
    """How much it proposes."""
    figures: ReplenishmentFigures | None = None
    """Why so much, as it was when it was proposed."""
    proposed_on: date | None = None
    """The day of the review that proposed it."""
    order_id: OrderId | None = None
    """The order, once it was released."""
    decided_by: str | None = None
    """Who released or dismissed it."""
    reason: str | None = None
    """Why it was dismissed."""
    until: date | None = None
    """Day before which nothing is proposed again."""
    level: ReplenishmentFigures | None = None
    """The figures of the last review."""
    reviewed_on: date | None = None
    """The day of the last review."""


class ProposalRelease(Body):
    """Under which number a proposal is ordered."""

    document_number: DocumentNumber | None = None
    """The depot's number; the next of those that its rule sets aside, if not given."""
    suffix: str | None = None
    """One letter or digit beside it."""
    required_by: date | None = None
    """Day on which it is needed; when the lead time has passed, if not given."""


class ProposalDismissal(Body):
    """Why a proposal is not wanted."""

    reason: Text
    """Why."""
    until: date | None = None
    """Day before which nothing is proposed again; in 30 days if not given."""


class StockReview(Record):
    """What a review has found."""

    reviewed: int
    """Parts at depots that were looked at."""
    proposed: int
    """Orders that are proposed now and were not before, or not so."""
    withdrawn: int
    """Proposals that are no longer needed."""
    released: int
    """Proposals that depots' rules have released."""
    without_source: int
    """Parts that no source may be asked for."""
