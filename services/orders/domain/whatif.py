"""What would become of promises and platforms if something happened: a pure function over a snapshot.

Lines are planned by the product's own rules, in the order in which stock is given out, and each sees what those before
it have been given. Work orders stay where they are, as late as what is supposed makes them. A line moves to others
where that is earlier than to wait: if its source is late by what is supposed, or if a source opens for its part.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from services.orders.domain.foresight import Silent, foreseen, silent
from services.orders.domain.order import Order
from services.orders.domain.plan import missing, plan
from services.orders.domain.platforms import TailName
from services.orders.domain.ranking import Market, waiting_days
from services.orders.domain.release import Grounded, expected_release
from services.orders.domain.road import Road
from services.orders.domain.source import Source
from services.orders.domain.supposition import Slips, Supposition, World
from shared.types import OrderId, PartId, SiteId

Given = Counter[tuple[PartId, SiteId]]
"""How much more, or less, each source has to do than in the snapshot."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An unsettled order, what it may be sourced from, and when it was placed."""

    order: Order
    market: Market
    placed_at: datetime
    road: Road = field(default_factory=dict)
    """How much of its work orders has left its source and not arrived."""

    @property
    def turn(self) -> tuple[object, ...]:
        """When it is its turn: by priority, then by the day of need, then by age."""
        return self.order.priority, self.order.required_by, self.placed_at, self.order.order_id


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Who waits for what at one moment, and how far ahead days are counted."""

    today: date
    lines: Sequence[OpenLine]
    grounded: Sequence[Grounded]
    horizon_days: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """When a grounded platform is expected back, and how many days within the horizon it stands still until then."""

    expected: date | None
    days_down: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would become of every line and every grounded platform."""

    orders: Mapping[OrderId, Order]
    platforms: Mapping[TailName, Prospect]


def project(snapshot: Snapshot, suppositions: Sequence[Supposition] = ()) -> Outcome:
    """Tell what would become of lines and platforms; with nothing supposed, as it is."""
    world = World.of(suppositions, snapshot.today)
    slips = _slips(snapshot.lines, world)
    silences = dict[OrderId, Silent]()
    given, orders = Given(), dict[OrderId, Order]()
    for line in sorted(snapshot.lines, key=lambda line: line.turn):
        apart = world.apart(line.order, line.road, silent(line.order, line.market, snapshot.today))
        planned = _plan(replace(line, order=apart.order), world.order(apart, slips), given, world)
        silences[planned.order_id] = apart.silent
        given.update(_more(line.order, planned))
        orders[planned.order_id] = planned
    days = {order_id: foreseen(order, silences[order_id], snapshot.today) for order_id, order in orders.items()}
    platforms = {each.name: _prospect(each, days, snapshot) for each in snapshot.grounded}
    return Outcome(orders, platforms)


def sources_of(order: Order) -> tuple[SiteId, ...]:
    """Name those that will still bring something, each once."""
    left = order.left
    return tuple(dict.fromkeys(work.source for work in order.work_orders if left[work.n]))


def day_of(order: Order) -> date | None:
    """Tell the day that would be promised; none where nothing could be."""
    return order.promise.promised_for if order.promise else None


def _plan(line: OpenLine, supposed: Order, given: Given, world: World) -> Order:
    """Plan a line anew; it stays with its sources unless it is earlier to move."""
    ways = list(_ways(line.order, supposed, world)) if supposed.demand.may_be_planned else []
    market = _market(line, given, world) if ways or missing(supposed) > 0 else line.market
    planned = [plan(supposed, market, world.today).order]
    for way in ways:
        choice = [source for source in market.sources if way.may_be_asked(source)]
        planned.append(plan(way.order, replace(market, sources=choice), world.today).order)
    return min(planned, key=lambda order: day_of(order) or date.max)


