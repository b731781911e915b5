"""What is supposed of the days ahead: a source stops or slows down, a lot is rejected, a source opens, demand grows.

Nothing here is planned: this says how terms, work orders and quantities would look, and `whatif` plans with them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal

from services.orders.domain.days import shift
from services.orders.domain.foresight import Silent
from services.orders.domain.order import Order
from services.orders.domain.road import Road
from services.orders.domain.source import Source
from services.orders.domain.sourcing import Sourcing
from shared.types import LotId, OrderId, PartId, SiteId

Slips = Mapping[tuple[OrderId, int], int]
"""By how many days work orders come later, or earlier, because their source has another capacity."""
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Stop:
    """A source delivers nothing from today on, for so many days."""

    site: SiteId
    days: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """A source has so many percent of its weekly capacity left, for every part."""

    site: SiteId
    percent: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """So much of an order's n-th work order will not come."""

    order_id: OrderId
    n: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A source may be asked for a part from a day on; its terms take the place of those that it has."""

    part: PartId
    source: Source
    opens_on: date


@dataclass(frozen=True, slots=True)
class Growth:
    """So many times as much is wanted of a part, or of every part that nothing else is supposed of."""

    factor: Decimal
    part: PartId | None = None


@dataclass(frozen=True, slots=True)
class LotRejection:
    """A lot is rejected: what of it is on its way, and what of it is held for orders, will not be had."""

    lot: LotId
    coming: Mapping[tuple[OrderId, int], int]
    """How much of it is on its way for an order's n-th work order."""
    held: Mapping[OrderId, int]


Supposition = Stop | Capacity | Rejection | LotRejection | Opening | Growth


def subject(supposed: Supposition) -> tuple[object, ...]:
    """Say what something is supposed of: the same may not be supposed of it twice."""
    match supposed:
        case Stop(site) | Capacity(site):
            return type(supposed), site
        case Rejection(order_id, n):
            return Rejection, order_id, n
        case LotRejection(lot):
            return LotRejection, lot
        case Opening(part, source):
            return Opening, part, source.site
    return Growth, supposed.part


