"""What planners and depots say of replenishment: policies, rules, and what becomes of a proposal."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.releasing import Release, Replenishing, release
from services.orders.domain import replenishment
from services.orders.domain.catalogue import CatalogueBehind, SiteNotDepot
from services.orders.domain.priority import ActivityOfAnother
from services.orders.domain.replenishment import ProposalState, ProposalUnknown, Replenishment
from services.orders.schemas.replenishment import DismissProposal, PolicyTerms, ReleaseProposal, RuleTerms
from services.orders.store import lookups
from services.orders.store import replenishment as store
from shared import clock
from shared.errors import Kind, Refusal
from shared.http import rights
from shared.http.tokens import Principal
from shared.types import PartId, SiteId, SiteKind


class PolicyInPast(Refusal):
    """A policy holds from today or a later day on: what was proposed before stands."""

    kind = Kind.INVALID


async def put_policy(session: AsyncSession, valid_from: date, terms: PolicyTerms, planner: Principal) -> None:
    """Say what the planner's nation wants of its stock from a day on."""
    today = clock.now().date()
    if valid_from < today:
        raise PolicyInPast(valid_from=valid_from, today=today)
    await store.save_policy(session, valid_from, terms, planner)


async def put_rule(session: AsyncSession, site: SiteId, terms: RuleTerms, principal: Principal) -> None:
    """Say which numbers a depot sets aside for its replenishment, and what is released without anybody."""
    await _require_plan(session, site, principal)
    activity = (await lookups.activities(session, [terms.activity])).get(terms.activity)
    if activity is not None and activity.site != site:
        raise ActivityOfAnother(activity=terms.activity, ordered_by=site).at("activity")
    await store.save_rule(session, site, terms, principal.subject)


async def release_proposal(
    session: AsyncSession, site: SiteId, part: PartId, number: int, *, body: ReleaseProposal, principal: Principal
) -> None:
    """Order what is proposed; released again, it is the same order."""
    found = await _locked(session, site, part, number, principal=principal)
    if found.state is ProposalState.RELEASED and found.number == number:
        return
    replenishment.require_open(found, number)
    work = Replenishing(session)
    how = Release(
        principal.subject,
        document_number=body.document_number,
        suffix=body.suffix,
        required_by=body.required_by,
    )
    await release(work, found, how)
    await work.settle()


async def dismiss_proposal(
    session: AsyncSession, site: SiteId, part: PartId, number: int, *, body: DismissProposal, principal: Principal
) -> None:
    """Want nothing of what is proposed."""
    found = await _locked(session, site, part, number, principal=principal)
    replenishment.require_open(found, number)
    work = Replenishing(session)
    today = clock.now().date()
    work.decide(replenishment.dismiss(found, body.reason, body.until, by=principal.subject, today=today))
    await work.settle()


async def _locked(
    session: AsyncSession, site: SiteId, part: PartId, number: int, *, principal: Principal
) -> Replenishment:
    """Lock a part at a depot that the principal may plan for; any other is as good as unknown."""
    sites = await lookups.sites(session, [site])
    if site not in sites or not rights.may_plan(principal, site, sites[site].country):
        raise ProposalUnknown(site=site, part=part, number=number)
    found = await store.find_locked(session, site, part)
    if found is None:
        raise ProposalUnknown(site=site, part=part, number=number)
    return found


async def _require_plan(session: AsyncSession, site: SiteId, principal: Principal) -> None:
    sites = await lookups.sites(session, [site])
    if site not in sites:
        raise CatalogueBehind(site=site)
    if sites[site].kind is not SiteKind.DEPOT:
        raise SiteNotDepot(site=site)
    rights.require_plan(principal, site, sites[site].country)
