"""Of I7, what yield is counted from: what lots count as scrapped in process is what was told, and so when they began.

What lots count as finished and as scrapped since is among the books' (I5). A lot's row is laid in the transaction that
tells the first fact about it; lots heard of before that was kept say nothing of it.
"""

APART_SECONDS_MAX = 60
"""How far apart a lot's row and the first fact about it may lie: longer than any transaction, or a leap of a clock."""

_SCRAPPED = """
SELECT printf('%s@%d: production counts %d scrapped in process; it told %d', l.lot_id, l.version,
  l.scrapped_in_process, s.scrapped)
FROM lot l JOIN (
  SELECT l.lot_id, coalesce(sum(c.quantity), 0) AS scrapped
  FROM lot l LEFT JOIN (
    SELECT key, key_seq, quantity FROM told_scrap
    UNION ALL
    SELECT t.key, t.key_seq, -v.quantity FROM told_lot t CROSS JOIN told_scrap v ON v.event_id = t.voided) c
  ON c.key = 'lot:' || l.lot_id AND c.key_seq <= l.version
  GROUP BY l.lot_id) s USING (lot_id)
WHERE l.scrapped_in_process <> s.scrapped
"""
_BEGUN = f"""
SELECT printf('lot %s was begun at %s, and first told of at %s', l.lot_id,
  strftime('%Y-%m-%dT%H:%M:%SZ', l.begun_at / 1000000, 'unixepoch'),
  strftime('%Y-%m-%dT%H:%M:%SZ', f.recorded_at / 1000000, 'unixepoch'))
FROM lot l CROSS JOIN fact f ON f.topic = 3 AND f.key = 'lot:' || l.lot_id AND f.key_seq = 1
WHERE f.recorded_at - l.begun_at NOT BETWEEN {-APART_SECONDS_MAX} * 1000000 AND {APART_SECONDS_MAX} * 1000000
"""  # noqa: S608  # our own number

OFFENCES = (_SCRAPPED, _BEGUN)
"""What breaks the rule."""
