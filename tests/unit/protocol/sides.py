"""One service in the exploration: its local states and messages are numbered, and what follows is worked out once."""

from collections.abc import Hashable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from shared.events.envelope import Event

L = TypeVar("L", bound=Hashable)


class Outcome(NamedTuple, Generic[L]):
    """A service's next state, and the facts that it tells."""

    state: L
    told: Sequence[Event] = ()


class Rules(Protocol[L]):
    """How one service acts and hears; states carry no version numbers, so that equal histories are one state."""

    def act(self, state: L, action: str) -> Outcome[L] | None:
        """Let people or a factory do something; none if it cannot be done in this state."""

    def hear(self, state: L, event: Event) -> Outcome[L]:
        """Apply a fact."""

    def broken(self, state: L) -> str | None:
        """Say which of its own rules the state breaks, if any."""


class Numbered(NamedTuple):
    """An outcome by numbers."""

    state: int
    told: tuple[int, ...]


class Messages:
    """Numbers facts, so that states of the world are small."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[type[Event], str], int] = {}
        self.events: list[Event] = []

    def number(self, event: Event) -> int:
        """Give the fact's number."""
        number = self._numbers.setdefault((type(event), event.model_dump_json()), len(self.events))
        if number == len(self.events):
            self.events.append(event)
        return number


class Side(Generic[L]):
    """One service's numbered states, and what it does in each."""

    def __init__(self, rules: Rules[L], messages: Messages) -> None:
        self._rules = rules
        self._messages = messages
        self._numbers: dict[L, int] = {}
        self._acted: dict[tuple[int, str], Numbered | None] = {}
        self._heard: dict[tuple[int, int], Numbered] = {}
        self.states: list[L] = []
        self.broken: list[str | None] = []

    def number(self, state: L) -> int:
        """Give the state's number."""
        number = self._numbers.setdefault(state, len(self.states))
        if number == len(self.states):
            self.states.append(state)
            self.broken.append(self._rules.broken(state))
        return number

    def act(self, state: int, action: str) -> Numbered | None:
        """Let something be done, if it can be."""
        key = (state, action)
        if key not in self._acted:
            outcome = self._rules.act(self.states[state], action)
            self._acted[key] = None if outcome is None else self._numbered(outcome)
        return self._acted[key]

    def hear(self, state: int, message: int) -> Numbered:
        """Apply a message."""
        key = (state, message)
        if key not in self._heard:
            event = self._messages.events[message]
            self._heard[key] = self._numbered(self._rules.hear(self.states[state], event))
        return self._heard[key]

    def _numbered(self, outcome: Outcome[L]) -> Numbered:
        return Numbered(self.number(outcome.state), tuple(map(self._messages.number, outcome.told)))
