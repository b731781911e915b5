"""What orders keeps of lost reservations is what inventory has told, and nothing that it told is missing.

Losses were told before they were kept: those that inventory decided before the first one that is kept are left out.
"""

_LOSS = """
SELECT printf('order %s keeps at %d that %d were taken (%s, winner %s, gate %s%s), and stock.v1 says %s', k.order_id,
  k.heard, k.taken, k.reason, coalesce(k.winner, 'none'), coalesce(k.gate, 'none'),
  iif(k.unaccepted, ', not accepted', ''), iif(t.order_id IS NULL, 'nothing',
    printf('%d (%s, winner %s, gate %s%s)', t.taken, t.reason, coalesce(t.winner, 'none'), coalesce(t.gate, 'none'),
      iif(t.unaccepted, ', not accepted', ''))))
FROM reservation_loss k LEFT JOIN told_loss t ON t.order_id = k.order_id AND t.key_seq = k.heard
WHERE t.order_id IS NULL
  OR (t.taken, t.reason, t.unaccepted) <> (k.taken, k.reason, k.unaccepted)
  OR t.winner IS NOT k.winner OR t.gate IS NOT k.gate
"""
_UNKEPT = """
SELECT printf('orders applied demand:%s@%d, by which %d were taken (%s), and keeps nothing of it', t.order_id,
  t.key_seq, t.taken, t.reason)
FROM told_loss t
CROSS JOIN position p
  ON p.service = 'orders' AND p.topic = 4 AND p.key = 'demand:' || t.order_id AND p.key_seq >= t.key_seq
LEFT JOIN reservation_loss k ON k.order_id = t.order_id AND k.heard = t.key_seq
WHERE k.order_id IS NULL
  AND t.seq > (SELECT min(f.seq) FROM reservation_loss e
               JOIN told_loss f ON f.order_id = e.order_id AND f.key_seq = e.heard)
  AND NOT EXISTS (SELECT 1 FROM passed_over x
                  WHERE x.service = p.service AND x.topic = 4 AND x.key = p.key AND x.key_seq = t.key_seq)
"""
OFFENCES = (_LOSS, _UNKEPT)
"""What breaks the rule."""
