"""Stock as it stands, and as it changes."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.inventory.api.doors import Doors, Reader, StockReader
from services.inventory.api.freshness import freshness
from services.inventory.domain.demand import USUAL_CONDITIONS
from services.inventory.queries import stock as queries
from services.inventory.queries.seen import Seen, parts_for, seen
from services.inventory.schemas.stock import GoodsFilter, StockAnswer, StockFilter
from shared import clock
from shared.events.envelope import Stream
from shared.events.stock import StockMoved
from shared.http.app import OwnTransaction, Session
from shared.http.paging import Paging
from shared.http.places import told_so_far
from shared.http.sse import STREAM_RESPONSES, EventStream, Position, TailEvent
from shared.types import PartId, Shelf


def router(doors: Doors) -> APIRouter:
    """Give the routes that show stock."""
    routes = APIRouter(prefix="/v1/stock", tags=["stock"])
    _query(routes, doors)
    _stream(routes, doors)
    return routes


def _query(routes: APIRouter, doors: Doors) -> None:
    @routes.get("")
    async def show_stock(
        *,
        principal: StockReader,
        session: Session,
        page: Paging,
        wanted: Annotated[StockFilter, Query()],
    ) -> StockAnswer:
        """Show stock by lot and condition, or by part and site; of other depots only where there is some.

        The answer says as of when it is, and of each stream until when this replica has heard Kafka and how far behind
        it is; null where that is not known. Start the stream at `stream_position`.
        """
        position = await told_so_far(session, Stream.STOCK)
        window = queries.Window(page.after_texts(4), page.one_more)
        rows = await queries.rows(session, wanted, await seen(session, principal), window)
        return StockAnswer(
            as_of=clock.now(),
            stream_position=str(position) if position else None,
            freshness=freshness(
                await queries.applied_to(session),
                doors.metrics,
                now=clock.now(),
                heard_seconds_max=doors.settings.heard_seconds_max,
            ),
            rows=list(page.cut(rows, queries.key_of)),
        )


def _stream(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/stream", response_class=EventStream, status_code=200, responses=STREAM_RESPONSES)
    async def stream_stock(
        principal: Reader, transaction: OwnTransaction, position: Position, wanted: Annotated[GoodsFilter, Query()]
    ) -> Response:
        """Follow every movement of stock, as server-sent events, filtered like the query.

        Each event's id is a position: send the last one as `Last-Event-ID` to go on without a gap. Of other depots
        of the nation only the site and part are told, and nothing of a lot or a condition: ask again whether there is
        some.
        """
        async with transaction() as session:
            parts = await parts_for(session, wanted.platform) if wanted.platform else None
            shown = Shown(wanted, parts, await seen(session, principal))
        events = await doors.tail.subscribe(position)
        return EventStream(events, shown.shape, expires_at=principal.expires_at)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the stream a reader gets to see: what was asked for, within what may be seen."""

    wanted: GoodsFilter
    parts: frozenset[PartId] | None
    seen: Seen

    def shape(self, event: TailEvent) -> bytes | None:
        """Show an event in full, as the place where something happened, or not at all."""
        if event.type != StockMoved.TYPE:
            return None
        told: dict[str, Any] = json.loads(event.data)
        site, part = told["site"], told["part"]
        if self.wanted.site not in {None, site} or self.wanted.part not in {None, part}:
            return None
        if self.parts is not None and part not in self.parts:
            return None
        if site in self.seen.full:
            return self._full(told, event)
        if self.wanted.lot is not None or self.wanted.condition is not None:
            return None
        if site in self.seen.streams or (site in self.seen.some_none and any(map(_moves_free, told["postings"]))):
            return event.in_part(site=site, part=part)
        return None

    def _full(self, told: dict[str, Any], event: TailEvent) -> bytes | None:
        if self.wanted.lot is None and self.wanted.condition is None:
            return event.in_full()
        postings = [posting for posting in told["postings"] if self._is_wanted(posting)]
        shown = json.dumps({**told, "postings": postings}, ensure_ascii=False).encode()
        return event.in_full(shown) if postings else None

    def _is_wanted(self, posting: dict[str, Any]) -> bool:
        return self.wanted.lot in {None, posting["lot"]} and self.wanted.condition in {None, posting["condition"]}


def _moves_free(posting: dict[str, Any]) -> bool:
    """Tell whether a posting changes what an order could get that says nothing of conditions."""
    return posting["shelf"] == Shelf.ON_HAND and posting["condition"] in USUAL_CONDITIONS
