"""Bodies of the doors of condition rules."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from services.inventory.domain.condition_rule import LEFT_PATTERN, Left
from shared.http.forms import Answer, Body, example
from shared.types import Nation, Text, error_at, written

LIFESPANS_MAX = 20
LeftText = Annotated[str, written(LEFT_PATTERN, "P6M")]
"""An amount of life as ISO 8601 writes it, in months or days: `P6M`, `P45D`."""
_LIFESPANS: list[JsonValue] = [
    {"total_months_max": 2, "qualified": "P20D", "short": "P10D"},
    {"total_months_max": 5, "qualified": "P45D", "short": "P20D"},
    {"total_months_max": None, "qualified": "P6M", "short": "P3M"},
]


class ConditionLifespan(Body):
    """With how much life left items of one whole life are qualified and short-lived."""

    total_months_max: Annotated[int, Field(strict=True, gt=0, le=600)] | None = None
    """Whole shelf life up to which it holds, in months; without it, for all longer ones from six months on."""
    qualified: LeftText
    """With this or less left, goods are in condition B."""
    short: LeftText
    """With less than this left, goods are in condition C."""

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if not _is_less(Left.read(self.short), Left.read(self.qualified)):
            raise error_at("short", message="must be less than qualified, whatever the month")
        return self


class ConditionRuleTerms(Body):
    """How a nation's stock ages, by the whole life of its items."""

    model_config = example({"lifespans": _LIFESPANS, "reason": "Sealants keep for two to five months."})

    lifespans: Annotated[list[ConditionLifespan], Field(min_length=1, max_length=LIFESPANS_MAX)]
    """The shortest that an item fits in counts; an item that fits in none ages only at the end."""
    reason: Text
    """Why."""

    @model_validator(mode="after")
    def _are_distinct(self) -> Self:
        bounds = [lifespan.total_months_max for lifespan in self.lifespans]
        if len(set(bounds)) < len(bounds):
            raise error_at("lifespans", message="two have the same total_months_max")
        return self


class ConditionRuleRead(Answer):
    """How a nation's stock ages from a day on, and who said so."""

    model_config = example(
        {
            "nation": "IND",
            "valid_from": "2026-12-01",
            "lifespans": _LIFESPANS,
            "reason": "Sealants keep for two to five months.",
            "set_by": "quality@IND",
            "set_at": "2026-11-23T09:30:00.120Z",
        }
    )

    nation: Nation
    """Whose depots' stock ages so."""
    valid_from: date
    """First day on which it holds; until then the one before does."""
    lifespans: list[ConditionLifespan]
    """Thresholds by the whole life of an item."""
    reason: str
    """Why."""
    set_by: str
    """Who set it."""
    set_at: datetime
    """When."""


def _is_less(left: Left, other: Left) -> bool:
    """Tell whether one amount is less than another in whatever months they fall."""
    if bool(left.months) is bool(other.months):
        return left < other
    return left.months * 31 + left.days < other.months * 28 + other.days
