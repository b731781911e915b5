"""The ledger's lines, shipments and discrepancies."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.inventory.api.doors import Doors, Reader
from services.inventory.queries import ledger
from services.inventory.queries.seen import seen
from services.inventory.schemas.movements import DiscrepancyRead, LedgerLine, ShipmentRead
from services.inventory.schemas.stock import DiscrepancyFilter, MovementFilter, ShipmentFilter
from shared.http.app import Session
from shared.http.paging import CursorMalformed, Page, Paging, turn
from shared.http.versions import After

_TRANSACTION_MAX = 2**64 - 1


def router(doors: Doors) -> APIRouter:
    """Give the routes that read the ledger."""
    routes = APIRouter(tags=["ledger"])
    _lines(routes, doors)
    _shipments(routes, doors)
    _discrepancies(routes, doors)
    return routes


def _lines(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/v1/movements", response_model_exclude_none=True)
    async def list_movements(
        *,
        request: Request,
        response: Response,
        principal: Reader,
        session: Session,
        after: After,
        page: Paging,
        wanted: Annotated[MovementFilter, Query()],
    ) -> list[LedgerLine]:
        """List the ledger's lines with their causes, in the order in which they were written."""
        await doors.catch_up(after)
        start = page.after_of(str, int)
        last = None if start is None else (_transaction(str(start[0])), int(start[1] or 0))
        found = await ledger.lines(session, wanted, await seen(session, principal), after=last, limit=page.fetched)
        return [each.line for each in turn(request, response, page, found=found, key=lambda each: each.place)]


def _shipments(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/v1/shipments", response_model_exclude_none=True)
    async def list_shipments(
        *,
        request: Request,
        response: Response,
        principal: Reader,
        session: Session,
        after: After,
        page: Paging,
        wanted: Annotated[ShipmentFilter, Query()],
    ) -> list[ShipmentRead]:
        """List shipments with what was sent, received and given up, by their ids."""
        await doors.catch_up(after)
        start = page.after_of(str)
        last = None if start is None else str(start[0])
        found = await ledger.shipments(session, wanted, await seen(session, principal), after=last, limit=page.fetched)
        return turn(request, response, page, found=found, key=lambda each: [each.shipment])


def _discrepancies(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/v1/discrepancies", response_model_exclude_none=True)
    async def list_discrepancies(
        *,
        request: Request,
        response: Response,
        principal: Reader,
        session: Session,
        after: After,
        page: Paging,
        wanted: Annotated[DiscrepancyFilter, Query()],
    ) -> list[DiscrepancyRead]:
        """List what the books cannot explain, oldest first, with its age."""
        await doors.catch_up(after)
        found = await ledger.discrepancies(
            session, wanted, await seen(session, principal), after=_opened(page), limit=page.fetched
        )
        return turn(request, response, page, found=found, key=_place)


def _place(listed: DiscrepancyRead) -> tuple[str, str]:
    return listed.opened_at.isoformat(), str(listed.discrepancy)


def _opened(page: Page) -> tuple[datetime, UUID] | None:
    start = page.after_of(str, str)
    if start is None:
        return None
    try:
        opened_at, discrepancy = datetime.fromisoformat(str(start[0])), UUID(str(start[1]))
    except ValueError:
        raise CursorMalformed from None
    if opened_at.tzinfo is None:
        raise CursorMalformed
    try:
        return opened_at.astimezone(UTC), discrepancy
    except OverflowError:  # a moment before the first or after the last year that there is
        raise CursorMalformed from None


def _transaction(number: str) -> str:
    if not (number.isascii() and number.isdecimal()) or len(number) > 20 or int(number) > _TRANSACTION_MAX:
        raise CursorMalformed
    return number
