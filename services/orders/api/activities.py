"""The activity doors: whose an activity code is, and how urgent its work."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from services.orders.api.desk import Desk, Planning, PlanReader
from services.orders.api.files import IMPORT_PROBLEMS, example_of, read_file
from services.orders.commands import sourcing
from services.orders.domain.catalogue import ActivityUnknown
from services.orders.queries import sources as queries
from services.orders.schemas.sources import ActivityCode, ActivityRead, ActivityRow, ActivityTerms, ImportDone
from shared.http.app import Session
from shared.http.file_bodies import CSV, FileForm, file_body
from shared.http.files import DryRun
from shared.http.guard import JSON, takes
from shared.http.paging import Paging

_PUT: dict[int | str, dict[str, Any]] = {
    403: {"description": "`site-forbidden`, `activity-taken`."},
    409: {"description": "Worth another try: `catalogue-behind`."},
    422: {"description": "`site-not-depot`."},
}
_FILE = FileForm("activities", ActivityRow, [{"activity": "7201YA", **example_of(ActivityTerms)}])
Code = Annotated[ActivityCode, Path(description="The first six characters of the activity's document numbers.")]


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/activities`."""
    routes = APIRouter(prefix="/v1/activities", tags=["activities"])
    _reading(routes)
    _writing(routes, desk)
    return routes


def _reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_activities(*, reader: PlanReader, session: Session, page: Paging) -> Sequence[ActivityRead]:
        """List the activities of one's nation, by code."""
        last = page.after_text()
        activities = await queries.activity_page(session, reader.nation, after=last, limit=page.one_more)
        return page.cut(activities, lambda activity: [activity.activity])

    @routes.get("/{code}", responses={404: {"description": "`activity-unknown`."}})
    async def show_activity(*, code: Code, reader: PlanReader, session: Session) -> ActivityRead:
        """Show whose an activity code is, and how urgent its work."""
        activity = await queries.activity(session, code, reader.nation)
        if activity is None:
            raise ActivityUnknown(activity=code)
        return activity


def _writing(routes: APIRouter, desk: Desk) -> None:
    @routes.put("/{code}", responses=_PUT)
    async def put_activity(code: Code, terms: ActivityTerms, planner: Planning) -> ActivityRead:
        """Say whose an activity code is, and how urgent its work; it holds for orders placed from now on."""
        async with desk.database.transaction() as session:
            await sourcing.put_activity(session, code, terms, planner)
            written = await queries.activity(session, code, planner.nation)
        assert written is not None, "it has just been written"
        return written

    @routes.post("/import", openapi_extra=file_body(_FILE), responses=IMPORT_PROBLEMS)
    @takes(CSV, JSON, body_bytes_max=desk.settings.import_bytes_max)
    async def import_activities(*, request: Request, planner: Planning, dry_run: DryRun = False) -> ImportDone:
        """Import activities from a file: all of it or nothing, with every error by line.

        CSV with a header line (`text/csv`, UTF-8) or a JSON list. A line replaces the activity of its code.
        """
        file = await read_file(request, ActivityRow, key=("activity",), settings=desk.settings)
        async with desk.database.transaction() as session:
            if dry_run:
                await sourcing.check_activities(session, file.imported, planner)
            else:
                chunk = desk.settings.import_chunk
                await sourcing.import_activities(session, file.imported, planner, chunk=chunk)
        return file.done(dry_run)
