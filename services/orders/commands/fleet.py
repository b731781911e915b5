"""The fleet: which platforms there are, one at a time or a whole file or nothing, and how depots say they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands import files
from services.orders.domain.catalogue import CatalogueBehind, SiteNotDepot
from services.orders.domain.platforms import Change, Decision, Registration, Tail, TailName, register
from services.orders.schemas.platforms import TailRow, TailTerms
from services.orders.store import lookups
from services.orders.store import platforms as store
from services.orders.store.lookups import SiteCopy
from services.orders.store.platforms import Kept
from shared import clock
from shared.errors import Refusal
from shared.events.platforms import PlatformDown, PlatformUp
from shared.http import rights
from shared.http.files import Imported, LineError
from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal
from shared.messaging.outbox import Told, tell
from shared.observe import tracing
from shared.sql import Writes
from shared.types import SiteId, SiteKind


@dataclass(slots=True)
class Fleet:
    """Locked tails as they stand while they are decided on."""

    found: Mapping[TailName, Kept]
    now: dict[TailName, Kept] = field(default_factory=dict)
    changed_by: dict[TailName, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def tail(self, name: TailName) -> Tail:
        """Give a tail as it now stands; one that is not there is unregistered."""
        kept = self.now.get(name) or self.found.get(name)
        return Tail(platform=name.platform, tail_number=name.tail_number) if kept is None else kept.tail

    def decide(self, decided: Decision, subject: str, trace: tracing.Trace | None) -> None:
        """Keep a decision, to be written and told when the work is settled."""
        if decided.fact is None:
            return
        tail = decided.tail
        before = self.now.get(tail.name) or self.found[tail.name]
        is_old = {period.n for period in tail.periods if self._is_said(before, period.n, tail)}
        posted_by = {period.n: before.posted_by[period.n] if period.n in is_old else subject for period in tail.periods}
        self.now[tail.name] = Kept(tail, posted_by)
        self.changed_by[tail.name] = subject
        is_change = isinstance(decided.fact, PlatformDown | PlatformUp)
        occurred_at = tail.last.began_at if is_change else None
        self.told.append(Told(decided.fact, tail.version, occurred_at=occurred_at, trace=trace))

    async def settle(self, session: AsyncSession) -> None:
        """Write what was decided, and tell it, in one statement."""
        writes = Writes()
        store.save(writes, [(self.found[name], kept) for name, kept in self.now.items()], self.changed_by)
        await tell(session, self.told, beside=writes)

    @staticmethod
    def _is_said(before: Kept, n: int, tail: Tail) -> bool:
        """Tell whether a period says what it said before, be it that it has ended since."""
        if n not in before.posted_by:
            return False
        was, now = before.tail.periods[n - 1], tail.periods[n - 1]
        return was.says(Change(now.began_at, now.standing))


async def put_tail(session: AsyncSession, name: TailName, terms: TailTerms, principal: Principal) -> None:
    """Take a platform into the fleet, or say otherwise where it is at home."""
    await store.open_rows(session, [name])
    fleet = Fleet(await store.lock(session, [name]))
    tail = fleet.tail(name)
    sites = await lookups.sites(session, {terms.site, tail.site})
    _check_home(principal, terms.site, sites)
    _check_kept(principal, tail, sites)
    wanted = Registration(terms.site, terms.in_service_since, terms.illustrative)
    fleet.decide(register(tail, wanted, now=clock.now()), principal.subject, tracing.current.get())
    await fleet.settle(session)


async def import_tails(session: AsyncSession, imported: Imported[TailRow], principal: Principal, *, chunk: int) -> None:
    """Write a checked file of the fleet, a bounded number in a statement; what changed meanwhile refuses it whole."""
    rows = sorted(imported.records, key=lambda row: (row.platform, row.tail_number))
    for start in range(0, len(rows), chunk):
        named = {_name(row): row for row in rows[start : start + chunk]}
        await store.open_rows(session, named)
        fleet = Fleet(await store.lock(session, named))
        moved = [fleet.tail(name) for name, row in named.items() if fleet.tail(name).site != row.site]
        sites = await lookups.sites(session, [tail.site for tail in moved])
        for tail in moved:
            _check_kept(principal, tail, sites)
        for name, row in named.items():
            fleet.decide(_registered(fleet.tail(name), row), principal.subject, tracing.current.get())
        await fleet.settle(session)


async def check_tails(session: AsyncSession, imported: Imported[TailRow], principal: Principal, *, chunk: int) -> None:
    """Refuse a file that names unknown sites, what is no depot or not the sender's, or what cannot be."""
    wrong: list[LineError] = []
    unknown: list[LineError] = []
    lines = list(imported.numbered())
    for start in range(0, len(lines), chunk):
        part = lines[start : start + chunk]
        found = await store.look(session, [_name(row) for _, row in part])
        fleet = Fleet(found)
        homes = {row.site for _, row in part} | {kept.tail.site for kept in found.values()}
        sites = await lookups.sites(session, homes)
        for line, row in part:
            tail = fleet.tail(_name(row))
            if row.site not in sites:
                unknown.append(LineError(line, "site", "the catalogue has not heard of it yet"))
            elif (error := _error(tail, row, principal, sites)) is not None:
                wrong.append(LineError(line, *error))
    files.refuse(imported, wrong, unknown)


def _error(tail: Tail, row: TailRow, principal: Principal, sites: Mapping[SiteId, SiteCopy]) -> tuple[str, str] | None:
    """Say what is wrong with a line: which field, and why."""
    if sites[row.site].kind is not SiteKind.DEPOT:
        return "site", "is no depot"
    if not all(_may_keep(principal, site, sites) for site in {row.site, tail.site or row.site}):
        return "site", "is not yours to plan for"
    try:
        _registered(tail, row)
    except Refusal as refusal:
        return "in_service_since", f"{refusal.title()} {refusal.detail()}"
    return None


def _registered(tail: Tail, row: TailRow) -> Decision:
    return register(tail, Registration(row.site, row.in_service_since, row.illustrative), now=clock.now())


def _check_home(principal: Principal, site: SiteId, sites: Mapping[SiteId, SiteCopy]) -> None:
    if site not in sites:
        raise CatalogueBehind(site=site).at("site")
    if sites[site].kind is not SiteKind.DEPOT:
        raise SiteNotDepot(site=site).at("site")
    rights.require_plan(principal, site, sites[site].country)


def _check_kept(principal: Principal, tail: Tail, sites: Mapping[SiteId, SiteCopy]) -> None:
    """Refuse who may not plan for the depot that a registered tail is at home at, without naming that depot."""
    if tail.version and not _may_keep(principal, tail.site, sites):
        raise SiteForbidden(home_of=tail.tail_number).at("tail_number")


def _may_keep(principal: Principal, site: SiteId, sites: Mapping[SiteId, SiteCopy]) -> bool:
    return site in sites and rights.may_plan(principal, site, sites[site].country)


def _name(row: TailRow) -> TailName:
    return TailName(row.platform, row.tail_number)
