"""Exports of joint-venture parts: to a nation that is no partner, and only with the approval of both partners.

Who the partners of a factory are is stated by who plans for the nation where it stands; as long as nobody has, nothing
of it is given to another nation. An export is refused where a source is chosen or named: an order asks for a part,
wherever it comes from, and goods that have moved are facts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from shared.errors import Kind, Refusal
from shared.types import Nation, SiteId, SiteKind


class NotFactory(Refusal):
    """Only a factory of a joint venture has partners."""

    kind = Kind.INVALID


class PartnerMissing(Refusal):
    """A joint venture has two partners, and the nation where its factory stands is one of them."""

    kind = Kind.INVALID
    field = "partners"


class PartnersUnstated(Refusal):
    """Nobody has stated yet who the partners of this factory are; who plans for its nation does that first."""


class ApprovalOfAnother(Refusal):
    """An export is approved by the partners of the joint venture, each for itself; your nation is none of them."""

    kind = Kind.FORBIDDEN


class NotExport(Refusal):
    """What goes to a partner of the joint venture is no export, and needs no approval."""

    kind = Kind.INVALID


class ExportApprovalUnknown(Refusal):
    """Your nation has approved no such export."""

    kind = Kind.NOT_FOUND


class EndBeforeApproval(Refusal):
    """An approval cannot end before it began: name that day or one after it."""

    kind = Kind.INVALID
    field = "approved_until"


class ExportNotApproved(Refusal):
    """Joint-venture parts go to another nation with the approval of both partners alone; no override replaces it."""

    field = "source"


@dataclass(frozen=True, slots=True)
class Export:
    """What would leave a joint venture for another nation: its partners, and who of them has not approved it."""

    partners: Sequence[Nation] = ()
    missing: Sequence[Nation] = ()

    @property
    def is_approved(self) -> bool:
        """Whether both partners have approved it, so far as it is known who they are."""
        return bool(self.partners) and not self.missing

    @property
    def lacking(self) -> str:
        """Say what is missing."""
        if not self.partners:
            return "who the partners of the joint venture are has not been stated"
        return f"the approval of {' and '.join(self.missing)}"


def require_partners(site: SiteId, kind: SiteKind, country: Nation, partners: Collection[Nation]) -> None:
    """Refuse partners of what is no factory, or without the nation where it stands."""
    if kind is not SiteKind.FACTORY:
        raise NotFactory(site=site)
    if country not in partners:
        raise PartnerMissing(site=site, partners=", ".join(sorted(partners)), country=country)


def require_export(site: SiteId, partners: Collection[Nation], approver: Nation, country: Nation) -> None:
    """Refuse an approval by who is no partner, or of what is no export."""
    if not partners:
        raise PartnersUnstated(site=site)
    if approver not in partners:
        raise ApprovalOfAnother(site=site, nation=approver, partners=", ".join(sorted(partners)))
    if country in partners:
        raise NotExport(site=site, country=country, partners=", ".join(sorted(partners)))


def require_end(approved_on: date, until: date) -> None:
    """Refuse an end before the beginning."""
    if until < approved_on:
        raise EndBeforeApproval(approved_on=approved_on, until=until)
