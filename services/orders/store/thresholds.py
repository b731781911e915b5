"""What indigenous content nations ask for, by the days from which they do."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.schemas.dependence import ThresholdTerms
from shared.http.tokens import Principal
from shared.sql import Statement

_SAVE = Statement(
    """
    INSERT INTO indigenous_threshold (nation, valid_from, minimum, changed_by)
    VALUES (:nation, :valid_from, :minimum, :changed_by)
    ON CONFLICT (nation, valid_from) DO UPDATE
    SET minimum = excluded.minimum, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """
)


async def save(session: AsyncSession, valid_from: date, terms: ThresholdTerms, planner: Principal) -> None:
    """Write what a nation asks for from a day on."""
    values = {"nation": planner.nation, "valid_from": valid_from, "changed_by": planner.subject}
    await _SAVE.run(session, {**values, "minimum": Decimal(terms.minimum)})
