"""First-article inspections, as the production service takes their steps and shows them."""

from datetime import date

from jvtrack.client.answers.production import HistoryEntry
from jvtrack.client.answers.record import Body, Record
from shared.events.production import Reference
from shared.events.quality import ReopeningCause
from shared.types import FirstArticleId, Nation, PartId, SiteId, Text


class InspectionOpening(Body):
    """An inspection that begins."""

    factory: SiteId
    """Where the part is made."""
    part: PartId
    """The part."""
    reference: Reference
    """The item of production to be inspected: one of the part's references."""
    day: date | None = None
    """Day on which it begins; today if not given."""
    report: Text | None = None
    """The inspection report."""
    version: int | None = None
    """The version that you saw: refused if there is a newer one."""


class InspectionPass(Body):
    """An inspection that found everything as drawn."""

    day: date | None = None
    """Day on which it passed; today if not given."""
    report: Text | None = None
    """The inspection report."""
    version: int | None = None
    """The version that you saw: refused if there is a newer one."""


class InspectionFailure(InspectionPass):
    """An inspection that found something otherwise than drawn."""

    reason: Text
    """What was found."""


class InspectionReopening(InspectionPass):
    """A passed inspection that no longer proves what is made."""

    causes: list[ReopeningCause]
    """What has changed."""
    reason: Text
    """Why, in words."""
    characteristics: Text | None = None
    """Which characteristics are to be inspected again; all if not given."""


class FirstArticle(Record):
    """The inspection of one reference of a part at one factory."""

    first_article: FirstArticleId
    """The inspection."""
    version: int
    """How many steps it has taken."""
    factory: SiteId
    """Where the part is made."""
    nation: Nation | None = None
    """Whose own inspection of a supplier abroad it is, and holds for; none for the site's nation, for all."""
    part: PartId
    """The part."""
    reference: Reference
    """The item of production inspected."""
    state: str
    """opened, passed, failed, lapsed or reopened."""
    open: bool
    """Whether lots of this reference may be issued."""
    day: date
    """Day of its last step."""
    lapses_on: date | None = None
    """While it is passed: the day on which it lapses if nothing is made."""
    causes: list[str] = []
    """Why it lapsed or was reopened."""
    characteristics: str | None = None
    """Which characteristics are to be inspected again; none where all are."""
    report: str | None = None
    """The inspection report."""
    reason: str | None = None
    """Why, in words."""
    decided_by: str | None = None
    """Who took the last step; none where time alone did."""


class FirstArticleDetails(FirstArticle):
    """An inspection with its history."""

    history: list[HistoryEntry] = []
    """Its newest steps, the oldest of them first."""
