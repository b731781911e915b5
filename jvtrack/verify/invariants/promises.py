"""Of I7, promises: an order's history of them is what orders.v1 makes of it, and so is the one that it shows.

Promises made before they were told are left out.
"""

_PROMISE = """
SELECT printf('order %s has promise %d for %s (%s), first %s, and told it as %s', p.order_id, p.n,
  coalesce(p.promised_for, 'no day'), p.reason, coalesce(p.first, 'none'),
  iif(t.number IS NULL, 'nothing',
    printf('%s (%s), first %s', coalesce(t.promised_for, 'no day'), t.reason, coalesce(t.first, 'none'))))
FROM promise p LEFT JOIN told_promise t ON t.order_id = p.order_id AND t.number = p.n
WHERE t.number IS NULL AND EXISTS (SELECT 1 FROM told_promise e WHERE e.order_id = p.order_id AND e.number < p.n)
  OR t.number IS NOT NULL
    AND (t.promised_for IS NOT p.promised_for OR t.reason <> p.reason OR t.first IS NOT NULL AND t.first IS NOT p.first)
"""
_UNKEPT = """
SELECT printf('order %s told promise %d at version %d, and has no row of it', t.order_id, t.number, t.key_seq)
FROM told_promise t JOIN orders o ON o.order_id = t.order_id AND o.version >= t.key_seq
LEFT JOIN promise p ON p.order_id = t.order_id AND p.n = t.number
WHERE p.n IS NULL
"""
_LAST = """
SELECT max(t.number) FROM told_promise t WHERE t.order_id = o.order_id AND t.key_seq <= o.version
"""
_SHOWN = f"""
SELECT printf('order %s shows promise %d for %s (%s), first %s, and has told last promise %s', o.order_id, o.promises,
  coalesce(o.promised_for, 'no day'), coalesce(o.promise_reason, 'no reason'), coalesce(o.first_promised_for, 'none'),
  iif(t.number IS NULL, 'none', printf('%d for %s (%s), first %s', t.number, coalesce(t.promised_for, 'no day'),
    t.reason, coalesce(t.first, 'none'))))
FROM orders o LEFT JOIN told_promise t ON t.order_id = o.order_id AND t.number = ({_LAST})
WHERE t.number IS NOT NULL AND ((o.promises, o.promised_for, o.promise_reason)
    IS NOT (t.number, t.promised_for, t.reason) OR t.first IS NOT NULL AND t.first IS NOT o.first_promised_for)
  OR o.promises = 0 AND coalesce(o.promised_for, o.promise_reason, o.first_promised_for) IS NOT NULL
"""  # noqa: S608  # our own columns
OFFENCES = (_PROMISE, _UNKEPT, _SHOWN)
"""What breaks the rule."""
