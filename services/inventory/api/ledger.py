"""The ledger's lines, shipments and discrepancies."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.inventory.api.doors import Reader
from services.inventory.queries import ledger
from services.inventory.queries.seen import seen
from services.inventory.schemas.movements import DiscrepancyRead, LedgerLine, ShipmentRead
from services.inventory.schemas.stock import DiscrepancyFilter, MovementFilter, ShipmentFilter
from shared.http.app import Session
from shared.http.paging import CursorMalformed, Page, Paging

_TRANSACTION_MAX = 2**64 - 1


def router() -> APIRouter:
    """Give the routes that read the ledger."""
    routes = APIRouter(tags=["ledger"])
    _lines(routes)
    _shipments(routes)
    _discrepancies(routes)
    return routes


def _lines(routes: APIRouter) -> None:
    @routes.get("/v1/movements", response_model_exclude_none=True)
    async def list_movements(
        *,
        principal: Reader,
        session: Session,
        page: Paging,
        wanted: Annotated[MovementFilter, Query()],
    ) -> list[LedgerLine]:
        """List the ledger's lines with their causes, in the order in which they were written."""
        start = page.after_of(str, int)
        last = None if start is None else (_transaction(str(start[0])), int(start[1] or 0))
        found = await ledger.lines(session, wanted, await seen(session, principal), after=last, limit=page.one_more)
        return [placed.line for placed in page.cut(found, lambda placed: placed.place)]


def _shipments(routes: APIRouter) -> None:
    @routes.get("/v1/shipments", response_model_exclude_none=True)
    async def list_shipments(
        *,
        principal: Reader,
        session: Session,
        page: Paging,
        wanted: Annotated[ShipmentFilter, Query()],
    ) -> Sequence[ShipmentRead]:
        """List shipments with what was sent, received and given up, by their ids."""
        last, visible = page.after_text(), await seen(session, principal)
        found = await ledger.shipments(session, wanted, visible, after=last, limit=page.one_more)
        return page.cut(found, lambda last: [last.shipment])


def _discrepancies(routes: APIRouter) -> None:
    @routes.get("/v1/discrepancies", response_model_exclude_none=True)
    async def list_discrepancies(
        *,
        principal: Reader,
        session: Session,
        page: Paging,
        wanted: Annotated[DiscrepancyFilter, Query()],
    ) -> Sequence[DiscrepancyRead]:
        """List what the books cannot explain, oldest first, with its age."""
        visible = await seen(session, principal)
        found = await ledger.discrepancies(session, wanted, visible, after=_opened(page), limit=page.one_more)
        return page.cut(found, lambda last: [last.opened_at.isoformat(), str(last.discrepancy)])


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
