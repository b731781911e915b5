"""Files of parts, sites and opening stock: all or nothing, with every error by line."""

import asyncio
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.inventory.api.doors import Cataloguer, Doors, Operator
from services.inventory.queries.versions import versions
from services.inventory.schemas.body import Asked
from services.inventory.schemas.files import CSV, Bounds, read_csv, read_json
from services.inventory.schemas.imports import ImportKind, ImportRead, ImportUnreadable, Lines
from services.inventory.settings import InventorySettings
from shared.http.guard import JSON, takes
from shared.http.versions import After, tell_version

IMPORT_BYTES_MAX = 64 * 1024 * 1024
DryRun = Annotated[Asked, Query(description="Only check the file.")]
Kind = Annotated[
    ImportKind | None,
    Query(description="What the file holds; else its member, or its column of ids, tells."),
]
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            CSV: {"schema": {"type": "string", "description": "A header line, then a line each."}},
            JSON: {"schema": {"type": "object", "description": "One member: `parts`, `sites` or `stock`, a list."}},
        },
    }
}
_CATALOGUE = (ImportKind.PARTS, ImportKind.SITES)


def router(doors: Doors) -> APIRouter:
    """Give the routes that take files."""
    routes = APIRouter(tags=["imports"])
    _catalogue(routes, doors)
    _opening_stock(routes, doors)
    return routes


def _catalogue(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/v1/catalogue/import", openapi_extra=_FILE)
    @takes(CSV, JSON, body_bytes_max=IMPORT_BYTES_MAX)
    async def import_catalogue(
        *,
        request: Request,
        response: Response,
        principal: Cataloguer,
        after: After,
        kind: Kind = None,
        dry_run: DryRun = False,
    ) -> ImportRead:
        """Import parts or sites from a file: all of it or nothing, with every error by line.

        CSV (UTF-8, with a header line) or JSON (`{"parts": [...]}` or `{"sites": [...]}`). Parts in
        CSV list `platforms`, and of these `grounded_platforms`, parted by semicolons, and `references` as JSON.
        """
        await doors.catch_up(after)
        content = await request.body()
        if kind is ImportKind.STOCK:
            raise ImportUnreadable(reason="opening stock has a door of its own: /v1/stock/import")
        lines = await asyncio.to_thread(partial(_read, request, content, kind, settings=doors.settings))
        done = await doors.importer.take(lines, principal, content=content, dry_run=dry_run)
        await _tell_versions(response, doors, done, lines)
        return done


def _opening_stock(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/v1/stock/import", openapi_extra=_FILE)
    @takes(CSV, JSON, body_bytes_max=IMPORT_BYTES_MAX)
    async def import_stock(
        *, request: Request, response: Response, principal: Operator, after: After, dry_run: DryRun = False
    ) -> ImportRead:
        """Import opening stock from a file: all of it or nothing, with every error by line.

        CSV (UTF-8, with a header line) or JSON (`{"stock": [...]}`). The same file again changes nothing; goods that
        have been in stock already are corrected by a count, not by an import.
        """
        await doors.catch_up(after)
        content = await request.body()
        kind = ImportKind.STOCK
        lines = await asyncio.to_thread(partial(_read, request, content, kind, settings=doors.settings))
        done = await doors.importer.take(lines, principal, content=content, dry_run=dry_run)
        await _tell_versions(response, doors, done, lines)
        return done


def _read(request: Request, content: bytes, kind: ImportKind | None, *, settings: InventorySettings) -> Lines:
    bounds = Bounds(settings.import_lines_max, settings.import_errors_max)
    if request.headers.get("content-type", JSON).partition(";")[0].strip().lower() != CSV:
        return read_json(content, _CATALOGUE if kind is None else (kind,), bounds)
    return read_csv(content, kind, bounds)


async def _tell_versions(response: Response, doors: Doors, done: ImportRead, lines: Lines) -> None:
    """Answer an import with the versions of its last records, as many as may be waited for."""
    if not done.dry_run and lines.records:
        async with doors.database.transaction() as session:
            tell_version(response, *await versions(session, lines.records))
