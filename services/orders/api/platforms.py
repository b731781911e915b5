"""The platform doors: the fleet, who is down and since when, what each waits for, and how long it could work."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.orders.api.desk import Asker, Desk, Keeper, Reader
from services.orders.api.files import IMPORT_PROBLEMS, example_of, read_file
from services.orders.commands import fleet
from services.orders.commands.posting import Post
from services.orders.domain.platforms import MomentInFuture, TailName, TailUnknown
from services.orders.domain.release import Outlook
from services.orders.queries import availability, platforms, releases
from services.orders.queries.availability import Stretch
from services.orders.schemas.platforms import (
    Availability,
    AvailabilityFilter,
    Down,
    GroundedFilter,
    GroundedRead,
    TailFilter,
    TailHours,
    TailInFull,
    TailRead,
    TailRow,
    TailTerms,
    Up,
)
from services.orders.schemas.releases import ActionsRead, SpareStock
from services.orders.schemas.sources import ImportDone
from services.orders.store import platforms as store
from services.orders.store.lookups import Sight
from shared import clock
from shared.http.app import Session
from shared.http.file_bodies import CSV, FileForm, file_body
from shared.http.files import DryRun
from shared.http.guard import JSON, takes
from shared.http.idempotency import IdempotencyKey, claim
from shared.http.paging import Paging
from shared.http.tokens import Principal
from shared.observe import tracing
from shared.types import Platform, TailNumber

_STRETCH_DEFAULT = timedelta(days=30)
_FILE = FileForm("fleet", TailRow, [{"platform": "MI-17V-5", "tail_number": "ZP-5104", **example_of(TailTerms)}])
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "`tail-unknown`: none, or not yours to see."}}
_PUT: dict[int | str, dict[str, Any]] = {
    403: {"description": "`site-forbidden`: its home, or its new home, is not yours to plan for."},
    409: {"description": "`change-before-last`; worth another try: `catalogue-behind`."},
    422: {"description": "`site-not-depot`, `moment-in-future`."},
}
_COUNTED: dict[int | str, dict[str, Any]] = {422: {"description": "`moment-in-future`: it begins only after now."}}
_SAID: dict[int | str, dict[str, Any]] = {422: {"description": "`site-not-depot`."}}
_POSTED: dict[int | str, dict[str, Any]] = {
    200: {"model": TailRead, "description": "It is recorded, now or before."},
    **_UNKNOWN,
    403: {"description": "`site-forbidden`."},
    409: {
        "description": "`platform-already-down`, `platform-already-up`, `change-before-last`, `nothing-to-correct`, "
        "`idempotency-key-reused`."
    },
    422: {"description": "`moment-in-future`, `idempotency-key-missing`."},
}


Of = Annotated[Platform, Path(description="What it is.")]
Which = Annotated[TailNumber, Path(description="Which one it is: its registration.")]


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/platforms`."""
    routes = APIRouter(prefix="/v1/platforms", tags=["platforms"])
    _lists(routes)
    _actions(routes, desk)
    _hours(routes)
    _one(routes, desk)
    _posts(routes, desk)
    _imports(routes, desk)
    return routes


def _lists(routes: APIRouter) -> None:
    @routes.get("")
    async def list_platforms(
        *, reader: Reader, session: Session, page: Paging, wanted: Annotated[TailFilter, Query()]
    ) -> Sequence[TailRead]:
        """List the platforms that you may see and how each stands, by platform and tail number."""
        last, sight = page.after_texts(2), Sight.of(reader)
        found = await platforms.tail_page(session, wanted, sight, after=last, limit=page.one_more)
        return page.cut(found, _place)

    @routes.get("/grounded")
    async def list_grounded(
        *, reader: Reader, session: Session, page: Paging, wanted: Annotated[GroundedFilter, Query()]
    ) -> Sequence[GroundedRead]:
        """List the platforms that are down and await parts: since when, for which orders, and until when.

        A platform is released when all its blocking lines are issued: the orders that name it, of parts that it cannot
        do its work without.
        """
        last, sight = page.after_texts(2), Sight.of(reader)
        found = await platforms.grounded_page(
            session, wanted, sight, today=clock.now().date(), after=last, limit=page.one_more
        )
        return page.cut(found, _place)


