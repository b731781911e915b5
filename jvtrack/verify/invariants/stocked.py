"""Of I8, orders for stock: each was released once, as it was proposed, and wants no more of what has arrived for it."""

_UNPLACED = """
SELECT printf('replenishment released order %s of %d, and %s was placed', r.order_id, r.quantity,
  coalesce(printf('%d%s', o.quantity, iif(o.for_stock, '', ' for somebody')), 'nothing'))
FROM told_release r LEFT JOIN told_order o ON o.order_id = r.order_id
WHERE o.order_id IS NULL OR NOT o.for_stock OR o.quantity <> r.quantity
"""
_UNRELEASED = """
SELECT printf('order %s of %d for stock was released %d times', o.order_id, o.quantity, count(r.order_id))
FROM told_order o LEFT JOIN told_release r ON r.order_id = o.order_id
WHERE o.for_stock GROUP BY o.order_id HAVING count(r.order_id) <> 1
"""
_WANTED = """
SELECT printf('order %s for stock: of %d, %d arrived, %d is no longer wanted, %d reserved, %d issued at version %d',
  o.order_id, t.quantity, t.arrived, t.cancelled, t.reserved, t.issued, t.key_seq)
FROM told_order o CROSS JOIN told_demand t ON t.order_id = o.order_id
WHERE o.for_stock AND (t.reserved + t.issued > 0 OR NOT t.closed AND t.cancelled <> min(t.quantity, t.arrived))
"""
OFFENCES = (_UNPLACED, _UNRELEASED, _WANTED)
"""What breaks the rule."""
