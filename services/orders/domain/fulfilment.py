"""The fulfilment of an order: in which stretches something of it was short, and when it had all that was wanted.

It follows what inventory says of the order, by the moments at which that was recorded there. It is what the figures of
demand are counted from: who asks for another period, part or site only adds up fulfilments.
"""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backorder:
    """A stretch of time in which something of an order was short, the n-th of it; it lasts while it has no end."""

    n: int
    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """What has become of an order so far, by moments that never go back even where inventory's clock does."""

    answered_at: datetime
    """When inventory first said what the order gets."""
    heard_at: datetime
    """When it said what was heard last."""
    backorders: int = 0
    """In how many stretches something of it was short so far."""
    short_since: datetime | None = None
    """Since when something of it is short; none while nothing is."""
    met_at: datetime | None = None
    """Since when nothing of it is short; none while something is."""
    received_at: datetime | None = None
    """Since when all of it that is wanted is issued; none while it is not, or where an issue was undone."""

    def hear(self, at: datetime) -> "Fulfilment":
        """Hear from inventory again."""
        return replace(self, heard_at=max(at, self.heard_at))

    def stand(self, *, is_short: bool, is_received: bool) -> "Fulfilment":
        """Stand so from when it was last heard of, or as long as it does already."""
        moment = self.heard_at
        begins = is_short and self.short_since is None
        return replace(
            self,
            backorders=self.backorders + begins,
            short_since=(self.short_since or moment) if is_short else None,
            met_at=None if is_short else (self.met_at or moment),
            received_at=(self.received_at or moment) if is_received else None,
        )

    def backorder(self, before: "Fulfilment | None") -> Backorder | None:
        """Give the backorder that has begun or ended since the fulfilment stood as before; none if none has."""
        was_short_since = None if before is None else before.short_since
        if self.short_since == was_short_since:
            return None
        if self.short_since is not None:
            return Backorder(self.backorders, self.short_since)
        assert was_short_since is not None, "what has ended had begun"
        return Backorder(self.backorders, was_short_since, self.met_at)


def begin(at: datetime) -> Fulfilment:
    """Begin with inventory's first word."""
    return Fulfilment(answered_at=at, heard_at=at)
