"""The plan of a simulated year: who asks for what on which day, who stands still, and what is made for stock.

The plan is drawn before anything is posted. What becomes of a work order is drawn when the services open it
(`courses.py`), from the seed and its name alone, because only they decide which work orders there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from math import ceil

from jvtrack.client import document_number
from jvtrack.simulate.chances import arrivals, batch, dice_for, poisson, spread
from jvtrack.simulate.ground import FAILURES_PER_YEAR, Ground, Part, Size, Tail, base36, draw_ground
from shared.types import DocumentNumber, PartId, SiteId, Urgency

URGENT_SHARE = 0.2
"""Of the orders that no tail waits for, so many impair a mission."""
NEEDED_IN_DAYS: Mapping[Urgency, float] = {Urgency.A: 5.0, Urgency.B: 15.0, Urgency.C: 45.0}
"""Median days until an order is needed."""
NEEDED_SIGMA = 0.3
STOCK_LOT_DAYS = 40
"""How often a factory makes a part for stock."""
STOCK_LOT_SHARE = 0.6
"""How much of the demand between two such lots they cover."""
ORDERS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Planned:
    """An order that will be placed."""

    moment: float
    """Days from the beginning of the year."""
    document_number: DocumentNumber
    depot: SiteId
    part: PartId
    quantity: int
    urgency: Urgency
    needed_in_days: int
    tail: Tail | None = None
    """What stands still for it."""


@dataclass(frozen=True, slots=True)
class StockLot:
    """A lot that a factory makes for a depot's stock."""

    moment: float
    """When it leaves the factory, in days from the beginning of the year."""
    number: str
    factory: SiteId
    part: PartId
    depot: SiteId
    quantity: int


@dataclass(frozen=True, slots=True)
class Year:
    """The whole plan."""

    ground: Ground
    orders: Sequence[Planned]
    """In the order of their moments."""
    lots: Sequence[StockLot]
    """In the order of their moments."""

    def day(self, moment: float) -> date:
        """Date a moment of the year, whose last day is its end."""
        size = self.ground.size
        return size.end - timedelta(days=size.days - 1 - int(moment))

    def needed_on(self, order: Planned) -> date:
        """Date the day of need: counted from the end, for the doors take none that is past."""
        return self.ground.size.end + timedelta(days=order.needed_in_days)

    def rows(self) -> Iterator[dict[str, object]]:
        """Write the plan row by row: the ground, then what happens, in order; each row says what it is."""
        ground = self.ground
        for kind, listed in (("part", ground.parts), ("source", ground.terms), ("tail", ground.tails)):
            yield from ({"kind": kind, **asdict(each)} for each in listed)
        yield from ({"kind": "opening-stock", **asdict(each)} for each in ground.holdings)
        happening: list[Planned | StockLot] = sorted([*self.orders, *self.lots], key=lambda each: each.moment)
        for each in happening:
            kind = "order" if isinstance(each, Planned) else "stock-lot"
            plain = {field.name: getattr(each, field.name) for field in fields(each) if field.name != "tail"}
            tail = {} if isinstance(each, StockLot) or each.tail is None else {"tail_number": each.tail.tail_number}
            yield {"kind": kind, "on": str(self.day(each.moment)), **plain, "moment": round(each.moment, 4), **tail}


def draw_year(size: Size) -> Year:
    """Draw the plan: the same for the same seed and size."""
    ground = draw_ground(size)
    wanted = [each for depot in ground.depots for part in ground.parts for each in _wanted(size, depot, part)]
    wanted += [each for tail in ground.tails for each in _failures(ground, tail)]
    wanted.sort(key=lambda each: (each.moment, each.depot, each.part))
    lots = [each for part in ground.parts for each in _stock_lots(ground, part)]
    plan = Year(ground, (), sorted(lots, key=lambda each: (each.moment, each.number)))
    return Year(ground, _numbered(plan, wanted), plan.lots)


@dataclass(frozen=True, slots=True)
class _Wanted:
    moment: float
    depot: SiteId
    part: PartId
    quantity: int
    urgency: Urgency
    needed_in_days: int
    tail: Tail | None = None


def _wanted(size: Size, depot: SiteId, part: Part) -> Iterator[_Wanted]:
    dice = dice_for(size.seed, "demand", depot, part.part_id)
    for moment in arrivals(dice, part.orders_per_year, size.days):
        urgency = Urgency.B if dice.random() < URGENT_SHARE else Urgency.C
        quantity, days = batch(dice, part.units_per_order), spread(dice, NEEDED_IN_DAYS[urgency], NEEDED_SIGMA)
        yield _Wanted(moment, depot, part.part_id, quantity, urgency, ceil(days))


def _failures(ground: Ground, tail: Tail) -> Iterator[_Wanted]:
    """Let a tail fail now and then, for want of a part that grounds it."""
    size, grounding = ground.size, [part for part in ground.parts if part.platform == tail.platform and part.grounds]
    dice = dice_for(size.seed, "failures", tail.tail_number)
    for moment in arrivals(dice, FAILURES_PER_YEAR if grounding else 0, size.days):
        part, days = dice.choice(grounding), spread(dice, NEEDED_IN_DAYS[Urgency.A], NEEDED_SIGMA)
        yield _Wanted(moment, tail.depot, part.part_id, 1, Urgency.A, ceil(days), tail)


def _numbered(plan: Year, wanted: Sequence[_Wanted]) -> list[Planned]:
    """Number the orders of each depot in the order of their moments, each dated with its day."""
    serials = dict.fromkeys(plan.ground.depots, 0)
    numbered = []
    for each in wanted:
        activity, serial = plan.ground.activity(each.depot), base36(serials[each.depot], 4)
        serials[each.depot] += 1
        number = document_number(activity, plan.day(each.moment), serial)
        asked = (each.depot, each.part, each.quantity, each.urgency, each.needed_in_days, each.tail)
        numbered.append(Planned(each.moment, number, *asked))
    return numbered


def _stock_lots(ground: Ground, part: Part) -> Iterator[StockLot]:
    """Have a part's factory make for stock now and then, for one depot at a time."""
    factory = next((each.site for each in ground.terms if each.part == part.part_id and each.is_factory), None)
    if factory is None:
        return
    size, dice = ground.size, dice_for(ground.size.seed, "stock lots", part.part_id)
    daily = part.orders_per_year * part.units_per_order / 365
    moment, number = STOCK_LOT_DAYS * dice.random(), 0
    while moment < size.days:
        depot, number = ground.depots[number % len(ground.depots)], number + 1
        quantity = poisson(dice, daily * STOCK_LOT_DAYS * len(ground.depots) * STOCK_LOT_SHARE)
        if quantity:
            yield StockLot(moment, f"{part.part_id}-L{number:03}", factory, part.part_id, depot, quantity)
        moment += STOCK_LOT_DAYS
