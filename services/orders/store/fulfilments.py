"""Fulfilments in the database: columns of their orders' rows, and a row for each backorder, begun and later ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.orders.domain.fulfilment import Backorder, Fulfilment
from shared.sql import Statement, Writes
from shared.types import OrderId

_SAVE = Statement(
    """
    INSERT INTO backorder (order_id, n, began_at, ended_at)
    SELECT * FROM unnest(CAST(:order_ids AS text[]), CAST(:ns AS integer[]), CAST(:began_at AS timestamptz[]),
                         CAST(:ended_at AS timestamptz[]))
    ON CONFLICT (order_id, n) DO UPDATE SET ended_at = excluded.ended_at
    """
)


def columns(fulfilments: Sequence[Fulfilment | None]) -> dict[str, Sequence[object]]:
    """Write the fulfilments of orders as columns of their rows."""
    return {
        "answered_at": [fulfilment and fulfilment.answered_at for fulfilment in fulfilments],
        "heard_at": [fulfilment and fulfilment.heard_at for fulfilment in fulfilments],
        "backorders": [fulfilment.backorders if fulfilment else 0 for fulfilment in fulfilments],
        "short_since": [fulfilment and fulfilment.short_since for fulfilment in fulfilments],
        "met_at": [fulfilment and fulfilment.met_at for fulfilment in fulfilments],
        "received_at": [fulfilment and fulfilment.received_at for fulfilment in fulfilments],
    }


def read(row: Any) -> Fulfilment | None:
    """Read the fulfilment of an order from its row."""
    if row.answered_at is None:
        return None
    return Fulfilment(
        answered_at=row.answered_at,
        heard_at=row.heard_at,
        backorders=row.backorders,
        short_since=row.short_since,
        met_at=row.met_at,
        received_at=row.received_at,
    )


def save(writes: Writes, backorders: Mapping[tuple[OrderId, int], Backorder]) -> None:
    """Write the backorders of locked orders that have begun or ended."""
    if not backorders:
        return
    writes.add(
        _SAVE,
        {
            "order_ids": [order_id for order_id, _ in backorders],
            "ns": [n for _, n in backorders],
            "began_at": [each.began_at for each in backorders.values()],
            "ended_at": [each.ended_at for each in backorders.values()],
        },
    )
