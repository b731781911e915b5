"""What inventory keeps: stock with its balances and reservations, demand, and the ledger of transfers.

A stock's version, its balances and what is held of them come from one statement, hence from one moment.
"""

from jvtrack.verify.reading import Read

READS = (
    Read(
        "holding",
        """
        WITH page AS (
          SELECT site, part, version FROM stock WHERE (site, part) > ($1, $2) ORDER BY site, part LIMIT $3),
        held AS (
          SELECT r.site, r.part, r.lot, r.condition, sum(r.quantity)::bigint AS held
          FROM page JOIN reservation r USING (site, part) GROUP BY r.site, r.part, r.lot, r.condition),
        goods AS (
          SELECT site, part, b.lot, b.condition FROM page JOIN balance b USING (site, part)
          UNION SELECT site, part, lot, condition FROM held)
        SELECT site, part, lot, condition, version, COALESCE(produced, 0), COALESCE(on_hand, 0),
          COALESCE(reserved, 0), COALESCE(in_transit, 0), COALESCE(held, 0)
        FROM page LEFT JOIN goods USING (site, part) LEFT JOIN balance USING (site, part, lot, condition)
          LEFT JOIN held USING (site, part, lot, condition)
        ORDER BY site, part
        """,
        ("", ""),
        page=100,
    ),
    Read(
        "demand",
        """
        SELECT d.order_id, d.version, quantity, reserved, issued, cancelled, released, arrived, lost, closed, returned,
          COALESCE((SELECT sum(r.quantity) FROM reservation r WHERE r.order_id = d.order_id), 0)::bigint,
          d.site, d.part, s.version
        FROM demand d LEFT JOIN stock s USING (site, part) WHERE d.order_id > $1 ORDER BY d.order_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "transfer",
        """
        SELECT cause_id::text, line, part, lot, source_site, source_condition, source_shelf, source_version,
          target_site, target_condition, target_shelf, target_version, quantity, reason, order_id
        FROM transfer WHERE (cause_id, line) > ($1::text::uuid, $2::int) ORDER BY cause_id, line LIMIT $3
        """,
        ("00000000-0000-0000-0000-000000000000", 0),
    ),
)
