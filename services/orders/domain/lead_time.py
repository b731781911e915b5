"""Lead times learned from deliveries: what a source states is where one begins, and what came moves it.

The logarithm of days is taken for normally distributed, its mean and variance unknown, with the conjugate prior of both
(normal with scaled inverse chi-squared; Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.3). With x = log(1 +
days), n deliveries of mean x' and S the sum of squares around it, and a stated lead time m0 that is worth k deliveries
of spread s0:

    k_n = k + n        m_n = (k m0 + n x') / k_n        k_n s_n^2 = k s0^2 + S + (k n / k_n) (x' - m0)^2

Half of all deliveries are expected within exp(m_n) - 1 days: a median, which one delivery that took years hardly moves,
and which is what was stated as long as nothing came. Nine of ten are expected by the 90th percentile of the predictive
Student t distribution with k_n degrees of freedom (its quantile: Abramowitz and Stegun, 26.7.5).

What is late and has not come is known to take at least so long. It counts as if it came on the earliest day that is
left, where that is later than what the others say: so the estimate rests on no guess, and lateness is never praised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, expm1, fsum, log, log1p, sqrt
from statistics import NormalDist

DELIVERIES_MAX = 100
"""Deliveries of a source that are learned from, the newest of them: what a factory could do years ago says little."""
LEAD_TIME_DAYS_MAX = 3650
"""Days beyond which a lead time says nothing."""
_NORMAL = NormalDist()
_NINE_OF_TEN = _NORMAL.inv_cdf(0.9)
_CHANCE_MIN = 1e-12


@dataclass(frozen=True, slots=True)
class Prior:
    """How many deliveries a stated lead time is worth, and how far such deliveries lie apart (of the logarithm)."""

    worth: int = 4
    spread: float = 0.3


@dataclass(frozen=True, slots=True)
class Seen:
    """In how many days deliveries came, and how many days others have taken at least."""

    came: Sequence[int] = ()
    at_least: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """What a source states, and what its deliveries say."""

    stated_days: int
    days: int
    """Half of all deliveries are expected within so many days."""
    late_days: int
    """Nine of ten are."""
    deliveries: int
    """How many deliveries it was learned from."""
    unfinished: int
    """How many late ones that have not come count beside them."""
    center: float
    """Mean of log(1 + days)."""
    scale: float
    """Its predictive standard deviation."""

    @property
    def is_learned(self) -> bool:
        """Whether anything is known beyond what is stated."""
        return self.deliveries + self.unfinished > 0

    def remaining_days(self, elapsed: int) -> int:
        """Reckon how many more days half of those need that have not come after so many: at least one."""
        chance_left = _NORMAL.cdf((self.center - log1p(elapsed)) / self.scale) / 2
        half_way = -_NORMAL.inv_cdf(max(_CHANCE_MIN, chance_left))
        return max(1, _days(self.center + half_way * self.scale) - elapsed)


def learn(stated_days: int, seen: Seen, prior: Prior) -> LeadTime:
    """Reckon with what came, and with what is late where that is later still."""
    known = _fit(stated_days, seen.came, prior)
    later = [days for days in seen.at_least if log1p(days) > known.mean]
    fit = _fit(stated_days, [*seen.came, *later], prior) if later else known
    is_learned = bool(seen.came) or bool(later)
    return LeadTime(
        stated_days=stated_days,
        days=_days(fit.mean) if is_learned else stated_days,
        late_days=_days(fit.mean + _student(_NINE_OF_TEN, fit.weight) * fit.scale),
        deliveries=len(seen.came),
        unfinished=len(later),
        center=fit.mean,
        scale=fit.scale,
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    mean: float
    weight: int
    scale: float


def _fit(stated_days: int, days: Sequence[int], prior: Prior) -> _Fit:
    stated, logs = log1p(stated_days), [log1p(each) for each in days]
    count, weight = len(logs), prior.worth + len(logs)
    mean = fsum(logs) / count if count else stated
    squares = fsum((each - mean) ** 2 for each in logs)
    apart = prior.worth * count / weight * (mean - stated) ** 2
    variance = (prior.worth * prior.spread**2 + squares + apart) / weight
    return _Fit((prior.worth * stated + count * mean) / weight, weight, sqrt(variance * (1 + 1 / weight)))


def _student(normal: float, degrees: int) -> float:
    """Give the quantile of Student's t that belongs to one of the normal distribution."""
    first = (normal**3 + normal) / 4
    second = (5 * normal**5 + 16 * normal**3 + 3 * normal) / 96
    return normal + first / degrees + second / degrees**2


def _days(center: float) -> int:
    """Give whole days, rounded up; a trace of rounding does not make another day."""
    return ceil(expm1(min(center, log(1 + LEAD_TIME_DAYS_MAX))) - 1e-9)
