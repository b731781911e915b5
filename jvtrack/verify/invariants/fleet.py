"""Of I7, the fleet: each platform stands as the facts told of it say, and its life has neither gap nor overlap.

A platform's periods were read with its version, so its life is what its facts make of it up to exactly that one. A
correction takes the place of the change before it.
"""

_NAME = "t.platform || '/' || t.tail_number"
_OF_SAME = "{other}.platform = t.platform AND {other}.tail_number = t.tail_number AND {other}.n = t.n"
_SAYS = """printf('%s from %s to %s', CASE WHEN {of}.cause IS NULL THEN 'up'
    ELSE 'down (' || {of}.cause || CASE WHEN {of}.awaiting_parts THEN ', awaiting parts)' ELSE ')' END END,
    {of}.began_at, coalesce({of}.ended_at, 'now'))"""

_STANDS = f"""
SELECT printf('%s: its period %s is %s, and its facts make it %s', {_NAME}, coalesce(t.n, '-'), {_SAYS.format(of="t")},
  CASE WHEN m.n IS NULL THEN 'nothing' ELSE {_SAYS.format(of="m")} END)
FROM tail_row t LEFT JOIN made_period m ON {_OF_SAME.format(other="m")}
WHERE (t.began_at, t.ended_at, t.cause, t.awaiting_parts) IS NOT (m.began_at, m.ended_at, m.cause, m.awaiting_parts)
"""  # noqa: S608  # our own columns
_GONE = f"""
SELECT printf('%s: its facts make a period %d, %s, which is gone', {_NAME}, t.n, {_SAYS.format(of="t")})
FROM made_period t LEFT JOIN tail_row r ON {_OF_SAME.format(other="r")} WHERE r.n IS NULL
"""  # noqa: S608  # our own columns
_BROKEN = f"""
SELECT printf('%s: its period %d ends at %s, and the next one begins at %s', {_NAME}, t.n,
  coalesce(t.ended_at, 'no time'), coalesce(r.began_at, 'no time'))
FROM tail_row t
LEFT JOIN tail_row r ON r.platform = t.platform AND r.tail_number = t.tail_number AND r.n = t.n + 1
WHERE t.n IS NOT NULL AND t.ended_at IS NOT r.began_at
"""  # noqa: S608  # our own columns
_HOME = f"""
SELECT printf('%s@%d is at home at %s, and it was registered at %s', {_NAME}, t.version, t.site,
  coalesce(r.site, 'no site'))
FROM tail t LEFT JOIN told_tail r
  ON r.platform = t.platform AND r.tail_number = t.tail_number AND r.key_seq = t.registered
WHERE (t.site, t.illustrative) IS NOT (r.site, r.illustrative)
"""  # noqa: S608  # our own columns

OFFENCES = (_STANDS, _GONE, _BROKEN, _HOME)
