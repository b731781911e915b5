"""What a proof says: one result per invariant, and what was found at the cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

OFFENCES_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one invariant."""

    name: str
    """`I1` to `I9`."""
    says: str
    """What must always hold."""
    checked: int
    """How many things were looked at."""
    unit: str
    """What was counted: events, keys, orders."""
    in_flight: int
    """How many were newer than the cut, or still on their way."""
    waiting: int
    """How many wait for an operator: parked or blocked."""
    offences: Sequence[str]
    """What does not hold, a sentence each: the first of them."""
    offences_total: int
    """How many offences there are."""
    notes: Sequence[str]
    """What else is worth knowing: totals, what waits."""
    seconds: float
    """How long the comparison took."""

    @property
    def holds(self) -> bool:
        """Tell whether nothing contradicts the invariant."""
        return self.offences_total == 0


@dataclass(frozen=True, slots=True)
class Report:
    """A proof of one system at one cut."""

    namespace: str
    taken_at: datetime
    """When the cut was begun."""
    facts: int
    """Facts in the event logs."""
    records: int
    """Records in Kafka, from offset 0."""
    seconds: float
    """How long reading and comparing took together."""
    results: Sequence[Result]

    @property
    def holds(self) -> bool:
        """Tell whether every invariant holds."""
        return not self.violated()

    def violated(self) -> list[str]:
        """Name the invariants that do not hold."""
        return [result.name for result in self.results if not result.holds]
