"""A first-article inspection: the proof that a factory makes a reference right, and what opens and ends that proof.

Lots may be made whatever it says; they may be issued while it is passed. It lapses when nothing of the reference was
made for too long, and is reopened, in whole or for some characteristics, when what it proved has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.errors import Kind, Refusal
from shared.events.production import Reference
from shared.events.quality import (
    FirstArticleChanged,
    FirstArticleState,
    ReopeningCause,
    first_article_id,
    inspection_name,
)
from shared.types import FirstArticleId, Nation, PartId, SiteId

UNDER_WAY = frozenset({FirstArticleState.OPENED, FirstArticleState.REOPENED})


class FirstArticleUnknown(Refusal):
    """There is no such first-article inspection, or it is not yours to see."""

    kind = Kind.NOT_FOUND


class InspectedByItsOwnNation(Refusal):
    """A site abroad is its own nation's to inspect; only a supplier is also another's, for what that one buys there."""

    kind = Kind.FORBIDDEN


class ReferenceUnknown(Refusal):
    """The catalogue has no such reference of the part: its keeper adds it first."""

    kind = Kind.INVALID
    field = "reference"


class FirstArticleUnderWay(Refusal):
    """The inspection is open already: pass it or fail it."""


class FirstArticleNotOpen(Refusal):
    """An inspection is opened before it is passed or failed."""


class FirstArticleStillPassed(Refusal):
    """The inspection is passed: reopen it, with what has changed."""


class FirstArticleNotPassed(Refusal):
    """Only a passed inspection is reopened; open a new one."""


class DayInFuture(Refusal):
    """The day has not come yet."""

    kind = Kind.INVALID
    field = "day"


class DayBeforeLastStep(Refusal):
    """The day lies before that of the inspection's last step."""

    kind = Kind.INVALID
    field = "day"


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody says that an inspection has come to."""

    state: FirstArticleState
    day: date
    decided_by: str | None = None
    report: str | None = None
    reason: str | None = None
    causes: Sequence[ReopeningCause] = ()
    characteristics: str | None = None


@dataclass(frozen=True, slots=True)
class FirstArticle:
    """The inspection of one reference of a part at one factory: its nation's, or another's own of a supplier abroad."""

    factory: SiteId
    part: PartId
    reference: Reference
    nation: Nation | None = None
    """Whose own it is, and holds for; none for the site's own nation, whose word holds for all."""
    version: int = 0
    opened_on: date | None = None
    lapses_on: date | None = None
    last: FirstArticleChanged | None = None

    @property
    def id(self) -> FirstArticleId:
        """Name it."""
        return first_article_id(self.factory, self.part, self.reference)

    @property
    def name(self) -> str:
        """Tell it from the inspections of the same reference by other nations."""
        return inspection_name(self.id, self.nation)

    @property
    def state(self) -> FirstArticleState | None:
        """Say how it stands; none before it is opened."""
        return self.last.state if self.last else None

    @property
    def is_open(self) -> bool:
        """Tell whether lots of the reference may be issued."""
        return self.state is FirstArticleState.PASSED

    def take(self, step: Step, *, today: date, lapse_days: int) -> tuple["FirstArticle", FirstArticleChanged | None]:
        """Take a step that somebody tells: it as it then is, and the fact; the last step again changes nothing."""
        event = self._tell(step)
        if event == self.last:
            return self, None
        self._check(step.state)
        if step.day > today:
            raise DayInFuture(day=step.day, today=today)
        if self.last and step.day < self.last.day:
            raise DayBeforeLastStep(day=step.day, last=self.last.day)
        passed = step.state is FirstArticleState.PASSED
        return replace(
            self,
            version=self.version + 1,
            opened_on=step.day if step.state is FirstArticleState.OPENED else self.opened_on,
            lapses_on=step.day + timedelta(days=lapse_days) if passed else None,
            last=event,
        ), event

    def lapse(
        self, made_on: date | None, *, today: date, lapse_days: int
    ) -> tuple["FirstArticle", FirstArticleChanged | None]:
        """End the proof if nothing was made for too long, or say when to look again."""
        assert self.lapses_on is not None, "only what is passed lapses"
        lapses_on = max(self.lapses_on, made_on + timedelta(days=lapse_days)) if made_on else self.lapses_on
        if lapses_on > today:
            return replace(self, lapses_on=lapses_on), None
        event = self._tell(Step(FirstArticleState.LAPSED, today, causes=(ReopeningCause.LAPSE,)))
        return replace(self, version=self.version + 1, lapses_on=None, last=event), event

    def _check(self, state: FirstArticleState) -> None:
        """Refuse a step that does not follow from where the inspection stands."""
        here = {"first_article": self.id, "state": self.state}
        match state:
            case FirstArticleState.OPENED if self.state in UNDER_WAY:
                raise FirstArticleUnderWay(**here)
            case FirstArticleState.OPENED if self.state is FirstArticleState.PASSED:
                raise FirstArticleStillPassed(**here)
            case FirstArticleState.PASSED | FirstArticleState.FAILED if self.state not in UNDER_WAY:
                raise FirstArticleNotOpen(**here)
            case FirstArticleState.REOPENED if self.state is not FirstArticleState.PASSED:
                raise FirstArticleNotPassed(**here)

    def _tell(self, step: Step) -> FirstArticleChanged:
        return FirstArticleChanged(
            first_article=self.id,
            factory=self.factory,
            part=self.part,
            reference=self.reference,
            state=step.state,
            day=step.day,
            causes=tuple(step.causes),
            characteristics=step.characteristics,
            report=step.report,
            reason=step.reason,
            decided_by=step.decided_by,
            nation=self.nation,
        )
