"""I7: the catalogue is what catalogue.v1 makes of it, in inventory and in every copy; the fleet is what its facts make.

What figures are counted from is what it would be if it were counted anew.

A copy was read after its position: it is the word at that position, or a later one. Inventory's own row is the word at
its version, unless that waits to be sent or has gone for a later one. The gates that inventory keeps of first articles
are what production.v1 says at their versions. Monitor copies what sites are, and nothing of parts.
"""

from jvtrack.verify.invariants import fleet, fulfilments, lead_times, losses, lots, making, overdue, promises
from jvtrack.verify.invariants.invariant import Invariant

_PART = """
SELECT printf('%s has %s as (%s, %s, %s, %s; grounds %s), which catalogue.v1 does not say at %d or later', c.service,
  c.part_id, coalesce(c.name, '-'), coalesce(c.unit_of_issue, '-'), c.quantity_scale, coalesce(c.platforms, '-'),
  coalesce(c.grounds, '-'), coalesce(p.key_seq, 0))
FROM part_copy c
LEFT JOIN position p ON p.topic = 1 AND p.key = 'part:' || c.part_id AND p.service = c.service
WHERE NOT EXISTS (
  SELECT 1 FROM told_part t WHERE t.part_id = c.part_id AND t.key_seq >= coalesce(p.key_seq, 1)
    AND t.name = coalesce(c.name, t.name) AND t.unit_of_issue = coalesce(c.unit_of_issue, t.unit_of_issue)
    AND t.quantity_scale = c.quantity_scale AND t.platforms = coalesce(c.platforms, t.platforms)
    AND t.grounds = coalesce(c.grounds, t.grounds))
  AND NOT (p.key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM told_part t WHERE t.part_id = c.part_id
                                             AND t.key_seq = p.key_seq))
"""
_SITE = """
SELECT printf('%s has %s as (%s, %s), which catalogue.v1 does not say at %d or later', c.service, c.site_id, c.kind,
  c.country, coalesce(p.key_seq, 0))
FROM site_copy c
LEFT JOIN position p ON p.topic = 1 AND p.key = 'site:' || c.site_id AND p.service = c.service
WHERE NOT EXISTS (
  SELECT 1 FROM told_site t WHERE t.site_id = c.site_id AND t.key_seq >= coalesce(p.key_seq, 1)
    AND t.kind = c.kind AND t.country = c.country)
  AND NOT (p.key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM told_site t WHERE t.site_id = c.site_id
                                             AND t.key_seq = p.key_seq))
"""
_MISSING = """
SELECT printf('%s applied %s@%d, and has no copy of it', p.service, p.key, p.key_seq)
FROM position p
LEFT JOIN part_copy c ON c.service = p.service AND p.key LIKE 'part:%' AND c.part_id = substr(p.key, 6)
LEFT JOIN site_copy s ON s.service = p.service AND p.key LIKE 'site:%' AND s.site_id = substr(p.key, 6)
WHERE p.topic = 1 AND c.part_id IS NULL AND s.site_id IS NULL
  AND NOT (p.service = 'monitor' AND p.key LIKE 'part:%')
  AND NOT EXISTS (SELECT 1 FROM passed_over x
                  WHERE x.service = p.service AND x.topic = 1 AND x.key = p.key AND x.key_seq = p.key_seq)
"""
_OWN_PART = """
SELECT printf('inventory keeps %s@%d as (%s, %s, %s, %s) %s, and catalogue.v1 says %s', o.part_id, o.version, o.name,
  o.unit_of_issue, o.quantity_scale, o.platforms, o.record, coalesce(t.record, 'nothing'))
FROM own_part o LEFT JOIN told_part t ON t.part_id = o.part_id AND t.key_seq = o.version
WHERE (o.name, o.unit_of_issue, o.quantity_scale, o.platforms, o.record)
    <> (t.name, t.unit_of_issue, t.quantity_scale, t.platforms, t.record)
  OR t.part_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM told_part x WHERE x.part_id = o.part_id AND x.key_seq > o.version)
    AND NOT EXISTS (SELECT 1 FROM unsent u WHERE u.topic = 1 AND u.key = 'part:' || o.part_id AND u.key_seq = o.version)
"""
_OWN_SITE = """
SELECT printf('inventory keeps %s@%d as (%s, %s) %s, and catalogue.v1 says %s', o.site_id, o.version, o.kind,
  o.country, o.record, coalesce(t.record, 'nothing'))
FROM own_site o LEFT JOIN told_site t ON t.site_id = o.site_id AND t.key_seq = o.version
WHERE (o.kind, o.country, o.record) <> (t.kind, t.country, t.record)
  OR t.site_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM told_site x WHERE x.site_id = o.site_id AND x.key_seq > o.version)
    AND NOT EXISTS (SELECT 1 FROM unsent u WHERE u.topic = 1 AND u.key = 'site:' || o.site_id AND u.key_seq = o.version)
"""
_GATE = """
SELECT printf('inventory keeps first article %s@%d as %s of %s, gate %s, and production.v1 says %s', g.first_article,
  g.version, g.state, g.part, iif(g.is_open, 'open', 'closed'), coalesce(t.state || ' of ' || t.part, 'nothing'))
FROM gate g LEFT JOIN told_first_article t ON t.first_article = g.first_article AND t.key_seq = g.version
WHERE t.first_article IS NULL OR (g.state, g.part, g.is_open) <> (t.state, t.part, t.state = 'passed')
"""
_NO_GATE = """
SELECT printf('inventory applied %s@%d, and keeps it at %d', p.key, p.key_seq, coalesce(g.version, 0))
FROM position p LEFT JOIN gate g ON g.first_article = substr(p.key, 15)
WHERE p.topic = 3 AND p.service = 'inventory' AND p.key LIKE 'first-article:%'
  AND coalesce(g.version, 0) < p.key_seq
  AND NOT EXISTS (SELECT 1 FROM passed_over x
                  WHERE x.service = p.service AND x.topic = 3 AND x.key = p.key AND x.key_seq = p.key_seq)
"""
_JUDGED = """
SELECT printf('orders keeps first article %s@%d as %s of %s, and production.v1 says %s', a.name, a.version, a.state,
  a.part, coalesce(t.state || ' of ' || t.part, 'nothing'))
FROM judged_article a LEFT JOIN told_first_article t ON t.first_article = a.name AND t.key_seq = a.version
WHERE t.first_article IS NULL OR (a.state, a.part) <> (t.state, t.part)
"""
_NOT_JUDGED = """
SELECT printf('orders applied %s@%d, and keeps it at %d', p.key, p.key_seq, a.version)
FROM judged_article a
CROSS JOIN position p ON p.topic = 3 AND p.key = 'first-article:' || a.name AND p.service = 'orders'
WHERE a.version < p.key_seq
  AND NOT EXISTS (SELECT 1 FROM passed_over x
                  WHERE x.service = p.service AND x.topic = 3 AND x.key = p.key AND x.key_seq = p.key_seq)
"""
_BEHIND = """
SELECT count(*) FROM hears g JOIN head h ON h.topic = g.topic
LEFT JOIN position p ON p.topic = h.topic AND p.key = h.key AND p.service = g.service AND p.grp = g.grp
WHERE g.topic = 1 AND coalesce(p.key_seq, 0) < h.key_seq
"""