@dataclass(frozen=True, slots=True)
class Apart:
    """An order whose work orders are either on the road or not, where that makes a difference."""

    order: Order
    silent: Silent
    sent: frozenset[int] = frozenset()
    """The work orders that are on the road with all that is left of them."""
    part_of: Mapping[int, int] = field(default_factory=dict)
    """Of which work order one is that stands for what of it is not on the road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that is supposed at once, by what it is supposed of."""

    today: date
    stopped: Mapping[SiteId, int] = field(default_factory=dict)
    capacities: Mapping[SiteId, int] = field(default_factory=dict)
    rejected: Mapping[OrderId, Mapping[int, int]] = field(default_factory=dict)
    lost: Mapping[OrderId, int] = field(default_factory=dict)
    """How much of what is held for an order is none any more."""
    opened: Mapping[PartId, Mapping[SiteId, Source]] = field(default_factory=dict)
    growth: Mapping[PartId | None, Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, suppositions: Sequence[Supposition], today: date) -> "World":
        """Put suppositions together."""
        rejected: defaultdict[OrderId, Counter[int]] = defaultdict(Counter)
        lost: Counter[OrderId] = Counter()
        opened: defaultdict[PartId, dict[SiteId, Source]] = defaultdict(dict)
        for each in suppositions:
            if isinstance(each, Rejection):
                rejected[each.order_id][each.n] += each.quantity
            if isinstance(each, LotRejection):
                lost.update(each.held)
                for (order_id, n), quantity in each.coming.items():
                    rejected[order_id][n] += quantity
            if isinstance(each, Opening):
                closed_days = max(0, (each.opens_on - today).days)
                terms = replace(each.source, lead_time_days=each.source.lead_time_days + closed_days)
                opened[each.part][each.source.site] = terms
        return cls(
            today=today,
            stopped={each.site: each.days for each in suppositions if isinstance(each, Stop)},
            capacities={each.site: each.percent for each in suppositions if isinstance(each, Capacity)},
            rejected=rejected,
            lost=lost,
            opened=opened,
            growth={each.part: each.factor for each in suppositions if isinstance(each, Growth)},
        )

    def sources(self, part: PartId, known: Sequence[Source]) -> list[Source]:
        """Give the sources of a part on the terms that are supposed."""
        opened = self.opened.get(part, {})
        there = {each.site: each for each in known}
        new = [_in_place_of(each, there.get(each.site)) for each in opened.values()]
        return [self.terms(each) for each in (*(each for each in known if each.site not in opened), *new)]

    def terms(self, source: Source) -> Source:
        """Give a source's terms as they are supposed: it is late by its stop, and has another capacity."""
        if source.site not in self.stopped and source.site not in self.capacities:
            return source
        stopped, percent = self.stopped.get(source.site, 0), self.capacities.get(source.site, _WHOLE)
        return replace(source, lead_time_days=source.lead_time_days + stopped, capacity_percent=percent)

    def apart(self, order: Order, road: Road, silent: Silent) -> Apart:
        """Part what is on the road from what a source that stops, or has another capacity, is still to send."""
        left, rejected = order.left, self.rejected.get(order.order_id, {})
        works, sent, part_of = list(order.work_orders), set[int](), dict[int, int]()
        for work in order.work_orders:
            there = min(road.get(work.n, 0), left[work.n] - rejected.get(work.n, 0))
            if there <= 0 or (work.source not in self.stopped and work.source not in self.capacities):
                continue
            sent.add(work.n)
            rest = left[work.n] - there
            if rest:
                works[work.n - 1] = replace(work, quantity=work.quantity - rest)
                works.append(replace(work, n=len(works) + 1, quantity=rest, asked=work.answered))
                part_of[len(works)] = work.n
        silence = {**silent, **{n: silent[whole] for n, whole in part_of.items() if whole in silent}}
        return Apart(replace(order, work_orders=tuple(works)), silence, frozenset(sent), part_of)

    def order(self, apart: Apart, slips: Slips) -> Order:
        """Give an order as it would be: its work orders late or short, its quantity grown."""
        order, left = apart.order, apart.order.left
        works = [
            self._changed(apart, work, slips) if left[work.n] and work.n not in apart.sent else work
            for work in order.work_orders
        ]
        demand = replace(order.demand, reserved=max(0, order.demand.reserved - self.lost.get(order.order_id, 0)))
        return self._grown(replace(order, demand=demand, work_orders=tuple(works)))

    def _changed(self, apart: Apart, work: Sourcing, slips: Slips) -> Sourcing:
        order_id, n = apart.order.order_id, apart.part_of.get(work.n, work.n)
        rejected = self.rejected.get(order_id, {}).get(n, 0)
        return self._work(
            work,
            slips.get((order_id, n), 0),
            min(rejected, apart.order.left[work.n]),
            foreseen=apart.silent.get(n) or work.due,
        )

    def _work(self, work: Sourcing, slip: int, rejected: int, *, foreseen: date) -> Sourcing:
        due, reasons = foreseen if slip or work.source in self.stopped else work.due, []
        if slip:
            due = max(shift(due, slip), min(due, self.today))
            reasons.append(f"{work.source} has {self.capacities[work.source]} percent of its capacity")
        if stopped := self.stopped.get(work.source, 0):
            due = shift(max(due, self.today), stopped)
            reasons.append(f"{work.source} stops for {stopped} days")
        if not reasons and not rejected:
            return work
        reason = ", and ".join(reasons) or work.due_reason
        return replace(work, quantity=work.quantity - rejected, due=due, due_reason=reason)

    def _grown(self, order: Order) -> Order:
        factor = self.growth.get(order.part, self.growth.get(None))
        if factor is None:
            return order
        gone, held = order.demand.issued + order.demand.cancelled, order.demand.reserved
        asked = (order.quantity - gone) * factor
        quantity = gone + max(held, int(asked.to_integral_value(ROUND_CEILING)))
        wanted = min(quantity, order.wanted + max(0, quantity - order.quantity))
        return replace(order, quantity=quantity, wanted=wanted)


def _in_place_of(opened: Source, known: Source | None) -> Source:
    return opened if known is None else replace(opened, load=known.load, named=known.named)
