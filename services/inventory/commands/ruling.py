"""Condition rules: how the stock of a nation's depots ages, from a day on."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.schemas.condition_rules import ConditionRuleTerms
from services.inventory.store import ageing as store
from shared import clock
from shared.errors import Kind, Refusal
from shared.http.tokens import Principal


class ConditionRuleInPast(Refusal):
    """A rule holds from today or a later day on: what the clock has moved before stands."""

    kind = Kind.INVALID


async def put_rule(session: AsyncSession, valid_from: date, terms: ConditionRuleTerms, *, principal: Principal) -> None:
    """Say how the asker's nation's stock ages from a day on; the clock moves nothing back."""
    today = clock.now().date()
    if valid_from < today:
        raise ConditionRuleInPast(valid_from=valid_from, today=today)
    lifespans = [lifespan.model_dump(mode="json") for lifespan in terms.lifespans]
    await store.save_rule(
        session, principal.nation, valid_from, lifespans, reason=terms.reason, set_by=principal.subject
    )
