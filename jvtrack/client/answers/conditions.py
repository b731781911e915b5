"""Condition rules as the inventory service takes and answers them."""

from collections.abc import Sequence
from datetime import date, datetime

from jvtrack.client.answers.record import Body, Record
from shared.types import Nation, Text


class ConditionLifespan(Body):
    """With how much life left items of one whole life are qualified and short-lived."""

    total_months_max: int | None = None
    """Whole shelf life up to which it holds, in months; without it, for all longer ones from six months on."""
    qualified: str
    """With this or less left, goods are in condition B: `P6M`, `P45D`."""
    short: str
    """With less than this left, goods are in condition C."""


class ConditionRuleTerms(Body):
    """How a nation's stock ages, by the whole life of its items."""

    lifespans: Sequence[ConditionLifespan]
    """The shortest that an item fits in counts; an item that fits in none ages only at the end."""
    reason: Text
    """Why."""


class ConditionRule(Record):
    """How a nation's stock ages from a day on, and who said so."""

    nation: Nation
    """Whose depots' stock ages so."""
    valid_from: date
    """First day on which it holds."""
    lifespans: Sequence[ConditionLifespan]
    """Thresholds by the whole life of an item."""
    reason: str
    """Why."""
    set_by: str
    """Who set it."""
    set_at: datetime
    """When."""
