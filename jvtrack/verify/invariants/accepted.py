"""I1: what a door has accepted was told, once; and what factories are said to have told came through the door.

Accepted events are read before the log, so those that are missing are looked up again after it. A correction is one
accepted event and two facts: that which takes back has an id of its own, and the event taken back names the correction.
What is dispatched of a purchase is one accepted event and three facts, the dispatch the last of them.
"""

from jvtrack.verify.invariants.invariant import Invariant
from shared.events import production, progress, purchases

_POSTED = ", ".join(
    f"'{fact.TYPE}'"
    for fact in (
        production.LotStarted,
        production.LotInspected,
        production.LotFinished,
        production.LotScrapped,
        production.LotDispatched,
        production.LotEventVoided,
        production.WorkOrderAccepted,
        production.WorkOrderRefused,
        production.DelayReported,
        progress.MaterialConsumed,
        progress.WorkOrderCountered,
        progress.KitMissing,
        progress.KitArrived,
        progress.WorkInProgressDecided,
    )
)
_TAKING_BACK = f"'{production.LotEventVoided.TYPE}', '{production.DelayReported.TYPE}'"
_PURCHASED = f"'{purchases.PurchaseDispatched.TYPE}', '{purchases.PurchaseEventCorrected.TYPE}'"
_UNPOSTED = f"""
FROM fact f LEFT JOIN accepted a ON a.event_id = f.event_id
WHERE f.service = 'production' AND f.type IN ({_POSTED}) AND a.event_id IS NULL
"""  # our own types

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
_DISPATCH_AFTER = f"""
    fact n JOIN accepted_since s ON s.event_id = n.event_id AND s.type IN ({_PURCHASED})
    WHERE n.topic = {{step}}.topic AND n.key = {{step}}.key AND n.type = '{production.LotDispatched.TYPE}'
      AND n.key_seq = {{step}}.key_seq
        + CASE {{step}}.type WHEN '{production.LotStarted.TYPE}' THEN 2 WHEN '{production.LotFinished.TYPE}' THEN 1 END
"""
"""The dispatch of a purchase that a step comes before: a start or a finish."""
_NOT_ACCEPTED = f"""
SELECT printf('%s@%d (%s) was told as event %s, and no accepted event is kept of it', f.key, f.key_seq, f.type,
  f.event_id)
{_UNPOSTED}
  AND NOT EXISTS (SELECT 1 FROM accepted_since s WHERE s.event_id = f.event_id)
  AND NOT (f.type IN ({_TAKING_BACK}) AND EXISTS (
    SELECT 1 FROM fact n JOIN accepted_since s ON s.event_id = n.event_id
    LEFT JOIN told_lot t ON t.event_id = f.event_id
    WHERE n.topic = f.topic AND n.key = f.key AND n.key_seq < f.key_seq
      AND n.event_id = coalesce(t.voided, n.event_id) AND s.voided_by <> f.event_id))
  AND NOT EXISTS (SELECT 1 FROM {_DISPATCH_AFTER.format(step="f")})
  AND NOT EXISTS (
    SELECT 1 FROM told_lot t JOIN fact v ON v.event_id = t.voided AND v.topic = f.topic AND v.key = f.key
    WHERE t.event_id = f.event_id AND f.type = '{production.LotEventVoided.TYPE}'
      AND EXISTS (SELECT 1 FROM {_DISPATCH_AFTER.format(step="v")} AND s.voided_by <> f.event_id))
"""  # noqa: S608  # our own types

UNACCEPTED = f"""
SELECT f.event_id {_UNPOSTED}
UNION SELECT n.event_id FROM fact n
WHERE (n.topic, n.key) IN (SELECT f.topic, f.key {_UNPOSTED})
"""  # noqa: S608  # our own types
"""The ids of posted facts of which no accepted event was read, and of what they may belong to or have taken back."""

ACCEPTED = Invariant(
    name="I1",
    says="every accepted event is in event_log exactly once",
    unit="accepted",
    checked="SELECT (SELECT count(*) FROM accepted) + (SELECT count(*) FROM orders)",
    offences=(_NOT_TOLD, _ACCEPTED_TWICE, _TOLD_TWICE, _ORDER_NOT_TOLD, _NOT_ACCEPTED),
)
