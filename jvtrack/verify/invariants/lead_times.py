"""When each work order was asked for, and when it ended, is what facts say: lead times are learned from nothing else.

Work orders that were asked for before their course was kept have no day; nothing is learned from them. Where an
operator has passed a fact over, its day is not known here, and nothing is compared.
"""

_ASKED = """
SELECT printf('orders has work order %s-W%d of %s as asked for on %s, due on %s with %d days of waiting, and told %s',
  s.order_id, s.n, s.source, s.asked_on, s.due_asked, s.waiting_days,
  iif(t.work_order IS NULL, 'nothing of it', printf('%s, %s, %s and %d', t.source, t.asked_on, t.due, t.waiting_days)))
FROM sourcing s LEFT JOIN told_sourcing t
  ON t.key = 'order:' || s.order_id AND t.work_order = s.order_id || '-W' || s.n
WHERE s.asked_on IS NOT NULL AND (t.work_order IS NULL OR t.asked_on IS NOT s.asked_on
  OR (t.source, t.due, t.waiting_days) <> (s.source, s.due_asked, s.waiting_days))
"""
# By the end of each day: of several totals of one day, the last counts.
_ARRIVED = """
SELECT printf('orders has work order %s-W%d as ended on %s; inventory told that %d had arrived on %s', order_id, n,
  coalesce(ended_on, 'no day'), needed, coalesce(arrived_on, 'no day'))
FROM (
  SELECT s.order_id, s.n, s.ended_on, s.needed, iif(s.sources > 1, NULL, (
      SELECT min(t.day) FROM told_demand t
      WHERE t.order_id = s.order_id AND t.key_seq <= s.heard AND t.arrived >= s.needed
        AND t.day > coalesce((SELECT max(u.day) FROM told_demand u
                              WHERE u.order_id = s.order_id AND u.key_seq <= s.heard AND u.arrived < s.needed
                                AND NOT EXISTS (SELECT 1 FROM told_demand v
                                                WHERE v.order_id = u.order_id AND v.key_seq <= s.heard
                                                  AND v.key_seq > u.key_seq AND v.day = u.day)), ''))) AS arrived_on
  FROM sourcing s WHERE s.asked_on IS NOT NULL AND s.quantity > 0)
WHERE ended_on IS NOT arrived_on
  AND NOT EXISTS (SELECT 1 FROM passed_over x WHERE x.service = 'orders' AND x.key = 'demand:' || order_id)
"""
_GIVEN_UP = """
SELECT printf('orders has work order %s-W%d as brought to nothing on %s, and production told so on no such day',
  s.order_id, s.n, coalesce(s.ended_on, 'no day'))
FROM sourcing s
WHERE s.asked_on IS NOT NULL AND s.quantity = 0 AND NOT EXISTS (
  SELECT 1 FROM told_work_order t
  WHERE t.key = 'work-order:' || s.order_id || '-W' || s.n AND t.quantity = 0 AND t.day = s.ended_on)
  AND NOT EXISTS (
    SELECT 1 FROM passed_over x WHERE x.service = 'orders' AND x.key = 'work-order:' || s.order_id || '-W' || s.n)
"""
OFFENCES = (_ASKED, _ARRIVED, _GIVEN_UP)
"""What breaks the rule."""
