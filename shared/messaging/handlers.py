"""The Kafka door of a service: one function per fact, in two kinds of registry.

A *projection* is a pure fold: it may be rebuilt from offset 0 beside the live one, compared and swapped; it tells
nothing. A *decider* may tell facts of its own, and is never replayed.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.envelope import CloudEvent, ContractBroken, E, Event, Header, Stream, open_event


class Work(Protocol):
    """What the handlers of one batch share: the locked and loaded state, written once at the end."""

    async def settle(self) -> None:
        """Write what the handlers decided, one statement a table."""


W = TypeVar("W", bound=Work)
Touches = frozenset[Hashable]
OpenWork = Callable[[AsyncSession, Sequence[CloudEvent[Event]], Touches], Awaitable[W]]


class UnlistedType(ContractBroken):
    """A record has a type that the service neither handles nor lists as ignored."""


def _nothing(_: Any) -> Iterable[Hashable]:
    return ()


@dataclass(frozen=True, slots=True)
class Handler(Generic[W]):
    """One function, the fact that it handles, and what it touches."""

    kind: type[Event]
    function: Callable[[W, CloudEvent[Any]], Awaitable[None]]
    touches: Callable[[Any], Iterable[Hashable]]


class Registry(Generic[W]):
    """Which function handles which fact."""

    def __init__(self, *, ignored: Iterable[type[Event]] = ()) -> None:
        self._handlers: dict[str, Handler[W]] = {}
        self._ignored = frozenset(kind.TYPE for kind in ignored)

    def on(
        self, kind: type[E], *, touches: Callable[[E], Iterable[Hashable]] = _nothing
    ) -> Callable[[Callable[[W, CloudEvent[E]], Awaitable[None]]], Callable[[W, CloudEvent[E]], Awaitable[None]]]:
        """Let the decorated function handle a fact; `touches` names what must be locked before it runs."""

        def register(
            function: Callable[[W, CloudEvent[E]], Awaitable[None]],
        ) -> Callable[[W, CloudEvent[E]], Awaitable[None]]:
            assert kind.TYPE not in self._handlers, f"{kind.TYPE} has a handler already"
            assert kind.TYPE not in self._ignored, f"{kind.TYPE} is listed as ignored"
            self._handlers[kind.TYPE] = Handler(kind, function, touches)
            return function

        return register

    def open(self, header: Header, payload: bytes) -> CloudEvent[Event] | None:
        """Read a record as its fact; none if its type is ignored; raises ContractBroken and UnlistedType."""
        handler = self._handlers.get(header.type)
        if handler is not None:
            return open_event(header, payload, handler.kind)
        if header.type in self._ignored:
            return None
        raise UnlistedType(header.type)

    def touches(self, received: CloudEvent[Event]) -> Iterable[Hashable]:
        """Name what the fact's handler needs locked."""
        return self._handlers[received.data.TYPE].touches(received.data)

    async def handle(self, work: W, received: CloudEvent[Event]) -> None:
        """Run the fact's handler."""
        await self._handlers[received.data.TYPE].function(work, received)


class Deciders(Registry[W]):
    """Functions that decide; they may tell facts, and are never replayed."""


class Projections(Registry[W]):
    """Functions that only fold what they hear; they can be replayed from the first fact."""


@dataclass(frozen=True)
class Subscription(Generic[W]):
    """A registry, the streams that feed it, and how its batches lock and load what they touch."""

    group: str
    """`deciders` or `projections`: the name of the group within the service."""
    streams: tuple[Stream, ...]
    """The streams that it hears."""
    registry: Deciders[W] | Projections[W]
    """Its functions."""
    open_work: OpenWork[W]
    """Locks, in one sorted statement per lock class, and loads what the batch touches."""
    tables: tuple[str, ...] = ()
    """The tables that a projection alone writes, and a rebuild replaces; a decider's are never rebuilt."""
