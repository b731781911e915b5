"""Requests that wait until the versions they name are applied here: one look at the database serves them all.

A request that waits holds nothing but its place among those who wait: no transaction and no connection. Another process
may be the one that applies, so the look is repeated after a moment even when nothing has changed here. A version that a
principal may not see never arrives for it: what is not there yet and what is not theirs look the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Transaction
from shared.errors import Kind, Refusal
from shared.events.envelope import Stream
from shared.http.tokens import Principal
from shared.http.versions import Token
from shared.messaging import positions
from shared.messaging.group import Overloaded

Missing = Callable[[AsyncSession, Collection[Token]], Awaitable[set[Token]]]
"""Tells which of these versions this service has neither decided nor applied."""
Sees = Callable[[AsyncSession, Principal, Sequence[Token]], Awaitable[bool]]
"""Tells whether a principal may see all that these versions are of."""


class StreamNotHeard(Refusal):
    """This service does not hear the stream of that version, and would wait for it in vain."""

    kind = Kind.INVALID


class VersionNotYetApplied(Refusal):
    """What you have written has not arrived here yet; ask again."""

    retry_after_seconds = 1


class Changed(Protocol):
    """Something that is set whenever facts have been applied."""

    async def wait(self) -> object:
        """Wait for the next time that it is set."""


@dataclass(frozen=True, slots=True)
class ArrivalLimits:
    """How long a request waits, how many may wait, and how long it is from one look to the next."""

    seconds_max: float = 5.0
    waiting_max: int = 1_000
    pause_seconds_min: float = 0.002
    pause_seconds_max: float = 0.05


@dataclass(slots=True, eq=False)
class _Waiting:
    """The versions that a request waits for, and the promise of their arrival."""

    tokens: frozenset[Token]
    arrived: "asyncio.Future[None]"


class Arrivals:
    """Looks on behalf of all who wait, for as long as somebody does."""

    def __init__(
        self,
        transaction: Transaction,
        sees: Sees,
        *,
        heard: Collection[Stream],
        changed: Changed,
        limits: ArrivalLimits | None = None,
        missing: Missing = positions.missing,
    ) -> None:
        self._transaction = transaction
        self._sees = sees
        self._heard = frozenset(stream.topic for stream in heard)
        self._changed = changed
        self._limits = limits or ArrivalLimits()
        self._missing = missing
        self._waiting: set[_Waiting] = set()
        self._places_taken = 0
        self._asked = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def wait_for(self, tokens: Sequence[Token], principal: Principal) -> None:
        """Return once all these versions are applied here, or refuse when the time is up."""
        for token in tokens:
            if token.stream not in self._heard:
                raise StreamNotHeard(stream=token.stream, heard=", ".join(sorted(self._heard)))
        if self._places_taken >= self._limits.waiting_max:
            raise Overloaded(waiting=self._places_taken)
        self._places_taken += 1
        try:
            async with asyncio.timeout(self._limits.seconds_max):
                await self._arrival(frozenset(tokens))
                if not await self._may_see(principal, tokens):
                    await asyncio.Event().wait()
        except TimeoutError:
            raise VersionNotYetApplied(after=",".join(map(str, tokens))) from None
        finally:
            self._places_taken -= 1

    async def _arrival(self, tokens: frozenset[Token]) -> None:
        waiting = _Waiting(tokens, asyncio.get_running_loop().create_future())
        self._waiting.add(waiting)
        self._asked.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
            self._looking.add_done_callback(self._end)
        try:
            await waiting.arrived
        finally:
            self._waiting.discard(waiting)
            self._asked.set()  # whoever looks for nobody ends

    async def _may_see(self, principal: Principal, tokens: Sequence[Token]) -> bool:
        async with self._transaction() as session:
            return await self._sees(session, principal, tokens)

    async def _look_on(self) -> None:
        while self._waiting:
            self._asked.clear()
            changed = asyncio.ensure_future(self._changed.wait())
            asked = asyncio.ensure_future(self._asked.wait())
            try:
                await asyncio.sleep(0)  # both wait from here on: what changes during the look is looked at once more
                await self._look()
                await asyncio.sleep(self._limits.pause_seconds_min)
                await asyncio.wait(
                    (changed, asked), timeout=self._limits.pause_seconds_max, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                changed.cancel()
                asked.cancel()

    async def _look(self) -> None:
        asking = list(self._waiting)
        async with self._transaction() as session:
            missing = await self._missing(session, set().union(*(each.tokens for each in asking)))
        for waiting in asking:
            if not waiting.arrived.done() and missing.isdisjoint(waiting.tokens):
                waiting.arrived.set_result(None)

    def _end(self, looking: "asyncio.Task[None]") -> None:
        """Let everybody who waits know why nobody looks any more."""
        error = None if looking.cancelled() else looking.exception()
        for waiting in self._waiting:
            if error is not None and not waiting.arrived.done():
                waiting.arrived.set_exception(error)
