"""What inventory keeps: the catalogue, stock with its balances and reservations, demand, consignments and transfers.

A stock's version, its balances and what is held of them come from one statement, hence from one moment; so do a
consignment's line, its version and that of its depot's stock. Transfers come last: what stands was made by them.
The clock is as far as the newest fact: while the service stands still, nothing ages.
"""

from collections.abc import Sequence

import asyncpg

from jvtrack.verify.reading import Read
from jvtrack.verify.told import read
from jvtrack.verify.workbook import Value
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import Event


def _part(row: asyncpg.Record) -> Sequence[Value]:
    return _defined(PartDefined, row)


def _site(row: asyncpg.Record) -> Sequence[Value]:
    return _defined(SiteDefined, row)


def _defined(kind: type[Event], row: asyncpg.Record) -> Sequence[Value]:
    """Write the record as a fact would, so that both can be compared; what no model can read stays as it is."""
    *columns, record = row
    event = read(kind, record.encode())
    return (*columns, record if event is None else event.model_dump_json())


_LAST_DAY = """CASE WHEN m.extends THEN GREATEST(l.expires_on, m.expires_on)
               ELSE COALESCE(l.expires_on, m.expires_on) END"""
"""The last day of a lot at a site: of `l`, what its maker has told, and `m`, what the site has marked last."""
_MARKED = """LEFT JOIN lot l ON (l.part, l.lot) = ({rows}.part, {rows}.lot)
          LEFT JOIN LATERAL (
            SELECT m.expires_on, m.extends FROM lot_mark m
            WHERE (m.site, m.part, m.lot) = ({rows}.site, {rows}.part, {rows}.lot)
            ORDER BY m.n DESC LIMIT 1) m ON true"""
_MADE = """LEFT JOIN lot_made w ON (w.part, w.lot) = ({rows}.part, {rows}.lot)
          LEFT JOIN first_article f ON f.first_article = w.first_article LEFT JOIN site h ON h.site_id = {rows}.site
          LEFT JOIN first_article n ON n.first_article = w.first_article || '/' || h.country"""
_MADE_AS = "substring(w.first_article FROM '^[^/]+/[^/]+/(.+)$')"
_NO_ARTICLE = "g.first_article_required AND NOT COALESCE(n.is_open, f.is_open, false)"
_CLOSED = f"""({_NO_ARTICLE} OR g.certificate_required AND w.certificate IS NULL)
          AND NOT EXISTS (
            SELECT FROM transfer t
            WHERE (t.part, t.lot) = ({{rows}}.part, {{rows}}.lot) AND t.reason = 'opened')"""
