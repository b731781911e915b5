"""Sources and activities: one at a time, or a whole file or nothing."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands import files
from services.orders.domain.catalogue import CatalogueBehind, SiteNotDepot
from services.orders.schemas.sources import ActivityRow, ActivityTerms, SourceRow, SourceTerms
from services.orders.schemas.weights import WeightTerms
from services.orders.store import lookups
from services.orders.store import sources as store
from shared import clock
from shared.errors import Kind, Refusal
from shared.http import rights
from shared.http.files import Imported, LineError
from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal
from shared.types import PartId, SiteId, SiteKind

_STATED_FROM = "stated_from"
_UNKNOWN = "the catalogue has not heard of it yet"


class ApprovalInFuture(Refusal):
    """A source is approved and accepted from the days on which that was said, and these have not come yet."""

    kind = Kind.INVALID


class StatementInFuture(Refusal):
    """What is stated of a source holds from today or an earlier day on: state it anew when the day has come."""

    kind = Kind.INVALID
    field = "stated_from"


class WeightsInPast(Refusal):
    """Weights hold from today or a later day on: what was decided before stands."""

    kind = Kind.INVALID


class ActivityTaken(Refusal):
    """The activity code belongs to a depot that is not yours to plan for."""

    kind = Kind.FORBIDDEN


async def put_source(
    session: AsyncSession, part: PartId, site: SiteId, *, terms: SourceTerms, planner: Principal
) -> None:
    """Say on what terms a site may supply the planner's nation with a part; its open orders are planned again."""
    row = SourceRow(part=part, site=site, **dict(terms))
    if part not in await lookups.parts(session, [part]):
        raise CatalogueBehind(part=part)
    if site not in await lookups.sites(session, [site]):
        raise CatalogueBehind(site=site)
    today = clock.now().date()
    if future := _in_future(row, today):
        refusal = ApprovalInFuture if future.keys() - {_STATED_FROM} else StatementInFuture
        raise refusal(**future).at(next(iter(future)))
    await store.save(session, [row], planner, today=today)


async def put_weights(session: AsyncSession, valid_from: date, terms: WeightTerms, planner: Principal) -> None:
    """Say how the planner's nation weighs sources from a day on; what was decided before stands."""
    today = clock.now().date()
    if valid_from < today:
        raise WeightsInPast(valid_from=valid_from, today=today)
    await store.save_weights(session, valid_from, terms, planner)


async def put_activity(session: AsyncSession, code: str, terms: ActivityTerms, planner: Principal) -> None:
    """Say whose an activity code is, and how urgent its work."""
    sites = await lookups.sites(session, [terms.site])
    if terms.site not in sites:
        raise CatalogueBehind(site=terms.site).at("site")
    if sites[terms.site].kind is not SiteKind.DEPOT:
        raise SiteNotDepot(site=terms.site).at("site")
    if not rights.may_plan(planner, terms.site, sites[terms.site].country):
        raise SiteForbidden(site=terms.site).at("site")
    if await _taken(session, [code], planner):
        raise ActivityTaken(activity=code)
    await store.save_activities(session, [ActivityRow(activity=code, **dict(terms))], planner.subject)


async def import_sources(
    session: AsyncSession, imported: Imported[SourceRow], planner: Principal, *, chunk: int
) -> None:
    """Write a file of sources, a bounded number in a statement; or refuse it whole."""
    await check_sources(session, imported)
    today = clock.now().date()
    for start in range(0, len(imported.records), chunk):
        await store.save(session, imported.records[start : start + chunk], planner, today=today)


async def import_activities(
    session: AsyncSession, imported: Imported[ActivityRow], planner: Principal, *, chunk: int
) -> None:
    """Write a file of activities, a bounded number in a statement; or refuse it whole."""
    await check_activities(session, imported, planner)
    for start in range(0, len(imported.records), chunk):
        await store.save_activities(session, imported.records[start : start + chunk], planner.subject)


async def check_sources(session: AsyncSession, imported: Imported[SourceRow]) -> None:
    """Refuse a file of sources that names what the catalogue has not heard of, or the future."""
    parts = await lookups.parts(session, {row.part for row in imported.records})
    sites = await lookups.sites(session, {row.site for row in imported.records})
    today = clock.now().date()
    wrong = [
        LineError(line, field, "lies in the future")
        for line, row in imported.numbered()
        for field in _in_future(row, today)
    ]
    unknown = [
        LineError(line, field, _UNKNOWN)
        for line, row in imported.numbered()
        for field, is_known in (("part", row.part in parts), ("site", row.site in sites))
        if not is_known
    ]
    files.refuse(imported, wrong, unknown)


async def check_activities(session: AsyncSession, imported: Imported[ActivityRow], planner: Principal) -> None:
    """Refuse a file of activities that gives one to what is no depot, or no depot of the planner's nation."""
    sites = await lookups.sites(session, {row.site for row in imported.records})
    wrong = [
        LineError(line, "site", "is no depot")
        for line, row in imported.numbered()
        if row.site in sites and sites[row.site].kind is not SiteKind.DEPOT
    ]
    wrong += [
        LineError(line, "site", "is not yours to plan for")
        for line, row in imported.numbered()
        if row.site in sites and not rights.may_plan(planner, row.site, sites[row.site].country)
    ]
    taken = await _taken(session, [row.activity for row in imported.records], planner)
    wrong += [
        LineError(line, "activity", "belongs to a depot that is not yours to plan for")
        for line, row in imported.numbered()
        if row.activity in taken
    ]
    unknown = [LineError(line, "site", _UNKNOWN) for line, row in imported.numbered() if row.site not in sites]
    files.refuse(imported, wrong, unknown)


def _in_future(row: SourceRow, today: date) -> dict[str, date]:
    days = {"approved_on": row.approved_on, "accepted_on": row.accepted_on, _STATED_FROM: row.stated_from}
    return {field: day for field, day in days.items() if day is not None and day > today}


async def _taken(session: AsyncSession, codes: Sequence[str], planner: Principal) -> set[str]:
    """Tell which activity codes belong to a depot that the planner may not plan for."""
    owners = {code: activity.site for code, activity in (await lookups.activities(session, codes)).items()}
    sites = await lookups.sites(session, owners.values())
    return {
        code
        for code, site in owners.items()
        if site in sites and not rights.may_plan(planner, site, sites[site].country)
    }
