"""Sources, the weights by which they are ranked, and activities as they are read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.schemas.exports import ExportRead
from services.orders.schemas.inspected import InspectedRead
from services.orders.schemas.lead_times import LearnedRead
from services.orders.schemas.sources import ActivityRead, SourceFilter, SourceRead
from services.orders.schemas.stated_terms import StatedTermsFilter, StatedTermsRead
from services.orders.schemas.weights import WeightsRead
from services.orders.store import market
from services.orders.tables import activities, first_articles, site_copies, sources, sourcing_weights
from services.orders.tables.making import stated_terms
from shared.types import Nation, PartId, SiteId

_T = stated_terms.c
_STATED_FROM = (
    select(func.max(_T.stated_from))
    .where(_T.part == sources.c.part, _T.site == sources.c.site, _T.nation == sources.c.nation)
    .scalar_subquery()
)
_SOURCES = select(sources, _STATED_FROM.label("stated_from")).join(site_copies, site_copies.c.site_id == sources.c.site)


@dataclass(frozen=True, slots=True)
class SourceView:
    """Who looks at sources, and on which day."""

    nation: Nation
    sees_partners: bool
    today: date


async def source(
    session: AsyncSession, part: PartId, site: SiteId, nation: Nation, *, today: date
) -> SourceRead | None:
    """Show one source of a part, as a nation has approved it."""
    query = _SOURCES.where(sources.c.part == part, sources.c.site == site, sources.c.nation == nation)
    return next(iter(await _read_sources(session, query, nation, today)), None)


async def source_page(
    session: AsyncSession, wanted: SourceFilter, view: SourceView, *, after: tuple[str, ...] | None, limit: int
) -> list[SourceRead]:
    """Show the next sources that a filter asks for, of one nation or of all, by part, site and nation."""
    place = (sources.c.part, sources.c.site, sources.c.nation)
    query = _SOURCES.order_by(*place).limit(limit)
    query = query.where(*(sources.c[name] == value for name, value in wanted.model_dump(exclude_none=True).items()))
    if not view.sees_partners:
        query = query.where(sources.c.nation == view.nation)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*map(literal, after)))
    return await _read_sources(session, query, view.nation, view.today)


async def _read_sources(session: AsyncSession, query: Select[Any], nation: Nation, today: date) -> list[SourceRead]:
    rows = (await session.execute(query)).all()
    parts = {row.part for row in rows}
    loads = await market.loads(session, parts, nation, today)
    known = {
        (part, judge, source.site): source
        for (part, judge), listed in (await market.sources(session, parts, {row.nation for row in rows}, today)).items()
        for source in listed
    }
    inspected = await _inspected(session, parts)
    shown = [(row, known[row.part, row.nation, row.site]) for row in rows]
    fields = SourceRead.model_fields.keys() - {"standing", "export", "first_articles", "load", "learned"}
    return [
        SourceRead(
            **{name: row._mapping[name] for name in fields},
            standing=source.standing(today),
            export=ExportRead.of(source.export),
            first_articles=_of_nation(inspected.get((row.part, row.site), ()), row.nation),
            learned=LearnedRead.of(source.lead_time) if row.nation == nation else None,
            load=loads.get((row.part, row.site), 0) if row.nation == nation else None,
        )
        for row, source in shown
    ]


async def _inspected(session: AsyncSession, parts: Collection[PartId]) -> dict[tuple[PartId, SiteId], list[Row[Any]]]:
    query = select(first_articles).where(first_articles.c.part.in_(parts)).order_by(first_articles.c.name)
    found: dict[tuple[PartId, SiteId], list[Row[Any]]] = {}
    for row in await session.execute(query):
        found.setdefault((row.part, row.site), []).append(row)
    return found


def _of_nation(inspected: Sequence[Row[Any]], nation: Nation) -> list[InspectedRead]:
    """Show what a nation has found there itself; where it has not looked, what the site's own nation has."""
    own = [row for row in inspected if row.nation == nation]
    return [
        InspectedRead(
            first_article=row.name.removesuffix(f"/{row.nation}"), nation=row.nation, state=row.state, since=row.since
        )
        for row in own or inspected
        if row.nation in {nation, None}
    ]


async def stated_page(
    session: AsyncSession, wanted: StatedTermsFilter, nation: Nation, *, after: tuple[str, str, date] | None, limit: int
) -> list[StatedTermsRead]:
    """Show what a nation has stated of the price and import content of sources, by the days from which it does."""
    query = select(stated_terms).where(_T.nation == nation)
    query = query.where(*(_T[name] == value for name, value in wanted.model_dump(exclude_none=True).items()))
    place = (_T.part, _T.site, _T.stated_from)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*map(literal, after)))
    rows = await session.execute(query.order_by(*place).limit(limit))
    return [StatedTermsRead(**row._mapping) for row in rows]


async def weights_page(session: AsyncSession, nation: Nation, *, after: date | None, limit: int) -> list[WeightsRead]:
    """Show how a nation weighs sources, by the days from which it does."""
    query = select(sourcing_weights).where(sourcing_weights.c.nation == nation).limit(limit)
    if after is not None:
        query = query.where(sourcing_weights.c.valid_from > after)
    rows = await session.execute(query.order_by(sourcing_weights.c.valid_from))
    return [WeightsRead(**row._mapping) for row in rows]


async def weights(session: AsyncSession, nation: Nation, valid_from: date) -> WeightsRead:
    """Show how a nation weighs sources from a day on, as it has stated."""
    stated = select(sourcing_weights).where(sourcing_weights.c.nation == nation)
    row = (await session.execute(stated.where(sourcing_weights.c.valid_from == valid_from))).one()
    return WeightsRead(**row._mapping)


async def activity(session: AsyncSession, code: str, nation: Nation) -> ActivityRead | None:
    """Show one activity of a nation."""
    row = (await session.execute(_activities(nation).where(activities.c.activity == code))).one_or_none()
    return None if row is None else ActivityRead(**row._mapping)


async def activity_page(session: AsyncSession, nation: Nation, *, after: str | None, limit: int) -> list[ActivityRead]:
    """Show a nation's next activities, by code."""
    query = _activities(nation).order_by(activities.c.activity).limit(limit)
    if after is not None:
        query = query.where(activities.c.activity > after)
    return [ActivityRead(**row._mapping) for row in await session.execute(query)]


def _activities(nation: Nation) -> Select[Any]:
    return (
        select(activities)
        .join(site_copies, site_copies.c.site_id == activities.c.site)
        .where(site_copies.c.country == nation)
    )
