"""Of I7, what figures of demand are counted from: each order's fulfilment is what inventory's words make of it.

Fulfilments were kept later than words were told: those of orders that were answered before the first one are left out.
"""

_MOMENT = """coalesce(
    strftime('%Y-%m-%dT%H:%M:%S', {of} / 1000000, 'unixepoch') || printf('.%06dZ', {of} % 1000000), 'no time')"""


def _at(of: str) -> str:
    return _MOMENT.format(of=of)


_COURSE = f"""
SELECT printf('order %s was answered at %s, heard of at %s, short %d times, short since %s, met at %s and received at '
  || '%s; inventory''s words up to %d make it %s, %s, %d, %s, %s and %s', c.order_id, {_at("c.answered_at")},
  {_at("c.heard_at")}, c.backorders, {_at("c.short_since")}, {_at("c.met_at")}, {_at("c.received_at")}, c.heard,
  {_at("m.answered_at")}, {_at("m.heard_at")}, coalesce(m.backorders, 0), {_at("m.short_since")}, {_at("m.met_at")},
  {_at("m.received_at")})
FROM fulfilment c LEFT JOIN made_fulfilment m ON m.order_id = c.order_id
WHERE c.answered_at IS NOT NULL
  AND (c.answered_at, c.heard_at, c.backorders, c.short_since, c.met_at, c.received_at)
    IS NOT (m.answered_at, m.heard_at, m.backorders, m.short_since, m.met_at, m.received_at)
"""  # noqa: S608  # our own columns
_BACKORDER = f"""
SELECT printf('order %s has backorder %d from %s to %s, and inventory''s words make it one from %s to %s', r.order_id,
  r.n, {_at("r.began_at")}, {_at("r.ended_at")}, {_at("m.began_at")}, {_at("m.ended_at")})
FROM fulfilment_row r LEFT JOIN made_backorder m ON m.order_id = r.order_id AND m.n = r.n
WHERE r.n IS NOT NULL AND (r.began_at, r.ended_at) IS NOT (m.began_at, m.ended_at)
"""  # noqa: S608  # our own columns
_GONE = f"""
SELECT printf('order %s was short a time %d, from %s to %s, and has no backorder of it', m.order_id, m.n,
  {_at("m.began_at")}, {_at("m.ended_at")})
FROM made_backorder m LEFT JOIN fulfilment_row r ON r.order_id = m.order_id AND r.n = m.n
WHERE r.n IS NULL
"""  # noqa: S608  # our own columns
_UNKEPT = """
SELECT printf('order %s heard inventory''s word %d, and has no fulfilment', c.order_id, c.heard)
FROM fulfilment c LEFT JOIN made_fulfilment m ON m.order_id = c.order_id
WHERE c.answered_at IS NULL AND m.answered_at > (SELECT min(answered_at) FROM fulfilment)
"""

OFFENCES = (_COURSE, _BACKORDER, _GONE, _UNKEPT)
"""What breaks the rule."""
