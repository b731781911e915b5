"""I1: what a door has accepted was told, once."""

from jvtrack.verify.invariants.invariant import Invariant

_NOT_TOLD = """
SELECT printf('event %s of %s was accepted as %s, and is not in event_log', a.id, a.source, a.event_id)
FROM accepted a LEFT JOIN fact f ON f.event_id = a.event_id WHERE f.event_id IS NULL
"""
_ACCEPTED_TWICE = """
SELECT printf('fact %s stands for %d accepted events: %s', event_id, count(*), group_concat(id))
FROM accepted GROUP BY event_id HAVING count(*) > 1
"""
_TOLD_TWICE = """
SELECT printf('fact %s is in event_log %d times: %s', event_id, count(*), group_concat(key || '@' || key_seq))
FROM fact GROUP BY event_id HAVING count(*) > 1
"""
_ORDER_NOT_TOLD = """
SELECT printf('order %s of %d was accepted, and event_log says that %s was placed', o.order_id, o.quantity,
  coalesce(group_concat(t.quantity), 'nothing'))
FROM orders o LEFT JOIN told_order t ON t.order_id = o.order_id
GROUP BY o.order_id HAVING count(t.order_id) <> 1 OR max(t.quantity) <> o.quantity
"""

ACCEPTED = Invariant(
    name="I1",
    says="every accepted event is in event_log exactly once",
    unit="accepted",
    checked="SELECT (SELECT count(*) FROM accepted) + (SELECT count(*) FROM orders)",
    offences=(_NOT_TOLD, _ACCEPTED_TWICE, _TOLD_TWICE, _ORDER_NOT_TOLD),
)
