"""All services know which references an order accepts: orders as it has told, the others as they have heard, or later.

A lot may turn out to be something else after it was reserved; inventory takes it back, so that is a note.
"""

_SAID = """
SELECT t.accepted FROM told_references t WHERE t.order_id = {order} AND t.key_seq <= {until}
ORDER BY t.key_seq DESC LIMIT 1
"""
_OWN = f"""
SELECT printf('order %s accepts "%s", and has told at version %d or before that it accepts "%s"', order_id, accepted,
  version, ({_SAID.format(order="o.order_id", until="o.version")}))
FROM orders o WHERE accepted <> ({_SAID.format(order="o.order_id", until="o.version")})
"""  # noqa: S608  # our own words
_HEARD_BY = """
SELECT printf('{what} %s takes "%s", and {service} has heard to @%d, where the order accepts something else',
  d.{named}, d.accepted, p.key_seq)
FROM {table} d CROSS JOIN position p
  ON p.service = '{service}' AND p.topic = 2 AND p.key = 'order:' || d.order_id
WHERE NOT EXISTS (
    SELECT 1 FROM told_references t WHERE t.order_id = d.order_id AND t.accepted = d.accepted AND t.key_seq >= (
      SELECT max(e.key_seq) FROM told_references e WHERE e.order_id = d.order_id AND e.key_seq <= p.key_seq))
  AND NOT EXISTS (SELECT 1 FROM passed_over x WHERE x.service = p.service AND x.topic = 2 AND x.key = p.key)
"""
UNACCEPTED = """
SELECT printf('order %s holds %d of lot %s, condition %s, at %s, which is %s and not accepted: inventory takes it back',
  order_id, quantity, lot, condition, site, made_as)
FROM unaccepted
"""
"""What an order holds and does not accept."""
OFFENCES = (
    _OWN,
    _HEARD_BY.format(what="demand", named="order_id", table="demand", service="inventory"),
    _HEARD_BY.format(what="work order", named="work_order_id", table="work_order", service="production"),
)
"""What breaks the rule."""
