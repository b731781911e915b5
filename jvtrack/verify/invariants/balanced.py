"""I5: the books balance.

Every account is what its transfers make it, all accounts of a part sum to nothing, no more comes back than was issued
or scrapped, what factories say they made is what the ledger says was made, and the lines of consignments say what is
on the road.
"""

from jvtrack.verify.invariants import consigned
from jvtrack.verify.invariants.invariant import Invariant
from shared.types import Shelf

_SHELVES = ", ".join(f"'{shelf.value}'" for shelf in Shelf)
_UNEXPLAINED = f"""
SELECT printf('transfer %s/%d leads to an account that nobody explains: %s', cause, line, shelf)
FROM half WHERE shelf NOT IN ({_SHELVES})
"""  # noqa: S608  # our own words
_BALANCE = """
SELECT printf('%s of lot %s, condition %s, at %s: its %s balance is %d, and its transfers make %d', part, lot,
  condition, site, shelf, sum(stands), sum(booked))
FROM (
  SELECT site, part, lot, condition, shelf, quantity AS stands, 0 AS booked FROM standing
  UNION ALL
  SELECT site, part, lot, condition, shelf, 0, change FROM half WHERE is_real AND is_cut)
GROUP BY site, part, lot, condition, shelf HAVING sum(stands) <> sum(booked)
"""
_SUM = """
SELECT printf('all accounts of %s sum to %d', part, sum(quantity))
FROM (
  SELECT part, quantity FROM standing
  UNION ALL SELECT part, change FROM half WHERE NOT is_real AND is_cut
  UNION ALL SELECT h.part, -h.change FROM half h JOIN half o ON o.cause = h.cause AND o.line = h.line
    WHERE h.is_cut AND NOT o.is_cut)
GROUP BY part HAVING sum(quantity) <> 0
"""
_ENDS = """
SELECT printf('%s of lot %s, condition %s, at %s: %d %s, which is more come back than had gone', part, lot, condition,
  site, sum(change), shelf)
FROM half WHERE shelf IN ('issued', 'scrapped') AND is_cut
GROUP BY site, part, lot, condition, shelf HAVING sum(change) < 0
"""
_MADE = """
SELECT printf('%s: production finished %d, and inventory made %d of it', m.key, sum(told), sum(booked))
FROM (
  SELECT t.key, CASE WHEN t.voided IS NULL THEN t.quantity ELSE -v.quantity END AS told, 0 AS booked
  FROM told_lot t
  JOIN position p ON p.topic = 3 AND p.key = t.key AND p.service = 'inventory' AND p.key_seq >= t.key_seq
  LEFT JOIN told_lot v ON v.event_id = t.voided
  WHERE coalesce(t.voided_type, t.type) = 'jvtrack.production.lot-finished.v1'
    AND NOT EXISTS (SELECT 1 FROM passed_over x WHERE x.service = 'inventory' AND x.topic = 3 AND x.key = t.key
                    AND x.key_seq IN (t.key_seq, v.key_seq))
  UNION ALL
  SELECT t.key, 0, -h.change
  FROM half h JOIN told_lot t ON t.event_id = h.cause
  JOIN position p ON p.topic = 3 AND p.key = t.key AND p.service = 'inventory' AND p.key_seq >= t.key_seq
  WHERE h.shelf = 'made') AS m
GROUP BY m.key HAVING sum(told) <> sum(booked)
"""
_MADE_OF_NOTHING = """
SELECT printf('transfer %s/%d makes %d of %s, and no factory said so', h.cause, h.line, -h.change, h.part)
FROM half h LEFT JOIN told_lot t ON t.event_id = h.cause WHERE h.shelf = 'made' AND t.event_id IS NULL
"""
_FINISHED = """
SELECT printf('%s@%d: production counts %d finished, %d scrapped, %d dispatched; it told %d, %d, %d', l.lot_id,
  l.version, l.finished, l.scrapped_finished, l.dispatched, s.finished, s.scrapped, s.dispatched)
FROM lot l JOIN (
  SELECT l.lot_id,
    sum(CASE WHEN kind LIKE '%.lot-finished.v1' THEN quantity ELSE 0 END) AS finished,
    sum(CASE WHEN kind LIKE '%.lot-scrapped.v1' THEN quantity ELSE 0 END) AS scrapped,
    sum(CASE WHEN kind LIKE '%.lot-dispatched.v1' THEN quantity ELSE 0 END) AS dispatched
  FROM lot l LEFT JOIN (
    SELECT t.key, t.key_seq, coalesce(t.voided_type, t.type) AS kind,
      CASE WHEN t.voided IS NULL THEN t.quantity ELSE -coalesce(v.quantity, 0) END AS quantity
    FROM told_lot t LEFT JOIN told_lot v ON v.event_id = t.voided) c
  ON c.key = 'lot:' || l.lot_id AND c.key_seq <= l.version
  GROUP BY l.lot_id) s USING (lot_id)
WHERE (l.finished, l.scrapped_finished, l.dispatched) <> (s.finished, s.scrapped, s.dispatched)
"""
_TOTALS = """
SELECT printf('made %d + opening %d + adjusted %d + suspense %d = produced %d + in transit %d + on hand %d + '
  || 'reserved %d + issued %d + scrapped %d, in quanta of all parts',
  -sum(q * (shelf = 'made')), -sum(q * (shelf = 'opening')), -sum(q * (shelf = 'adjusted')),
  -sum(q * (shelf = 'suspense')), sum(q * (shelf = 'produced')), sum(q * (shelf = 'in_transit')),
  sum(q * (shelf = 'on_hand')), sum(q * (shelf = 'reserved')), sum(q * (shelf = 'issued')),
  sum(q * (shelf = 'scrapped')))
FROM (SELECT shelf, quantity AS q FROM standing
      UNION ALL SELECT shelf, change FROM half WHERE NOT is_real AND is_cut)
HAVING count(*) > 0
"""

BALANCED = Invariant(
    name="I5",
    says="all accounts of a part sum to zero; made and opening are all accounted for",
    unit="transfers",
    checked="SELECT count(*) FROM transfer",
    offences=(
        _UNEXPLAINED,
        _BALANCE,
        _SUM,
        _ENDS,
        _MADE,
        _MADE_OF_NOTHING,
        _FINISHED,
        consigned.ROAD,
        consigned.TOLD,
        consigned.GONE,
        consigned.CLOSED,
    ),
    in_flight="SELECT count(DISTINCT cause || '/' || line) FROM half WHERE NOT is_cut",
    notes=(_TOTALS,),
)
