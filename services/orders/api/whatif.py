"""The what-if door: which promises move and which platforms stand still if something happens; nothing is touched."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.orders.api.desk import Desk, PlanReader
from services.orders.queries import scenarios, whatif
from services.orders.schemas.whatif import WhatIf, WhatIfFilter, WhatIfRead
from services.orders.store.lookups import Sight
from shared import clock

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    413: {"description": "`too-much-open`."},
    422: {"description": "`supposition-invalid`: `errors` names each field."},
}


def router(desk: Desk) -> APIRouter:
    """Give the route under `/v1/what-if`."""
    routes = APIRouter(prefix="/v1/what-if", tags=["what-if"])
    turn = asyncio.Semaphore(desk.settings.what_if_at_once)

    @routes.post("", responses=_PROBLEMS)
    async def ask_what_if(
        *, question: WhatIf, reader: PlanReader, wanted: Annotated[WhatIfFilter, Query()]
    ) -> WhatIfRead:
        """Ask what would become of your nation's promises and platforms if something happened.

        Up to four scenarios are compared with how it is, from one snapshot; nothing is written. Open lines are planned
        in the order in which stock is given out, by the rules by which sources are chosen. A line stays with its
        sources unless it is earlier to move: away from a source that is late by what is supposed, or to one that opens.
        """
        bounds = desk.settings
        async with turn:
            async with desk.database.snapshot() as session:
                scene = await whatif.load(
                    session, reader.nation, Sight.of(reader), today=clock.now().date(), bounds=bounds
                )
                made = await whatif.resolve(session, question, scene.snapshot)
            # Off the event loop, and after the transaction: thousands of lines take seconds.
            return await asyncio.to_thread(
                scenarios.answer, scene, question, wanted, made=made, shown_max=bounds.what_if_shown_max
            )

    return routes
