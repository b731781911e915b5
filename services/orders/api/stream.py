"""Every change of an order or a platform as it happens: asked, sourced, promised, overdue; down and up."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.orders.api.desk import Desk, Reader
from services.orders.queries import seen, withheld
from services.orders.schemas.filters import FleetStreamFilter, OrderStreamFilter
from shared.db import Transaction
from shared.http.app import OwnTransaction
from shared.http.places import Place
from shared.http.rights import Sight, Subject, sight
from shared.http.sse import STREAM_RESPONSES, EventStream, Position, TailEvent
from shared.http.tokens import Principal
from shared.types import Nation, SiteId

Wanted = OrderStreamFilter | FleetStreamFilter


def router(desk: Desk) -> APIRouter:
    """Give the route that streams orders; it comes before those that name one."""
    routes = APIRouter(prefix="/v1/orders", tags=["orders"])

    @routes.get("/stream", response_class=EventStream, status_code=200, responses=STREAM_RESPONSES)
    async def stream_orders(
        reader: Reader,
        transaction: OwnTransaction,
        position: Position,
        wanted: Annotated[OrderStreamFilter, Query()],
    ) -> Response:
        """Follow every order placed, changed, sourced, promised or overdue, as server-sent events.

        Each event's id is a position: send the last one as `Last-Event-ID` to go on without a gap; a list of orders
        answers in `JVTrack-Position` where its stream goes on. A depot hears of the orders that it placed or fills,
        others of those of their nation.
        """
        return await _follow(desk, wanted, reader, transaction=transaction, position=position)

    return routes


def fleet_router(desk: Desk) -> APIRouter:
    """Give the route that streams platforms; it comes before those that name one."""
    routes = APIRouter(prefix="/v1/platforms", tags=["platforms"])

    @routes.get("/stream", response_class=EventStream, status_code=200, responses=STREAM_RESPONSES)
    async def stream_platforms(
        reader: Reader,
        transaction: OwnTransaction,
        position: Position,
        wanted: Annotated[FleetStreamFilter, Query()],
    ) -> Response:
        """Follow every platform that goes down or up, and what is promised to those that wait, as server-sent events.

        A promise that moves names the order and the platform that waits for it; what it means for the day of release
        is told by `/v1/platforms/grounded`. Positions and what may be seen are those of the stream of orders.
        """
        return await _follow(desk, wanted, reader, transaction=transaction, position=position)

    return routes


async def _follow(
    desk: Desk, wanted: Wanted, reader: Principal, *, transaction: Transaction, position: Place | None
) -> Response:
    async with transaction() as session:
        nations = await seen.nations_of_all(session)
    events = await desk.tail.subscribe(position)
    return EventStream(events, Shown(wanted, reader, nations).shape, expires_at=reader.expires_at)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the stream a reader gets to see: what was asked for, within what may be seen."""

    wanted: Wanted
    reader: Principal
    nations: Mapping[SiteId, Nation]

    def shape(self, event: TailEvent) -> bytes | None:
        """Show an event in full, as the place where something happened, or not at all."""
        if not event.type.startswith(self.wanted.KINDS):
            return None
        told: dict[str, Any] = json.loads(event.data)
        places = {told["site"], told.get("ordered_by") or told["site"]}
        if not self.wanted.takes(event.type, told, places):
            return None
        sights = {self._sight(told), *(Sight.FULL for place in places if place in self.reader.sites)}
        if Sight.FULL in sights:
            shown = withheld.shown(told)
            return event.in_full(None if shown is told else json.dumps(shown).encode())
        return event.in_part(site=told["site"]) if Sight.STREAMS in sights else None

    def _sight(self, told: Mapping[str, Any]) -> Sight:
        depot = told.get("ordered_by") or told["site"]
        return sight(self.reader, Subject.ORDER, depot, self.nations.get(depot, ""))
