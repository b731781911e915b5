"""Goods on the shelf: counts, scraps, changes of condition, expiries."""

from fastapi import APIRouter, Response

from services.inventory.api.doors import POSTED, Doors, Inspector, Keeper
from services.inventory.commands.keeping import ChangeCondition, CountGoods, MarkExpiry, ScrapGoods
from services.inventory.schemas.requests import ConditionChange, Count, ExpiryMark, Scrap


def router(doors: Doors) -> APIRouter:
    """Give the routes that set a shelf right."""
    routes = APIRouter(tags=["movements"])

    @routes.post("/v1/counts", status_code=201, response_class=Response, responses=POSTED)
    async def count_goods(body: Count, asking: Keeper) -> Response:
        """Correct the books by a count, against the version that the counter saw, whatever moved since."""
        return await doors.move(CountGoods(body, asking.principal, asking.claim(body)))

    @routes.post("/v1/scraps", status_code=201, response_class=Response, responses=POSTED)
    async def scrap_goods(body: Scrap, asking: Keeper) -> Response:
        """Scrap goods: what is free first, then what is reserved, whose orders are told."""
        return await doors.move(ScrapGoods(body, asking.principal, asking.claim(body)))

    @routes.post("/v1/condition-changes", status_code=201, response_class=Response, responses=POSTED)
    async def change_condition(body: ConditionChange, asking: Inspector) -> Response:
        """Move goods to the supply condition in which they are found: by their depot, or by quality of its nation.

        Stock ages by itself: A to B to C, and at the end to H (type I) or J. With `inspect_by`, an extendible life
        (type II) that was inspected goes on at this depot until that day: 422 `life-not-extendible`,
        `extension-too-short`. Without it, goods whose life is over stay as they are: 409 `life-over`.
        """
        return await doors.move(ChangeCondition(body, asking.principal, asking.claim(body)))

    @routes.post("/v1/expiries", status_code=201, response_class=Response, responses=POSTED)
    async def mark_expiry(body: ExpiryMark, asking: Keeper) -> Response:
        """Mark the last day of a lot as read off the goods; it holds at this depot.

        A lot whose maker has told its last day is not marked: 409 `expiry-told-by-maker`.
        """
        return await doors.move(MarkExpiry(body, asking.principal, asking.claim(body)))

    return routes
