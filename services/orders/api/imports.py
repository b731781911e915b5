"""Files of orders: all of them or none, with every error by line; how far a long one is."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Query, Request

from services.orders.api.desk import Asker, Desk
from services.orders.api.files import IMPORT_PROBLEMS, example_of, read_file
from services.orders.commands.importing import OrderFile
from services.orders.schemas.imports import ImportProgress, OrderRow
from services.orders.schemas.orders import PlaceOrder
from services.orders.schemas.sources import ImportDone
from shared.http.file_bodies import CSV, FileForm, file_body
from shared.http.files import DryRun
from shared.http.guard import JSON, takes

_FILE = FileForm(
    "orders",
    OrderRow,
    [{**example_of(PlaceOrder), "conditions": ["A", "C"], "placed_on": "2026-11-23", "promised_for": "2027-02-15"}],
    cells={"conditions": "In CSV parted by semicolons."},
)
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    **IMPORT_PROBLEMS,
    409: {
        "description": "`import-id-reused`; `import-overtaken`, with each line that is not in force in `errors`; worth "
        "another try: `catalogue-behind`, with each line in `errors`, and `import-under-way`."
    },
}
ImportId = Annotated[
    UUID | None,
    Query(
        description="Names the import, to be asked meanwhile how far it is, and to be sent again: new for each file."
    ),
]


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/orders` that take files."""
    routes = APIRouter(prefix="/v1/orders", tags=["orders"])
    _importing(routes, desk)
    _progress(routes, desk)
    return routes


def _importing(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/import", openapi_extra=file_body(_FILE), responses=_PROBLEMS)
    @takes(CSV, JSON, body_bytes_max=desk.settings.import_bytes_max)
    async def import_orders(
        *, request: Request, asker: Asker, import_id: ImportId = None, dry_run: DryRun = False
    ) -> ImportDone:
        """Place orders from a file: all of them or none, with every error by line.

        CSV with a header line (`text/csv`, UTF-8) or a JSON list. What the order door asks of an order holds for each
        line; one that was placed before, as it was placed or as it stands now, changes nothing. Orders of earlier books
        say on which day they were placed, and which was promised first, which is kept for ever: they may be overdue.
        """
        key = ("document_number", "suffix")
        file = await read_file(request, OrderRow, key=key, settings=desk.settings)
        content = await request.body()
        taken = OrderFile.of(import_id or uuid4(), file.imported, content, asker)
        await (desk.importer.check(taken) if dry_run else desk.importer.take(taken))
        return file.done(dry_run, taken.import_id)


def _progress(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/imports/{import_id}", responses={404: {"description": "`import-unknown`: none, or not yours."}})
    async def show_import(
        *, import_id: Annotated[UUID, Path(description="The import, as its sender has named it.")], asker: Asker
    ) -> ImportProgress:
        """Say how far one's own import of orders is, while it runs and after it."""
        return await desk.importer.progress(import_id, asker)
