"""What production tells of quality: the first-article inspection of each maker's reference at each factory (AS9102)."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from shared.events.envelope import Event, Stream
from shared.events.production import Reference
from shared.events.references import reference_key
from shared.types import FirstArticleId, Nation, PartId, SiteId, Text


class FirstArticleState(StrEnum):
    """How a first-article inspection stands; lots may be issued while it is passed, and only then."""

    OPENED = "opened"
    PASSED = "passed"
    FAILED = "failed"
    LAPSED = "lapsed"
    REOPENED = "reopened"


class ReopeningCause(StrEnum):
    """Why a passed inspection no longer proves what is made."""

    LAPSE = "lapse"
    DESIGN = "design"
    SOURCE = "source"
    PROCESS = "process"
    INSPECTION_METHOD = "inspection-method"
    LOCATION = "location"
    TOOLING = "tooling"
    MATERIAL = "material"
    PROGRAM = "program"


class FirstArticleChanged(Event):
    """A first-article inspection has come to another state: one step of its history, in full."""

    TYPE: ClassVar[str] = "jvtrack.production.first-article-changed.v1"
    STREAM: ClassVar[Stream] = Stream.PRODUCTION

    first_article: FirstArticleId
    """The inspection."""
    factory: SiteId
    """Where the part is made."""
    part: PartId
    """The part."""
    reference: Reference
    """The item of production inspected."""
    state: FirstArticleState
    """What it has come to; the gate is open while it is `passed`."""
    day: date
    """Day on which it came to this."""
    causes: tuple[ReopeningCause, ...] = ()
    """Why it lapsed or was reopened."""
    characteristics: Text | None = None
    """Which characteristics are to be inspected again; none where all are."""
    report: Text | None = None
    """The inspection report."""
    reason: Text | None = None
    """Why, in words."""
    decided_by: Text | None = None
    """Who has said so; none where time alone did."""
    nation: Nation | None = None
    """Whose own inspection of a supplier abroad it is; none for the site's own nation, whose word holds for all."""

    @property
    def key(self) -> str:
        """Name the inspection."""
        return f"first-article:{self.name}"

    @property
    def name(self) -> str:
        """Name the inspection, and the nation whose own it is."""
        return inspection_name(self.first_article, self.nation)


def first_article_id(factory: SiteId, part: PartId, reference: Reference) -> FirstArticleId:
    """Name the first-article inspection of a reference as it is matched; no revision is written as a dash."""
    return f"{factory}/{part}/{reference_key(reference)}"


def inspection_name(first_article: FirstArticleId, nation: Nation | None) -> str:
    """Tell a nation's own inspection of a supplier abroad from that of the supplier's own nation."""
    return first_article if nation is None else f"{first_article}/{nation}"
