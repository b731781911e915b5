"""Condition rules as they stand."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.schemas.condition_rules import ConditionRuleRead
from shared.sql import Statement
from shared.types import Nation

_PAGE = Statement("""
    SELECT nation, valid_from, lifespans, reason, set_by, set_at FROM condition_rule
     WHERE nation = :nation AND (CAST(:after AS date) IS NULL OR valid_from > :after)
     ORDER BY valid_from LIMIT :limit
""")
_FIND = Statement("""
    SELECT nation, valid_from, lifespans, reason, set_by, set_at FROM condition_rule
     WHERE nation = :nation AND valid_from = :valid_from
""")


async def page(session: AsyncSession, nation: Nation, *, after: date | None, limit: int) -> list[ConditionRuleRead]:
    """Show the next rules of a nation, by the days from which they hold."""
    rows = await _PAGE.rows(session, {"nation": nation, "after": after, "limit": limit})
    return [ConditionRuleRead(**dict(row.items())) for row in rows]


async def rule(session: AsyncSession, nation: Nation, valid_from: date) -> ConditionRuleRead:
    """Show the rule of a nation that holds from this day on."""
    row = await _FIND.one(session, {"nation": nation, "valid_from": valid_from})
    return ConditionRuleRead(**dict(row.items()))
