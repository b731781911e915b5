"""Files of parts, sites and opening stock: all or nothing, with every error by line."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.inventory.api.doors import Cataloguer, Doors, Operator
from services.inventory.queries.versions import versions
from services.inventory.schemas.catalogue import PartLine, SiteLine
from services.inventory.schemas.files import read_csv, read_json
from services.inventory.schemas.imports import ImportKind, ImportRead, Lines, StockRecord
from services.inventory.settings import InventorySettings
from shared.http.file_bodies import CSV, FileForm, file_body
from shared.http.files import Bounds, DryRun, ImportUnreadable, is_csv
from shared.http.guard import JSON, takes
from shared.http.tokens import Principal
from shared.http.versions import tell_version, tells_version

Kind = Annotated[
    ImportKind | None,
    Query(description="What the file holds; else its member, or its column of ids, tells."),
]
_FILES = {
    ImportKind.PARTS: FileForm(
        "parts",
        PartLine,
        [
            {
                "part_id": "MI17-MAIN-GEARBOX",
                "name": "Gearbox, main rotor drive",
                "nsn": "1615722683884",
                "unit_of_issue": "EA",
            }
        ],
        member="parts",
        more_columns={"grounded_platforms": "Those of `platforms` that the lack of the part grounds."},
        cells={"platforms": "In CSV parted by semicolons.", "references": "In CSV as JSON."},
    ),
    ImportKind.SITES: FileForm(
        "sites",
        SiteLine,
        [
            {
                "site_id": "D-01",
                "name": "Northern Air Stores Depot",
                "kind": "depot",
                "organisation": "Air Maintenance Group",
                "country": "IND",
            }
        ],
        member="sites",
    ),
    ImportKind.STOCK: FileForm(
        "stock",
        StockRecord,
        [{"site": "D-01", "part": "MI17-MAIN-GEARBOX", "lot": "S-01:23-10-050", "condition": "A", "quantity": 2}],
        member="stock",
    ),
}
_CATALOGUE = (ImportKind.PARTS, ImportKind.SITES)


def router(doors: Doors) -> APIRouter:
    """Give the routes that take files."""
    routes = APIRouter(tags=["imports"])
    _catalogue(routes, doors)
    _opening_stock(routes, doors)
    return routes


def _catalogue(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/v1/catalogue/import", openapi_extra=file_body(*(_FILES[kind] for kind in _CATALOGUE)))
    @takes(CSV, JSON, body_bytes_max=doors.settings.import_bytes_max)
    @tells_version
    async def import_catalogue(
        *, request: Request, response: Response, principal: Cataloguer, kind: Kind = None, dry_run: DryRun = False
    ) -> ImportRead:
        """Import parts or sites from a file: all of it or nothing, with every error by line.

        CSV (UTF-8, with a header line) or JSON (`{"parts": [...]}` or `{"sites": [...]}`). Parts in
        CSV list `platforms`, and of these `grounded_platforms`, parted by semicolons, and `references` as JSON.
        """
        content = await request.body()
        if kind is ImportKind.STOCK:
            raise ImportUnreadable(reason="opening stock has a door of its own: /v1/stock/import")
        lines = await asyncio.to_thread(_read, request, content, kind, doors.settings)
        return await _take(doors, lines, principal, response, content=content, dry_run=dry_run)


def _opening_stock(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/v1/stock/import", openapi_extra=file_body(_FILES[ImportKind.STOCK]))
    @takes(CSV, JSON, body_bytes_max=doors.settings.import_bytes_max)
    @tells_version
    async def import_stock(
        *, request: Request, response: Response, principal: Operator, dry_run: DryRun = False
    ) -> ImportRead:
        """Import opening stock from a file: all of it or nothing, with every error by line.

        CSV (UTF-8, with a header line) or JSON (`{"stock": [...]}`). The same file again changes nothing; goods that
        have been in stock already are corrected by a count, not by an import.
        """
        content = await request.body()
        lines = await asyncio.to_thread(_read, request, content, ImportKind.STOCK, doors.settings)
        return await _take(doors, lines, principal, response, content=content, dry_run=dry_run)


def _read(request: Request, content: bytes, kind: ImportKind | None, settings: InventorySettings) -> Lines:
    bounds = Bounds(settings.import_lines_max, settings.import_errors_max)
    if is_csv(request):
        return read_csv(content, kind, bounds)
    return read_json(content, _CATALOGUE if kind is None else (kind,), bounds)


async def _take(
    doors: Doors, lines: Lines, principal: Principal, response: Response, *, content: bytes, dry_run: bool
) -> ImportRead:
    """Take a file, and answer with the versions of its last records, as many as may be waited for."""
    done = await doors.importer.take(lines, principal, content=content, dry_run=dry_run)
    records = lines.imported.records
    if not done.dry_run and records:
        async with doors.database.transaction() as session:
            tell_version(response, *await versions(session, records))
    return done
