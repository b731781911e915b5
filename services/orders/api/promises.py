"""The promises door: what is promised for which part, without orders and quantities, so that partners may see it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from services.orders.api.desk import PlanReader
from services.orders.queries import orders as queries
from services.orders.schemas.promises import PromiseFilter, StandingPromise
from shared.http import rights
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.rights import Sight, Subject


def router() -> APIRouter:
    """Give the route under `/v1/promises`."""
    routes = APIRouter(prefix="/v1/promises", tags=["promises"])

    @routes.get("")
    async def list_promises(
        *,
        reader: PlanReader,
        session: Session,
        page: Paging,
        wanted: Annotated[PromiseFilter, Query()],
    ) -> Sequence[StandingPromise]:
        """List what is promised to orders that are still open, by part, nation and day; planners see partners' too."""
        last = page.after_texts(4)
        sees_all = rights.sight_of_partners(reader, Subject.ORDER) is Sight.PROMISES
        nation = None if sees_all else reader.nation
        found = await queries.promise_page(session, wanted, nation=nation, after=last, limit=page.one_more)
        return page.cut(found, StandingPromise.place)

    return routes
