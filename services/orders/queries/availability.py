"""Availability by time: how long platforms could do their work, out of the time that they were in service.

Operational availability, uptime / (uptime + downtime), as MIL-HDBK-338B defines it; over a fleet it is what air forces
report as the mission capable rate, hours capable / hours possessed. Hours awaiting parts are those that they report as
not mission capable for supply. Each period of each tail counts for as long as it lies within the stretch asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Numeric, Select, cast, extract, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.queries.platforms import chosen
from services.orders.schemas.platforms import AvailabilityFilter, FleetHours, TailHours
from services.orders.store.lookups import Sight
from services.orders.tables.fleet import tail_periods, tails

_HOUR_SECONDS = 3600
_MOMENT = DateTime(timezone=True)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time."""

    begin: datetime
    end: datetime


async def fleet_hours(
    session: AsyncSession, wanted: AvailabilityFilter, sight: Sight, stretch: Stretch
) -> list[FleetHours]:
    """Add up the hours of the platforms of each type at each depot."""
    each = _hours(wanted, sight, stretch, after=None).subquery()
    place = (each.c.platform, each.c.site)
    sums = [func.sum(each.c[name]).label(name) for name in _SUMS]
    query = select(*place, func.count().label("tails"), *sums).group_by(*place).order_by(*place)
    return [
        FleetHours(platform=row.platform, site=row.site, tails=row.tails, **_shown(row))
        for row in await session.execute(query)
    ]


async def tail_hours(
    session: AsyncSession,
    wanted: AvailabilityFilter,
    sight: Sight,
    stretch: Stretch,
    *,
    after: tuple[str, ...] | None,
    limit: int,
) -> list[TailHours]:
    """Add up the hours of the next tails, by platform and tail number."""
    query = _hours(wanted, sight, stretch, after=after).limit(limit)
    return [
        TailHours(platform=row.platform, tail_number=row.tail_number, site=row.site, **_shown(row))
        for row in await session.execute(query)
    ]


_SUMS = ("whole", "up", "awaiting")


def _hours(wanted: AvailabilityFilter, sight: Sight, stretch: Stretch, *, after: tuple[str, ...] | None) -> Select[Any]:
    """Add up each tail's seconds: in service, up, and awaiting parts."""
    period = tail_periods.c
    begin, end = (literal(moment, _MOMENT) for moment in (stretch.begin, stretch.end))
    lies_within = func.least(func.coalesce(period.ended_at, end), end) - func.greatest(period.began_at, begin)
    seconds = func.greatest(cast(extract("epoch", lies_within), Numeric), 0)
    query = (
        select(tails.c.platform, tails.c.tail_number, tails.c.site)
        .add_columns(
            func.sum(seconds).label("whole"),
            func.coalesce(func.sum(seconds).filter(~period.is_down), 0).label("up"),
            func.coalesce(func.sum(seconds).filter(period.awaiting_parts), 0).label("awaiting"),
        )
        .join(tail_periods)
        .where(tails.c.version > 0)
        .group_by(tails.c.platform, tails.c.tail_number, tails.c.site)
    )
    return chosen(query, wanted, sight, after=after)


def _shown(row: Any) -> dict[str, Any]:
    whole, up, awaiting = (Decimal(row._mapping[name]) for name in _SUMS)
    return {
        "hours": _in_hours(whole),
        "up_hours": _in_hours(up),
        "awaiting_parts_hours": _in_hours(awaiting),
        "availability": round(float(up / whole), 4) if whole else None,
    }


def _in_hours(seconds: Decimal) -> float:
    return round(float(seconds / _HOUR_SECONDS), 2)
