"""First-article inspections: list, show, open, pass, fail, reopen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.production.api.doors import Doors, Inspector, Reader
from services.production.commands import inspecting
from services.production.domain.first_article import FirstArticle, FirstArticleUnknown
from services.production.queries import first_articles as queries
from services.production.queries.making import Window
from services.production.schemas.first_articles import (
    FailFirstArticle,
    FirstArticleFilter,
    FirstArticleRead,
    FirstArticleSummary,
    OpenFirstArticle,
    PassFirstArticle,
    ReopenFirstArticle,
    StepBody,
)
from shared.events.envelope import Stream
from shared.events.quality import inspection_name
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.rights import Subject, reach
from shared.http.tokens import Principal
from shared.http.versions import Token, tell_version, tells_version
from shared.types import FirstArticleId

Id = Annotated[FirstArticleId, Path(description="The inspection, such as `F-01/ROTOR-HUB/3VK1Y/VKR-1615-0401/B`.")]
_FORBIDDEN = {
    "description": "`inspected-by-its-own-nation`: a factory abroad is not yours to inspect; `site-not-factory`."
}
_DAYS = "`day-in-future`, `day-before-last-step`"
_OPEN: dict[int | str, dict[str, Any]] = {
    403: _FORBIDDEN,
    409: {
        "description": "`first-article-under-way`, `first-article-still-passed`, `version-stale`; or, worth another "
        "try, `catalogue-behind`."
    },
    422: {"description": f"`reference-unknown`: the catalogue does not have it of this part; {_DAYS}."},
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "`first-article-unknown`."}}
_DECIDE: dict[int | str, dict[str, Any]] = {
    **_UNKNOWN,
    403: _FORBIDDEN,
    409: {"description": "`first-article-not-open`, `version-stale`."},
    422: {"description": f"{_DAYS}."},
}
_REOPEN = {**_DECIDE, 409: {"description": "`first-article-not-passed`, `version-stale`."}}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who says what an inspection has come to, the transaction in which it is kept, and the answer."""

    principal: Principal
    session: AsyncSession
    response: Response

    async def answer(self, taken: FirstArticle) -> FirstArticleSummary:
        """Answer how an inspection stands, and the version that it has."""
        token = Token(Stream.PRODUCTION.topic, f"first-article:{taken.name}", taken.version)
        tell_version(self.response, token)
        written = await queries.summary(self.session, taken.id, reach(self.principal, Subject.LOT))
        assert written is not None, "it has just been written"
        return written


async def _asking(principal: Inspector, session: Session, response: Response) -> Asking:
    return Asking(principal, session, response)


# As its session: what depends on it ends with the route, so that it has committed before the answer goes out.
Asked = Annotated[Asking, Depends(_asking, scope="function")]


def router(doors: Doors) -> APIRouter:
    """Give the routes under `/v1/first-articles`."""
    routes = APIRouter(prefix="/v1/first-articles", tags=["first articles"])
    _opens(routes, doors)
    _steps(routes, doors)
    _reading(routes)
    return routes


def _reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_first_articles(
        *,
        principal: Reader,
        session: Session,
        page: Paging,
        wanted: Annotated[FirstArticleFilter, Query()],
    ) -> Sequence[FirstArticleSummary]:
        """List first-article inspections by their ids: how each stands, and whether lots may be issued."""
        window = Window(page.after_text(), page.one_more)
        found = await queries.page(session, wanted, reach(principal, Subject.LOT), window)
        return page.cut(found, lambda each: [inspection_name(each.first_article, each.nation)])

    @routes.get("/{first_article:path}", responses=_UNKNOWN)
    async def show_first_article(
        *, first_article: Id, principal: Reader, session: Session, page: Paging
    ) -> FirstArticleRead:
        """Show an inspection with its history: every step, who took it and why.

        The history begins with the newest steps; `Link: rel="next"` leads to the older ones.
        """
        found = await queries.find(session, first_article, reach(principal, Subject.LOT), page)
        if found is None:
            raise FirstArticleUnknown(first_article=first_article)
        return found


def _opens(routes: APIRouter, doors: Doors) -> None:
    @routes.post("", status_code=201, responses=_OPEN)
    @tells_version
    async def open_first_article(body: OpenFirstArticle, asked: Asked) -> FirstArticleSummary:
        """Begin the inspection of a reference of a part at a factory, or begin it again after it failed or lapsed.

        Lots of a part that requires it may be made meanwhile, and are issued once it has passed. What the site's own
        nation finds holds for all. At a supplier abroad you inspect for your own nation: what you find holds at its
        depots alone, and goes before what the supplier's nation has found. The same again changes nothing.
        """
        opened = await inspecting.open_first_article(
            asked.session, body, principal=asked.principal, settings=doors.settings
        )
        return await asked.answer(opened)


def _steps(routes: APIRouter, doors: Doors) -> None:
    async def step(first_article: FirstArticleId, body: StepBody, asked: Asking) -> FirstArticleSummary:
        """Take a step, and answer how the inspection then stands."""
        taken = await inspecting.step_first_article(
            asked.session, first_article, body, principal=asked.principal, settings=doors.settings
        )
        return await asked.answer(taken)

    @routes.post("/{first_article:path}/pass", responses=_DECIDE)
    @tells_version
    async def pass_first_article(first_article: Id, body: PassFirstArticle, asked: Asked) -> FirstArticleSummary:
        """Say that an inspection found everything as drawn: lots of the reference may be issued."""
        return await step(first_article, body, asked)

    @routes.post("/{first_article:path}/fail", responses=_DECIDE)
    @tells_version
    async def fail_first_article(first_article: Id, body: FailFirstArticle, asked: Asked) -> FirstArticleSummary:
        """Say that an inspection found something otherwise than drawn."""
        return await step(first_article, body, asked)

    @routes.post("/{first_article:path}/reopen", responses=_REOPEN)
    @tells_version
    async def reopen_first_article(first_article: Id, body: ReopenFirstArticle, asked: Asked) -> FirstArticleSummary:
        """Say that what a passed inspection proved has changed, in whole or for some characteristics.

        Lots of the reference, made before or after, are not issued until it passes again: what is reserved of them
        where the part requires it is taken back, and its orders are told.
        """
        return await step(first_article, body, asked)
