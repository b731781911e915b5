"""The source doors: list, show, put, import."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from services.orders.api.desk import Desk, Planning, PlanReader
from services.orders.api.files import IMPORT_PROBLEMS, example_of, read_file
from services.orders.commands import sourcing
from services.orders.domain.catalogue import SourceUnknown
from services.orders.queries import sources as queries
from services.orders.schemas.sources import ImportDone, SourceFilter, SourceRead, SourceRow, SourceTerms
from shared import clock
from shared.http import rights
from shared.http.app import Session
from shared.http.file_bodies import CSV, FileForm, file_body
from shared.http.files import DryRun
from shared.http.guard import JSON, takes
from shared.http.paging import Paging
from shared.http.rights import Sight, Subject
from shared.types import PartId, SiteId

Part = Annotated[PartId, Path(description="The part.")]
_PUT: dict[int | str, dict[str, Any]] = {
    409: {"description": "Worth another try: `catalogue-behind`."},
    422: {"description": "`approval-in-future`, `statement-in-future`."},
}
_FILE = FileForm(
    "sources",
    SourceRow,
    [{"part": "MI17-MAIN-GEARBOX", "site": "F-01", **example_of(SourceTerms)}],
)
Site = Annotated[
    SiteId, Path(description="The factory or supplier; or a depot, whose lead time is that of its goods on the road.")
]


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/sources`."""
    routes = APIRouter(prefix="/v1/sources", tags=["sources"])
    _reading(routes)
    _writing(routes, desk)
    return routes


def _reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_sources(
        *,
        reader: PlanReader,
        session: Session,
        page: Paging,
        wanted: Annotated[SourceFilter, Query()],
    ) -> Sequence[SourceRead]:
        """List the sources of one's nation, by part and site; planners see their partners' too."""
        sees_partners = rights.sight_of_partners(reader, Subject.SOURCE) is Sight.FULL
        view = queries.SourceView(reader.nation, sees_partners, clock.now().date())
        last = page.after_texts(3)
        sources = await queries.source_page(session, wanted, view, after=last, limit=page.one_more)
        return page.cut(sources, lambda source: [source.part, source.site, source.nation])

    @routes.get("/{part}/{site}", responses={404: {"description": "`source-unknown`."}})
    async def show_source(*, part: Part, site: Site, reader: PlanReader, session: Session) -> SourceRead:
        """Show on what terms a site may supply one's nation with a part."""
        source = await queries.source(session, part, site, reader.nation, today=clock.now().date())
        if source is None:
            raise SourceUnknown(part=part, site=site)
        return source


def _writing(routes: APIRouter, desk: Desk) -> None:
    @routes.put("/{part}/{site}", responses=_PUT)
    async def put_source(*, part: Part, site: Site, terms: SourceTerms, planner: Planning) -> SourceRead:
        """Say on what terms a site may supply one's nation with a part.

        Once it may be chosen (a joint-venture factory that is approved, another maker that is approved and whose first
        article is accepted), the nation's open orders of the part are planned with it. What was stated of its price and
        import content before goes on to hold for what was made before.
        """
        async with desk.database.transaction() as session:
            await sourcing.put_source(session, part, site, terms=terms, planner=planner)
            written = await queries.source(session, part, site, planner.nation, today=clock.now().date())
        desk.planner.wake()
        assert written is not None, "it has just been written"
        return written

    @routes.post("/import", openapi_extra=file_body(_FILE), responses=IMPORT_PROBLEMS)
    @takes(CSV, JSON, body_bytes_max=desk.settings.import_bytes_max)
    async def import_sources(*, request: Request, planner: Planning, dry_run: DryRun = False) -> ImportDone:
        """Import sources from a file: all of it or nothing, with every error by line.

        CSV with a header line (`text/csv`, UTF-8) or a JSON list. A line replaces the nation's source of its part and
        site; what the file does not name stays. Importing the same file again changes nothing.
        """
        file = await read_file(request, SourceRow, key=("part", "site"), settings=desk.settings)
        async with desk.database.transaction() as session:
            if dry_run:
                await sourcing.check_sources(session, file.imported)
            else:
                chunk = desk.settings.import_chunk
                await sourcing.import_sources(session, file.imported, planner, chunk=chunk)
        desk.planner.wake()
        return file.done(dry_run)
