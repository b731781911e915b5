"""The same door with FastStream, as its documentation teaches: commit, then publish from the request itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.common import door, make_tables, serve, settings
from bench.peers.model import DoorRow, Message

broker = KafkaBroker(settings.kafka, acks="all", enable_idempotence=True, logger=None)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Hold the broker's connection while the app runs."""
    await make_tables(DoorRow)
    await broker.start()
    yield
    await broker.stop()


async def tell(opened: AsyncSession, message: Message) -> None:
    """Commit an event, then send its message."""
    await opened.commit()
    await broker.publish(message, topic=settings.topic, key=message.key.encode())


app = FastAPI(lifespan=lifespan)
app.include_router(door(tell))

if __name__ == "__main__":
    serve(app)
