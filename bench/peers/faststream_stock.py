"""The same stock service with FastStream: a subscriber that is handed one message at a time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.common import book, make_tables, serve, session, sessions, settings, shelf, sites
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
