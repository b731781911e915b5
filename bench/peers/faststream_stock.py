"""The same stock service with FastStream: a subscriber that is handed one message at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from bench.peers.common import book, make_tables, serve, sessions, settings, shelves
from bench.peers.model import Message, StockRow

broker = KafkaBroker(settings.kafka, logger=None)


@broker.subscriber(  # type: ignore[untyped-decorator]
    settings.topic,
    group_id=f"{settings.topic}-stock",
    auto_offset_reset="earliest",
    ack_policy=AckPolicy.NACK_ON_ERROR,
)
async def heard(message: Message) -> None:
    """Apply a message in a transaction of its own."""
    async with sessions() as opened:
        await book(opened, message)
        await opened.commit()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Consume while the app runs."""
    await make_tables(StockRow)
    await broker.start()
    yield
    await broker.stop()


app = FastAPI(lifespan=lifespan)
app.include_router(shelves())


if __name__ == "__main__":
    serve(app)
