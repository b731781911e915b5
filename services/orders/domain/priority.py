"""Priority designators: 01 to 15, from the activity's force/activity designator and the order's urgency of need."""

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Kind, Refusal
from shared.types import Priority, SiteId, Urgency


class ActivityOfAnother(Refusal):
    """The document number begins with the activity code of another depot."""

    kind = Kind.FORBIDDEN
    field = "document_number"


class UrgencyUnapproved(Refusal):
    """An urgency of need of A or B needs an approver: place the order as C, and let one raise it."""

    kind = Kind.FORBIDDEN
    field = "urgency"


class Designator(StrEnum):
    """Force/activity designator: assigned above the activity, I before V."""

    I = "I"  # noqa: E741  # the designators are roman numerals
    II = "II"
    III = "III"
    IV = "IV"
    V = "V"


_PRIORITIES: dict[Designator, dict[Urgency, Priority]] = {
    Designator.I: {Urgency.A: 1, Urgency.B: 4, Urgency.C: 11},
    Designator.II: {Urgency.A: 2, Urgency.B: 5, Urgency.C: 12},
    Designator.III: {Urgency.A: 3, Urgency.B: 6, Urgency.C: 13},
    Designator.IV: {Urgency.A: 7, Urgency.B: 9, Urgency.C: 14},
    Designator.V: {Urgency.A: 8, Urgency.B: 10, Urgency.C: 15},
}


def priority(designator: Designator, urgency: Urgency) -> Priority:
    """Look up the priority designator; nobody enters one."""
    return _PRIORITIES[designator][urgency]


def approver(urgency: Urgency, *, asked_by: str, may_approve: bool) -> str | None:
    """Name who approves an urgency of need: whoever asks, if he may; a routine need takes no approval."""
    if urgency is Urgency.C:
        return None
    if not may_approve:
        raise UrgencyUnapproved(urgency=urgency.value, asked_by=asked_by)
    return asked_by


@dataclass(frozen=True, slots=True)
class Activity:
    """Whose an activity code is, and how urgent its work."""

    site: SiteId
    designator: Designator

    def require(self, code: str, depot: SiteId) -> None:
        """Refuse a depot that numbers its order as another's activity does."""
        if depot != self.site:
            raise ActivityOfAnother(activity=code, ordered_by=depot)


def designator(code: str, activity: Activity | None, depot: SiteId) -> Designator:
    """Give the designator of an order's activity, which must be its depot's own; an unassigned one comes last."""
    if activity is None:
        return Designator.V
    activity.require(code, depot)
    return activity.designator
