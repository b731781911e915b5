"""Steps of first-article inspections: what people say at the door, and what lapses by itself."""

import asyncio
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.first_article import (
    FirstArticle,
    FirstArticleUnknown,
    InspectedByItsOwnNation,
    ReferenceUnknown,
)
from services.production.domain.posted import CatalogueBehind, SiteNotFactory
from services.production.schemas.first_articles import OpenFirstArticle, StepBody
from services.production.settings import ProductionSettings
from services.production.store import catalogue
from services.production.store import first_articles as store
from shared import clock
from shared.db import DATABASE_ERRORS, Database
from shared.errors import VersionStale
from shared.events.production import Reference
from shared.events.quality import FirstArticleChanged, inspection_name
from shared.http import rights
from shared.http.tokens import Principal
from shared.messaging.outbox import Told, tell
from shared.messaging.signals import any_of
from shared.observe.logs import get_log
from shared.sql import Writes
from shared.types import FirstArticleId, Nation, PartId, SiteId, SiteKind

log = get_log()


async def open_first_article(
    session: AsyncSession, body: OpenFirstArticle, *, principal: Principal, settings: ProductionSettings
) -> FirstArticle:
    """Begin the inspection of a reference of a part at a factory, or begin it again after it failed or lapsed."""
    nation = await _judge(session, body.factory, principal)
    reference = Reference(**dict(body.reference)).matched
    await _check_reference(session, body.part, reference)
    wanted = FirstArticle(body.factory, body.part, reference, nation)
    await store.lay(session, wanted)
    return await _take(session, wanted.name, body, principal=principal, settings=settings)


async def step_first_article(
    session: AsyncSession,
    first_article: FirstArticleId,
    body: StepBody,
    *,
    principal: Principal,
    settings: ProductionSettings,
) -> FirstArticle:
    """Pass, fail or reopen an inspection."""
    factory = first_article.partition("/")[0]
    if await catalogue.find_site(session, factory) is None:
        raise FirstArticleUnknown(first_article=first_article)
    nation = await _judge(session, factory, principal)
    return await _take(session, inspection_name(first_article, nation), body, principal=principal, settings=settings)


async def _take(
    session: AsyncSession,
    name: str,
    body: StepBody,
    *,
    principal: Principal,
    settings: ProductionSettings,
) -> FirstArticle:
    before = await store.lock(session, name)
    if before is None:
        raise FirstArticleUnknown(first_article=name)
    today = clock.now().date()
    step = body.step(today, principal.subject)
    after, event = before.take(step, today=today, lapse_days=settings.first_article_days)
    if event is not None:
        if body.version is not None and body.version != before.version:
            raise VersionStale(seen=body.version, version=before.version)
        await _keep(session, after, event)
    return after


class Lapser:
    """Looks, from time to time, which passed inspections prove nothing any more."""

    def __init__(self, database: Database, settings: ProductionSettings) -> None:
        self._database = database
        self._settings = settings

    async def run(self, stopping: asyncio.Event) -> None:
        """Look until the service stops."""
        while not stopping.is_set():
            try:
                while await self.lapse(clock.now().date()) == self._settings.first_articles_max:
                    continue
            except DATABASE_ERRORS as error:
                log.warning("lapsing_put_off", error=repr(error))
            await any_of(stopping.wait(), seconds=self._settings.first_articles_seconds)

    async def lapse(self, today: date) -> int:
        """Let inspections lapse of whose reference nothing was made for too long; tells how many were looked at."""
        async with self._database.transaction() as session:
            due = await store.due(session, today, self._settings.first_articles_max)
        for name in due:
            async with self._database.transaction() as session:
                await self._lapse(session, name, today)
        return len(due)

    async def _lapse(self, session: AsyncSession, name: str, today: date) -> None:
        before = await store.lock(session, name)
        if before is None or before.lapses_on is None or before.lapses_on > today:
            return
        days = self._settings.first_article_days
        made_on = await store.made_on(session, before, today - timedelta(days=days))
        await _keep(session, *before.lapse(made_on, today=today, lapse_days=days))


async def _keep(session: AsyncSession, first_article: FirstArticle, event: FirstArticleChanged | None) -> None:
    writes = Writes()
    store.save(writes, first_article)
    await tell(session, [] if event is None else [Told(event, first_article.version)], beside=writes)


async def _judge(session: AsyncSession, factory: SiteId, principal: Principal) -> Nation | None:
    """Say whose word it is: the site's own nation's, or, of a supplier abroad, the asker's for what his nation buys."""
    site = await catalogue.find_site(session, factory)
    if site is None:
        raise CatalogueBehind(site=factory).at("factory")
    is_own = rights.may_inspect(principal, factory, site.country)
    if not is_own and not rights.may_inspect_abroad(principal, site.kind):
        raise InspectedByItsOwnNation(site=factory, nation=site.country)
    if site.kind is SiteKind.DEPOT:
        raise SiteNotFactory(site=factory).at("factory")
    return None if is_own else principal.nation


async def _check_reference(session: AsyncSession, part: PartId, reference: Reference) -> None:
    known = await catalogue.references(session, part)
    if known is None:
        raise CatalogueBehind(part=part).at("part")
    if reference not in [each.matched for each in known]:
        raise ReferenceUnknown(part=part, **reference.model_dump())
