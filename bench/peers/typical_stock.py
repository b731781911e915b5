"""The typical stock service: an inbox row and a commit for each message, then the offset."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from aiokafka import AIOKafkaConsumer
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.common import book, make_tables, serve, session, sessions, settings, shelf, sites
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


@app.get("/v1/stock")
async def stock(
    site: str,
    lot: str,
    opened: Annotated[AsyncSession, Depends(session, scope="function")],
    _: Annotated[Sequence[str], Depends(sites)],
) -> list[dict[str, Any]]:
    """Tell how much of a lot is at a depot or on its way there."""
    return await shelf(opened, site, lot)


if __name__ == "__main__":
    serve(app)
