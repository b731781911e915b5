"""I4: each consumer applied each fact exactly once.

A position is what was applied or knowingly passed over; where a fact has an effect that leaves a trace of its own
(a transfer, a demand, a work order), there is exactly one such trace. What an operator threw away has none.
"""

from jvtrack.verify.invariants.invariant import Invariant

_AHEAD = """
SELECT printf('%s %s is at %s@%d, and only %d facts of it were told', p.service, p.grp, p.key, p.key_seq,
  coalesce(h.key_seq, 0))
FROM position p LEFT JOIN head h ON h.topic = p.topic AND h.key = p.key
WHERE p.key_seq > coalesce(h.key_seq, 0) AND p.key NOT LIKE 'unreadable:%'
"""
_OTHER = """
SELECT printf('%s %s applied %s@%d as %s, and it was told as %s', p.service, p.grp, p.key, p.key_seq, p.event_id,
  f.event_id)
FROM position p JOIN fact f ON f.topic = p.topic AND f.key = p.key AND f.key_seq = p.key_seq
WHERE f.event_id <> p.event_id
"""
_SKIPPED = """
SELECT printf('%s %s read past %s@%d and is at @%d: it was not applied', c.service, c.grp, r.key, r.key_seq,
  coalesce(p.key_seq, 0))
FROM reached c
JOIN record r ON r.topic = c.topic AND r.part = c.part AND r.off < c.next_off
LEFT JOIN position p ON p.topic = r.topic AND p.key = r.key AND p.service = c.service AND p.grp = c.grp
LEFT JOIN parked k ON k.topic = r.topic AND k.key = r.key AND k.service = c.service AND k.grp = c.grp
WHERE r.key_seq > coalesce(p.key_seq, 0) AND k.key IS NULL
"""
_BOOKED = """
SELECT printf('inventory applied %s@%d (%s) of %d, and its transfers move %d', t.key, t.key_seq, t.type, t.quantity,
  coalesce(sum(m.quantity), 0))
FROM told_lot t
JOIN position p ON p.topic = 3 AND p.key = t.key AND p.service = 'inventory' AND p.key_seq >= t.key_seq
LEFT JOIN transfer m ON m.cause = t.event_id AND m.reason IN ('finished', 'dispatched', 'lot-scrapped')
WHERE t.voided IS NULL
  AND NOT EXISTS (SELECT 1 FROM passed_over x
                  WHERE x.service = p.service AND x.topic = 3 AND x.key = t.key AND x.key_seq = t.key_seq)
GROUP BY t.key, t.key_seq HAVING coalesce(sum(m.quantity), 0) <> t.quantity OR count(m.cause) > 1
"""
_UNCAUSED = """
SELECT printf('transfer %s/%d (%s of %d) has no cause in any event_log', m.cause, m.line, m.reason, m.quantity)
FROM transfer m LEFT JOIN fact f ON f.event_id = m.cause
WHERE m.reason IN ('finished', 'dispatched', 'lot-scrapped', 'voided') AND f.event_id IS NULL
"""
_DEMANDED = """
SELECT printf('inventory applied the placing of %s, and keeps no demand of %d', t.order_id, t.quantity)
FROM told_order t
CROSS JOIN position p ON p.topic = 2 AND p.key = t.key AND p.service = 'inventory' AND p.key_seq >= t.key_seq
LEFT JOIN demand d ON d.order_id = t.order_id
WHERE (d.order_id IS NULL OR d.quantity <> t.quantity)
  AND NOT EXISTS (SELECT 1 FROM passed_over x
                  WHERE x.service = p.service AND x.topic = 2 AND x.key = t.key AND x.key_seq = t.key_seq)
"""
_OPENED = """
SELECT printf('production applied %s@%d, and work order %s is not open', t.key, t.key_seq, t.work_order)
FROM told_sourcing t
CROSS JOIN position p ON p.topic = 2 AND p.key = t.key AND p.service = 'production' AND p.key_seq >= t.key_seq
LEFT JOIN work_order w ON w.work_order_id = t.work_order
WHERE w.work_order_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM passed_over x
                  WHERE x.service = p.service AND x.topic = 2 AND x.key = t.key AND x.key_seq = t.key_seq)
"""
_PARKED = """
SELECT printf('%s %s: %s waits for an operator with %d facts (%s: %s)', service, grp, key, waiting, cause,
  substr(error, 1, 200)) FROM parked
"""
_THROWN = """
SELECT printf('%s %s: an operator discarded %s@%d', service, grp, key, key_seq) FROM thrown
"""
_NOT_APPLIED = """
SELECT sum(h.key_seq - coalesce(p.key_seq, 0))
FROM hears g JOIN head h ON h.topic = g.topic
LEFT JOIN position p ON p.topic = h.topic AND p.key = h.key AND p.service = g.service AND p.grp = g.grp
LEFT JOIN parked k ON k.topic = h.topic AND k.key = h.key AND k.service = g.service AND k.grp = g.grp
WHERE h.key_seq > coalesce(p.key_seq, 0) AND k.key IS NULL AND (g.topic <> 1 OR p.key IS NULL)
"""

APPLIED = Invariant(
    name="I4",
    says="each consumer applied each fact exactly once",
    unit="applied",
    checked="SELECT sum(key_seq) FROM position",
    offences=(_AHEAD, _OTHER, _SKIPPED, _BOOKED, _UNCAUSED, _DEMANDED, _OPENED),
    in_flight=_NOT_APPLIED,
    waiting="SELECT sum(waiting) FROM parked",
    notes=(_PARKED, _THROWN),
)
