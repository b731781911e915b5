"""The distributions that a simulated year is drawn from, each from dice of its own.

Dice are seeded by what they are for, so that one part more changes nothing about the others.
"""

import random
from collections.abc import Iterator
from math import log

DAYS_PER_YEAR = 365.0


def dice_for(*names: object) -> random.Random:
    """Give dice that always fall the same way for the same names."""
    return random.Random("/".join(map(str, names)))  # noqa: S311  # a play, the same every time


def arrivals(dice: random.Random, per_year: float, days: float) -> Iterator[float]:
    """Give the moments, in days from 0, at which something happens by a Poisson process.

    Demand for spares comes so as long as many pieces fail seldom and independently of each other (Palm's theorem:
    Sherbrooke, Optimal Inventory Modeling of Systems, 2nd edition 2004, chapter 2).
    """
    if per_year <= 0:
        return
    moment = dice.expovariate(per_year / DAYS_PER_YEAR)
    while moment < days:
        yield moment
        moment += dice.expovariate(per_year / DAYS_PER_YEAR)


def batch(dice: random.Random, mean: float) -> int:
    """Draw how much is asked for at a time: 1, 2, 3 ..., geometric with a mean of at least 1.

    Arrivals of such batches are the stuttering Poisson demand of intermittent spares (Sherbrooke 2004, chapter 3).
    """
    if mean <= 1:
        return 1
    return 1 + int(log(1 - dice.random()) / log(1 - 1 / mean))


def poisson(dice: random.Random, mean: float) -> int:
    """Draw a Poisson number by counting arrivals; takes time in proportion to the mean."""
    count, passed = 0, dice.expovariate(1.0)
    while passed < mean:
        count += 1
        passed += dice.expovariate(1.0)
    return count


def spread(dice: random.Random, median: float, sigma: float) -> float:
    """Draw a lognormal amount: half of them below the median; one in six above median * e^sigma.

    Durations and rates that are products of many independent causes are so (Limpert, Stahel and Abbt, Log-normal
    distributions across the sciences, BioScience 51, 2001).
    """
    return dice.lognormvariate(log(median), sigma)


def spoilt_of(dice: random.Random, quantity: int, share: float) -> int:
    """Draw how many of so many pieces are spoilt, each by itself: binomial."""
    return sum(dice.random() < share for _ in range(quantity))
