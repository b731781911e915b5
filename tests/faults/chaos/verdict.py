"""What is wrong with a run, a sentence each; nothing if it stood."""

from collections.abc import Iterator

from tests.faults.chaos.judge import SHOWN_MAX
from tests.faults.chaos.run import Outcome
from tests.faults.chaos.scale import Scale
from tests.faults.chaos.watch import COUNTED, NEVER, REQUIRED


def wrongs(outcome: Outcome, scale: Scale) -> list[str]:
    """Name everything that does not hold."""
    return list(_wrongs(outcome, scale))


def _wrongs(outcome: Outcome, scale: Scale) -> Iterator[str]:
    for result in outcome.proof.results:
        yield from (f"{result.name}: {each}" for each in result.offences)
        if result.waiting:
            yield f"{result.name}: {result.waiting} {result.unit} wait for an operator, and no fault asks for one"
    yield from (each.says for each in outcome.contradictions[:SHOWN_MAX])
    yield from (f"no final answer: {each}" for each in outcome.unanswered[:SHOWN_MAX])
    yield from (f"{done.fault}: {done.wrong}" for done in outcome.progress.done if done.wrong)
    yield from (f"{count} x {tried}" for tried, count in outcome.progress.tried.items() if tried.endswith(" 500"))
    counted = outcome.progress.counted
    yield from (f"{counted[name]} {COUNTED[name]}" for name in NEVER if counted.get(name))
    if scale.kinds_required:
        yield from (f"never happened: {COUNTED[name]}" for name in REQUIRED if not counted.get(name))
