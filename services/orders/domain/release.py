"""What releases grounded platforms soonest: a pure ranking of actions over a snapshot of who waits for what.

A platform is released when all its blocking lines are filled. An action fills one line: what is held for it is issued,
another depot ships what it has to spare, its source is hurried, or the part is taken from another grounded platform,
which then waits for it instead. Actions are ranked by the platforms whose last blocking line they fill, then by
platform-days saved within a horizon.

What is held in stock is taken to come only when somebody issues it, and what nobody can say a day of not within the
horizon: it has no promise, or its promise is overdue and nothing is known of how long such work orders take. A donor is
chosen only if it is expected back later than the platform that it gives to, or nobody knows when: so it loses no day,
and only waits for one more line.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice, product

from services.orders.domain.platforms import TailName
from shared.types import Nation, OrderId, PartId, Platform, SiteId

SET_MAX = 3
"""Actions in one set; also the donors looked at for a line, since a set may need as many for one part."""


class ActionKind(StrEnum):
    """What fills a line, the cheapest first."""

    ISSUE = "issue"
    """What is held for it is issued."""
    LATERAL = "lateral"
    """Another depot ships what it has beyond its protected minimum."""
    EXPEDITE = "expedite"
    """Its source is hurried."""
    CANNIBALISE = "cannibalise"
    """The part is taken from a platform that stays down longer."""


@dataclass(frozen=True, slots=True)
class Spare:
    """What another depot could ship of a part, as inventory has said, and how long that is on the road."""

    depot: SiteId
    quantity: int
    road_days: int


@dataclass(frozen=True, slots=True)
class Line:
    """An order that a platform waits for."""

    order_id: OrderId
    part: PartId
    foreseen: date | None = None
    """The day on which it is foreseen: as promised, or later where its source is silent; none where nobody can say."""
    is_held: bool = False
    """Whether all that is missing is held for it in stock."""
    source: SiteId | None = None
    """Who is to send the last of it; none where nobody could be hurried, as what is on the road cannot be."""
    lacks: int = 0
    """How much is neither held nor issued."""
    spares: tuple[Spare, ...] = ()
    """The depots that could ship all of that, the nearest first."""
    overdue_since: date | None = None
    """The day for which it was promised, where that has passed and something is still to come."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """A platform that is down and awaits parts."""

    name: TailName
    nation: Nation
    lines: tuple[Line, ...]

    @property
    def expected(self) -> date | None:
        """The day on which it is expected back."""
        return expected_release([line.foreseen for line in self.lines])


@dataclass(frozen=True, slots=True)
class Outlook:
    """The day on which is ranked, how far is looked ahead, and what hurrying a source is taken to bring."""

    today: date
    horizon_days: int
    expedite_percent: int
    """How much of the days that are left remains once a source is hurried."""

    def wait(self, line: Line) -> int:
        """Tell in how many days a line comes by itself, within the horizon."""
        if line.is_held or line.foreseen is None:
            return self.horizon_days
        return self.days_until(line.foreseen)

    def days_until(self, day: date) -> int:
        """Count the days until then, within the horizon."""
        return min(max((day - self.today).days, 0), self.horizon_days)

    def hurried_to(self, line: Line) -> date | None:
        """Tell the day on which a line comes once its source is hurried; none where that brings nothing."""
        if line.is_held or line.source is None or (line.foreseen is None and line.overdue_since is None):
            return None
        days = self.horizon_days if line.foreseen is None else (line.foreseen - self.today).days
        left = -(-days * self.expedite_percent // 100)
        return self.today + timedelta(days=left) if left < days else None


@dataclass(frozen=True, slots=True)
class Action:
    """What fills one line of one platform, and when."""

    kind: ActionKind
    tail: TailName
    line: Line
    on: date
    """The day on which the line is filled by it."""
    donor: TailName | None = None
    """The platform that gives the part, and waits for the line from then on."""
    donor_expected: date | None = None
    """When the donor is expected back, with and without it; none where nobody knows."""
    spare: Spare | None = None
    """The depot that ships."""


@dataclass(frozen=True, slots=True)
class Option:
    """One action, or a set of them that does together what none does alone: it releases, or saves more days."""

    actions: tuple[Action, ...]
    releases: TailName | None
    """The platform whose last blocking line is filled; none where it only comes back earlier."""
    days_saved: int
    """Platform-days within the horizon."""

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands in the ranking, the best first; the rest makes the order certain."""
        kinds = tuple(list(ActionKind).index(action.kind) for action in self.actions)
        names = [
            (action.tail, action.line.order_id, action.donor or ("", ""), action.spare.depot if action.spare else "")
            for action in self.actions
        ]
        return (self.releases is None, -self.days_saved, len(self.actions), kinds, names)


def expected_release(foreseen: Sequence[date | None]) -> date | None:
    """Tell the day on which the last of a platform's blocking lines is foreseen; none while nobody can say of one.

    A platform without lines waits for something that nobody has ordered: no day can be said either.
    """
    days = [day for day in foreseen if day is not None]
    return max(days) if days and len(days) == len(foreseen) else None


