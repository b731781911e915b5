"""What monitor writes: one statement a table and batch, its rows in the order of their keys, so that none deadlock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.events.catalogue import SiteDefined
from shared.events.envelope import Stream
from shared.sql import Statement, Writes
from shared.types import SiteId

TABLES = ("stream_minute", "sender_hour", "site_copy")
"""What is folded from the streams, and can be folded anew."""

_COUNT_MINUTES = Statement(
    """
    INSERT INTO stream_minute AS m (topic, minute, facts, bytes)
    SELECT * FROM unnest(CAST(:topics AS smallint[]), CAST(:minutes AS timestamptz[]), CAST(:facts AS bigint[]),
                         CAST(:bytes AS bigint[])) ORDER BY 1, 2
    ON CONFLICT (topic, minute) DO UPDATE SET facts = m.facts + excluded.facts, bytes = m.bytes + excluded.bytes
    """
)
_COUNT_HOURS = Statement(
    """
    INSERT INTO sender_hour AS h (site, hour, facts, last_recorded_at, delay_min)
    SELECT * FROM unnest(CAST(:sites AS text[]), CAST(:hours AS timestamptz[]), CAST(:facts AS bigint[]),
                         CAST(:last AS timestamptz[]), CAST(:delays AS interval[])) ORDER BY 1, 2
    ON CONFLICT (site, hour) DO UPDATE
    SET facts = h.facts + excluded.facts, last_recorded_at = greatest(h.last_recorded_at, excluded.last_recorded_at),
        delay_min = least(h.delay_min, excluded.delay_min)
    """
)
_SAVE_SITES = Statement(
    """
    INSERT INTO site_copy (site_id, kind, country)
    SELECT * FROM unnest(CAST(:sites AS text[]), CAST(:kinds AS text[]), CAST(:countries AS text[])) ORDER BY 1
    ON CONFLICT (site_id) DO UPDATE SET kind = excluded.kind, country = excluded.country
    """
)


@dataclass(slots=True)
class Carried:
    """What a stream has carried in a while."""

    facts: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Sent:
    """What a site has sent in a while."""

    last_recorded_at: datetime
    delay_min: timedelta
    facts: int = 0


def count_minutes(writes: Writes, carried: Mapping[tuple[Stream, datetime], Carried]) -> None:
    """Add to what each stream has carried in each minute."""
    if carried:
        writes.add(
            _COUNT_MINUTES,
            {
                "topics": [int(stream) for stream, _ in carried],
                "minutes": [minute for _, minute in carried],
                "facts": [each.facts for each in carried.values()],
                "bytes": [each.bytes for each in carried.values()],
            },
        )


def count_hours(writes: Writes, sent: Mapping[tuple[SiteId, datetime], Sent]) -> None:
    """Add to what each site has sent in each hour."""
    if sent:
        writes.add(
            _COUNT_HOURS,
            {
                "sites": [site for site, _ in sent],
                "hours": [hour for _, hour in sent],
                "facts": [each.facts for each in sent.values()],
                "last": [each.last_recorded_at for each in sent.values()],
                "delays": [each.delay_min for each in sent.values()],
            },
        )


def save_sites(writes: Writes, sites: Sequence[SiteDefined]) -> None:
    """Write sites as they were told, each once."""
    if sites:
        writes.add(
            _SAVE_SITES,
            {
                "sites": [site.site_id for site in sites],
                "kinds": [site.kind for site in sites],
                "countries": [site.country for site in sites],
            },
        )
