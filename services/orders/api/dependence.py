"""The doors on dependence: indigenous content and its facts, few sources, what was taken over from imports."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.orders.api.desk import Desk, Planning, PlanReader
from services.orders.commands import thresholds
from services.orders.domain.concentration import concentration
from services.orders.domain.takeover import takeovers
from services.orders.queries import concentration as concentrations
from services.orders.queries import dependence, indigenous
from services.orders.queries.dependence import Within
from services.orders.schemas.concentration import (
    ConcentrationFigure,
    ConcentrationRead,
    CriticalFilter,
    CriticalPartRead,
    TakeoverRead,
    WillingRead,
)
from services.orders.schemas.dependence import (
    ContentFilter,
    ContentRead,
    FactRead,
    FactsFilter,
    LotContent,
    LotsFilter,
    ThresholdRead,
    ThresholdTerms,
)
from shared import clock
from shared.http.app import Session
from shared.http.paging import CursorMalformed, Page, Paging
from shared.http.periods import PeriodFilter
from shared.http.tokens import Principal
from shared.types import Day, Platform

_PERIOD: dict[int | str, dict[str, Any]] = {422: {"description": "`period-too-long`."}}
_WHOLE: dict[int | str, dict[str, Any]] = {422: {"description": "`period-too-long`, `lots-too-many`."}}
_PUT: dict[int | str, dict[str, Any]] = {422: {"description": "`threshold-in-past`."}}
ValidFrom = Annotated[Day, Path(description="First day on which it holds.")]


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/dependence`."""
    routes = APIRouter(prefix="/v1/dependence", tags=["dependence"])
    _content(routes, desk)
    _drilled_down(routes, desk)
    _few_sources(routes)
    _taken_over(routes)
    _thresholds(routes, desk)
    return routes


def _content(routes: APIRouter, desk: Desk) -> None:
    @routes.get("", responses=_WHOLE)
    async def show_content(*, reader: PlanReader, wanted: Annotated[ContentFilter, Query()]) -> ContentRead:
        """Show the indigenous content of what was made for the nation or at home: (price - imported) / price.

        Imported is the material from abroad that factories told of, and of components that are lots themselves what is
        imported of those; where they told of none, the share that the nation had stated for its source by then; and all
        of what was made abroad. Money is compared by the rates of the nation's sourcing weights on the day on which a
        lot was finished. What cannot be said is counted as unknown.
        """
        async with desk.database.snapshot() as session:
            return await indigenous.content(
                session, wanted, _within(reader, wanted), lots_max=desk.settings.dependence_lots_max
            )


def _drilled_down(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/lots", responses=_WHOLE)
    async def list_lots(
        *, reader: PlanReader, session: Session, page: Paging, wanted: Annotated[LotsFilter, Query()]
    ) -> Sequence[LotContent]:
        """List the lots behind the figures by their ids, each with its content and the facts that say so."""
        after, lots_max = page.after_text() or "", desk.settings.dependence_lots_max
        found = await indigenous.lot_contents(
            session, wanted, _within(reader, wanted), after=after, limit=page.one_more, lots_max=lots_max
        )
        return page.cut(found, lambda lot: [lot.lot])

    @routes.get("/facts", responses=_PERIOD)
    async def list_facts(
        *, reader: PlanReader, session: Session, page: Paging, wanted: Annotated[FactsFilter, Query()]
    ) -> Sequence[FactRead]:
        """List the facts behind the figures: what was finished, scrapped, dispatched and consumed, by day."""
        after, limit = _after(page), page.one_more
        found = await dependence.facts(session, wanted, _within(reader, wanted), after=after, limit=limit)
        return page.cut(found, lambda fact: [fact.recorded_on.isoformat(), str(fact.event_id)])


def _few_sources(routes: APIRouter) -> None:
    @routes.get("/sources")
    async def show_concentration(
        *, reader: PlanReader, session: Session, page: Paging, wanted: Annotated[CriticalFilter, Query()]
    ) -> ConcentrationRead:
        """Show on how few sources the parts depend whose lack grounds a platform.

        Sources are those that the nation may ask today. The first page and each that follows repeat the figures.
        """
        today, last = clock.now().date(), page.after_text()
        found = await concentrations.critical_parts(session, reader.nation, wanted.platform, today)
        named = [wanted.platform] if wanted.platform else list(Platform)
        by_platform = {each: [part for part in found if each in part.grounds] for each in named}
        shown = [part for part in found if last is None or part.part > last][: page.one_more]
        return ConcentrationRead(
            nation=reader.nation,
            today=today,
            figures=[
                ConcentrationFigure.of("all", concentration(found, reader.nation)),
                *(
                    ConcentrationFigure.of(name.value, concentration(parts, reader.nation))
                    for name, parts in by_platform.items()
                ),
            ],
            parts=[
                CriticalPartRead(
                    part=part.part,
                    grounds=list(part.grounds),
                    sources=[WillingRead(site=each.site, country=each.country) for each in part.sources],
                    single_source=part.single_source,
                    single_country=part.single_country,
                )
                for part in page.cut(shown, lambda part: [part.part])
            ],
        )


def _taken_over(routes: APIRouter) -> None:
    @routes.get("/takeovers", responses=_PERIOD)
    async def list_takeovers(
        *, reader: PlanReader, session: Session, wanted: Annotated[PeriodFilter, Query()]
    ) -> list[TakeoverRead]:
        """Say what each factory at home took over from imports, part by part, against the period before.

        taken over = min(what fewer came from abroad than in the period before, what was made at home). The dispatches
        behind it are listed under `/v1/dependence/facts?kind=dispatched`.
        """
        found = takeovers(await dependence.supplied(session, _within(reader, wanted)))
        return [
            TakeoverRead(
                part=each.part,
                factory=each.factory,
                dispatched=each.dispatched,
                dispatched_before=each.dispatched_before,
                imported=each.imported,
                imported_before=each.imported_before,
                taken_over=each.taken_over,
            )
            for each in found
        ]


def _thresholds(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/thresholds")
    async def list_thresholds(*, reader: PlanReader, session: Session) -> list[ThresholdRead]:
        """List what indigenous content one's nation asks for, by the days from which it does."""
        return await dependence.thresholds(session, reader.nation)

    @routes.put("/thresholds/{valid_from}", responses=_PUT)
    async def put_threshold(*, valid_from: ValidFrom, terms: ThresholdTerms, planner: Planning) -> ThresholdRead:
        """Say what indigenous content one's nation asks for from a day on; what was judged before stands."""
        async with desk.database.transaction() as session:
            await thresholds.put(session, valid_from, terms, planner)
            found = await dependence.thresholds(session, planner.nation)
        return next(each for each in found if each.valid_from == valid_from)


def _within(reader: Principal, wanted: PeriodFilter) -> Within:
    return Within(reader.nation, wanted.period(clock.now().date()))


def _after(page: Page) -> tuple[date, UUID] | None:
    last = page.after_texts(2)
    try:
        return None if last is None else (date.fromisoformat(last[0]), UUID(last[1]))
    except ValueError:
        raise CursorMalformed from None
