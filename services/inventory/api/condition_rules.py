"""The doors of condition rules: with how much life left stock is qualified or short-lived."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path

from services.inventory.api.doors import Ruler, RuleReader
from services.inventory.commands.ruling import put_rule
from services.inventory.queries import condition_rules as queries
from services.inventory.schemas.condition_rules import ConditionRuleRead, ConditionRuleTerms
from shared.http.app import Session
from shared.http.paging import CursorMalformed, Paging
from shared.types import Day

_PUT: dict[int | str, dict[str, Any]] = {422: {"description": "`condition-rule-in-past`."}}
ValidFrom = Annotated[Day, Path(description="First day on which it holds, today or later.")]


def router() -> APIRouter:
    """Give the routes under `/v1/condition-rules`."""
    routes = APIRouter(prefix="/v1/condition-rules", tags=["stock"])

    @routes.get("")
    async def list_condition_rules(
        *, reader: RuleReader, session: Session, page: Paging
    ) -> Sequence[ConditionRuleRead]:
        """List how the stock of one's nation ages, by the days from which each rule holds.

        Where none holds yet, goods are in condition B from six months before their last day and in C within the last
        three; items whose whole life is shorter than six months age only at the end.
        """
        found = await queries.page(session, reader.nation, after=_after(page), limit=page.one_more)
        return page.cut(found, lambda rule: [rule.valid_from.isoformat()])

    @routes.put("/{valid_from}", responses=_PUT)
    async def put_condition_rule(
        *, valid_from: ValidFrom, terms: ConditionRuleTerms, ruler: Ruler, session: Session
    ) -> ConditionRuleRead:
        """Say with how much life left one's nation's stock is qualified or short-lived, from a day on.

        The clock moves stock by the rule of the day, and never back: what it has moved by the rule before stays.
        """
        await put_rule(session, valid_from, terms, principal=ruler)
        return await queries.rule(session, ruler.nation, valid_from)

    return routes


def _after(page: Paging) -> date | None:
    last = page.after_text()
    try:
        return None if last is None else date.fromisoformat(last)
    except ValueError:
        raise CursorMalformed from None
