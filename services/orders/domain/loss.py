"""Losses: what inventory has taken from an order's reservation, and why."""

from dataclasses import dataclass

from shared.events.stock import Gate, LossReason
from shared.types import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A quantity taken from what was reserved, as one fact of inventory's has told it."""

    heard: int
    """The version of inventory's word that told it."""
    taken: int
    reason: LossReason
    winner: OrderId | None = None
    """The order of a higher band that got it, where it was pre-empted."""
    gate: Gate | None = None
    """The gate that has closed on the goods, if that is why."""
    unaccepted: bool = False
    """Whether the order does not accept the reference of the goods, if that is why."""
