"""I6: no real shelf was ever below zero, and nothing was promised twice.

The ledger is rebuilt from stock.v1 alone, posting by posting, and compared with the balances up to the version at
which they were read; a stock whose facts had not all reached Kafka by then is in flight.
"""

from jvtrack.verify.invariants.invariant import Invariant
from jvtrack.verify.invariants.references import UNACCEPTED

_BELOW_ZERO = """
SELECT printf('%s of lot %s, condition %s, at %s: %s stood at %d after version %d', part, lot, condition, site, shelf,
  stands, version)
FROM running WHERE stands < 0 AND shelf IN ('produced', 'on_hand', 'reserved', 'in_transit')
"""
_MISTOLD = """
SELECT printf('%s of lot %s, condition %s, at %s: version %d told %d on %s, and its postings make %d', part, lot,
  condition, site, version, balance, shelf, stands)
FROM running
WHERE shelf IN ('produced', 'on_hand', 'reserved', 'in_transit') AND balance IS NOT stands
  AND version IS NOT next_version AND balance IS NOT next_balance
"""
_REBUILT = """
SELECT printf('%s of lot %s, condition %s, at %s: %s is %d, and rebuilt from stock.v1 it is %d', part, lot, condition,
  site, shelf, sum(stands), sum(rebuilt))
FROM (
  SELECT s.site, s.part, s.lot, s.condition, s.shelf, s.quantity AS stands, 0 AS rebuilt
  FROM standing s JOIN cut c USING (site, part) WHERE c.heard >= c.version
  UNION ALL
  SELECT p.site, p.part, p.lot, p.condition, p.shelf, 0, p.change
  FROM posting p JOIN cut c USING (site, part)
  WHERE c.heard >= c.version AND p.version <= c.version
    AND p.shelf IN ('produced', 'on_hand', 'reserved', 'in_transit'))
GROUP BY site, part, lot, condition, shelf HAVING sum(stands) <> sum(rebuilt)
"""
_TOLD = """
SELECT printf('transfer %s/%d: %d on %s of lot %s at %s, version %d, was booked %d times and told %d times', cause,
  line, change, shelf, lot, site, version, sum(booked), sum(told))
FROM (
  SELECT h.site, h.part, h.lot, h.condition, h.shelf, h.version, h.change, h.cause, h.line, 1 AS booked, 0 AS told
  FROM half h JOIN cut c USING (site, part) WHERE h.is_cut AND c.heard >= c.version
  UNION ALL
  SELECT p.site, p.part, p.lot, p.condition, p.shelf, p.version, p.change, p.cause, p.line, 0, 1
  FROM posting p JOIN cut c USING (site, part) WHERE p.version <= c.version AND c.heard >= c.version)
GROUP BY site, part, lot, condition, shelf, version, change, cause, line HAVING sum(booked) <> sum(told)
"""
_HELD = """
SELECT printf('%s of lot %s, condition %s, at %s: %d is reserved, and reservations hold %d', part, lot, condition,
  site, reserved, held)
FROM holding WHERE reserved <> held
"""
_DEMAND = """
SELECT printf('order %s has %d reserved, and its reservations hold %d', order_id, reserved, held)
FROM demand WHERE reserved <> held
"""
_OVERSOLD = """
SELECT printf('order %s of %d got %d reserved, %d issued, %d cancelled', order_id, quantity, reserved, issued,
  cancelled)
FROM demand WHERE reserved + issued + cancelled > quantity
"""
_ISSUED = """
SELECT printf('order %s was issued %d and returned %d, and the ledger issued it %d', d.order_id, d.issued, d.returned,
  coalesce(sum(h.change), 0))
FROM demand d LEFT JOIN half h
  ON h.order_id = d.order_id AND h.shelf = 'issued' AND h.site = d.site AND h.version <= d.stock_version
GROUP BY d.order_id HAVING coalesce(sum(h.change), 0) <> d.issued - d.returned
"""
_OVERSTAYED = """
SELECT printf('%d of %s, lot %s, at %s are in condition %s, and their life was over on %s', quantity, part, lot, site,
  condition, last_day)
FROM overstay
"""
_HELD_BACK = """
SELECT printf('order %s holds %d of lot %s, condition %s, at %s, which %s holds back: inventory takes it back',
  order_id, quantity, lot, condition, site, gate)
FROM held_back
"""

SOLD = Invariant(
    name="I6",
    says="no real shelf below zero, no oversell, at any instant",
    unit="postings",
    checked="SELECT count(*) FROM posting",
    offences=(_BELOW_ZERO, _MISTOLD, _REBUILT, _TOLD, _HELD, _DEMAND, _OVERSOLD, _ISSUED, _OVERSTAYED),
    notes=(_HELD_BACK, UNACCEPTED),
    in_flight="""
    SELECT (SELECT count(*) FROM cut WHERE coalesce(heard, 0) < version)
      + (SELECT count(*) FROM posting p LEFT JOIN cut c USING (site, part) WHERE p.version > coalesce(c.version, 0))
    """,
)
