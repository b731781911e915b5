"""Senders that number their events: which numbers have come, as stretches, so that the missing ones show."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.posted import Posted
from shared.sql import Statement

_NOTE = Statement(
    """
    INSERT INTO sender AS s (source, site, seen, events, duplicates, last_seen_at)
    SELECT source, site, seen, events, duplicates, clock_timestamp()
    FROM unnest(CAST(:sources AS text[]), CAST(:sites AS text[]), CAST(CAST(:seen AS text[]) AS int8multirange[]),
                CAST(:events AS bigint[]), CAST(:duplicates AS bigint[]))
         AS new (source, site, seen, events, duplicates)
    ORDER BY source
    ON CONFLICT (source) DO UPDATE SET seen = s.seen + excluded.seen, events = s.events + excluded.events,
      duplicates = s.duplicates + excluded.duplicates, last_seen_at = excluded.last_seen_at
    RETURNING source, (SELECT count(*) FROM unnest(s.seen)) AS stretches
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
    """Note which numbers of which senders have come; a sender that does not number its events is not kept."""
    arrivals = [arrival for arrival in arrivals if arrival.posted.sequence is not None]
    if not arrivals:
        return
    sites = {arrival.posted.source: arrival.posted.site for arrival in arrivals}
    sources = sorted(sites)
    duplicates = Counter(arrival.posted.source for arrival in arrivals if arrival.is_duplicate)
    events = Counter(arrival.posted.source for arrival in arrivals if not arrival.is_duplicate)
    numbers: dict[str, set[int]] = {source: set() for source in sources}
    for arrival in arrivals:
        assert arrival.posted.sequence is not None
        numbers[arrival.posted.source].add(arrival.posted.sequence)
    rows = await _NOTE.rows(
        session,
        {
            "sources": sources,
            "sites": [sites[source] for source in sources],
            "seen": [multirange(numbers[source]) for source in sources],
            "events": [events[source] for source in sources],
            "duplicates": [duplicates[source] for source in sources],
        },
    )
    for row in rows:
        if row.stretches > ranges_max:
            await _FORGET_OLDEST.run(session, {"source": row.source, "kept": ranges_max // 2})


def multirange(numbers: Iterable[int]) -> str:
    """Write numbers as PostgreSQL's multirange: 1, 2, 3, 7 is `{[1,4),[7,8)}`."""
    stretches: list[list[int]] = []
    for number in sorted(numbers):
        if stretches and stretches[-1][1] == number:
            stretches[-1][1] = number + 1
        else:
            stretches.append([number, number + 1])
    return "{" + ",".join(f"[{first},{end})" for first, end in stretches) + "}"
