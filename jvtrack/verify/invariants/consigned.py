"""Of I5, the road: what a consignment's lines say is what its transfers make of them, and what was told of it.

A line was read with the version of its consignment and of its depot's stock, under which alone it changes: what is
newer than these is left out.
"""

_LINE = "l.shipment_id, l.depot, l.part, l.lot, l.condition"
_OF_LINE = " AND ".join(f"{{other}}.{name} = l.{name}" for name in ("shipment_id", "part", "lot", "condition"))
_GOODS = "printf('%s of lot %s, condition %s, for %s in %s', l.part, l.lot, l.condition, l.depot, l.shipment_id)"
_SAYS = "printf('%d sent, %d received, %d lost', {of}.dispatched, {of}.received, {of}.lost)"

_SENT = """coalesce(sum(h.change * (
    h.reason IN ('dispatched', 'sent', 'voided') OR (h.reason = 'reversed' AND h.change < 0))), 0)"""

ROAD = f"""
SELECT printf('%s: its line says %s, and its transfers sent %d and left %d on the road', {_GOODS},
  {_SAYS.format(of="l")}, {_SENT}, coalesce(sum(h.change), 0))
FROM shipment_line l LEFT JOIN half h ON {_OF_LINE.format(other="h")} AND h.site = l.depot
  AND h.shelf = 'in_transit' AND h.version <= coalesce(l.stock_version, 0)
GROUP BY {_LINE}
HAVING {_SENT} <> l.dispatched OR coalesce(sum(h.change), 0) <> l.dispatched - l.received - l.lost
"""  # noqa: S608  # our own columns
"""What was sent is what was put on the road and not taken back; the rest of it is what the road still holds."""

TOLD = f"""
SELECT printf('%s: its line says %s, and it was told as %s', {_GOODS}, {_SAYS.format(of="l")},
  coalesce({_SAYS.format(of="t")}, 'nothing'))
FROM shipment_line l LEFT JOIN told_shipment_line t ON {_OF_LINE.format(other="t")} AND t.depot = l.depot
  AND t.key_seq = (SELECT max(x.key_seq) FROM told_shipment_line x
                   WHERE {_OF_LINE.format(other="x")} AND x.depot = l.depot AND x.key_seq <= l.version)
WHERE (l.dispatched, l.received, l.lost) IS NOT (t.dispatched, t.received, t.lost)
"""  # noqa: S608  # our own columns

GONE = f"""
SELECT printf('shipment %s told a line of %s of lot %s for %s, which is gone', t.shipment_id, t.part, t.lot, t.depot)
FROM told_shipment_line t JOIN shipment s ON s.shipment_id = t.shipment_id AND t.key_seq <= s.version
WHERE NOT EXISTS (SELECT 1 FROM shipment_line l WHERE {_OF_LINE.format(other="t")} AND t.depot = l.depot)
GROUP BY t.shipment_id, t.depot, t.part, t.lot, t.condition
"""  # noqa: S608  # our own columns

CLOSED = """
SELECT printf('shipment %s@%d is %s, and was told as %s', s.shipment_id, s.version,
  CASE WHEN s.closed THEN 'closed' ELSE 'open' END, CASE WHEN t.closed THEN 'closed' ELSE 'open' END)
FROM shipment s JOIN told_shipment t ON t.shipment_id = s.shipment_id AND t.key_seq = s.version
WHERE s.closed <> t.closed
"""
