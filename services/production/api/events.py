"""The factory door: one event, or a stream of lines, each its own decision."""

from codecs import BOM_UTF8
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from services.production.api.doors import Doors, Poster, version_of
from services.production.api.lines import EventLines
from services.production.api.reading import read_post
from services.production.schemas.answers import EVENT, LINES, EventAnswer, lines_answer, request_body
from shared.http.auth import PRINCIPAL
from shared.http.bodies import BodyUnreadable
from shared.http.guard import media_type, takes
from shared.http.tokens import Principal
from shared.http.versions import VERSION_HEADER, tells_version

_PROBLEMS = {
    403: "`site-forbidden`: the source's site is not yours to post for; `site-not-factory`; `site-not-supplier`: a "
    "purchase is told for a supplier.",
    409: "`event-id-reused`; or, worth another try, `catalogue-behind`, `event-unknown`, `work-order-unknown`; or "
    "`event-already-voided`, `work-in-progress-wanted`.",
    413: "`event-too-large`, `lines-too-many`.",
    422: "`event-type-unknown`, `event-not-voidable`, `offer-not-less`, `kits-too-many`, `reuse-unclear`, "
    "`cost-incomplete`; of a purchase: `part-not-purchased`, `quantity-absurd`, `price-incomplete`.",
}


class BareRoute(APIRoute):
    """A route whose endpoint takes the request and its principal as they are.

    The busiest door pays nothing for the framework's reading of parameters, of which it has none; the rule is checked
    before, and the body read by the endpoint.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Call the endpoint straight away."""

        async def handle(request: Request) -> Response:
            answer: Response = await self.endpoint(request, request.scope[PRINCIPAL])
            return answer

        return handle


def router(doors: Doors) -> APIRouter:
    """Give the route that takes events."""
    routes = APIRouter(tags=["events"], route_class=BareRoute)

    @routes.post(
        "/v1/events",
        status_code=201,
        responses={
            200: lines_answer(),
            201: {"model": EventAnswer, "description": "The event is accepted and durable."},
            **{status: {"description": text} for status, text in _PROBLEMS.items()},
        },
        openapi_extra={"requestBody": request_body()},
        response_class=Response,
    )
    @takes(EVENT, LINES, body_bytes_max=doors.settings.body_bytes_max)
    @tells_version
    async def post_events(request: Request, principal: Poster) -> Response:
        """Post what happened in a factory, or to a purchase: one CloudEvent, or NDJSON of them.

        An event is identified by its source and id: the same again is answered 200, another body under the same id
        409. Facts about goods are never refused for coming late or out of order; a day that is promised lies at most
        ten years ahead. Lines are decided one by one; the answer is a line for each, then their sum.

        For a supplier without a system, those who plan or buy for the nation post `jvtrack.supplier.*`: a purchase is a
        work order that the supplier has. They do so for the purchases of their own nation's depots and for their own
        nation's suppliers; the event keeps who posted it.
        """
        if media_type(request.headers.get("content-type", "")) == LINES:
            return EventLines(doors, principal)
        return await _one(doors, request, principal)

    return routes


async def _one(doors: Doors, request: Request, principal: Principal) -> Response:
    raw = (await request.body()).removeprefix(BOM_UTF8)
    if not raw:
        raise BodyUnreadable(reason="it is empty")
    accepted = await doors.events.submit(read_post(raw, principal, doors.settings))
    version = str(version_of(accepted))
    answer = EventAnswer.of(accepted, version)
    place = f"/v1/lots/{answer.lot}" if answer.lot else f"/v1/work-orders/{answer.work_order}"
    return Response(
        answer.model_dump_json(exclude_none=True),
        200 if accepted.is_duplicate else 201,
        headers={VERSION_HEADER: version, "Location": place},
        media_type="application/json",
    )
