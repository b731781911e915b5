"""Two outcomes side by side: which promises move, who loses his source, which platforms stand still for how long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.orders.domain.order import Order
from services.orders.domain.platforms import TailName
from services.orders.domain.whatif import Outcome, Prospect, day_of


@dataclass(frozen=True, slots=True)
class Move:
    """A promise that moves: the order in the one outcome and in the other."""

    before: Order
    after: Order

    @property
    def days(self) -> int | None:
        """By how many days it comes later, or below zero earlier; none where one of them has no day."""
        return days_between(day_of(self.before), day_of(self.after))

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands in a list: the worst first."""
        lost = day_of(self.after) is None
        return not lost, -(self.days or 0), self.after.priority, self.after.order_id


@dataclass(frozen=True, slots=True)
class Release:
    """A platform that is expected back on another day, or stands still for longer or less."""

    tail: TailName
    before: Prospect
    after: Prospect

    @property
    def days(self) -> int:
        """By how many days within the horizon it stands still longer, or below zero less."""
        return self.after.days_down - self.before.days_down

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands in a list: the worst first."""
        return self.after.expected is not None, -self.days, self.tail


@dataclass(frozen=True, slots=True)
class Totals:
    """How many come later and earlier, and by how many days together."""

    later: int
    earlier: int
    days_later: int
    days_earlier: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What another outcome changes, all of it, the worst first."""

    moves: Sequence[Move]
    unsourced: Sequence[Order]
    """Lines with something open that had nothing open."""
    releases: Sequence[Release]

    @property
    def promises(self) -> Totals:
        """Add up the promises that have a day in both; those that lose or gain one count as later or earlier."""
        return _totals(
            (move.days, day_of(move.after) is None if move.days is None else move.days > 0) for move in self.moves
        )

    @property
    def platforms(self) -> Totals:
        """Add up platform-days within the horizon."""
        return _totals((each.days, each.days > 0) for each in self.releases if each.days)


def compare(before: Outcome, after: Outcome) -> Comparison:
    """Tell what changes from one outcome of a snapshot to another of the same one."""
    pairs = [Move(before.orders[order_id], order) for order_id, order in after.orders.items()]
    changes = [Release(tail, before.platforms[tail], prospect) for tail, prospect in after.platforms.items()]
    moves = [move for move in pairs if day_of(move.before) != day_of(move.after)]
    unsourced = [move.after for move in pairs if move.after.open and not move.before.open]
    return Comparison(
        moves=sorted(moves, key=lambda move: move.place),
        unsourced=sorted(unsourced, key=lambda order: (order.priority, order.required_by, order.order_id)),
        releases=sorted((each for each in changes if each.before != each.after), key=lambda each: each.place),
    )


def days_between(before: date | None, after: date | None) -> int | None:
    """Count the days from one to the other; none where there is none."""
    return None if before is None or after is None else (after - before).days


def _totals(changes: Iterable[tuple[int | None, bool]]) -> Totals:
    found = list(changes)
    later = [days or 0 for days, is_later in found if is_later]
    earlier = [days or 0 for days, is_later in found if not is_later]
    return Totals(len(later), len(earlier), sum(later), -sum(earlier))
