"""The door that expedites an order: what it costs others is shown first, and then it is done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.api.desk import Desk, Expediter, order_token
from services.orders.api.orders import Order
from services.orders.commands import expediting
from services.orders.commands.expediting import Bounds
from services.orders.domain.pricing import Taken
from services.orders.queries import orders as queries
from services.orders.queries import pricing
from services.orders.schemas.expediting import EXAMPLES, Expedite, ExpediteRead, Expediting, Lateral, Renewed
from shared import clock
from shared.errors import Refusal
from shared.http.forms import Asked
from shared.http.idempotency import Claim, IdempotencyKey, StoredAnswer, claim, decide_once
from shared.http.tokens import Principal
from shared.http.versions import VERSION_HEADER, VERSION_HEADERS
from shared.types import OrderId

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    200: {"model": ExpediteRead, "description": "What it would cost: with `dry_run` nothing is done."},
    202: {"model": ExpediteRead, "description": "Asked, and recorded.", "headers": VERSION_HEADERS},
    403: {"description": "`site-forbidden`, `activity-of-another`, `urgency-unapproved`, `emergency-use-unapproved`."},
    404: {"description": "`order-unknown`: none, or not yours to see; `work-order-unknown`, `source-unknown`."},
    409: {
        "description": "`order-already-issued`, `order-cancelled`, `version-stale`, `nothing-to-hurry`, "
        "`source-not-suitable`, `split-not-sooner`, `work-orders-used`, `order-not-lendable`, `suffixes-used`, "
        "`nothing-new-accepted`, `stock-order-fixed`, `no-platform-waits`, `donor-not-grounded`, "
        "`donor-lacks-part`; worth another try: `catalogue-behind`, `order-unanswered`, `suffix-taken`."
    },
    413: {"description": "`too-much-open`, with `dry_run`."},
    422: {
        "description": "`hurry-not-sooner`, `wanted-by-past`, `split-beyond-need`, `lent-beyond-need`, "
        "`lent-to-itself`, `site-not-depot`, `raise-not-higher`, `needed-no-earlier`, `required-by-past`, "
        "`required-by-far`, `reference-unknown`, `donor-itself`, `platform-unregistered`."
    },
}
Priced = Annotated[Asked, Query(description="Only show what it would cost others.")]
_BODY = Body(openapi_examples={str(each["kind"]): {"value": each} for each in EXAMPLES})


@dataclass(frozen=True, slots=True)
class Act:
    """What is asked, by whom, under which idempotency key."""

    order_id: OrderId
    body: Expediting
    principal: Principal
    claim: Claim


@dataclass(frozen=True, slots=True)
class Acts:
    """Prices acts, one at a time, and does them."""

    desk: Desk
    bounds: Bounds
    turn: asyncio.Semaphore

    async def priced(self, order_id: OrderId, body: Expediting, principal: Principal) -> ExpediteRead:
        """Show what an act would cost."""
        settings = self.desk.settings
        async with self.turn:
            async with self.desk.database.snapshot() as session:
                await expediting.require_expediting(session, order_id, principal)
                asked = await pricing.load(session, order_id, principal, today=clock.now().date(), bounds=settings)
                act = await expediting.supposed(session, asked.line, body, principal=principal, bounds=self.bounds)
                shown = (await queries.summaries(session, [order_id]))[order_id]
            # Off the event loop, and after the transaction: thousands of lines take seconds.
            price = await asyncio.to_thread(
                pricing.answer, asked, act, _taken(body), shown_max=settings.what_if_shown_max
            )
        return ExpediteRead(order=shown, price=price)

    async def done(self, act: Act) -> StoredAnswer | Refusal:
        """Do it, once for its key."""
        async with self.desk.database.transaction() as session:
            (answer,) = await decide_once(session, [act], self._decide)
        return answer

    async def _decide(self, session: AsyncSession, acts: Sequence[Act]) -> dict[Claim, StoredAnswer | Refusal]:
        (act,) = acts
        try:
            lateral = await expediting.expedite(
                session, act.order_id, act.body, principal=act.principal, bounds=self.bounds
            )
        except Refusal as refusal:
            return {act.claim: refusal}
        order = (await queries.summaries(session, [act.order_id]))[act.order_id]
        body = ExpediteRead(order=order, lateral=lateral).model_dump_json().encode()
        token = str(order_token(act.order_id, order.version))
        return {act.claim: StoredAnswer(202, body, {VERSION_HEADER: token})}


def router(desk: Desk) -> APIRouter:
    """Give the route under `/v1/orders/{order_id}/expedite`."""
    routes = APIRouter(prefix="/v1/orders", tags=["orders"])
    turn = asyncio.Semaphore(desk.settings.what_if_at_once)
    acts = Acts(desk, Bounds(desk.outcomes, desk.settings.road_days), turn)

    @routes.post("/{order_id}/expedite", status_code=202, response_class=Response, responses=_PROBLEMS)
    async def expedite_order(
        *,
        order_id: Order,
        body: Annotated[Expedite, _BODY],
        request: Request,
        expediter: Expediter,
        key: IdempotencyKey,
        dry_run: Priced = False,
    ) -> Response:
        """Bring an order sooner: hurry a source, split the need, let another depot ship, or need it more.

        To need it more is to raise its urgency, to bring its day forward, to allow substitutes, or goods that are
        suspended but for emergency use. A part that is taken from another platform, which stands still anyway, releases
        the one that waits; the other waits for the order then.
        With `dry_run` nothing is done: the answer says what it would cost others, by the rules by which it would be
        done, as far as these are yours to see; totals count all. What other orders would lose of their reservations is
        inventory's to say: ask `/v1/demands/{order_id}/price`, and hand its answer over as `stock`. A source that is
        hurried promises nothing by it: the promise moves once it answers. Another depot ships all of it or nothing,
        beyond what it protects, and may decline; the order counts on it once that depot holds it.
        """
        if dry_run:
            shown = await acts.priced(order_id, body, expediter)
            return Response(shown.model_dump_json(), 200, media_type="application/json")
        held = claim(expediter, request.url.path, key, body.model_dump_json().encode())
        answer = await acts.done(Act(order_id, body, expediter, held))
        if isinstance(answer, Refusal):
            raise answer
        return Response(answer.body, answer.status, headers=dict(answer.headers), media_type=answer.media_type)

    return routes


def _taken(body: Expediting) -> Taken:
    """Read what inventory has said, where the act takes stock from others."""
    if not isinstance(body, Lateral | Renewed) or body.stock is None:
        return Taken()
    return Taken(body.stock.gets, {loser.order_id: loser.quantity for loser in body.stock.losers}, is_told=True)
