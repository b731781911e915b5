"""I2: what was told reached Kafka as it was told, and Kafka has nothing that nobody told.

Rows that Kafka had not acknowledged when the outbox was read are in flight, those of a blocked key wait.
"""

from jvtrack.verify.invariants.invariant import Invariant
from shared.messaging.relay_store import DISCARDED_TYPE

_LOST = """
SELECT printf('%s@%d (%s, seq %d of %s) was acknowledged and is not in Kafka', f.key, f.key_seq, f.event_id, f.seq,
  f.service)
FROM fact f
LEFT JOIN waiting w ON w.service = f.service AND w.seq = f.seq
WHERE w.seq IS NULL
  AND NOT EXISTS (SELECT 1 FROM discarded d WHERE d.service = f.service AND d.seq = f.seq AND f.topic = 1)
  AND NOT EXISTS (SELECT 1 FROM record r WHERE r.topic = f.topic AND r.key = f.key AND r.key_seq = f.key_seq
                  AND r.event_id = f.event_id)
  AND NOT EXISTS (SELECT 1 FROM record r WHERE f.topic = 1 AND r.topic = 1 AND r.key = f.key
                  AND r.key_seq > f.key_seq)
"""
_ALTERED = f"""
SELECT printf('%s@%d is not in Kafka as it was told: partition %d, offset %d has %s', f.key, f.key_seq, r.part, r.off,
  r.type)
FROM fact f
JOIN record r ON r.topic = f.topic AND r.key = f.key AND r.key_seq = f.key_seq AND r.event_id = f.event_id
LEFT JOIN discarded d ON d.service = f.service AND d.seq = f.seq
WHERE (r.type <> f.type OR r.digest <> f.digest) AND NOT (d.seq IS NOT NULL AND r.type = '{DISCARDED_TYPE}')
"""  # noqa: S608  # our own type
_UNTOLD = """
SELECT printf('%s@%d (%s, topic %d, partition %d, offset %d) is in Kafka, and nobody told it', r.key, r.key_seq,
  r.event_id, r.topic, r.part, r.off)
FROM record r
WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.topic = r.topic AND f.key = r.key AND f.key_seq = r.key_seq
                  AND f.event_id = r.event_id)
  AND r.event_id NOT IN (SELECT event_id FROM late)
"""
_UNREADABLE = """
SELECT printf('topic %d, partition %d, offset %d holds no fact: %s', topic, part, off, error) FROM alien
"""
_SHORTENED = """
SELECT printf('topic %d, partition %d begins at offset %d: facts before it are gone', topic, part, off)
FROM beginning WHERE off > 0 AND topic <> 1
"""
_DISCARDED = """
SELECT printf('%s@%d went out as a tombstone: an operator discarded it', f.key, f.key_seq)
FROM discarded d JOIN fact f ON f.service = d.service AND f.seq = d.seq
"""

UNKNOWN = """
SELECT DISTINCT r.event_id FROM record r
WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.event_id = r.event_id)
"""
"""The ids of records that were not in any log when it was read."""

PUBLISHED = Invariant(
    name="I2",
    says="every fact in event_log reached Kafka as it was told",
    unit="facts",
    checked="SELECT count(*) FROM fact",
    offences=(_LOST, _ALTERED, _UNTOLD, _UNREADABLE, _SHORTENED),
    in_flight="SELECT (SELECT count(*) FROM waiting WHERE state = 'pending') + (SELECT count(*) FROM late)",
    waiting="SELECT count(*) FROM waiting WHERE state = 'blocked'",
    notes=(_DISCARDED,),
)
