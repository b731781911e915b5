"""The ground of a simulated year: parts, sites, sources, fleet and opening stock, drawn from a seed and a size.

Every name carries the seed (`SIM-007-P0001`), so that years of several seeds stand side by side on one system.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from jvtrack.simulate.chances import dice_for, poisson, spread
from shared.types import PartId, Platform, SiteId, TailNumber

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEED_MAX = len(DIGITS) ** 3 - 1
ORDERS_PER_YEAR, ORDERS_SIGMA = 4.0, 0.9
"""How often a depot orders a part: the median over parts, and how far they lie apart."""
UNITS_PER_ORDER_MAX = 4.0
FAILURES_PER_YEAR = 2.0
"""How often a tail stands still for want of a part."""
FACTORY_DAYS, SUPPLIER_DAYS, LEAD_SIGMA = 40.0, 100.0, 0.4
"""Median lead times, and how far sources lie apart."""
COVER_DAYS = 45
"""For how many days of its demand a depot has stock when the year begins."""
GROUNDING_SHARE = 0.5
_NOUNS = ("Gearbox", "Pump", "Valve", "Bearing", "Seal", "Actuator", "Filter", "Blade", "Track link", "Generator")
_USES = ("main", "auxiliary", "tail", "fuel", "hydraulic", "cooling", "turret", "starter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a year is, and from which seed it is drawn."""

    seed: int
    end: date
    """The last day of the year: what happened is dated before it, what lies ahead is counted from it."""
    parts: int = 40
    depots: int = 3
    factories: int = 2
    suppliers: int = 2
    tails: int = 12
    days: int = 360

    @property
    def code(self) -> str:
        """Write the seed as it stands in names: three characters."""
        return base36(self.seed, 3)


@dataclass(frozen=True, slots=True)
class Part:
    """A part, and how it is asked for."""

    part_id: PartId
    name: str
    platform: Platform
    grounds: bool
    orders_per_year: float
    """Of one depot."""
    units_per_order: float


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a site supplies a part."""

    part: PartId
    site: SiteId
    is_factory: bool
    lead_time_days: int
    capacity_per_week: int
    unit_cost: int
    import_content: float


@dataclass(frozen=True, slots=True)
class Tail:
    """An aircraft or vehicle, and the depot that it is at home at."""

    platform: Platform
    tail_number: TailNumber
    depot: SiteId


@dataclass(frozen=True, slots=True)
class Holding:
    """Opening stock of a depot."""

    depot: SiteId
    part: PartId
    quantity: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that is there when the year begins."""

    size: Size
    depots: Sequence[SiteId]
    factories: Sequence[SiteId]
    suppliers: Sequence[SiteId]
    parts: Sequence[Part]
    terms: Sequence[Terms]
    tails: Sequence[Tail]
    holdings: Sequence[Holding]

    def activity(self, depot: SiteId) -> str:
        """Give the code in whose name a depot orders."""
        return f"S{self.size.code}{base36(self.depots.index(depot), 2)}"


def draw_ground(size: Size) -> Ground:
    """Draw the ground: the same for the same seed and size."""
    parts = [_part(size, number) for number in range(size.parts)]
    depots, factories, suppliers = (
        [f"SIM-{size.code}-{letter}{number}" for number in range(1, count + 1)]
        for letter, count in (("D", size.depots), ("F", size.factories), ("S", size.suppliers))
    )
    terms = [each for part in parts for each in _terms(size, part, factories, suppliers)]
    tails = [
        Tail(list(Platform)[number % len(Platform)], f"S{size.code}-{number + 1:03}", depots[number % len(depots)])
        for number in range(size.tails)
    ]
    holdings = [each for part in parts for each in _holdings(size, part, depots)]
    return Ground(size, depots, factories, suppliers, parts, terms, tails, holdings)


def base36(number: int, digits: int) -> str:
    """Write a number in digits and letters, with as many of them as are asked for."""
    return "".join(DIGITS[number // len(DIGITS) ** place % len(DIGITS)] for place in reversed(range(digits)))


def _part(size: Size, number: int) -> Part:
    dice = dice_for(size.seed, "part", number)
    platforms = list(Platform)
    return Part(
        part_id=f"SIM-{size.code}-P{number + 1:04}",
        name=f"{dice.choice(_NOUNS)}, {dice.choice(_USES)} (simulated)",
        platform=platforms[number % len(platforms)],
        # The first of each platform does, so that there is something for it to stand still for.
        grounds=number < len(platforms) or dice.random() < GROUNDING_SHARE,
        orders_per_year=spread(dice, ORDERS_PER_YEAR, ORDERS_SIGMA),
        units_per_order=1 + dice.random() * (UNITS_PER_ORDER_MAX - 1),
    )


def _terms(size: Size, part: Part, factories: Sequence[SiteId], suppliers: Sequence[SiteId]) -> list[Terms]:
    """Let a factory make a part, or a supplier send it, or both."""
    dice = dice_for(size.seed, "sources", part.part_id)
    kind = dice.choice(("factory", "supplier", "both"))
    chosen = []
    if kind != "supplier" or not suppliers:
        chosen.append(_offer(dice, part, dice.choice(factories), size=size, is_factory=True))
    if kind != "factory" and suppliers:
        chosen.append(_offer(dice, part, dice.choice(suppliers), size=size, is_factory=False))
    return chosen


def _offer(dice: random.Random, part: Part, site: SiteId, *, size: Size, is_factory: bool) -> Terms:
    weekly = part.orders_per_year * part.units_per_order * size.depots / 52
    return Terms(
        part=part.part_id,
        site=site,
        is_factory=is_factory,
        lead_time_days=max(7, round(spread(dice, FACTORY_DAYS if is_factory else SUPPLIER_DAYS, LEAD_SIGMA))),
        capacity_per_week=max(1, ceil(2 * weekly)),
        unit_cost=max(100, round(spread(dice, 40_000, 1.2))),
        import_content=round(0.1 + 0.4 * dice.random(), 2) if is_factory else 1.0,
    )


def _holdings(size: Size, part: Part, depots: Sequence[SiteId]) -> list[Holding]:
    daily = part.orders_per_year * part.units_per_order / 365
    drawn = [
        (depot, poisson(dice_for(size.seed, "stock", depot, part.part_id), daily * COVER_DAYS)) for depot in depots
    ]
    return [Holding(depot, part.part_id, quantity) for depot, quantity in drawn if quantity]
