"""The typical stock service: an inbox row and a commit for each message, then the offset."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI

from bench.peers.common import book, make_tables, serve, sessions, settings, shelves
from bench.peers.model import Message, StockRow


async def consume(consumer: AIOKafkaConsumer) -> None:
    """Apply each message in a transaction of its own, and then commit its offset."""
    async for record in consumer:
        async with sessions() as opened:
            await book(opened, Message.model_validate_json(record.value))
            await opened.commit()
        await consumer.commit()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Consume while the app runs."""
    await make_tables(StockRow)
    consumer = AIOKafkaConsumer(
        settings.topic,
        bootstrap_servers=settings.kafka,
        group_id=f"{settings.topic}-stock",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    consuming = asyncio.create_task(consume(consumer))
    yield
    consuming.cancel()
    await consumer.stop()


app = FastAPI(lifespan=lifespan)
app.include_router(shelves())


if __name__ == "__main__":
    serve(app)
