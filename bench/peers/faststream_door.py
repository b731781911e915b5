"""The same door with FastStream, as its documentation teaches: commit, then publish from the request itself."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Response
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.common import decide, make_tables, serve, session, settings, sites
from bench.peers.model import DoorRow, FactoryEvent

broker = KafkaBroker(settings.kafka, acks="all", enable_idempotence=True, logger=None)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Hold the broker's connection while the app runs."""
    await make_tables(DoorRow)
    await broker.start()
    yield
    await broker.stop()


app = FastAPI(lifespan=lifespan)


@app.post("/v1/events", status_code=201)
async def post_event(
    event: FactoryEvent,
    response: Response,
    opened: Annotated[AsyncSession, Depends(session, scope="function")],
    allowed: Annotated[Sequence[str], Depends(sites)],
) -> dict[str, str]:
    """Take one event."""
    if event.site not in allowed:
        raise HTTPException(403, "not your site")
    message = await decide(opened, event)
    if message is None:
        response.status_code = 200
        return {"status": "duplicate"}
    await opened.commit()
    await broker.publish(message, topic=settings.topic, key=message.key.encode())
    return {"status": "accepted"}


if __name__ == "__main__":
    serve(app)