"""Whether a gate is closed on a lot: of `g`, its part, and what `_MADE` joins."""
_IDLE = f"""
WITH good AS MATERIALIZED (
  SELECT b.site, b.part, b.lot, b.condition, b.on_hand, coalesce({_MADE_AS}, '') AS made_as
  FROM balance b LEFT JOIN part g ON g.part_id = b.part AND (g.first_article_required OR g.certificate_required)
    {_MADE.format(rows="b")} {_MARKED.format(rows="b")}
  WHERE b.on_hand > 0 AND b.condition IN ('A', 'B', 'C', 'N')
    AND coalesce({_LAST_DAY}, 'infinity') >= (clock_timestamp() AT TIME ZONE 'UTC')::date
    AND (g.part_id IS NULL OR NOT ({_CLOSED.format(rows="b")}))),
free AS (
  SELECT site, part, condition, made_as, sum(on_hand) AS quantity FROM good GROUP BY site, part, condition, made_as),
beyond AS (
  SELECT site, part, sum(f.quantity) - coalesce(max(p.quantity), 0) AS quantity
  FROM free f LEFT JOIN protected_minimum p USING (site, part) WHERE f.condition <> 'N' GROUP BY site, part),
idle AS (
  SELECT d.order_id, d.site, d.part, d.conditions, d.accepted, sum(f.quantity) AS there,
    d.quantity - d.reserved - d.issued - d.cancelled AS short
  FROM free f LEFT JOIN beyond y USING (site, part) JOIN demand d USING (site, part)
  WHERE NOT d.closed AND d.quantity > d.reserved + d.issued + d.cancelled AND d.partial
    AND (NOT d.is_lateral OR y.quantity > 0) AND strpos(d.conditions, f.condition) > 0
    AND (d.accepted = '' OR f.made_as = ANY (string_to_array(d.accepted, ' ')))
  GROUP BY d.order_id)
SELECT order_id, lot, condition, i.site, i.part, short, there::bigint, on_hand
FROM idle i JOIN good b USING (site, part)
WHERE strpos(i.conditions, b.condition) > 0
  AND (i.accepted = '' OR b.made_as = ANY (string_to_array(i.accepted, ' ')))
  AND (order_id, lot, condition) > ($1, $2, $3) ORDER BY order_id, lot, condition LIMIT $4
"""  # noqa: S608  # our own words
"""Who takes any part of what it waits for, and good stock that is free beside it: what is free is summed up first."""
_GRACE = "interval '10 minutes'"
"""How long the clock may take to move what has aged."""
READS = (
    Read(
        "own_part",
        """
        SELECT part_id, version, name, unit_of_issue, quantity_scale, array_to_string(platforms, ','), record::text
        FROM part WHERE part_id > $1 ORDER BY part_id LIMIT $2
        """,
        ("",),
        row=_part,
    ),
    Read(
        "own_site",
        "SELECT site_id, version, kind, country, record::text FROM site WHERE site_id > $1 ORDER BY site_id LIMIT $2",
        ("",),
        row=_site,
    ),
    Read(
        "gate",
        """
        SELECT first_article, version, part, state, is_open::int FROM first_article
        WHERE first_article > $1 ORDER BY first_article LIMIT $2
        """,
        ("",),
    ),
    Read(
        "stock_level",
        "SELECT site, part, version FROM stock_level WHERE (site, part) > ($1, $2) ORDER BY site, part LIMIT $3",
        ("", ""),
    ),
    Read(
        "protected_minimum",
        """
        SELECT site, part, version FROM protected_minimum
        WHERE version > 0 AND (site, part) > ($1, $2) ORDER BY site, part LIMIT $3
        """,
        ("", ""),
    ),
    Read(
        "held_back",
        f"""
        SELECT order_id, r.lot, condition, site, r.part, quantity,
          CASE WHEN {_NO_ARTICLE} THEN 'its first article' ELSE 'its certificate' END
        FROM part g JOIN reservation r ON r.part = g.part_id {_MADE.format(rows="r")}
        WHERE {_CLOSED.format(rows="r")} AND quantity > 0 AND (order_id, r.lot, condition) > ($1, $2, $3)
        ORDER BY order_id, r.lot, condition LIMIT $4
        """,  # noqa: S608  # our own words
        ("", "", ""),
    ),
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
          d.site, d.part, s.version, d.accepted, d.partial, d.conditions
        FROM demand d LEFT JOIN stock s USING (site, part) WHERE d.order_id > $1 ORDER BY d.order_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "overstay",
        f"""
        SELECT b.site, b.part, b.lot, b.condition, b.on_hand + b.reserved, {_LAST_DAY}::text
        FROM balance b {_MARKED.format(rows="b")}
          CROSS JOIN (SELECT recorded_at - {_GRACE} AS seen FROM event_log ORDER BY seq DESC LIMIT 1) AS clock
        WHERE b.condition IN ('A', 'B', 'C') AND b.on_hand + b.reserved > 0
          AND {_LAST_DAY} < (clock.seen AT TIME ZONE 'UTC')::date AND COALESCE(l.told_at, '-infinity') < clock.seen
          AND (b.site, b.part, b.lot, b.condition) > ($1, $2, $3, $4)
        ORDER BY b.site, b.part, b.lot, b.condition LIMIT $5
        """,  # noqa: S608  # our own words
        ("", "", "", ""),
    ),
    Read(
        "unaccepted",
        """
        SELECT order_id, r.lot, r.condition, r.site, r.quantity,
          COALESCE(substring(n.first_article FROM '^[^/]+/[^/]+/(.+)$'), 'made as nobody has told')
        FROM demand d JOIN reservation r USING (order_id) LEFT JOIN lot_made n ON (n.part, n.lot) = (r.part, r.lot)
        WHERE d.accepted <> '' AND NOT d.closed AND r.quantity > 0
          AND COALESCE(substring(n.first_article FROM '^[^/]+/[^/]+/(.+)$') <> ALL
            (string_to_array(d.accepted, ' ')), true)
          AND (order_id, r.lot, r.condition) > ($1, $2, $3)
        ORDER BY order_id, r.lot, r.condition LIMIT $4
        """,
        ("", "", ""),
    ),
    Read(
        "contest",
        f"""
        SELECT w.order_id, h.order_id, r.lot, w.priority, h.priority, w.site, w.part, r.quantity
        FROM demand w
          JOIN demand h ON (h.site, h.part) = (w.site, w.part) AND h.reserved > 0
            AND h.priority > CASE WHEN w.priority <= 3 THEN 3 ELSE 8 END
          JOIN reservation r ON r.order_id = h.order_id AND r.quantity > 0 AND strpos(w.conditions, r.condition) > 0
          {_MARKED.format(rows="r")}
          LEFT JOIN lot_made n ON (n.part, n.lot) = (r.part, r.lot)
        WHERE NOT w.closed AND w.quantity > w.reserved + w.issued + w.cancelled AND w.partial AND w.priority <= 8
          AND coalesce({_LAST_DAY}, 'infinity') >= (clock_timestamp() AT TIME ZONE 'UTC')::date
          AND (w.accepted = '' OR substring(n.first_article FROM '^[^/]+/[^/]+/(.+)$') = ANY
            (string_to_array(w.accepted, ' ')))
          AND (w.order_id, h.order_id, r.lot) > ($1, $2, $3)
        ORDER BY w.order_id, h.order_id, r.lot LIMIT $4
        """,  # noqa: S608  # our own words
        ("", "", ""),
    ),
    Read("idle", _IDLE, ("", "", "")),
    Read(
        "shipment",
        "SELECT shipment_id, version, closed FROM shipment WHERE shipment_id > $1 ORDER BY shipment_id LIMIT $2",
        ("",),
    ),
    Read(
        "shipment_line",
        """
        SELECT shipment_id, l.depot, l.part, l.lot, l.condition, l.dispatched, l.received, l.lost, c.version, s.version
        FROM shipment_line l LEFT JOIN shipment c USING (shipment_id)
          LEFT JOIN stock s ON s.site = l.depot AND s.part = l.part
        WHERE (shipment_id, l.depot, l.part, l.lot, l.condition) > ($1, $2, $3, $4, $5)
        ORDER BY shipment_id, l.depot, l.part, l.lot, l.condition LIMIT $6
        """,
        ("", "", "", "", ""),
    ),
    Read(
        "transfer",
        """
        SELECT cause_id::text, line, part, lot, source_site, source_condition, source_shelf, source_version,
          target_site, target_condition, target_shelf, target_version, quantity, reason, order_id,
          shipment_id
        FROM transfer WHERE (cause_id, line) > ($1::text::uuid, $2::int) ORDER BY cause_id, line LIMIT $3
        """,
        ("00000000-0000-0000-0000-000000000000", 0),
    ),
)
