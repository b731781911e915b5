"""What factory facts add up to; a sum does not care for order, so a late fact fits in and a void subtracts."""

from dataclasses import dataclass
from operator import add, attrgetter, neg

from shared.events.factory import (
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotScrapped,
    FactoryLotStarted,
    LotFact,
)
from shared.events.workshop import FactoryMaterialConsumed
from shared.types import ScrapStage


@dataclass(frozen=True, slots=True)
class Totals:
    """Quantities over any number of facts, of one lot or of one work order."""

    facts: int = 0
    started: int = 0
    inspected_passed: int = 0
    inspected_failed: int = 0
    finished: int = 0
    scrapped_in_process: int = 0
    scrapped_finished: int = 0
    dispatched: int = 0
    completions: int = 0
    """How many facts say that nothing more will be made for the work order."""

    def __add__(self, other: "Totals") -> "Totals":
        """Count other facts in."""
        return Totals(*map(add, _counts(self), _counts(other)))

    def __neg__(self) -> "Totals":
        """Give what takes these facts out again when it is added."""
        return Totals(*map(neg, _counts(self)))

    def __sub__(self, other: "Totals") -> "Totals":
        """Take other facts out."""
        return self + -other

    @property
    def good(self) -> int:
        """Finished and not scrapped since."""
        return max(self.finished - self.scrapped_finished, 0)

    @property
    def put_in_work(self) -> int:
        """Pieces that must have been begun, whether or not their start was reported."""
        return max(self.started, self.finished + self.scrapped_in_process)

    @property
    def in_work(self) -> int:
        """Begun, and neither finished nor scrapped."""
        return self.put_in_work - self.finished - self.scrapped_in_process

    @property
    def on_shelf(self) -> int:
        """Finished and still at the factory; below zero while a finish is missing."""
        return self.finished - self.scrapped_finished - self.dispatched

    @property
    def committed(self) -> int:
        """In work or made and still good: what can no longer be given back."""
        made = max(self.started - self.scrapped_in_process, self.finished) - self.scrapped_finished
        return max(made, self.dispatched, 0)


NOTHING = Totals()
_counts = attrgetter(*Totals.__slots__)


def totals_of(fact: LotFact) -> Totals:
    """Count one fact."""
    match fact:
        case FactoryLotStarted():
            return Totals(facts=1, started=fact.quantity)
        case FactoryLotInspected():
            return Totals(facts=1, inspected_passed=fact.passed, inspected_failed=fact.failed)
        case FactoryLotFinished():
            return Totals(facts=1, finished=fact.quantity, completions=int(fact.completes_work_order))
        case FactoryLotScrapped() if fact.stage is ScrapStage.FINISHED:
            return Totals(facts=1, scrapped_finished=fact.quantity)
        case FactoryLotScrapped():
            return Totals(facts=1, scrapped_in_process=fact.quantity)
        case FactoryLotDispatched():
            return Totals(facts=1, dispatched=fact.quantity)
        case FactoryMaterialConsumed():
            return Totals(facts=1)
        case _:
            raise AssertionError(f"{type(fact).__name__} is not counted")