def rank(grounded: Iterable[Grounded], outlook: Outlook) -> list[Option]:
    """Rank what would release platforms soonest, the best first; what brings nothing is left out."""
    waiting = [each for each in grounded if each.lines]
    donors = _Donors(waiting)
    options: list[Option] = []
    for tail in waiting:
        latest = sorted(tail.lines, key=lambda line: (-outlook.wait(line), line.order_id))
        choices = [list(_choices(tail, line, donors.of(tail, line.part), outlook)) for line in latest]
        singles = [weigh(tail, [action], outlook) for line in choices for action in line]
        alone = max((each.days_saved for each in singles), default=0)
        options += [*singles, *_best_set(replace(tail, lines=tuple(latest)), choices, outlook, more_than=alone)]
    return sorted((each for each in options if each.releases or each.days_saved > 0), key=lambda each: each.place)


def weigh(tail: Grounded, actions: Sequence[Action], outlook: Outlook) -> Option:
    """Weigh actions on different lines of one platform: whether they release it, and how many days they save."""
    filled = {action.line.order_id: outlook.days_until(action.on) for action in actions}
    before = max(outlook.wait(line) for line in tail.lines)
    after = max(filled.get(line.order_id, outlook.wait(line)) for line in tail.lines)
    is_released = all(line.order_id in filled for line in tail.lines)
    return Option(tuple(actions), tail.name if is_released else None, before - after)


def may_give(donor: Grounded, tail: Grounded, part: PartId) -> bool:
    """Tell whether a grounded platform may give another one a part: it has it, and stays down longer anyway."""
    is_kin = (donor.name.platform, donor.nation) == (tail.name.platform, tail.nation) and donor.name != tail.name
    lacks = {line.part for line in donor.lines}
    return is_kin and bool(lacks) and part not in lacks and _is_later(donor.expected, tail.expected)


def _is_later(donor: date | None, tail: date | None) -> bool:
    return donor is None or (tail is not None and donor > tail)


class _Donors:
    """Who of each type and nation has a part, those first that stay down longest: as many as a set could need."""

    def __init__(self, waiting: Sequence[Grounded]) -> None:
        self._kin: defaultdict[tuple[Platform, Nation], list[Grounded]] = defaultdict(list)
        for each in sorted(waiting, key=lambda each: each.name):
            self._kin[each.name.platform, each.nation].append(each)
        for kin in self._kin.values():
            kin.sort(key=lambda each: each.expected or date.max, reverse=True)
        self._having: dict[tuple[Platform, Nation, PartId], Sequence[Grounded]] = {}

    def of(self, tail: Grounded, part: PartId) -> Sequence[Grounded]:
        """List who may give a platform a part."""
        place = (tail.name.platform, tail.nation, part)
        if place not in self._having:
            having = (each for each in self._kin[place[:2]] if all(line.part != part for line in each.lines))
            self._having[place] = list(islice(having, SET_MAX))
        return [each for each in self._having[place] if may_give(each, tail, part)]


def _choices(tail: Grounded, line: Line, donors: Sequence[Grounded], outlook: Outlook) -> Iterator[Action]:
    """List what may fill a line."""
    if line.is_held:
        yield Action(ActionKind.ISSUE, tail.name, line, outlook.today)
        return
    for spare in line.spares[:SET_MAX]:
        arrives = outlook.today + timedelta(days=spare.road_days)
        yield Action(ActionKind.LATERAL, tail.name, line, arrives, spare=spare)
    hurried_to = outlook.hurried_to(line)
    if hurried_to is not None:
        yield Action(ActionKind.EXPEDITE, tail.name, line, hurried_to)
    for donor in donors:
        yield Action(ActionKind.CANNIBALISE, tail.name, line, outlook.today, donor.name, donor.expected)


def _best_set(
    tail: Grounded, choices: Sequence[Sequence[Action]], outlook: Outlook, *, more_than: int
) -> Iterator[Option]:
    """Choose actions for the latest lines of a platform, as good as can be; no donor gives twice what it has once.

    A platform is back no sooner than the latest line that is left as it is: what else is done for lines that come
    before that one is in vain. So no set does better than one of its latest lines alone.
    """
    sets = _best_sets([outlook.wait(line) for line in tail.lines], choices, outlook)
    best = min((weigh(tail, actions, outlook) for actions in sets), key=lambda each: each.place, default=None)
    if best is not None and (best.releases or best.days_saved > more_than):
        yield best


def _best_sets(waits: Sequence[int], choices: Sequence[Sequence[Action]], outlook: Outlook) -> list[Sequence[Action]]:
    """List the sets that are equally good; thousands are tried for a platform, so what is weighed is three numbers."""
    dated = [[(outlook.days_until(action.on), action) for action in line] for line in choices[:SET_MAX]]
    best, found = (True, outlook.horizon_days, SET_MAX), list[Sequence[Action]]()
    for size in range(2, len(dated) + 1):
        left = waits[size] if size < len(waits) else 0
        for chosen in product(*dated[:size]):
            place = (size < len(waits), max(left, *(days for days, _ in chosen)), size)
            if place > best:
                continue
            actions = [action for _, action in chosen]
            if _gives_once(actions):
                found = [*(found if place == best else ()), actions]
                best = place
    return found


def _gives_once(actions: Sequence[Action]) -> bool:
    given = [(action.donor, action.line.part) for action in actions if action.donor]
    shipped: Counter[tuple[SiteId, PartId, int]] = Counter()
    for action in actions:
        if action.spare is not None:
            shipped[action.spare.depot, action.line.part, action.spare.quantity] += action.line.lacks
    return len(given) == len(set(given)) and all(lacks <= there for (_, _, there), lacks in shipped.items())
