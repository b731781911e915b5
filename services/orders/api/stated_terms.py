"""The doors of what is stated of sources' prices and import contents, by the days from which it is: list, import."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.orders.api.desk import Desk, Planning, PlanReader
from services.orders.api.files import IMPORT_PROBLEMS, example_of, read_file
from services.orders.commands import stating
from services.orders.queries import sources as queries
from services.orders.schemas.sources import ImportDone
from services.orders.schemas.stated_terms import StatedTermsFilter, StatedTermsRead, StatedTermsRow
from shared.http.app import Session
from shared.http.file_bodies import CSV, FileForm, file_body
from shared.http.files import DryRun
from shared.http.guard import JSON, takes
from shared.http.paging import Paging, read_day

_KEY = ("part", "site", "stated_from")
_FILE = FileForm("terms", StatedTermsRow, [example_of(StatedTermsRow)])


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/stated-terms`."""
    routes = APIRouter(prefix="/v1/stated-terms", tags=["sources"])

    @routes.get("")
    async def list_terms(
        *, reader: PlanReader, session: Session, page: Paging, wanted: Annotated[StatedTermsFilter, Query()]
    ) -> Sequence[StatedTermsRead]:
        """List what one's nation has stated of sources' prices and import contents, by the days from which it does."""
        last = page.after_texts(len(_KEY))
        after = None if last is None else (last[0], last[1], read_day(last[2]))
        found = await queries.stated_page(session, wanted, reader.nation, after=after, limit=page.one_more)
        return page.cut(found, lambda terms: [terms.part, terms.site, terms.stated_from.isoformat()])

    @routes.post("/import", openapi_extra=file_body(_FILE), responses=IMPORT_PROBLEMS)
    @takes(CSV, JSON, body_bytes_max=desk.settings.import_bytes_max)
    async def import_terms(*, request: Request, planner: Planning, dry_run: DryRun = False) -> ImportDone:
        """Import prices and import contents of one's nation's sources: all of a file or nothing, with errors by line.

        CSV with a header line (`text/csv`, UTF-8) or a JSON list. A line replaces what was stated from its day on; what
        the file does not name stays. What holds now is what the newest line of a source says.
        """
        file = await read_file(request, StatedTermsRow, key=_KEY, settings=desk.settings)
        async with desk.database.transaction() as session:
            await stating.check_terms(session, file.imported, planner)
            if not dry_run:
                await stating.import_terms(session, file.imported, planner, chunk=desk.settings.import_chunk)
        return file.done(dry_run)

    return routes
