"""What a process shows of itself when it is looked at, and what has risen from one look to another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isinf
from typing import NamedTuple


class Sample(NamedTuple):
    """One number that a process shows: its name, and of what it is, by label."""

    name: str
    of: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Look:
    """How a process was at a moment."""

    at: float
    """Seconds on a clock that never goes back."""
    answers: bool
    """Whether it answered at all."""
    troubles: Mapping[str, str]
    """What keeps it from being ready, by what it looked at."""
    samples: Mapping[Sample, float]
    """What it counts and measures."""


NEVER = Look(at=0.0, answers=False, troubles={}, samples={})


@dataclass(frozen=True, slots=True)
class Watched:
    """A process, and how it was of late."""

    name: str
    """As the stack names it: `inventory`, or `inventory.2` where several run it."""
    looks: Sequence[Look]
    """The looks of the last while, oldest first."""
    answered_at: float
    """When it answered last, or when it began to be watched."""

    @property
    def service(self) -> str:
        """Tell of which service it is a process."""
        return self.name.partition(".")[0]

    @property
    def newest(self) -> Look:
        """Give the last look."""
        return self.looks[-1] if self.looks else NEVER

    @property
    def silent_seconds(self) -> float:
        """Tell how long it has not answered; nought if it answers."""
        return 0.0 if self.newest.answers else max(0.0, self.newest.at - self.answered_at)

    def shown(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        """Walk through what it shows under a name now, each with its labels; nothing if it does not answer."""
        for sample, value in self.newest.samples.items():
            if sample.name == name:
                yield dict(sample.of), value

    def risen(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        """Walk through how far its counters have risen since the oldest look that was answered.

        A counter that is lower than before began anew with its process: all that it shows has risen since.
        """
        first = self._first
        for sample, value in self.newest.samples.items():
            if sample.name == name:
                before = first.samples.get(sample, 0.0)
                yield dict(sample.of), value - before if value >= before else value

    @property
    def seconds(self) -> float:
        """Tell over how long its counters have risen."""
        return self.newest.at - self._first.at

    @property
    def _first(self) -> Look:
        return next((look for look in self.looks if look.answers), self.newest)


def quantile(share: float, counted: Mapping[float, float]) -> float | None:
    """Estimate below which value a share of all lies, from how many lie at or below each bound.

    Between two bounds they are taken as evenly spread, as Prometheus' histogram_quantile does; above the last finite
    bound it is that bound. None if there are none.
    """
    bounds = sorted(counted.items())
    total = bounds[-1][1] if bounds else 0.0
    if total <= 0:
        return None
    wanted = share * total
    number = next(number for number, (_, count) in enumerate(bounds) if count >= wanted)
    lower, below = bounds[number - 1] if number else (0.0, 0.0)
    bound, count = bounds[number]
    if isinf(bound):
        return lower
    return lower + (bound - lower) * (wanted - below) / (count - below) if count > below else bound
