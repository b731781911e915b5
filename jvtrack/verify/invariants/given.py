"""Of I9, what is given to whom: all or nothing where an order says so, and good stock to who waits for any of it.

What one that takes all or nothing holds may be lost in part; it is made whole, or waits. Good stock that is free beside
somebody who waits is given out at once, or by the tidier where a gate has moved: it is in flight as long as any fact
about it, its lot or its order is fresh, by the newest fact of all.
"""

GRACE_SECONDS = 600
"""How long giving out may take."""

_PART = """
SELECT printf('order %s takes all or nothing; word %d gave it %d, and it still waited for %d of %d', order_id, key_seq,
  given, short, quantity)
FROM (
  SELECT t.order_id, t.key_seq, t.quantity, t.quantity - t.reserved - t.issued - t.cancelled AS short,
    t.reserved + t.issued - lag(t.reserved + t.issued, 1, 0) OVER words AS given
  FROM told_order o CROSS JOIN told_demand t ON t.order_id = o.order_id
  WHERE NOT o.partial WINDOW words AS (PARTITION BY t.order_id ORDER BY t.key_seq))
WHERE given > 0 AND short > 0
"""
_OTHERWISE = """
SELECT printf('demand %s %s, and its order was placed so that it %s', d.order_id,
  iif(d.partial, 'takes a part', 'takes all or nothing'), iif(o.partial, 'takes a part', 'takes all or nothing'))
FROM told_order o CROSS JOIN demand d ON d.order_id = o.order_id WHERE d.partial <> o.partial
"""
_NEWEST = "SELECT max(f.recorded_at) FROM fact f WHERE f.topic = {topic} AND f.key = {key}"
_KEYS = (
    (1, "'part:' || i.part"),
    (1, "'site:' || i.site"),
    (2, "'order:' || i.order_id"),
    (3, "'lot:' || i.lot"),
    (4, "i.site || '/' || i.part"),
    (4, "'demand:' || i.order_id"),
    (4, "'protected-minimum:' || i.site || '/' || i.part"),
)
_LAST_MOVED = ", ".join(f"coalesce(({_NEWEST.format(topic=topic, key=key)}), 0)" for topic, key in _KEYS)
_INSPECTED = """coalesce((
    SELECT max(f.recorded_at) FROM told_first_article a
    CROSS JOIN fact f ON f.topic = 3 AND f.key = 'first-article:' || a.first_article AND f.key_seq = a.key_seq
    WHERE a.part = i.part), 0)"""
_IS_FRESH = f"""
max({_LAST_MOVED}, {_INSPECTED}) > (SELECT max(recorded_at) FROM fact) - {GRACE_SECONDS} * 1000000
"""  # noqa: S608  # our own words
_IDLE = f"""
SELECT printf('order %s waits for %d of %s at %s, and %d are free, %d of them of lot %s, condition %s', i.order_id,
  i.short, i.part, i.site, i.there, i.quantity, i.lot, i.condition)
FROM idle i WHERE NOT {_IS_FRESH}
"""  # noqa: S608  # our own words
BEING_GIVEN = f"SELECT count(DISTINCT i.order_id) FROM idle i WHERE {_IS_FRESH}"  # noqa: S608  # our own words
"""Who waits beside good stock that has just been moved."""
OFFENCES = (_PART, _OTHERWISE, _IDLE)
"""What breaks the rule."""
