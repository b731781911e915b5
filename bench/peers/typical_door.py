"""The typical door: a session and a commit for each event, an outbox that is polled, a send that is awaited per row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.common import POLL_ROWS, POLL_SECONDS, door, make_tables, serve, sessions, settings
from bench.peers.model import DoorRow, Message, Outbox
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


async def tell(opened: AsyncSession, message: Message) -> None:
    """Commit an event together with the message to be sent."""
    opened.add(Outbox(key=message.key, payload=message.model_dump_json()))
    await opened.commit()


app = FastAPI(lifespan=lifespan)
app.include_router(door(tell))

if __name__ == "__main__":
    serve(app)
