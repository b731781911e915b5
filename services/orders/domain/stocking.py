"""How much of a part a depot should have: reorder point and target, from demand, lead time and a service level.

The stock is reviewed every R days; what is ordered arrives L days later, so it has to last over L + R ((R, s, S):
Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th edition, 2017, chapter 6). With a
mean d and a variance v of demand a day, and a variance of the lead time,

    expected  m = d (L + R)                variance  s2 = v (L + R) + d2 var(L)

The reorder point is the least stock that is enough with the stated probability. Demand of 10 and more is taken to be
normal, as there; slow movers are not: Poisson where the variance is no larger than the mean, negative binomial where it
is (Syntetos, Babai, Lengu and Altay, in Altay and Litteral, Service Parts Management, 2011). The target adds what is
needed in the days that one order is to cover, or the least that a source makes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import NormalDist

from services.orders.domain.source import Source

WEEK_DAYS = 7
WEEKS_MIN = 13
"""Weeks that demand is taken to have been looked at, however young it is: one order tells little."""
FAST_MOVER = 10.0
"""Demand until the next arrival from which on it is taken to be normal."""
_STEPS_MAX = 1_000_000
_NEARLY = 1e-9
"""What reckoning may be off by: a stock that is enough up to this is enough."""


class Distribution(StrEnum):
    """What demand until the next arrival is taken to follow."""

    NORMAL = "normal"
    POISSON = "poisson"
    NEGATIVE_BINOMIAL = "negative-binomial"


@dataclass(frozen=True, slots=True)
class History:
    """What was asked of a part at a depot: over so many weeks, the sum of what each asked, and of its square."""

    weeks: int
    lines: int
    total: int
    squares: int

    @property
    def mean(self) -> float:
        """Reckon the mean demand of a week."""
        return self.total / self.weeks

    @property
    def variance(self) -> float:
        """Reckon the sample variance of the demand of a week."""
        if self.weeks == 1:
            return 0.0
        return max(0.0, (self.squares - self.total * self.total / self.weeks) / (self.weeks - 1))


@dataclass(frozen=True, slots=True)
class Lead:
    """How long a source takes on average, in days, and the variance of that."""

    days: float
    variance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a nation wants of its stock from a day on."""

    valid_from: date
    service_level: float
    cover_days: int
    review_days: int
    history_weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much a depot should have of a part."""

    distribution: Distribution
    expected: float
    deviation: float
    reorder_point: int
    target: int

    @property
    def safety_stock(self) -> int:
        """Say by how much the reorder point is beyond what is expected."""
        return max(0, self.reorder_point - math.floor(self.expected))


def lead(source: Source) -> Lead:
    """Tell how long a source takes: as it was learned (1 + days are log-normal, `lead_time.py`), or as it is stated."""
    learned = source.lead_time
    if learned is None or not learned.is_learned:
        return Lead(source.lead_time_days)
    spread = learned.scale * learned.scale
    mean = math.exp(learned.center + spread / 2)
    return Lead(mean - 1, (math.exp(spread) - 1) * mean * mean)


def level(history: History, lead: Lead, policy: Policy, *, minimum_lot: int | None) -> Level:
    """Reckon reorder point and target of a part that is asked for."""
    days = lead.days + policy.review_days
    a_day = history.mean / WEEK_DAYS
    expected = a_day * days
    variance = history.variance / WEEK_DAYS * days + a_day * a_day * lead.variance
    kind = distribution(expected, variance)
    reorder_point = enough(kind, expected, variance, policy.service_level)
    batch = max(1, minimum_lot or 0, math.ceil(a_day * policy.cover_days - _NEARLY))
    return Level(
        distribution=kind,
        expected=expected,
        deviation=math.sqrt(variance),
        reorder_point=reorder_point,
        target=reorder_point + batch,
    )


def weeks_counted(weeks: int, *, first: int) -> int:
    """Tell how many of so many weeks count for a part that was first asked for in one of them, from 0."""
    return min(weeks, max(WEEKS_MIN, weeks - first))


def distribution(expected: float, variance: float) -> Distribution:
    """Choose what demand is taken to follow."""
    if expected >= FAST_MOVER:
        return Distribution.NORMAL
    return Distribution.NEGATIVE_BINOMIAL if variance > expected + _NEARLY else Distribution.POISSON


def enough(kind: Distribution, expected: float, variance: float, service_level: float) -> int:
    """Find the least stock that demand does not exceed with this probability."""
    if kind is Distribution.NORMAL:
        return max(0, math.ceil(expected + NormalDist().inv_cdf(service_level) * math.sqrt(variance) - _NEARLY))
    chances = _poisson(expected) if kind is Distribution.POISSON else _negative_binomial(expected, variance)
    covered = 0.0
    for stock, chance in enumerate(chances):
        covered += chance
        if covered + _NEARLY >= service_level:
            return stock
    return _STEPS_MAX


def _poisson(mean: float) -> Iterator[float]:
    chance = math.exp(-mean)
    for k in range(1, _STEPS_MAX + 1):
        yield chance
        chance *= mean / k


def _negative_binomial(mean: float, variance: float) -> Iterator[float]:
    """Give the chances of 0, 1, 2 ...: of mean m and variance v, with r = m2 / (v - m) and p = m / v."""
    shape, success = mean * mean / (variance - mean), mean / variance
    chance = success**shape
    for k in range(1, _STEPS_MAX + 1):
        yield chance
        chance *= (k - 1 + shape) / k * (1 - success)
