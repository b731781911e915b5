"""Sources of a part: on what terms a site may supply it, and whether it may be chosen on a day.

A nation's approval says that it buys there; a technical acceptance (the first article) says that what comes from there
is the part. A joint venture's factory needs the first; any other maker both. They may come in either order, because
either can be renewed without the other; both must hold on the day on which the source is asked. What would leave a
joint venture for another nation needs the approval of both its partners besides (`export`).

A first article that passed at the site is its acceptance, beside the days that the nation has stated. One that failed,
lapsed or was reopened ends it, until it passes again or the nation states a later day. Where the part asks for a first
article, one that has ended so also keeps a joint venture's factory from being asked; one that is still to be made does
not, for somebody must ask for the lot that is inspected.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from services.orders.domain.export import Export
from services.orders.domain.lead_time import LeadTime
from services.orders.domain.sourcing import Price
from shared.types import ReferenceKey, SiteId, SiteKind


class Standing(StrEnum):
    """Whether a source may be chosen on a day, and if not, what it lacks."""

    APPROVED = "approved"
    NOT_APPROVED = "not-approved"
    APPROVAL_ENDED = "approval-ended"
    NOT_ACCEPTED = "not-accepted"
    ACCEPTANCE_ENDED = "acceptance-ended"
    EXPORT_NOT_APPROVED = "export-not-approved"
    FIRST_ARTICLE = "first-article"


GATE_SECONDS = 5
"""How long inventory has to follow a first article: to give out what one that has passed lets through."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a word holds, both ends included; without a first day it was never given."""

    since: date | None = None
    until: date | None = None

    def has_begun(self, day: date) -> bool:
        """Tell whether it was given by this day."""
        return self.since is not None and self.since <= day

    def has_ended(self, day: date) -> bool:
        """Tell whether its last day is past."""
        return self.until is not None and self.until < day


@dataclass(frozen=True, slots=True)
class Inspected:
    """What first articles of a part have found at a site: passed since a day, or no longer since one; or neither."""

    passed_on: date | None = None
    ended_on: date | None = None
    just_passed: bool = False
    """Whether one has passed so lately that inventory may not have given out yet what that lets through."""

    def accept(self, stated: Span) -> Span:
        """Say on which days what comes from the site is accepted, by this and by the days that were stated."""
        if self.passed_on is not None:
            return Span(min(self.passed_on, stated.since or self.passed_on))
        if self.ended_on is None or (stated.since is not None and stated.since > self.ended_on):
            return stated
        last = self.ended_on - timedelta(days=1)
        return Span(min(last, stated.since or last), min(last, stated.until or last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A site as a nation has judged it for a part, and how much it has to do."""

    site: SiteId
    kind: SiteKind
    lead_time_days: int
    """Days from order to delivery as they are reckoned with: as learned, or as stated where nothing was learned."""
    approved: bool
    approval: Span = Span()
    acceptance: Span = Span()
    capacity_per_week: int | None = None
    capacity_percent: int = 100
    """How much of that it has; other than all of it only where something is supposed."""
    minimum_lot: int | None = None
    unit_cost: Decimal | None = None
    currency: str | None = None
    import_content: Decimal | None = None
    lead_time: LeadTime | None = None
    """What it states and what its deliveries say; none where it is only supposed."""
    export: Export | None = None
    """What it would be to leave the joint venture for this nation; none where that is no export."""
    gated: bool = False
    """Whether the part asks for a first article: what is made while none has passed is held back."""
    inspected: Inspected = Inspected()
    """What first articles have found there."""
    load: int = 0
    """What its work orders of this part will still bring, for whomever."""
    makes: frozenset[ReferenceKey] | None = None
    """The references of the part that its maker's code stands for; none where it makes whatever is asked."""
    named: bool = False
    """Whether somebody has named it for this order in spite of what it lacks."""

    @property
    def pace(self) -> int | None:
        """How many hundredths of a quantum it makes in a week, exactly; none where it has stated no capacity."""
        return None if self.capacity_per_week is None else self.capacity_per_week * self.capacity_percent

    @property
    def may_export(self) -> bool:
        """Whether nobody's approval is missing for what would leave a joint venture."""
        return self.export is None or self.export.is_approved

    @property
    def is_gate_closed(self) -> bool:
        """Whether what comes from there is held back."""
        return self.gated and self.inspected.passed_on is None

    @property
    def holds_back(self) -> bool:
        """Whether what has come from there may be held back still."""
        return self.is_gate_closed or (self.gated and self.inspected.just_passed)

    @property
    def price(self) -> Price | None:
        """What it asks for one unit of issue; none where that, or its currency, was not stated."""
        if self.unit_cost is None or self.currency is None:
            return None
        return Price(self.unit_cost, self.currency)

    def standing(self, day: date) -> Standing:
        """Tell whether it may be chosen on a day."""
        if not self.may_export:
            return Standing.EXPORT_NOT_APPROVED
        found = standing(self.kind, self.approval if self.approved else Span(), self.acceptance, day)
        return Standing.FIRST_ARTICLE if found is Standing.APPROVED and self._has_ended(day) else found

    def _has_ended(self, day: date) -> bool:
        """Tell whether a first article that its part asks for has ended, and nobody has accepted it since."""
        return self.is_gate_closed and self.inspected.ended_on is not None and self.acceptance.has_ended(day)


def standing(kind: SiteKind, approval: Span, acceptance: Span, day: date) -> Standing:
    """Judge a site for a part: by the nation's approval, and by the acceptance of what comes from there."""
    if not approval.has_begun(day):
        return Standing.NOT_APPROVED
    if approval.has_ended(day):
        return Standing.APPROVAL_ENDED
    if kind is SiteKind.FACTORY:
        return Standing.APPROVED
    if not acceptance.has_begun(day):
        return Standing.NOT_ACCEPTED
    return Standing.ACCEPTANCE_ENDED if acceptance.has_ended(day) else Standing.APPROVED
