"""What orders keeps: its orders with their totals, the work orders that it asked for, and its copy of the catalogue."""

from jvtrack.verify.reading import Read

READS = (
    Read(
        "orders",
        """
        SELECT o.order_id, version, quantity, heard, reserved, issued, cancelled, released, arrived, lost, closed,
          sourced, open, COALESCE((SELECT sum(w.quantity) FROM work_order w WHERE w.order_id = o.order_id), 0)::bigint
        FROM orders o WHERE o.order_id > $1 ORDER BY o.order_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "sourcing",
        """
        SELECT order_id, n, sourced, quantity FROM work_order
        WHERE (order_id, n) > ($1, $2) ORDER BY order_id, n LIMIT $3
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
        "part_copy",
        """
        SELECT part_id, name, NULL::text, quantity_scale, array_to_string(platforms, ',') FROM part_copy
        WHERE part_id > $1 ORDER BY part_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "site_copy",
        "SELECT site_id, kind, country FROM site_copy WHERE site_id > $1 ORDER BY site_id LIMIT $2",
        ("",),
    ),
)
