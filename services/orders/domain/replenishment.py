"""Replenishment: what is proposed for a depot's shelf, and what becomes of it.

There is one proposal of a part at a depot at a time. A review makes it, puts another in its place or withdraws it; a
person, or the depot's rule, releases it, and then what was ordered counts as on order. So whoever reviews next, and
however often, proposes nothing that was ordered already.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from shared.errors import Kind, Refusal
from shared.events.replenishment import (
    Figures,
    ReplenishmentDismissed,
    ReplenishmentEvent,
    ReplenishmentProposed,
    ReplenishmentReleased,
    ReplenishmentWithdrawn,
)
from shared.types import OrderId, PartId, SiteId

DISMISSAL_DAYS = 30
DISMISSAL_DAYS_MAX = 366


class ProposalUnknown(Refusal):
    """There is no such proposal."""

    kind = Kind.NOT_FOUND


class ProposalDecided(Refusal):
    """The proposal was released, dismissed, withdrawn or replaced: look at the newest one."""


class DismissalOutOfReach(Refusal):
    """A dismissal ends on a day after today, within a year."""

    kind = Kind.INVALID
    field = "until"


class ProposalState(StrEnum):
    """What became of the newest proposal of a part at a depot."""

    NONE = "none"
    """Nothing was ever proposed."""
    PROPOSED = "proposed"
    """Nobody has decided on it."""
    RELEASED = "released"
    """It was ordered."""
    DISMISSED = "dismissed"
    """Somebody does not want it."""
    WITHDRAWN = "withdrawn"
    """It was no longer needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replenishment:
    """A part at a depot as its row holds it: its newest proposal, and how many facts were told of it."""

    site: SiteId
    part: PartId
    version: int = 0
    number: int = 0
    state: ProposalState = ProposalState.NONE
    quantity: int | None = None
    figures: Figures | None = None
    proposed_on: date | None = None
    until: date | None = None
    order: OrderId | None = None
    decided_by: str | None = None
    reason: str | None = None

    @property
    def about(self) -> dict[str, str]:
        """Say what it is about, as every fact does."""
        return {"site": self.site, "part": self.part}


@dataclass(frozen=True, slots=True)
class Decision:
    """The part as it now stands, and the fact to tell, if something was decided."""

    now: Replenishment
    fact: ReplenishmentEvent | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a review finds: how much should be ordered, 0 for nothing, and why."""

    quantity: int
    figures: Figures


def wish(figures: Figures) -> Wish:
    """Want what brings the position up to its target, once it is at or below the reorder point."""
    missing = max(figures.minimum_lot or 0, figures.target - figures.position)
    return Wish(missing if figures.position <= figures.reorder_point else 0, figures)


def review(found: Replenishment, wanted: Wish | None, today: date) -> Decision:
    """Propose what is wanted, unless it is proposed or dismissed already; without a wish, withdraw what is not."""
    is_open = found.state is ProposalState.PROPOSED
    if wanted is None or not wanted.quantity:
        if not is_open:
            return Decision(found)
        withdrawn = ReplenishmentWithdrawn(**found.about, number=found.number, reviewed_on=today)
        return _tell(replace(found, state=ProposalState.WITHDRAWN), withdrawn)
    if is_open and wanted.quantity == found.quantity:
        return Decision(found)
    if found.state is ProposalState.DISMISSED and found.until is not None and today < found.until:
        return Decision(found)
    proposed = Replenishment(
        site=found.site,
        part=found.part,
        version=found.version,
        number=found.number + 1,
        state=ProposalState.PROPOSED,
        quantity=wanted.quantity,
        figures=wanted.figures,
        proposed_on=today,
    )
    fact = ReplenishmentProposed(
        **found.about,
        number=proposed.number,
        quantity=wanted.quantity,
        figures=wanted.figures,
        reviewed_on=today,
        replaces=found.number if is_open else None,
    )
    return _tell(proposed, fact)


def release(found: Replenishment, order: OrderId, *, by: str, by_rule: bool) -> Decision:
    """Order what is proposed."""
    assert found.quantity is not None, "what is proposed has a quantity"
    fact = ReplenishmentReleased(
        **found.about, number=found.number, quantity=found.quantity, order=order, released_by=by, by_rule=by_rule
    )
    return _tell(replace(found, state=ProposalState.RELEASED, order=order, decided_by=by), fact)


def dismiss(found: Replenishment, reason: str, until: date | None, *, by: str, today: date) -> Decision:
    """Want nothing of what is proposed, nor anything else before a day."""
    end = until or today + timedelta(days=DISMISSAL_DAYS)
    if not today < end <= today + timedelta(days=DISMISSAL_DAYS_MAX):
        raise DismissalOutOfReach(until=end, today=today)
    fact = ReplenishmentDismissed(**found.about, number=found.number, reason=reason, dismissed_by=by, until=end)
    dismissed = replace(found, state=ProposalState.DISMISSED, until=end, decided_by=by, reason=reason)
    return _tell(dismissed, fact)


def require_open(found: Replenishment, number: int) -> None:
    """Refuse a proposal that there never was, or on which was decided."""
    if not 1 <= number <= found.number:
        raise ProposalUnknown(site=found.site, part=found.part, number=number)
    if number != found.number or found.state is not ProposalState.PROPOSED:
        raise ProposalDecided(site=found.site, part=found.part, number=number, newest=found.number, state=found.state)


def _tell(now: Replenishment, fact: ReplenishmentEvent) -> Decision:
    return Decision(replace(now, version=now.version + 1), fact)
