"""What both peers share: settings, the token check, their doors, the deciding of an event, the booking of a message."""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import jwt
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Response
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from bench.peers.model import Accepted, Balance, FactoryEvent, Inbox, Lot, Message

POLL_SECONDS = 0.5
POLL_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a peer's process finds what it needs; from the environment."""

    kafka: str = field(default_factory=lambda: os.environ["PEER_KAFKA"])
    topic: str = field(default_factory=lambda: os.environ["PEER_TOPIC"])
    database: str = field(default_factory=lambda: os.environ["PEER_DATABASE"])
    port: int = field(default_factory=lambda: int(os.environ["PEER_PORT"]))
    pool: int = field(default_factory=lambda: int(os.environ.get("PEER_POOL", "20")))
    keys: Path = field(default_factory=lambda: Path(os.environ["JVTRACK_AUTH_KEYS"]))
    issuer: str = field(default_factory=lambda: os.environ["JVTRACK_AUTH_ISSUER"])
    audience: str = field(default_factory=lambda: os.environ["JVTRACK_AUTH_AUDIENCE"])


settings = Settings()
engine = create_async_engine(settings.database, pool_size=settings.pool, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
_KEY = jwt.PyJWK(json.loads(settings.keys.read_text())["keys"][0])


async def session() -> AsyncIterator[AsyncSession]:
    """Open a session for a request."""
    async with sessions() as opened:
        yield opened


def sites(authorization: Annotated[str, Header()]) -> Sequence[str]:
    """Check the token and tell which sites it speaks for."""
    try:
        claims: dict[str, Any] = jwt.decode(
            authorization.removeprefix("Bearer "),
            _KEY,
            algorithms=["EdDSA"],
            audience=settings.audience,
            issuer=settings.issuer,
        )
    except jwt.PyJWTError as error:
        raise HTTPException(401, str(error)) from None
    found: Sequence[str] = claims["sites"]
    return found


async def make_tables(rows: type[DeclarativeBase]) -> None:
    """Create the tables that are not there."""
    async with engine.begin() as connection:
        await connection.run_sync(rows.metadata.create_all)


async def decide(opened: AsyncSession, event: FactoryEvent) -> Message | None:
    """Accept an event and add it to its lot; nothing if it was accepted before."""
    accepted = insert(Accepted).values(source=event.source, id=event.id, type=event.type).on_conflict_do_nothing()
    if not (await opened.execute(accepted.returning(Accepted.id))).first():
        return None
    await opened.execute(insert(Lot).values(lot=event.lot, part=event.data.part).on_conflict_do_nothing())
    lot = (await opened.execute(select(Lot).where(Lot.lot == event.lot).with_for_update())).scalar_one()
    lot.version += 1
    counted = {"lot-started": "started", "lot-finished": "finished"}.get(event.type.split(".")[2], "dispatched")
    setattr(lot, counted, getattr(lot, counted) + event.data.quantity)
    return Message(
        event_id=f"{event.source} {event.id}",
        type=event.type,
        key=event.lot,
        version=lot.version,
        site=event.site,
        part=event.data.part,
        quantity=event.data.quantity,
        depot=event.data.depot,
    )


async def book(opened: AsyncSession, message: Message) -> None:
    """Apply a message to the stock, once."""
    first = insert(Inbox).values(event_id=message.event_id, key=message.key, version=message.version)
    if not (await opened.execute(first.on_conflict_do_nothing().returning(Inbox.event_id))).first():
        return
    if "finished" in message.type:
        await _add(opened, message.site, message, produced=message.quantity)
    elif "dispatched" in message.type and message.depot:
        await _add(opened, message.site, message, produced=-message.quantity)
        await _add(opened, message.depot, message, in_transit=message.quantity)


async def _add(opened: AsyncSession, site: str, message: Message, *, produced: int = 0, in_transit: int = 0) -> None:
    place = {"site": site, "part": message.part, "lot": message.key}
    await opened.execute(insert(Balance).values(**place, produced=0, in_transit=0).on_conflict_do_nothing())
    balance = (await opened.execute(select(Balance).filter_by(**place).with_for_update())).scalar_one()
    balance.produced += produced
    balance.in_transit += in_transit


Opened = Annotated[AsyncSession, Depends(session, scope="function")]
Allowed = Annotated[Sequence[str], Depends(sites)]


def door(tell: Callable[[AsyncSession, Message], Awaitable[None]]) -> APIRouter:
    """Make the door that takes events; what it tells of one, and when it commits, is the peer's own."""
    routes = APIRouter()

    @routes.post("/v1/events", status_code=201)
    async def post_event(event: FactoryEvent, response: Response, opened: Opened, allowed: Allowed) -> dict[str, str]:
        """Take one event."""
        if event.site not in allowed:
            raise HTTPException(403, "not your site")
        message = await decide(opened, event)
        if message is None:
            response.status_code = 200
            return {"status": "duplicate"}
        await tell(opened, message)
        return {"status": "accepted"}

    return routes


def shelves() -> APIRouter:
    """Make the door that shows stock."""
    routes = APIRouter()

    @routes.get("/v1/stock")
    async def stock(site: str, lot: str, opened: Opened, _: Allowed) -> list[dict[str, Any]]:
        """Tell how much of a lot is at a depot or on its way there."""
        found = await opened.execute(select(Balance).filter_by(site=site, lot=lot))
        return [
            {"site": row.site, "part": row.part, "lot": row.lot, "in_transit": row.in_transit}
            for row in found.scalars()
        ]

    return routes


def serve(app: FastAPI) -> None:
    """Run an app as JVTrack's services run: one process, uvloop, no access log."""
    uvicorn.run(app, host="127.0.0.1", port=settings.port, loop="uvloop", access_log=False, log_level="warning")
