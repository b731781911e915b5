"""First-article inspections as they are shown, within what a principal may see."""

from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.production.queries.making import Window, history_of
from services.production.queries.sight import visible
from services.production.schemas.first_articles import FirstArticleFilter, FirstArticleRead, FirstArticleSummary
from services.production.store import first_articles as store
from services.production.tables import first_article
from shared.events.quality import FirstArticleState, inspection_name
from shared.http.paging import Page
from shared.http.rights import Reach
from shared.types import FirstArticleId

_TOLD = ("nation", "factory", "part", "reference", "state", "day", "characteristics", "report", "reason", "decided_by")


async def page(
    session: AsyncSession, wanted: FirstArticleFilter, reach: Reach, window: Window
) -> list[FirstArticleSummary]:
    """List inspections by their ids."""
    query = _seen(reach).order_by(first_article.c.first_article).limit(window.limit)
    named = wanted.model_dump(exclude_none=True, exclude={"open"})
    query = query.where(*(first_article.c[name] == value for name, value in named.items()))
    if wanted.open is not None:
        query = query.where((first_article.c.state == FirstArticleState.PASSED) == wanted.open)
    if window.after is not None:
        query = query.where(first_article.c.first_article > window.after)
    return [_read(row) for row in await session.execute(query)]


async def summary(session: AsyncSession, wanted: FirstArticleId, reach: Reach) -> FirstArticleSummary | None:
    """Show how an inspection stands, of several the reader's nation's own; none if there is none that may be seen."""
    names = [wanted, *([inspection_name(wanted, reach.nation)] if reach.nation else [])]
    query = _seen(reach).where(first_article.c.first_article.in_(names)).order_by(first_article.c.nation.nulls_last())
    row = (await session.execute(query.limit(1))).one_or_none()
    return None if row is None else _read(row)


async def find(session: AsyncSession, wanted: FirstArticleId, reach: Reach, page: Page) -> FirstArticleRead | None:
    """Show an inspection with a page of its history; none if there is none that may be seen."""
    found = await summary(session, wanted, reach)
    if found is None:
        return None
    name = inspection_name(wanted, found.nation)
    return FirstArticleRead(**dict(found), history=await history_of(session, f"first-article:{name}", page))


def _seen(reach: Reach) -> Select[Any]:
    """Keep to the inspections of sites that may be seen, and to what the reader's nation has found abroad itself."""
    of_its_own = and_(first_article.c.nation.is_(None), visible(first_article.c.factory, reach))
    seen = or_(of_its_own, first_article.c.nation == (reach.nation or ""))
    return select(first_article).where(seen, first_article.c.version > 0)


def _read(row: Row[Any]) -> FirstArticleSummary:
    read = store.read(row)
    assert read.last is not None, "a row that is seen has taken a step"
    return FirstArticleSummary(
        first_article=read.id,
        version=read.version,
        open=read.is_open,
        opened_on=read.opened_on,
        lapses_on=read.lapses_on,
        causes=list(read.last.causes),
        updated_at=row.updated_at,
        **{name: getattr(read.last, name) for name in _TOLD},
    )
