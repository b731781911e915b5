"""Promises in the database: added by the transaction that makes them, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.orders.domain.promise import Promise
from shared.sql import Statement, Writes
from shared.types import OrderId

_SAVE_PROMISES = Statement(
    """
    INSERT INTO promise (order_id, n, promised_for, reason)
    SELECT * FROM unnest(CAST(:order_ids AS text[]), CAST(:ns AS integer[]), CAST(:promised_for AS date[]),
                         CAST(:reasons AS text[]))
    """
)


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise that was made, and which of its order's it is."""

    order_id: OrderId
    n: int
    promise: Promise


def save(writes: Writes, promised: Sequence[Promised]) -> None:
    """Add promises to the history of their orders."""
    if not promised:
        return
    writes.add(
        _SAVE_PROMISES,
        {
            "order_ids": [each.order_id for each in promised],
            "ns": [each.n for each in promised],
            "promised_for": [each.promise.promised_for for each in promised],
            "reasons": [each.promise.reason for each in promised],
        },
    )
