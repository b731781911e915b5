"""The search: one world after another, each from its own seed, until one is judged wrong; and what is told of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from tests.faults.mutants import Mutant, as_built
from tests.faults.simulation.world import World


class Scenario(Protocol):
    """A world in which something happens, and its judge."""

    @property
    def world(self) -> World:
        """The world."""

    def play(self) -> list[str]:
        """Let it happen; tells what is wrong then, each thing after its key and a colon."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A seed that ends wrong: why, who died or froze when, and the first offending key's history."""

    seed: int
    wrongs: list[str]
    schedule: list[str]
    history: list[str]

    def __str__(self) -> str:
        """Tell it so that it can be followed."""
        return "\n".join([f"seed {self.seed}:", *self.wrongs, "schedule:", *self.schedule, "history:", *self.history])


@dataclass(slots=True)
class Findings:
    """What a search has found, and how often what has happened on the way."""

    wrong: Wrong | None = None
    seeds: int = 0
    counts: Counter[str] = field(default_factory=Counter)


def search(seeds: Iterable[int], scenario: Callable[[int], Scenario], mutant: Mutant = as_built) -> Findings:
    """Play one seed after another until one is wrong."""
    found = Findings()
    for seed in seeds:
        played = scenario(seed)
        with pytest.MonkeyPatch.context() as patch:
            mutant(patch, played.world)
            wrongs = played.play()
        found.seeds += 1
        found.counts.update(played.world.counted())
        if wrongs:
            key = wrongs[0].split(": ", maxsplit=1)[0]
            found.wrong = Wrong(seed, wrongs, played.world.schedule, played.world.history(key))
            break
    return found
