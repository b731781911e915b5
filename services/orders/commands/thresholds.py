"""Saying what indigenous content a nation asks for, from a day on."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.schemas.dependence import ThresholdTerms
from services.orders.store import thresholds as store
from shared import clock
from shared.errors import Kind, Refusal
from shared.http.tokens import Principal


class ThresholdInPast(Refusal):
    """What was asked for on past days stands: name today or a later day."""

    kind = Kind.INVALID


async def put(session: AsyncSession, valid_from: date, terms: ThresholdTerms, planner: Principal) -> None:
    """Ask for so much from a day on; the same again changes nothing of what it means."""
    today = clock.now().date()
    if valid_from < today:
        raise ThresholdInPast(valid_from=valid_from, today=today)
    await store.save(session, valid_from, terms, planner)
