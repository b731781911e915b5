"""Who may see and post what: the one table of rights, as pure functions over a principal and a place.

It is applied alike to queries, streams, movements, explanations, error texts and exports. A place is a site and the
nation it belongs to. The table has a row per role and a column per nearness of the place; what it does not name is
denied. Auditors see what operators see and post nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.errors import Kind, Refusal
from shared.http.tokens import Principal, Role
from shared.types import SiteKind


class SiteForbidden(Refusal):
    """The site is not yours to see or to post for."""

    kind = Kind.FORBIDDEN


class Subject(StrEnum):
    """What there is to see."""

    STOCK = "stock"
    LOT = "lot"
    ORDER = "order"
    SOURCE = "source"


class Sight(StrEnum):
    """How much of it is shown: all, whether there is some, what is promised, that something happened, nothing."""

    FULL = "full"
    SOME_NONE = "some-none"
    PROMISES = "promises"
    STREAMS = "streams"
    NOTHING = "nothing"


class Posting(StrEnum):
    """Whose facts and requests a principal may post at a place."""

    ANY = "any"
    FOR_SUPPLIERS = "for-suppliers"
    OF_QUALITY = "of-quality"
    NONE = "none"


class Nearness(StrEnum):
    """How near a site is to a principal."""

    OWN = "own"
    NATION = "nation"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role may do at places of one nearness."""

    sights: Mapping[Subject, Sight] = field(default_factory=dict)
    posting: Posting = Posting.NONE


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows that a query may touch at all: these sites and this nation; partner nations have streams."""

    sites: frozenset[str]
    nation: str | None


_ALL = dict.fromkeys(Subject, Sight.FULL)
_NOTHING = Rights()
_DEPOT_OWN = Rights(_ALL, Posting.ANY)
_DEPOT_NATION = Rights({Subject.STOCK: Sight.SOME_NONE})
_FACTORY_OWN = Rights({Subject.LOT: Sight.FULL}, Posting.ANY)
_PLANNER = Rights(_ALL, Posting.FOR_SUPPLIERS)
_PLANNER_PARTNER = Rights(
    {Subject.STOCK: Sight.PROMISES, Subject.ORDER: Sight.PROMISES, Subject.SOURCE: Sight.FULL},
)
_OPERATOR = Rights(_ALL, Posting.ANY)
_AUDITOR = Rights(_ALL)
_QUALITY = Rights({Subject.LOT: Sight.FULL, Subject.STOCK: Sight.FULL}, Posting.OF_QUALITY)
_INSPECTING = (Posting.ANY, Posting.OF_QUALITY)
_WATCHER_PARTNER = Rights(dict.fromkeys(Subject, Sight.STREAMS))


def _row(own: Rights, nation: Rights, partner: Rights) -> dict[Nearness, Rights]:
    return {Nearness.OWN: own, Nearness.NATION: nation, Nearness.PARTNER: partner}


TABLE: Mapping[Role, Mapping[Nearness, Rights]] = {
    Role.FACTORY: _row(_FACTORY_OWN, _NOTHING, _NOTHING),
    Role.DEPOT: _row(_DEPOT_OWN, _DEPOT_NATION, _NOTHING),
    Role.PLANNER: _row(_PLANNER, _PLANNER, _PLANNER_PARTNER),
    Role.PROCUREMENT: _row(_PLANNER, _PLANNER, _PLANNER_PARTNER),
    Role.OPERATOR: _row(_OPERATOR, _OPERATOR, _WATCHER_PARTNER),
    Role.AUDITOR: _row(_AUDITOR, _AUDITOR, _WATCHER_PARTNER),
    Role.QUALITY: _row(_QUALITY, _QUALITY, _NOTHING),
}


def nearness(principal: Principal, site: str, nation: str) -> Nearness:
    """Tell how near a site is to a principal."""
    if site in principal.sites:
        return Nearness.OWN
    return Nearness.NATION if nation == principal.nation else Nearness.PARTNER


def sight(principal: Principal, subject: Subject, site: str, nation: str) -> Sight:
    """Tell how much of a subject at this site a principal may see."""
    rights = TABLE[principal.role][nearness(principal, site, nation)]
    return rights.sights.get(subject, Sight.NOTHING)


def sight_of_stock(principal: Principal, site: str, nation: str) -> Sight:
    """Tell how much of a site's stock a principal may see."""
    return sight(principal, Subject.STOCK, site, nation)


