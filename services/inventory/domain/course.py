"""The course of a lot's life: from which day on it is in which condition, by its last day and its part's rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from services.inventory.domain.condition_rule import STANDARD, Thresholds
from shared.events.catalogue import LifeType
from shared.types import Condition

AGEING = (Condition.A, Condition.B, Condition.C)
"""The conditions that a lot passes through, the longest-lived first."""


@dataclass(frozen=True, slots=True)
class Life:
    """What decides how a part's lots age at a site: its type of shelf life, and the thresholds that hold there."""

    type: LifeType | None = None
    thresholds: Thresholds | None = STANDARD

    @property
    def end(self) -> Condition:
        """Say what goods are at the end: condemned if their life was definite, else to be looked at."""
        return Condition.H if self.type is LifeType.DEFINITE else Condition.J


class Step(NamedTuple):
    """A condition that a lot is in from a day on."""

    since: date
    becomes: Condition


def course(last: date, life: Life) -> list[Step]:
    """List the steps of a lot whose last day is known, in the order of their days."""
    over = min(last, date.max - timedelta(days=1)) + timedelta(days=1)
    end = Step(over, life.end)
    if life.thresholds is None:
        return [end]
    qualified, short = life.thresholds.qualified.before(last), life.thresholds.short.before(over)
    return [Step(qualified, Condition.B), Step(short, Condition.C), end]


def steps_due(last: date, life: Life, condition: Condition, today: date) -> list[Step]:
    """List the steps that goods in this condition have still to take by today."""
    ahead = [step for step in course(last, life) if step.becomes not in AGEING[: AGEING.index(condition) + 1]]
    return [step for step in ahead if step.since <= today]
