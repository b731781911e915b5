"""What orders keeps: orders with their totals, work orders that it asked for, lots' facts, copies, and the fleet.

A platform's version and all its periods come from one statement, hence from one moment; so do an order's fulfilment and
its backorders.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from jvtrack.verify.lots import kept_of_lot
from jvtrack.verify.reading import Read, microseconds
from jvtrack.verify.workbook import Value

_NO_EVENT = "00000000-0000-0000-0000-000000000000"


def _tail(row: asyncpg.Record) -> Sequence[Value]:
    """Write moments as facts are read, so that both can be compared."""
    return [value.isoformat() if isinstance(value, datetime) else value for value in row]


READS = (
    Read(
        "orders",
        """
        SELECT o.order_id, version, quantity, heard, reserved, issued, cancelled, released, arrived, lost, closed,
          sourced, open, COALESCE((SELECT sum(w.quantity) FROM work_order w WHERE w.order_id = o.order_id), 0)::bigint,
          array_to_string(accepted, ' '), promises, promised_for::text, promise_reason, first_promised_for::text,
          array_to_string(conditions, '')
        FROM orders o WHERE o.order_id > $1 ORDER BY o.order_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "sourcing",
        """
        SELECT w.order_id, n, w.sourced, w.quantity, w.lateral_order, l.quantity - l.cancelled,
          source, asked_on::text, due_asked::text, waiting_days, ended_on::text,
          (SELECT sum(e.quantity) FROM work_order e WHERE e.order_id = w.order_id AND e.n <= w.n)::bigint,
          (SELECT count(DISTINCT e.source) FROM work_order e WHERE e.order_id = w.order_id AND e.quantity > 0),
          o.heard
        FROM work_order w JOIN orders o USING (order_id)
        LEFT JOIN orders l ON l.order_id = w.lateral_order AND l.supplies = w.order_id
        WHERE (w.order_id, n) > ($1, $2) ORDER BY w.order_id, n LIMIT $3
        """,
        ("", 0),
    ),
    Read(
        "promise",
        """
        SELECT order_id, n, p.promised_for::text, o.first_promised_for::text, reason, o.version
        FROM promise p JOIN orders o USING (order_id) WHERE (order_id, n) > ($1, $2) ORDER BY order_id, n LIMIT $3
        """,
        ("", 0),
    ),
    Read(
        "judged_article",
        "SELECT name, version, part, state FROM first_article WHERE name > $1 ORDER BY name LIMIT $2",
        ("",),
    ),
    Read(
        "overdue_promise",
        """
        SELECT order_id, overdue_promise, version FROM orders
        WHERE overdue_promise > 0 AND order_id > $1 ORDER BY order_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "reservation_loss",
        """
        SELECT order_id, heard, taken, reason, winner, gate, unaccepted FROM loss
        WHERE (order_id, heard) > ($1, $2) ORDER BY order_id, heard LIMIT $3
        """,
        ("", 0),
    ),
    Read(
        "fulfilment_row",
        f"""
        WITH page AS (SELECT * FROM orders WHERE order_id > $1 AND heard > 0 ORDER BY order_id LIMIT $2)
        SELECT order_id, heard, {microseconds("answered_at")}, {microseconds("heard_at")}, backorders,
          {microseconds("short_since")}, {microseconds("met_at")}, {microseconds("received_at")},
          n, {microseconds("began_at")}, {microseconds("ended_at")}
        FROM page LEFT JOIN backorder USING (order_id) ORDER BY order_id, n
        """,  # noqa: S608  # our own columns
        ("",),
        page=1000,
    ),
    Read(
        "lot_fact",
        """
        SELECT event_id::text, kind, lot, quantity, part, factory, work_order, depot, material, input_lot, origin, unit,
          currency, amount, unit_cost, recorded_on
        FROM lot_fact WHERE event_id > $1::text::uuid ORDER BY event_id LIMIT $2
        """,
        (_NO_EVENT,),
        row=kept_of_lot,
    ),
    Read(
        "part_copy",
        """
        SELECT part_id, name, NULL::text, quantity_scale, array_to_string(platforms, ','),
          array_to_string(grounds, ',')
        FROM part_copy
        WHERE part_id > $1 ORDER BY part_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "site_copy",
        "SELECT site_id, kind, country FROM site_copy WHERE site_id > $1 ORDER BY site_id LIMIT $2",
        ("",),
    ),
    Read(
        "replenishment",
        """
        SELECT site, part, version FROM replenishment
        WHERE version > 0 AND (site, part) > ($1, $2) ORDER BY site, part LIMIT $3
        """,
        ("", ""),
    ),
    Read(
        "tail_row",
        """
        WITH page AS (
          SELECT platform, tail_number, version, site, illustrative FROM tail
          WHERE (platform, tail_number) > ($1, $2) AND version > 0 ORDER BY platform, tail_number LIMIT $3)
        SELECT platform, tail_number, version, site, illustrative, n, began_at, ended_at, cause, awaiting_parts
        FROM page LEFT JOIN tail_period USING (platform, tail_number) ORDER BY platform, tail_number, n
        """,
        ("", ""),
        page=500,
        row=_tail,
    ),
)
