"""Breadth-first search through every state that a world can reach, and for services that answer each other for ever."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

S = TypeVar("S")


class Step(NamedTuple, Generic[S]):
    """One thing that may happen next."""

    label: str
    is_message: bool
    """Whether it is the delivery of a message, not something that people or factories do."""
    state: S


class World(Protocol[S]):
    """Where it begins, what may happen, and what must hold."""

    def starts(self) -> Iterator[S]:
        """Give the states in which it may begin."""

    def steps(self, state: S) -> Iterator[Step[S]]:
        """Give everything that may happen next."""

    def broken(self, state: S) -> str | None:
        """Say which rule the state breaks, if any."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found."""

    states: int
    broken: str | None = None
    path: tuple[str, ...] = ()
    """How the broken state is reached."""


LIVELOCK = "livelock: messages answer each other for ever"
BOUND = "bound reached"


def explore(world: World[S], *, states_max: int) -> Findings:
    """Visit every reachable state; stops at the first that breaks a rule."""
    search: _Search[S] = _Search(world)
    for number, state in enumerate(search.order):  # grows while it is walked
        if (broken := world.broken(state)) is not None:
            return Findings(len(search.order), broken, search.path(number))
        if len(search.order) > states_max:
            return Findings(len(search.order), BOUND)
        search.leave(number, state)
    circling = _circling(search.messages)
    if circling is not None:
        return Findings(len(search.order), LIVELOCK, search.path(circling))
    return Findings(len(search.order))


class _Search(Generic[S]):
    """The states found so far, how each was reached, and where messages lead from it."""

    def __init__(self, world: World[S]) -> None:
        self.order: list[S] = []
        self.messages: list[list[int]] = []
        self._world = world
        self._numbers: dict[S, int] = {}
        self._came: list[tuple[int, str]] = []
        for start in world.starts():
            self._visit(start, -1, "start")

    def leave(self, number: int, state: S) -> None:
        """Visit what may follow a state."""
        steps = [(step.is_message, self._visit(step.state, number, step.label)) for step in self._world.steps(state)]
        self.messages.append([reached for is_message, reached in steps if is_message])

    def path(self, number: int) -> tuple[str, ...]:
        """Tell how a state is reached."""
        labels = []
        while number >= 0:
            number, label = self._came[number]
            labels.append(label)
        return tuple(reversed(labels))

    def _visit(self, state: S, parent: int, label: str) -> int:
        number = self._numbers.setdefault(state, len(self.order))
        if number == len(self.order):
            self.order.append(state)
            self._came.append((parent, label))
        return number


def _circling(messages: Sequence[Sequence[int]]) -> int | None:
    """Find a state from which messages alone lead back to it, or none: what can be sorted does not circle."""
    arriving = [0] * len(messages)
    for reached in messages:
        for number in reached:
            arriving[number] += 1
    ready = [number for number, count in enumerate(arriving) if count == 0]
    sorted_out = 0
    while ready:
        number = ready.pop()
        sorted_out += 1
        for reached_number in messages[number]:
            arriving[reached_number] -= 1
            if arriving[reached_number] == 0:
                ready.append(reached_number)
    if sorted_out == len(messages):
        return None
    return next(number for number, count in enumerate(arriving) if count)
