"""Yield, counted from the totals that lots keep: the one place where it is defined.

Yield = good / (good + scrapped), ISA-95's words for what a segment response reports. A lot counts in the period in
which it was first heard of, with all that became of it since: a late fact, a void or a correction changes the figure
of that period. Suppliers have no floor that anybody sees, so that what is bought of them has no yield.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, and_, any_, cast, column, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.production.queries.sight import visible
from services.production.schemas.figures import Grouping, LotsFilter, LotYield, YieldFilter, YieldRow
from services.production.tables import event_log, lot, part_copy, site_copy
from shared.events.envelope import Stream
from shared.http.periods import MONTH_DIGITS, Period
from shared.http.rights import Reach
from shared.types import LotId, SiteKind

NO_PLATFORM = "none"
_TEN = 10
# Lots heard of before this was kept: the first fact about them tells.
_FIRST_HEARD_OF = (
    select(event_log.c.recorded_at)
    .where(
        event_log.c.topic == int(Stream.PRODUCTION),
        event_log.c.key == func.concat("lot:", lot.c.lot_id),
        event_log.c.key_seq == 1,
    )
    .correlate(lot)
    .scalar_subquery()
)
_BEGUN_AT = func.coalesce(lot.c.begun_at, _FIRST_HEARD_OF)
_UNIT = func.power(cast(_TEN, Numeric), func.coalesce(part_copy.c.quantity_scale, 0))
_MADE: Mapping[str, ColumnElement[Any]] = {
    "good": func.greatest(lot.c.finished - lot.c.scrapped_finished, 0) / _UNIT,
    "scrapped_in_process": lot.c.scrapped_in_process / _UNIT,
    "scrapped_finished": lot.c.scrapped_finished / _UNIT,
}
Key = tuple[str, ...]
"""What names a group: a text for each grouping."""


async def yields(
    session: AsyncSession, wanted: YieldFilter, reach: Reach, period: Period, *, after: Key | None, limit: int
) -> list[YieldRow]:
    """Give the yield of the next groups; all together is one group, even of nothing."""
    by: Mapping[Grouping, ColumnElement[Any]] = {
        Grouping.MONTH: func.to_char(func.timezone("UTC", _BEGUN_AT), MONTH_DIGITS),
        Grouping.PART: lot.c.part,
        Grouping.SITE: lot.c.factory,
        Grouping.PLATFORM: column("fits"),
    }
    sums = [func.coalesce(func.sum(made), 0).label(name) for name, made in _MADE.items()]
    query = select(*[by[each].label(each.value) for each in wanted.groupings]).add_columns(
        func.count().label("lots"), *sums
    )
    query = _chosen(query, wanted, reach, period)
    if Grouping.PLATFORM in wanted.groupings:
        fits = func.unnest(_platforms()).table_valued("fits").render_derived("platform_of_part")
        query = query.join(fits, literal(value=True))
    if wanted.groupings:
        query = query.group_by(*(column(each) for each in wanted.groupings))
    found = query.subquery()
    places = [found.c[each] for each in wanted.groupings]
    page = select(found).order_by(*places).limit(limit)
    if after is not None and places:
        page = page.where(tuple_(*places) > tuple_(*map(literal, after)))
    return [YieldRow(**{**row._mapping, **_rated(row)}) for row in await session.execute(page)]


async def lots(
    session: AsyncSession, wanted: LotsFilter, reach: Reach, period: Period, *, after: LotId | None, limit: int
) -> list[LotYield]:
    """List the next lots behind a yield, by lot."""
    made = [each.label(name) for name, each in _MADE.items()]
    named = (lot.c.lot_id.label("lot"), lot.c.factory.label("site"), lot.c.part, lot.c.status)
    query = select().add_columns(*named, _BEGUN_AT.label("begun_at"), *made)
    query = _chosen(query, wanted, reach, period)
    if after is not None:
        query = query.where(lot.c.lot_id > after)
    rows = await session.execute(query.order_by(lot.c.lot_id).limit(limit))
    return [LotYield(**{**row._mapping, **_rated(row)}) for row in rows]


def place(row: YieldRow, groupings: tuple[Grouping, ...]) -> Key:
    """Say where a row stands in the list."""
    return tuple(str(getattr(row, each)) for each in groupings)


def _chosen(query: Select[Any], wanted: LotsFilter, reach: Reach, period: Period) -> Select[Any]:
    """Choose the lots that may be seen and are asked for."""
    is_of_factory = and_(site_copy.c.site_id == lot.c.factory, site_copy.c.kind == SiteKind.FACTORY)
    query = query.select_from(
        lot.join(site_copy, is_of_factory).outerjoin(part_copy, part_copy.c.part_id == lot.c.part)
    ).where(lot.c.version > 0, visible(lot.c.factory, reach), period.begin <= _BEGUN_AT, period.end > _BEGUN_AT)
    if wanted.part is not None:
        query = query.where(lot.c.part == wanted.part)
    if wanted.site is not None:
        query = query.where(lot.c.factory == wanted.site)
    if wanted.platform is not None:
        query = query.where(literal(wanted.platform.value) == any_(part_copy.c.platforms))
    return query


def _platforms() -> ColumnElement[Any]:
    """Give the platforms that a lot's part fits; those of no platform, or of none that is known, are under one word."""
    known = func.nullif(part_copy.c.platforms, literal([], part_copy.c.platforms.type))
    return func.coalesce(known, literal([NO_PLATFORM], part_copy.c.platforms.type))


def _rated(row: Any) -> dict[str, float | None]:
    good, *scrapped = (float(getattr(row, name)) for name in _MADE)
    begun = good + sum(scrapped)
    return {**dict(zip(_MADE, (good, *scrapped), strict=True)), "rate": round(good / begun, 4) if begun else None}
