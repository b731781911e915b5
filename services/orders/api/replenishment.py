"""The replenishment doors: levels and proposals, their release, reviews, policies and rules."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path, Query

from services.orders.api.desk import Desk, Keeper, Planning, PlanReader, Reader
from services.orders.commands import replenishing
from services.orders.domain.replenishment import ProposalUnknown
from services.orders.queries import replenishment as queries
from services.orders.schemas.replenishment import (
    DismissProposal,
    PolicyRead,
    PolicyTerms,
    ProposalId,
    ReleaseProposal,
    ReplenishmentFilter,
    ReplenishmentRead,
    ReviewDone,
    RuleRead,
    RuleTerms,
)
from services.orders.store.lookups import Sight
from shared import clock
from shared.http.app import Session
from shared.http.paging import CursorMalformed, Paging
from shared.types import Day, PartId, SiteId

Proposal = Annotated[ProposalId, Path(description="The proposal: depot, part and number, parted by colons.")]
ValidFrom = Annotated[Day, Path(description="First day on which it holds, today or later.")]
Depot = Annotated[SiteId, Path(description="The depot.")]
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "`proposal-unknown`: none, or not yours to see."}}
_RELEASED: dict[int | str, dict[str, Any]] = {
    **_UNKNOWN,
    403: {"description": "`activity-of-another`: the number is another depot's."},
    409: {"description": "`proposal-decided`, `document-number-reused`, `numbers-used-up`."},
    422: {
        "description": "`document-number-missing`, `document-date-impossible`, `document-date-out-of-reach`, "
        "`required-by-past`, `required-by-far`."
    },
}
_DISMISSED: dict[int | str, dict[str, Any]] = {
    **_UNKNOWN,
    409: {"description": "`proposal-decided`."},
    422: {"description": "`dismissal-out-of-reach`."},
}
_RULED: dict[int | str, dict[str, Any]] = {
    403: {"description": "`site-forbidden`, `activity-of-another`."},
    409: {"description": "Worth another try: `catalogue-behind`."},
    422: {"description": "`site-not-depot`."},
}


class _Named(NamedTuple):
    """What the id of a proposal names."""

    site: SiteId
    part: PartId
    number: int

    @classmethod
    def of(cls, proposal: str) -> "_Named":
        """Take an id apart."""
        site, part, number = proposal.split(":")
        return cls(site, part, int(number))


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/replenishment`."""
    routes = APIRouter(prefix="/v1/replenishment", tags=["replenishment"])
    _policies(routes, desk)
    _rules(routes, desk)
    _reviews(routes, desk)
    _reading(routes)
    _deciding(routes, desk)
    return routes


def _policies(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/policies")
    async def list_policies(*, reader: PlanReader, session: Session, page: Paging) -> Sequence[PolicyRead]:
        """List what one's nation wants of its stock, by the days from which it does; before the first, nothing."""
        found = await queries.policy_page(session, reader.nation, after=_after(page), limit=page.one_more)
        return page.cut(found, lambda policy: [policy.valid_from.isoformat()])

    @routes.put("/policies/{valid_from}", responses={422: {"description": "`policy-in-past`."}})
    async def put_policy(*, valid_from: ValidFrom, terms: PolicyTerms, planner: Planning) -> PolicyRead:
        """Say what one's nation wants of its stock from a day on; from then on its depots are reviewed."""
        async with desk.database.transaction() as session:
            await replenishing.put_policy(session, valid_from, terms, planner)
            return await queries.policy(session, planner.nation, valid_from)


def _rules(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/rules")
    async def list_rules(*, reader: Reader, session: Session, page: Paging) -> Sequence[RuleRead]:
        """List the rules of the depots that one may see, by depot."""
        found = await queries.rule_page(session, Sight.of(reader), after=page.after_text(), limit=page.one_more)
        return page.cut(found, lambda rule: [rule.site])

    @routes.put("/rules/{site}", responses=_RULED)
    async def put_rule(*, site: Depot, terms: RuleTerms, keeper: Keeper) -> RuleRead:
        """Say which document numbers a depot sets aside, and up to which cost an order is released without anybody.

        A rule releases what two reviews in a row have proposed alike. Numbers that it has given stay given.
        """
        async with desk.database.transaction() as session:
            await replenishing.put_rule(session, site, terms, keeper)
            return await queries.rule(session, site)


def _reviews(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/review", responses={409: {"description": "`policy-missing`."}})
    async def review_stock(*, planner: Planning) -> ReviewDone:
        """Review the stock of one's nation now; what is proposed already and still right stays as it is."""
        return await desk.reviewer.review(planner.nation, clock.now().date())


def _reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_replenishment(
        *, reader: Reader, session: Session, page: Paging, wanted: Annotated[ReplenishmentFilter, Query()]
    ) -> Sequence[ReplenishmentRead]:
        """List parts at depots with reorder point, target and the newest proposal, by depot and part."""
        sight, last = Sight.of(reader), page.after_texts(2)
        found = await queries.replenishment_page(session, wanted, sight, after=last, limit=page.one_more)
        return page.cut(found, lambda each: [each.site, each.part])

    @routes.get("/{proposal}", responses=_UNKNOWN)
    async def show_proposal(*, proposal: Proposal, reader: Reader, session: Session) -> ReplenishmentRead:
        """Show a proposal, or the newer one that took its place."""
        return await _show(session, _Named.of(proposal), Sight.of(reader))


def _deciding(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/{proposal}/release", responses=_RELEASED)
    async def release_proposal(
        *, proposal: Proposal, keeper: Keeper, body: ReleaseProposal | None = None
    ) -> ReplenishmentRead:
        """Order what is proposed: routine, for the depot's shelf. Released again, it is the same order.

        The depot gives the document number, here or by what its rule sets aside. Nothing is reserved for such an order;
        all of it is sourced, and what arrives goes to who waits, or stays on the shelf.
        """
        named = _Named.of(proposal)
        async with desk.database.transaction() as session:
            await replenishing.release_proposal(session, *named, body=body or ReleaseProposal(), principal=keeper)
            return await _show(session, named, Sight.of(keeper))

    @routes.post("/{proposal}/dismiss", responses=_DISMISSED)
    async def dismiss_proposal(*, proposal: Proposal, body: DismissProposal, keeper: Keeper) -> ReplenishmentRead:
        """Want nothing of what is proposed, nor anything else of the part before a day."""
        named = _Named.of(proposal)
        async with desk.database.transaction() as session:
            await replenishing.dismiss_proposal(session, *named, body=body, principal=keeper)
            return await _show(session, named, Sight.of(keeper))


async def _show(session: Session, named: _Named, sight: Sight) -> ReplenishmentRead:
    found = await queries.replenishment(session, named.site, named.part, sight)
    newest = 0 if found is None or found.proposal is None else _Named.of(found.proposal).number
    if found is None or named.number > newest:
        raise ProposalUnknown(site=named.site, part=named.part, number=named.number)
    return found


def _after(page: Paging) -> date | None:
    last = page.after_text()
    try:
        return None if last is None else date.fromisoformat(last)
    except ValueError:
        raise CursorMalformed from None
