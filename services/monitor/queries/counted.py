"""What streams have carried and senders have sent, as it was counted."""

from collections.abc import Collection, Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.domain.carried import MINUTES_SHOWN, Minute
from services.monitor.domain.senders import Sender, SenderHour
from services.monitor.tables import site_copy
from shared.events.envelope import Stream
from shared.sql import Statement
from shared.types import Nation, SiteId

_MINUTES = Statement(
    """
    SELECT topic, minute, facts, bytes FROM stream_minute
    WHERE minute > date_trunc('minute', clock_timestamp()) - make_interval(mins => :minutes)
    ORDER BY topic, minute
    """
)
_HOURS = Statement(
    """
    SELECT h.site, s.country, h.hour, h.facts, h.last_recorded_at,
      extract(epoch FROM h.delay_min)::float AS delay_min_seconds
    FROM sender_hour h LEFT JOIN site_copy s ON s.site_id = h.site
    WHERE h.hour > clock_timestamp() - make_interval(days => :days) AND s.kind IS DISTINCT FROM 'supplier'
    ORDER BY h.site, h.hour
    """
)


async def minutes(session: AsyncSession) -> Sequence[Minute]:
    """List what each stream has carried in each minute of the last hour; of those without a fact, nothing."""
    rows = await _MINUTES.rows(session, {"minutes": MINUTES_SHOWN})
    return [Minute(Stream(row.topic).topic, row.minute, row.facts, row.bytes) for row in rows]


async def senders(session: AsyncSession, *, days: int) -> Sequence[Sender]:
    """List the factories that have sent within the last days; suppliers have no system that could be missed."""
    rows = await _HOURS.rows(session, {"days": days})
    return [
        Sender(
            site,
            nation,
            [SenderHour(row.hour, row.facts, row.last_recorded_at, row.delay_min_seconds) for row in mine],
        )
        for (site, nation), mine in groupby(rows, key=lambda row: (row.site, row.country))
    ]


async def nations(session: AsyncSession, sites: Collection[SiteId]) -> dict[SiteId, Nation]:
    """Tell which nation each of these sites belongs to, as far as the catalogue was heard."""
    query = select(site_copy.c.site_id, site_copy.c.country).where(site_copy.c.site_id.in_(sites))
    return {row.site_id: row.country for row in await session.execute(query)}
