"""Bodies of the doors of first-article inspections, what these show, and what lists can be asked for."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, JsonValue

from services.production.domain.first_article import Step
from services.production.schemas.filters import MadeFilter
from services.production.schemas.forms import View
from services.production.schemas.views import HistoryEntry
from shared.events.production import Reference
from shared.events.quality import FirstArticleState, ReopeningCause
from shared.http.forms import Asked, Body, NamedReference, Seen, example
from shared.types import Day, FirstArticleId, Nation, PartId, SiteId, Text

_SHOWN: dict[str, JsonValue] = {
    "first_article": "F-01/MI17-MAIN-GEARBOX/3VK1Y/VKR-1615-0401/B",
    "version": 2,
    "factory": "F-01",
    "nation": None,
    "part": "MI17-MAIN-GEARBOX",
    "reference": {"maker": "3VK1Y", "number": "VKR-1615-0401", "revision": "B"},
    "state": "passed",
    "open": True,
    "day": "2026-11-20",
    "opened_on": "2026-11-02",
    "lapses_on": "2028-11-19",
    "causes": [],
    "characteristics": None,
    "report": "FAIR-2026-031",
    "reason": None,
    "decided_by": "quality@F-01",
    "updated_at": "2026-11-20T09:12:00.300Z",
}
_ENTRY: dict[str, JsonValue] = {
    "event_id": "01a2b3c4-0000-7000-8000-000000000500",
    "version": 2,
    "type": "jvtrack.production.first-article-changed.v1",
    "data": {"first_article": "F-01/MI17-MAIN-GEARBOX/3VK1Y/VKR-1615-0401/B", "state": "passed", "day": "2026-11-20"},
    "recorded_at": "2026-11-20T09:12:00.300Z",
}


class StepBody(Body):
    """What every step of an inspection says."""

    day: Day | None = None
    """Day of the step; today if not given."""
    report: Text | None = None
    """The inspection report."""
    version: Seen = None
    """The version that you saw: refused if there is a newer one."""

    def step(self, today: date, by: str) -> Step:
        """Say what the inspection comes to."""
        raise NotImplementedError


class OpenFirstArticle(StepBody):
    """An inspection that begins."""

    model_config = example(
        {
            "factory": "F-01",
            "part": "MI17-MAIN-GEARBOX",
            "reference": {"maker": "3VK1Y", "number": "VKR-1615-0401", "revision": "B"},
            "day": "2026-11-02",
        }
    )

    factory: SiteId
    """Where the part is made."""
    part: PartId
    """The part."""
    reference: NamedReference
    """The item of production to be inspected: one of the part's references."""

    def step(self, today: date, by: str) -> Step:
        """Say what the inspection comes to."""
        return Step(FirstArticleState.OPENED, self.day or today, by, self.report)


class PassFirstArticle(StepBody):
    """An inspection that found everything as drawn."""

    model_config = example({"day": "2026-11-20", "report": "FAIR-2026-031"})

    def step(self, today: date, by: str) -> Step:
        """Say what the inspection comes to."""
        return Step(FirstArticleState.PASSED, self.day or today, by, self.report)


class FailFirstArticle(StepBody):
    """An inspection that found something otherwise than drawn."""

    model_config = example({"day": "2026-11-20", "reason": "Tooth flank of the second stage out of tolerance."})

    reason: Text
    """What was found."""

    def step(self, today: date, by: str) -> Step:
        """Say what the inspection comes to."""
        return Step(FirstArticleState.FAILED, self.day or today, by, self.report, self.reason)


class ReopenFirstArticle(StepBody):
    """A passed inspection that no longer proves what is made."""

    model_config = example(
        {
            "causes": ["tooling"],
            "characteristics": "12 to 18, tooth flanks of the second stage",
            "reason": "The gear hob was replaced.",
        }
    )

    causes: Annotated[list[ReopeningCause], Field(min_length=1, max_length=len(ReopeningCause))]
    """What has changed."""
    characteristics: Text | None = None
    """Which characteristics are to be inspected again; all if not given."""
    reason: Text
    """Why, in words."""

    def step(self, today: date, by: str) -> Step:
        """Say what the inspection comes to."""
        return Step(
            FirstArticleState.REOPENED,
            self.day or today,
            by,
            self.report,
            self.reason,
            causes=tuple(dict.fromkeys(self.causes)),
            characteristics=self.characteristics,
        )


class FirstArticleFilter(MadeFilter):
    """Which inspections are asked for."""

    state: FirstArticleState | None = None
    """Only those that stand so."""
    open: Asked | None = None
    """Only those whose lots may be issued, or only those whose lots may not."""


class FirstArticleSummary(View):
    """The inspection of one reference of a part at one factory."""

    model_config = example(_SHOWN)

    first_article: FirstArticleId
    """The inspection, by which the other doors name it."""
    version: int
    """How many steps it has taken."""
    factory: SiteId
    """Where the part is made."""
    nation: Nation | None
    """Whose own inspection of a supplier abroad it is, and holds for; none for the site's nation, for all."""
    part: PartId
    """The part."""
    reference: Reference
    """The item of production inspected."""
    state: FirstArticleState
    """How it stands."""
    open: bool
    """Whether lots of this reference may be issued."""
    day: date
    """Day of its last step."""
    opened_on: date | None
    """Day on which the inspection began."""
    lapses_on: date | None
    """While it is passed: the day on which it is looked whether anything was made lately, and lapses if not."""
    causes: list[ReopeningCause]
    """Why it lapsed or was reopened."""
    characteristics: str | None
    """Which characteristics are to be inspected again; none where all are."""
    report: str | None
    """The inspection report."""
    reason: str | None
    """Why, in words."""
    decided_by: str | None
    """Who took the last step; none where time alone did."""
    updated_at: datetime
    """When it last changed, UTC."""


class FirstArticleRead(FirstArticleSummary):
    """An inspection with its history."""

    model_config = example({**_SHOWN, "history": [_ENTRY]})

    history: list[HistoryEntry]
    """Its newest steps, the oldest of them first; on the next page the older ones."""
