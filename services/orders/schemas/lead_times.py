"""What a source's deliveries say of its lead time, as it is shown."""

from typing import Self

from services.orders.domain.lead_time import LeadTime
from shared.http.forms import Answer


class LearnedRead(Answer):
    """What a source's deliveries for one's own nation say of its lead time; planning reckons with `days`."""

    days: int
    """Half of all deliveries are expected within so many days; what is stated, as long as nothing came."""
    late_days: int
    """Nine of ten are."""
    deliveries: int
    """How many deliveries it was learned from, the newest at most."""
    unfinished: int
    """How many late ones, still out or given back, count beside them as taking at least so long."""

    @classmethod
    def of(cls, lead_time: LeadTime | None) -> Self | None:
        """Show what was learned."""
        if lead_time is None:
            return None
        return cls(
            days=lead_time.days,
            late_days=lead_time.late_days,
            deliveries=lead_time.deliveries,
            unfinished=lead_time.unfinished,
        )
