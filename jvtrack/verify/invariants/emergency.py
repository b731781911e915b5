"""Goods of condition N go only to orders that are told to be allowed them: orders and inventory agree on these."""

_TOLD = "(SELECT count(*) FROM told_emergency t WHERE t.order_id = {order} AND t.key_seq <= {until})"
_OWN = f"""
SELECT printf('order %s accepts the conditions %s at version %d, and was allowed N %d times', order_id, conditions,
  version, {_TOLD.format(order="o.order_id", until="o.version")})
FROM orders o
WHERE (instr(conditions, 'N') > 0) <> ({_TOLD.format(order="o.order_id", until="o.version")} > 0)
"""  # noqa: S608  # our own words
_HEARD = f"""
SELECT printf('demand %s takes the conditions %s, and inventory has heard to @%d, where N was allowed %d times',
  d.order_id, d.conditions, p.key_seq, {_TOLD.format(order="d.order_id", until="p.key_seq")})
FROM demand d CROSS JOIN position p
  ON p.service = 'inventory' AND p.topic = 2 AND p.key = 'order:' || d.order_id
WHERE CASE WHEN instr(d.conditions, 'N') > 0
    THEN NOT EXISTS (SELECT 1 FROM told_emergency t WHERE t.order_id = d.order_id)
    ELSE NOT d.closed AND {_TOLD.format(order="d.order_id", until="p.key_seq")} > 0 END
  AND NOT EXISTS (SELECT 1 FROM passed_over x WHERE x.service = p.service AND x.topic = 2 AND x.key = p.key)
"""  # noqa: S608  # our own words
"""A demand may have heard more meanwhile than its position says."""
OFFENCES = (_OWN, _HEARD)
"""What breaks the rule."""
