"""Parts and sites: defined in full, versioned, told on the compacted topic; what does not change is not told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.catalogue import NiinTaken, SiteInUse, check_change
from services.inventory.domain.keepers import Definer, check_part, check_site
from services.inventory.domain.references import niin
from services.inventory.store import catalogue as store
from services.inventory.store.catalogue import PartRow, SiteRow
from shared.errors import Refusal, VersionStale
from shared.events.catalogue import PartDefined, SiteDefined
from shared.http.tokens import Principal, Role
from shared.messaging.outbox import Told, tell
from shared.types import PartId, SiteId

R = TypeVar("R", PartRow, SiteRow)


@dataclass(frozen=True, slots=True)
class Verdict(Generic[R]):
    """What becomes of records that somebody wants to define: as they are kept, as they would be, or why not."""

    known: Mapping[str, R]
    changed: list[R] = field(default_factory=list)
    refusals: dict[str, Refusal] = field(default_factory=dict)


def definer(principal: Principal) -> Definer:
    """Say for whom a principal defines."""
    return Definer(principal.nation, is_operator=principal.role is Role.OPERATOR)


async def define_part(session: AsyncSession, part: PartDefined, by: Definer, *, seen: int | None = None) -> PartRow:
    """Keep a part as it is now defined, unless it has changed since the definer saw it."""
    verdict = await judge_parts(session, [part], by)
    _check_seen(verdict, part.part_id, seen)
    await keep_parts(session, verdict)
    return verdict.changed[0] if verdict.changed else verdict.known[part.part_id]


async def define_site(session: AsyncSession, site: SiteDefined, by: Definer, *, seen: int | None = None) -> SiteRow:
    """Keep a site as it is now defined, unless it has changed since the definer saw it."""
    verdict = await judge_sites(session, [site], by)
    _check_seen(verdict, site.site_id, seen)
    await keep_sites(session, verdict)
    return verdict.changed[0] if verdict.changed else verdict.known[site.site_id]


async def judge_parts(session: AsyncSession, parts: Sequence[PartDefined], by: Definer) -> Verdict[PartRow]:
    """Lock parts and say which may be defined so."""
    known = await store.lock_parts(session, [part.part_id for part in parts])
    verdict = Verdict(known)
    changed = [part for part in parts if part.part_id not in known or known[part.part_id].record != part]
    moved = await store.moved(session, [part.part_id for part in changed if part.part_id in known])
    holders = await store.holders(session, {niin(part.nsn) for part in changed if part.nsn})
    for part in changed:
        before = known.get(part.part_id)
        try:
            if before is not None:
                check_part(part.part_id, before.kept_by, by)
                check_change(before.record, part, has_moved=part.part_id in moved)
            _check_niin(before, part, holders)
        except Refusal as refusal:
            verdict.refusals[part.part_id] = refusal
        else:
            verdict.changed.append(PartRow(before.version + 1 if before else 1, part, by.nation))
    return verdict


async def judge_sites(session: AsyncSession, sites: Sequence[SiteDefined], by: Definer) -> Verdict[SiteRow]:
    """Lock sites and say which may be defined so."""
    known = await store.lock_sites(session, [site.site_id for site in sites])
    verdict = Verdict(known)
    changed = [site for site in sites if site.site_id not in known or known[site.site_id].record != site]
    at_home = await store.nations_at_home(session)
    used = await store.used(session, [site.site_id for site in changed if site.site_id in known])
    for site in changed:
        before = known.get(site.site_id)
        try:
            check_site(before, site, by, at_home)
            if before is not None and before.record.kind is not site.kind and site.site_id in used:
                raise SiteInUse(site=site.site_id, kind=before.record.kind.value)
        except Refusal as refusal:
            verdict.refusals[site.site_id] = refusal
        else:
            verdict.changed.append(SiteRow(before.version + 1 if before else 1, site, by.nation))
    return verdict


async def keep_parts(session: AsyncSession, verdict: Verdict[PartRow]) -> None:
    """Write the parts that may be defined so, and tell them."""
    await store.save_parts(session, verdict.changed)
    await tell(session, [Told(row.record, row.version) for row in verdict.changed])


async def keep_sites(session: AsyncSession, verdict: Verdict[SiteRow]) -> None:
    """Write the sites that may be defined so, and tell them."""
    await store.save_sites(session, verdict.changed)
    await tell(session, [Told(row.record, row.version) for row in verdict.changed])


def _check_niin(before: PartRow | None, part: PartDefined, holders: dict[str, PartId]) -> None:
    """Refuse a NIIN that another part has; what it had before it keeps, and what it gets is taken from now on."""
    if part.nsn is None or (before is not None and before.record.nsn and niin(before.record.nsn) == niin(part.nsn)):
        return
    holder = holders.setdefault(niin(part.nsn), part.part_id)
    if holder != part.part_id:
        raise NiinTaken(niin=niin(part.nsn), part=holder)


def _check_seen(verdict: Verdict[R], name: PartId | SiteId, seen: int | None) -> None:
    """Refuse what may not be defined so, and what would undo a change that the definer did not see."""
    for refusal in verdict.refusals.values():
        raise refusal
    known = verdict.known.get(name)
    version = known.version if known else 0
    if verdict.changed and seen is not None and seen != version:
        raise VersionStale(seen=seen, version=version)
