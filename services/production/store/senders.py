"""Senders that number their events: which numbers have come, as stretches, so that the missing ones show."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.posted import Posted
from shared.sql import Statement

REUSED_MAX = 1_000
"""Stretches of numbers kept that came under more than one id; the oldest beyond are forgotten."""
_NOTE = Statement(
    """
    INSERT INTO sender AS s (source, site, seen, reused, events, duplicates, last_seen_at)
    SELECT source, site, seen, reused, events, duplicates, clock_timestamp()
    FROM unnest(CAST(:sources AS text[]), CAST(:sites AS text[]), CAST(CAST(:seen AS text[]) AS int8multirange[]),
                CAST(CAST(:reused AS text[]) AS int8multirange[]), CAST(:events AS bigint[]),
                CAST(:duplicates AS bigint[]))
         AS new (source, site, seen, reused, events, duplicates)
    WHERE NOT isempty(seen) OR EXISTS (SELECT FROM sender known WHERE known.source = new.source)
    ORDER BY source
    ON CONFLICT (source) DO UPDATE SET seen = s.seen + excluded.seen, events = s.events + excluded.events,
      reused = s.reused + excluded.reused + s.seen * excluded.seen * int8multirange(int8range(s.known_from, NULL)),
      duplicates = s.duplicates + excluded.duplicates, last_seen_at = excluded.last_seen_at
    RETURNING source, (SELECT count(*) FROM unnest(s.seen)) AS stretches,
      (SELECT count(*) FROM unnest(s.reused)) AS reused
    """
)
_FORGET_REUSED = Statement(
    """
    UPDATE sender SET reused = reused * int8multirange(int8range(kept.first, NULL))
    FROM (SELECT lower(stretch) AS first FROM sender AS s, unnest(s.reused) AS stretch WHERE s.source = :source
          ORDER BY lower(stretch) DESC OFFSET :kept LIMIT 1) AS kept
    WHERE source = :source
    """
)
_FORGET_OLDEST = Statement(
    """
    UPDATE sender SET known_from = kept.first,
      seen = seen + int8multirange(int8range(lower(seen), kept.first))
    FROM (SELECT lower(stretch) AS first FROM sender AS s, unnest(s.seen) AS stretch WHERE s.source = :source
          ORDER BY lower(stretch) DESC OFFSET :kept LIMIT 1) AS kept
    WHERE source = :source
    """
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that was accepted, now or before."""

    posted: Posted
    is_duplicate: bool


async def note(session: AsyncSession, arrivals: Sequence[Arrival], *, ranges_max: int) -> None:
    """Note which numbers of which senders have come; a sender that does not number its events is not kept.

    The number that counts is the one of an event's first delivery: what comes again under another number has not come
    under that one, else a sender could hide a gap.
    """
    arrivals = [arrival for arrival in arrivals if arrival.posted.sequence is not None]
    if not arrivals:
        return
    sites = {arrival.posted.source: arrival.posted.site for arrival in arrivals}
    sources = sorted(sites)
    duplicates = Counter(arrival.posted.source for arrival in arrivals if arrival.is_duplicate)
    events = Counter(arrival.posted.source for arrival in arrivals if not arrival.is_duplicate)
    numbers: dict[str, Counter[int]] = {source: Counter() for source in sources}
    for arrival in arrivals:
        if arrival.posted.sequence is not None and not arrival.is_duplicate:
            numbers[arrival.posted.source][arrival.posted.sequence] += 1
    rows = await _NOTE.rows(
        session,
        {
            "sources": sources,
            "sites": [sites[source] for source in sources],
            "seen": [multirange(numbers[source]) for source in sources],
            "reused": [multirange(_used_twice(numbers[source])) for source in sources],
            "events": [events[source] for source in sources],
            "duplicates": [duplicates[source] for source in sources],
        },
    )
    for row in rows:
        if row.stretches > ranges_max:
            await _FORGET_OLDEST.run(session, {"source": row.source, "kept": ranges_max // 2})
        if row.reused > REUSED_MAX:
            await _FORGET_REUSED.run(session, {"source": row.source, "kept": REUSED_MAX // 2})


def _used_twice(numbers: Counter[int]) -> list[int]:
    return [number for number, times in numbers.items() if times > 1]


def multirange(numbers: Iterable[int]) -> str:
    """Write numbers as PostgreSQL's multirange: 1, 2, 3, 7 is `{[1,4),[7,8)}`."""
    stretches: list[list[int]] = []
    for number in sorted(numbers):
        if stretches and stretches[-1][1] == number:
            stretches[-1][1] = number + 1
        else:
            stretches.append([number, number + 1])
    return "{" + ",".join(f"[{first},{end})" for first, end in stretches) + "}"
