"""Losses of reservations in the database: added by the transaction that hears of them, never changed."""

from collections.abc import Sequence

from services.orders.domain.loss import Loss
from shared.sql import Statement, Writes
from shared.types import OrderId

_SAVE = Statement(
    """
    INSERT INTO loss (order_id, heard, taken, reason, winner, gate, unaccepted)
    SELECT * FROM unnest(CAST(:order_ids AS text[]), CAST(:heard AS bigint[]), CAST(:taken AS bigint[]),
                         CAST(:reasons AS text[]), CAST(:winners AS text[]), CAST(:gates AS text[]),
                         CAST(:unaccepted AS boolean[]))
    """
)


def save(writes: Writes, losses: Sequence[tuple[OrderId, Loss]]) -> None:
    """Add what was taken from the reservations of locked orders."""
    if not losses:
        return
    lost = [loss for _, loss in losses]
    writes.add(
        _SAVE,
        {
            "order_ids": [order_id for order_id, _ in losses],
            "heard": [loss.heard for loss in lost],
            "taken": [loss.taken for loss in lost],
            "reasons": [loss.reason.value for loss in lost],
            "winners": [loss.winner for loss in lost],
            "gates": [loss.gate and loss.gate.value for loss in lost],
            "unaccepted": [loss.unaccepted for loss in lost],
        },
    )