COPIED = Invariant(
    name="I7",
    says="projections rebuilt from offset 0 equal the live ones",
    unit="rows",
    checked="""
    SELECT (SELECT count(*) FROM part_copy) + (SELECT count(*) FROM site_copy)
      + (SELECT count(*) FROM own_part) + (SELECT count(*) FROM own_site) + (SELECT count(*) FROM promise)
      + (SELECT count(*) FROM orders WHERE promises > 0)
      + (SELECT count(*) FROM tail_row) + (SELECT count(*) FROM gate)
      + (SELECT count(*) FROM reservation_loss) + (SELECT count(*) FROM sourcing WHERE asked_on IS NOT NULL)
      + (SELECT count(*) FROM fulfilment)
      + (SELECT count(*) FROM lot_fact)
    """,
    offences=(
        _PART,
        _SITE,
        _MISSING,
        _OWN_PART,
        _OWN_SITE,
        *promises.OFFENCES,
        _GATE,
        _NO_GATE,
        _JUDGED,
        _NOT_JUDGED,
        *fleet.OFFENCES,
        *losses.OFFENCES,
        *making.OFFENCES,
        *lead_times.OFFENCES,
        *fulfilments.OFFENCES,
        *lots.OFFENCES,
        *overdue.OFFENCES,
    ),
    in_flight=_BEHIND,
)
