"""The typical door: a session and a commit for each event, an outbox that is polled, a send that is awaited per row."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from aiokafka import AIOKafkaProducer
from fastapi import Depends, FastAPI, HTTPException, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.common import POLL_ROWS, POLL_SECONDS, decide, make_tables, serve, session, sessions, settings, sites
from bench.peers.model import DoorRow, FactoryEvent, Outbox
from shared.clock import now


async def publish(producer: AIOKafkaProducer) -> None:
    """Publish what is unsent, in order, as long as there is any."""
    while True:
        async with sessions() as opened:
            query = select(Outbox).where(Outbox.sent_at.is_(None)).order_by(Outbox.id).limit(POLL_ROWS)
            rows = (await opened.execute(query.with_for_update())).scalars().all()
            for row in rows:
                await producer.send_and_wait(settings.topic, row.payload.encode(), key=row.key.encode())
                row.sent_at = now()
            await opened.commit()
        if len(rows) < POLL_ROWS:
            return


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Poll the outbox while the app runs."""
    await make_tables(DoorRow)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all", enable_idempotence=True)
    await producer.start()

    async def poll() -> None:
        while True:
            await publish(producer)
            await asyncio.sleep(POLL_SECONDS)

    polling = asyncio.create_task(poll())
    yield
    polling.cancel()
    await producer.stop()


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
    opened.add(Outbox(key=message.key, payload=message.model_dump_json()))
    await opened.commit()
    return {"status": "accepted"}


if __name__ == "__main__":
    serve(app)
