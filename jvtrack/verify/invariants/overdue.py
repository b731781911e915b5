"""A promise is told overdue once, for the day that was promised, and orders keeps which one that was."""

_KEPT = """
SELECT printf('order %s keeps that promise %d was told overdue, and orders.v1 says %s', k.order_id, k.number,
  coalesce('promise ' || max(t.number), 'nothing'))
FROM overdue_promise k LEFT JOIN told_overdue t ON t.order_id = k.order_id AND t.key_seq <= k.version
GROUP BY k.order_id HAVING max(t.number) IS NOT k.number
"""
_UNKEPT = """
SELECT printf('order %s told at version %d that promise %d is overdue, and keeps nothing of it', t.order_id,
  t.key_seq, t.number)
FROM told_overdue t JOIN orders o ON o.order_id = t.order_id AND o.version >= t.key_seq
LEFT JOIN overdue_promise k ON k.order_id = t.order_id
WHERE k.order_id IS NULL
"""
_TWICE = """
SELECT printf('order %s told %d times that promise %d is overdue', order_id, count(*), number)
FROM told_overdue GROUP BY order_id, number HAVING count(*) > 1
"""
_OTHERWISE = """
SELECT printf('order %s told that promise %d for %s is overdue, and had promised %s', t.order_id, t.number,
  t.promised_for, coalesce(p.promised_for, 'no day'))
FROM told_overdue t JOIN told_promise p ON p.order_id = t.order_id AND p.number = t.number
WHERE p.promised_for IS NOT t.promised_for
"""
OFFENCES = (_KEPT, _UNKEPT, _TWICE, _OTHERWISE)
"""What breaks the rule."""