@dataclass(frozen=True, slots=True)
class _Way:
    """An order without some of its work orders, and who may be asked instead."""

    order: Order
    only: frozenset[SiteId] = frozenset()
    without: frozenset[SiteId] = frozenset()

    def may_be_asked(self, source: Source) -> bool:
        return source.site in self.only if self.only else source.site not in self.without


def _ways(before: Order, supposed: Order, world: World) -> Iterator[_Way]:
    """List the ways in which a line could move: away from who is late by what is supposed, and to who opens."""
    left = supposed.left
    due = {work.n: work.due for work in before.work_orders}
    late = [work for work in supposed.work_orders if left[work.n] and work.due > due[work.n]]
    if late:
        without = _without(supposed, {work.n for work in late})
        yield _Way(without, without=frozenset(work.source for work in late))
    opened = world.opened.get(before.part, {})
    if opened:
        earliest = world.today + timedelta(days=min(source.lead_time_days for source in opened.values()))
        later = {work.n for work in supposed.work_orders if left[work.n] and work.due > earliest}
        if later:
            yield _Way(_without(supposed, later), only=frozenset(opened))


def _without(order: Order, numbers: set[int]) -> Order:
    left = order.left
    works = [
        replace(work, quantity=work.quantity - left[work.n]) if work.n in numbers else work
        for work in order.work_orders
    ]
    return replace(order, work_orders=tuple(works))


def _market(line: OpenLine, given: Given, world: World) -> Market:
    part = line.order.part
    sources = world.sources(part, line.market.sources)
    return replace(line.market, sources=[_busy(each, given[part, each.site]) for each in sources])


def _busy(source: Source, more: int) -> Source:
    return replace(source, load=max(0, source.load + more)) if more else source


def _more(before: Order, after: Order) -> Given:
    """Tell how much more, or less, an order's sources have to do."""
    more = Given()
    for work in after.work_orders:
        more[after.part, work.source] += work.quantity
    for work in before.work_orders:
        more[before.part, work.source] -= work.quantity
    return more


def _slips(lines: Iterable[OpenLine], world: World) -> Slips:
    """Reckon how much later work orders come at another capacity, by the wait for it of all that is due before.

    What is on the road waits for nothing, and nothing waits for it.
    """
    if not world.capacities:
        return {}
    queues: defaultdict[tuple[PartId, SiteId], list[tuple[date, OrderId, int, int]]] = defaultdict(list)
    terms, sent = dict[tuple[PartId, SiteId], Source](), Given()
    for line in lines:
        order, left = line.order, line.order.left
        terms.update({(order.part, each.site): each for each in line.market.sources if each.site in world.capacities})
        for work in order.work_orders:
            if left[work.n] and work.source in world.capacities:
                sent[order.part, work.source] += line.road.get(work.n, 0)
                waits = left[work.n] - line.road.get(work.n, 0)
                queues[order.part, work.source].append((work.due, order.order_id, work.n, waits))
    slips: dict[tuple[OrderId, int], int] = {}
    for place in queues.keys() & terms.keys():
        source = _busy(terms[place], -sent[place])
        slips.update(_queue_slips(sorted(each for each in queues[place] if each[-1]), source, world))
    return slips


def _queue_slips(queue: Sequence[tuple[date, OrderId, int, int]], source: Source, world: World) -> Slips:
    """Reckon for one source and part; what it has to do for others comes first."""
    before = max(0, source.load - sum(quantity for *_, quantity in queue))
    slips = {}
    for _, order_id, n, quantity in queue:
        queued = replace(source, load=before)
        slips[order_id, n] = waiting_days(world.terms(queued), quantity) - waiting_days(queued, quantity)
        before += quantity
    return slips


def _prospect(tail: Grounded, days: Mapping[OrderId, date | None], snapshot: Snapshot) -> Prospect:
    expected = expected_release([days.get(line.order_id, line.foreseen) for line in tail.lines])
    down = snapshot.horizon_days if expected is None else (expected - snapshot.today).days
    return Prospect(expected, min(max(0, down), snapshot.horizon_days))
