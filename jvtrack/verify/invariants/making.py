"""What orders keeps of lots is what production has told and not voided, and nothing that it told is missing."""

_FACT = """
SELECT printf('orders keeps %s of %s as %s of %s (%s), and production.v1 says %s', k.event_id, k.lot, k.kind,
  coalesce(k.quantity, 'material'), k.said, iif(t.event_id IS NULL, 'nothing',
    printf('%s of %s (%s)', t.type, coalesce(t.quantity, 'material'), coalesce(t.said, t.voided))))
FROM lot_fact k LEFT JOIN told_lot t ON t.event_id = k.event_id
WHERE t.event_id IS NULL OR t.key <> 'lot:' || k.lot OR t.quantity IS NOT k.quantity OR t.said IS NOT k.said
  OR t.type <> CASE k.kind WHEN 'finished' THEN 'jvtrack.production.lot-finished.v1'
                           WHEN 'scrapped' THEN 'jvtrack.production.lot-scrapped.v1'
                           WHEN 'dispatched' THEN 'jvtrack.production.lot-dispatched.v1'
                           ELSE 'jvtrack.production.material-consumed.v1' END
"""
_APPLIED = """
FROM told_lot t
CROSS JOIN position p
  ON p.service = 'orders' AND p.grp LIKE '%.making' AND p.topic = 3 AND p.key = t.key AND p.key_seq >= t.key_seq
"""
_PASSED_OVER = """
NOT EXISTS (SELECT 1 FROM passed_over x
            WHERE x.service = 'orders' AND x.topic = 3 AND x.key = t.key AND x.key_seq = t.key_seq)
"""
_UNKEPT = f"""
SELECT printf('orders applied %s@%d, and keeps nothing of it', t.key, t.key_seq)
{_APPLIED}
LEFT JOIN lot_fact k ON k.event_id = t.event_id
WHERE k.event_id IS NULL AND t.voided IS NULL AND {_PASSED_OVER}
  AND NOT EXISTS (SELECT 1 FROM told_lot v WHERE v.key = t.key AND v.voided = t.event_id)
"""  # noqa: S608  # our own text
_VOIDED = f"""
SELECT printf('orders applied %s@%d, by which %s was voided, and keeps it', t.key, t.key_seq, t.voided)
{_APPLIED}
JOIN lot_fact k ON k.event_id = t.voided
WHERE {_PASSED_OVER}
"""  # the same
OFFENCES = (_FACT, _UNKEPT, _VOIDED)
"""What breaks the rule."""
