"""Of I8, sources: nobody is asked who may not be.

A sourcing decision tells how it weighed each source: who was asked has a rank among them, or somebody has named it for
this order before. Decisions told before sources were weighed say nothing of it.
"""

_UNRANKED = """
SELECT printf('%s asked %s for %s at version %d, which has no rank among the sources weighed, and nobody has named it',
  t.key, t.source, t.work_order, t.key_seq)
FROM told_sourcing t
WHERE NOT t.may_be_asked AND NOT EXISTS (
  SELECT 1 FROM told_override o WHERE o.key = t.key AND o.source = t.source AND o.key_seq < t.key_seq)
"""
OFFENCES = (_UNRANKED,)
"""What breaks the rule."""
