"""Figures with their spread: a measurement is repeated, and all of its repetitions are kept."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured, once per repetition."""

    name: str
    unit: str
    values: Sequence[float]
    target: str = ""
    """What is aimed at, for comparison."""

    def spread(self) -> tuple[float, float, float]:
        """Give the least, the median and the greatest value."""
        return min(self.values), median(self.values), max(self.values)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Read a percentile off sorted values, as the value that so many do not exceed; nan of nothing."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def collect(name: str, unit: str, runs: Sequence[Mapping[str, float]], key: str, *, target: str = "") -> Figure:
    """Take one reading out of every repetition."""
    return Figure(name, unit, [run[key] for run in runs], target)
