"""I8: orders, inventory and production agree about every order, and nobody is asked for it who may not be.

An order's row names the version of inventory's word that it heard: inventory's log must have said at that version
exactly what the row says. What was heard of work orders was read after its position, so it is that word or a later one.
"""

from jvtrack.verify.invariants import emergency, references, sourced, stocked
from jvtrack.verify.invariants.invariant import Invariant

_SUM = """
SELECT printf('order %s of %d: reserved %d + sourced %d + issued %d + cancelled %d + open %d', order_id, quantity,
  reserved, sourced, issued, cancelled, open)
FROM orders WHERE quantity <> reserved + sourced + issued + cancelled + open
"""
_TOTALS = """
SELECT printf('order %s heard inventory''s word %d as reserved %d, issued %d, cancelled %d, released %d, arrived %d, '
  || 'lost %d; inventory told %s', o.order_id, o.heard, o.reserved, o.issued, o.cancelled, o.released, o.arrived,
  o.lost, coalesce(printf('reserved %d, issued %d, cancelled %d, released %d, arrived %d, lost %d', t.reserved,
    t.issued, t.cancelled, t.released, t.arrived, t.lost), 'nothing'))
FROM orders o LEFT JOIN told_demand t ON t.order_id = o.order_id AND t.key_seq = o.heard
WHERE o.heard > 0 AND (t.order_id IS NULL
  OR (o.quantity, o.reserved, o.issued, o.cancelled, o.released, o.arrived, o.lost, o.closed)
     <> (t.quantity, t.reserved, t.issued, t.cancelled, t.released, t.arrived, t.lost, t.closed))
"""
_UNHEARD = """
SELECT printf('order %s has totals, and inventory''s word was not heard', order_id)
FROM orders WHERE heard = 0 AND reserved + issued + cancelled + released + arrived + lost > 0
"""
_POSITION = """
SELECT printf('orders applied %s@%d, and the order''s totals are those of @%d', p.key, p.key_seq, o.heard)
FROM orders o CROSS JOIN position p ON p.topic = 4 AND p.key = 'demand:' || o.order_id AND p.service = 'orders'
WHERE p.key_seq - o.heard > (
  SELECT count(*) FROM passed_over x
  WHERE x.service = p.service AND x.topic = 4 AND x.key = p.key AND x.key_seq BETWEEN o.heard + 1 AND p.key_seq)
"""
_DEMAND = """
SELECT printf('demand %s@%d stands at reserved %d, issued %d, cancelled %d, released %d, arrived %d, lost %d; it was '
  || 'told as %s', d.order_id, d.version, d.reserved, d.issued, d.cancelled, d.released, d.arrived, d.lost,
  coalesce(printf('reserved %d, issued %d, cancelled %d, released %d, arrived %d, lost %d', t.reserved, t.issued,
    t.cancelled, t.released, t.arrived, t.lost), 'nothing'))
FROM demand d LEFT JOIN told_demand t ON t.order_id = d.order_id AND t.key_seq = d.version
WHERE t.order_id IS NULL OR (d.quantity, d.reserved, d.issued, d.cancelled, d.released, d.arrived, d.lost, d.closed)
  <> (t.quantity, t.reserved, t.issued, t.cancelled, t.released, t.arrived, t.lost, t.closed)
"""
_SOURCED = """
SELECT printf('order %s: its work orders bring %d, %d arrived and %d was lost, and %d of the needed %d is sourced',
  order_id, work_orders_quantity, arrived, lost, sourced, quantity - reserved - issued - cancelled)
FROM orders
WHERE sourced <> min(max(0, work_orders_quantity - arrived - lost), quantity - reserved - issued - cancelled)
"""
_WORK_ORDER = """
SELECT printf('orders has work order %s-W%d at %d, which production did not say at version %d or later', s.order_id,
  s.n, s.quantity, coalesce(p.key_seq, 0))
FROM sourcing s
LEFT JOIN position p
  ON p.topic = 3 AND p.service = 'orders' AND p.grp LIKE '%.deciders'
    AND p.key = 'work-order:' || s.order_id || '-W' || s.n
WHERE s.lateral IS NULL AND NOT EXISTS (
    SELECT 1 FROM told_work_order t
    WHERE t.key = 'work-order:' || s.order_id || '-W' || s.n AND t.key_seq >= coalesce(p.key_seq, 1)
      AND t.quantity = s.quantity)
  AND NOT (p.key IS NULL AND s.quantity = s.sourced)
"""
_LATERAL = """
SELECT printf('order %s counts on %d of lateral order %s, which %s', order_id, quantity, lateral,
  coalesce(printf('brings %d', brings), 'does not supply it'))
FROM sourcing WHERE lateral IS NOT NULL AND quantity IS NOT brings
"""
_OWN_WORK_ORDER = """
SELECT printf('work order %s@%d stands at %d, and was told as %s', w.work_order_id, w.version, w.quantity,
  coalesce(t.quantity, 'nothing'))
FROM work_order w
LEFT JOIN told_work_order t ON t.key = 'work-order:' || w.work_order_id AND t.key_seq = w.version
WHERE w.version > 0 AND t.quantity IS NOT w.quantity
"""
_BEHIND = """
SELECT count(*) FROM orders o JOIN head h ON h.topic = 4 AND h.key = 'demand:' || o.order_id
WHERE h.key_seq > o.heard
"""

AGREED = Invariant(
    name="I8",
    says="every order adds up, and its totals are inventory's",
    unit="orders",
    checked="SELECT count(*) FROM orders",
    offences=(
        _SUM,
        _TOTALS,
        _UNHEARD,
        _POSITION,
        _DEMAND,
        _SOURCED,
        _WORK_ORDER,
        _LATERAL,
        _OWN_WORK_ORDER,
        *stocked.OFFENCES,
        *references.OFFENCES,
        *emergency.OFFENCES,
        *sourced.OFFENCES,
    ),
    in_flight=_BEHIND,
)
