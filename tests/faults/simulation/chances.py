"""What a seed draws: how bad the weather is, who dies or freezes at which step, and for how long."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.faults.simulation.loop import Process

STEPS_MAX = 700
FROZEN_SECONDS = (0.2, 5.0)
BACK_SECONDS_MAX = 1.0
"""How long it takes at most until a new process stands for a dead one."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a process at one of its steps."""

    at: int
    frozen_seconds: float
    """How long it is frozen; 0: it dies."""


class Chances:
    """Draws what happens, from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lost = self.random.choice((0.0, 0.0, 0.004, 0.02))
        self.refused = self.random.choice((0.0, 0.0, 0.004, 0.02))

    def fate(self, process: Process) -> Fate:
        """Draw what becomes of a process next: early steps as likely as late ones."""
        at = process.steps + int(STEPS_MAX * self.random.random() ** 2) + 1
        is_frozen = self.random.random() < 0.5
        return Fate(at, self.random.uniform(*FROZEN_SECONDS) if is_frozen else 0.0)

    def moment(self, longest: float) -> float:
        """Draw a moment."""
        return self.random.uniform(0.0, longest)

    def one_of(self, many: tuple[str, ...]) -> str:
        """Draw one of several."""
        return self.random.choice(many)

    def happens(self, often: float, what: Callable[[], None]) -> None:
        """Let something happen now and then."""
        if self.random.random() < often:
            what()