def may_see_order(principal: Principal, depot: str, nation: str) -> bool:
    """Tell whether a principal may see this depot's orders in full; an explanation names no other order."""
    return sight(principal, Subject.ORDER, depot, nation) is Sight.FULL


def sees_orders(principal: Principal) -> bool:
    """Tell whether a principal sees anything of orders, of whatever site; to others they are not named."""
    return any(Subject.ORDER in rights.sights for rights in TABLE[principal.role].values())


def sees_fully(principal: Principal, subject: Subject, sites: Collection[str], nations: Mapping[str, str]) -> bool:
    """Tell whether a principal sees all of a subject at every one of these sites; an unknown site is nobody's."""
    return all(site in nations and sight(principal, subject, site, nations[site]) is Sight.FULL for site in sites)


def sight_of_partners(principal: Principal, subject: Subject) -> Sight:
    """Tell how much of a subject a principal may see at partner nations, whatever the site."""
    return TABLE[principal.role][Nearness.PARTNER].sights.get(subject, Sight.NOTHING)


def may_write(principal: Principal, site: str, nation: str, kind: SiteKind | None = None) -> bool:
    """Tell whether a principal may post for this site; a planner's right holds for suppliers alone."""
    posting = TABLE[principal.role][nearness(principal, site, nation)].posting
    return posting is Posting.ANY or (posting is Posting.FOR_SUPPLIERS and kind is SiteKind.SUPPLIER)


def require_write(principal: Principal, site: str, nation: str, kind: SiteKind | None = None) -> None:
    """Refuse a principal who may not post for this site."""
    if not may_write(principal, site, nation, kind):
        raise SiteForbidden(site=site)


def may_purchase(principal: Principal, buyer: str) -> bool:
    """Tell whether a principal may tell of what this nation has bought: who posts for its suppliers, of any nation."""
    return buyer == principal.nation and TABLE[principal.role][Nearness.NATION].posting is not Posting.NONE


def may_inspect(principal: Principal, site: str, nation: str) -> bool:
    """Tell whether a principal may say what an inspection at this site has found, for all who get goods from there."""
    return TABLE[principal.role][nearness(principal, site, nation)].posting in _INSPECTING


def require_inspect(principal: Principal, site: str, nation: str) -> None:
    """Refuse a principal who may not say what an inspection at this site has found."""
    if not may_inspect(principal, site, nation):
        raise SiteForbidden(site=site)


def may_inspect_abroad(principal: Principal, kind: SiteKind) -> bool:
    """Tell whether a principal may inspect a supplier of another nation for its own: who inspects at its nation's."""
    return kind is SiteKind.SUPPLIER and TABLE[principal.role][Nearness.NATION].posting in _INSPECTING


def may_plan(principal: Principal, site: str, nation: str) -> bool:
    """Tell whether a principal may say how urgent this site's work is: who sees its orders, in its own nation."""
    near = nearness(principal, site, nation)
    return near is not Nearness.PARTNER and may_see_order(principal, site, nation)


def require_plan(principal: Principal, site: str, nation: str) -> None:
    """Refuse a principal who may not plan for this site."""
    if not may_plan(principal, site, nation):
        raise SiteForbidden(site=site)


def on_behalf_of(principal: Principal, site: str) -> str | None:
    """Name the site that a principal posts for when it is not its own, as the books record it."""
    return None if site in principal.sites else site


def reach(principal: Principal, subject: Subject) -> Reach:
    """Tell which rows a query may touch; how much of each is shown is for `sight` to say."""
    seen = {near for near, rights in TABLE[principal.role].items() if subject in rights.sights}
    return Reach(
        sites=principal.sites if Nearness.OWN in seen else frozenset(),
        nation=principal.nation if Nearness.NATION in seen else None,
    )