def _actions(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/actions")
    async def list_actions(reader: Reader) -> ActionsRead:
        """Rank what would release the platforms that you may see soonest.

        An action fills one blocking line: `issue` what is held for it, `expedite` its source, or `cannibalise` a
        platform that stays down longer. Options are ranked by platforms whose last blocking line they fill, then by
        platform-days saved within the horizon; up to three actions together where no single one does as much.
        """
        return await _ranked(desk, reader, SpareStock(spare=[]))

    @routes.post("/actions", status_code=200, responses=_SAID)
    async def rank_actions(reader: Reader, body: SpareStock) -> ActionsRead:
        """Rank the same with what other depots could ship, as inventory says it: `GET /v1/spare-stock`.

        `lateral` is then one of the actions: a depot of the nation that has all that a line lacks, beyond what it
        protects, ships it. Ask for it with `POST /v1/orders/{order_id}/expedite`.
        """
        return await _ranked(desk, reader, body)


async def _ranked(desk: Desk, reader: Principal, said: SpareStock) -> ActionsRead:
    bounds = desk.settings
    outlook = Outlook(clock.now().date(), bounds.release_horizon_days, bounds.expedite_percent)
    async with desk.database.transaction() as session:
        spares = await releases.spares(session, said, reader.nation, road_days=bounds.road_days)
        grounded = await releases.snapshot(
            session, Sight.of(reader), today=outlook.today, tails_max=bounds.release_tails_max, spares=spares
        )
    # Off the event loop, and after the transaction: thousands of platforms take a second.
    return await asyncio.to_thread(releases.ranked, grounded, outlook, options_max=bounds.release_options_max)


def _hours(routes: APIRouter) -> None:
    @routes.get("/availability", responses=_COUNTED)
    async def show_availability(
        *, reader: Reader, session: Session, page: Paging, wanted: Annotated[AvailabilityFilter, Query()]
    ) -> Availability:
        """Show how long platforms could do their work, by platform and depot, and each by itself.

        availability = hours up / hours in service (operational availability, MIL-HDBK-338B), over the stretch from
        `from` to `to`, by time and not by snapshot. A platform's hours count at the depot where it is at home now.
        """
        stretch = _stretch(wanted, clock.now())
        sight = Sight.of(reader)
        tails = await availability.tail_hours(
            session, wanted, sight, stretch, after=page.after_texts(2), limit=page.one_more
        )
        return Availability(
            counted_from=stretch.begin,
            counted_to=stretch.end,
            fleets=await availability.fleet_hours(session, wanted, sight, stretch),
            tails=list(page.cut(tails, _place)),
        )


def _stretch(wanted: AvailabilityFilter, now: datetime) -> Stretch:
    """Say which time is counted, up to now at the latest, or refuse one that has not begun."""
    end = min(wanted.end or now, now)
    begin = wanted.begin or end - _STRETCH_DEFAULT
    if begin >= end:
        raise MomentInFuture(**{"from": begin, "now": now}).at("query from")
    return Stretch(begin, end)


def _one(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/{platform}/{tail_number}", responses=_UNKNOWN)
    async def show_platform(
        *, platform: Of, tail_number: Which, reader: Reader, session: Session, page: Paging
    ) -> TailInFull:
        """Show how a platform stands, what it waits for, and its history.

        The history begins with the period that lasts; `Link: rel="next"` leads to the earlier ones.
        """
        name, today = TailName(platform, tail_number), clock.now().date()
        found = await platforms.tail(session, name, Sight.of(reader), page, today=today)
        if found is None:
            raise TailUnknown(platform=platform, tail_number=tail_number)
        return found

    @routes.put("/{platform}/{tail_number}", responses=_PUT)
    async def put_platform(*, platform: Of, tail_number: Which, terms: TailTerms, keeper: Keeper) -> TailRead:
        """Take a platform into the fleet, or say otherwise where it is at home; the same again changes nothing.

        A depot does so for itself, who plans for its nation for each of its depots.
        """
        name = TailName(platform, tail_number)
        async with desk.database.transaction() as session:
            await fleet.put_tail(session, name, terms, keeper)
            return (await store.show(session, [name]))[name]


def _posts(routes: APIRouter, desk: Desk) -> None:
    async def answer(post: Post) -> Response:
        decided = await desk.posting.submit(post)
        return Response(decided.body, decided.status, media_type=decided.media_type)

    @routes.post("/{platform}/{tail_number}/down", response_class=Response, responses=_POSTED)
    async def post_down(
        *, platform: Of, tail_number: Which, body: Down, request: Request, asker: Asker, key: IdempotencyKey
    ) -> Response:
        """Say since when a platform is down, for which cause, and whether it awaits parts.

        While it is down already, another cause from a later moment on begins a new period. What was posted wrongly is
        corrected with `corrects`: it takes the place of the last change. Posted again, it changes nothing.
        """
        held = claim(asker, request.url.path, key, body.model_dump_json().encode())
        return await answer(Post(TailName(platform, tail_number), body, asker, held, tracing.current.get()))

    @routes.post("/{platform}/{tail_number}/up", response_class=Response, responses=_POSTED)
    async def post_up(
        *, platform: Of, tail_number: Which, body: Up, request: Request, asker: Asker, key: IdempotencyKey
    ) -> Response:
        """Say since when a platform can do its work again; with `corrects`, in place of the last change."""
        held = claim(asker, request.url.path, key, body.model_dump_json().encode())
        return await answer(Post(TailName(platform, tail_number), body, asker, held, tracing.current.get()))


def _imports(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/import", openapi_extra=file_body(_FILE), responses=IMPORT_PROBLEMS)
    @takes(CSV, JSON, body_bytes_max=desk.settings.import_bytes_max)
    async def import_platforms(*, request: Request, keeper: Keeper, dry_run: DryRun = False) -> ImportDone:
        """Import a fleet from a file: all of it or nothing, with every error by line.

        CSV with a header line (`text/csv`, UTF-8) or a JSON list. A line takes a platform into the fleet or says
        otherwise where it is at home; how it stands is posted apart, and what the file does not name stays. Importing
        the same file again changes nothing.
        """
        bounds = desk.settings
        file = await read_file(
            request, TailRow, key=("platform", "tail_number"), settings=bounds, lines_max=bounds.fleet_lines_max
        )
        async with desk.database.transaction() as session:
            await fleet.check_tails(session, file.imported, keeper, chunk=bounds.import_chunk)
        if not dry_run:
            async with desk.database.transaction() as session:
                await fleet.import_tails(session, file.imported, keeper, chunk=bounds.import_chunk)
        return file.done(dry_run)


def _place(tail: TailRead | GroundedRead | TailHours) -> list[str]:
    return [tail.platform, tail.tail_number]
