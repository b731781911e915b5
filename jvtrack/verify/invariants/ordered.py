"""I3: per key, first deliveries are 1..n in order; of the compacted catalogue only the last word need be left.

A number is the version of the row that tells. Rows were read after the positions of their hearers and before the log,
so a row's version is none that a hearer has passed already, and none that the log does not have.

Where Kafka lost acknowledged facts, one batch of later ones may stand before them: hearers wait for the hole to heal.
"""

from jvtrack.verify.invariants.invariant import Invariant

_HOLE = """
SELECT printf('%s@%d came after @%d (topic %d, partition %d, offset %d)', key, key_seq, previous, topic, part, off)
FROM hole WHERE NOT is_healed
"""
_FORK = """
SELECT printf('%s@%d is %d different facts: %s', key, key_seq, count(DISTINCT event_id),
  group_concat(DISTINCT event_id))
FROM record GROUP BY topic, key, key_seq HAVING count(DISTINCT event_id) > 1
"""
_SCATTERED = """
SELECT printf('%s is in %d partitions of topic %d, which have no common order', key, count(DISTINCT part), topic)
FROM record GROUP BY topic, key HAVING count(DISTINCT part) > 1
"""
_LOG_HOLE = """
SELECT printf('%s has %d facts in event_log and is numbered up to %d', key, facts, key_seq)
FROM head WHERE facts <> key_seq
"""
_UNTOLD_VERSION = """
SELECT printf('%s stands at version %d, and only %d facts of it were told', k.key, k.version, coalesce(h.key_seq, 0))
FROM kept k LEFT JOIN head h ON h.topic = k.topic AND h.key = k.key
WHERE k.version > coalesce(h.key_seq, 0)
"""
_PASSED_VERSION = """
SELECT printf('%s stands at version %s, and %s has applied @%d of it', p.key, coalesce(k.version, '- (it is gone)'),
  p.service, p.key_seq)
FROM position p JOIN fact f ON f.topic = p.topic AND f.key = p.key AND f.key_seq = p.key_seq
LEFT JOIN kept k ON k.topic = p.topic AND k.key = p.key
WHERE f.service IN ('orders', 'production', 'inventory') AND p.key_seq > coalesce(k.version, 0)
"""
_HEALED = """
SELECT printf('Kafka had lost %d facts of topic %d, partition %d: they were told again behind later ones',
  sum(key_seq - previous - 1), topic, part)
FROM hole WHERE is_healed GROUP BY topic, part
"""
_AGAIN = """
SELECT printf('%d records were delivered again, with the same number and id', count(*))
FROM record WHERE key_seq <= previous HAVING count(*) > 0
"""

ORDERED = Invariant(
    name="I3",
    says="per key, first deliveries are 1..n in order",
    unit="records",
    checked="SELECT count(*) FROM record",
    offences=(_HOLE, _FORK, _SCATTERED, _LOG_HOLE, _UNTOLD_VERSION, _PASSED_VERSION),
    notes=(_HEALED, _AGAIN),
)
