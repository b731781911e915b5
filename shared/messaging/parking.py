"""What becomes of parked keys: healed by the fact that was missing, or released, discarded or skipped by an operator.

Each first locks the partition's consumer_offset row, as every batch does by its fence: else an event could slip between
the replay and the moment at which the key waits no longer.
"""

from dataclasses import dataclass
from typing import Generic
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import after_commit, savepoint
from shared.errors import Refusal
from shared.messaging import consumer_store, parking_store, positions
from shared.messaging.applying import Item, ParkCause, Parked
from shared.messaging.batches import Applier, EventRefused
from shared.messaging.consumer_store import Place
from shared.messaging.handlers import W
from shared.messaging.operation_log import Operation
from shared.messaging.parking_store import ParkedKey
from shared.messaging.positions import Known, Position
from shared.types import EventId

SKIPPED_MAX = 1000
NEVER_CAME: EventId = UUID(int=0)
"""Stands for the identity of a fact that was skipped because it never came."""


class ReleaseRefused(Refusal):
    """The parked event still cannot be applied."""


class ForkCannotBeReleased(Refusal):
    """A forked event contradicts one that was applied; discard it, or restore the producer's database."""


class HoleCannotBeDiscarded(Refusal):
    """The event that waits is good, another is missing: have that republished at its producer, or skip it."""


class NothingIsMissing(Refusal):
    """The key does not wait for a missing fact, so there is nothing to skip."""


class TooMuchIsMissing(Refusal):
    """So many facts are missing that they are not given up by hand."""


class EventNotFirst(Refusal):
    """Another event is the first to wait by now; look again before you decide."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which event an operator decides on: the one that was seen to be the first of its key to wait."""

    key: ParkedKey
    event_id: EventId


class Parking(Generic[W]):
    """Works on what one group has parked."""

    def __init__(self, applier: Applier[W], *, replay_max: int) -> None:
        self._applier = applier
        self._replay_max = replay_max

    async def heal(self, session: AsyncSession, key: ParkedKey, place: Place) -> int:
        """Apply what waited for a hole that is filled; tells how many events wait no longer.

        What cannot be applied stays parked, under its own cause.
        """
        if await self._cause(session, key, place) is not ParkCause.HOLE:
            return 0
        settled, _ = await self._replay(session, key)
        return settled

    async def release(self, session: AsyncSession, key: ParkedKey, place: Place) -> int:
        """Apply what waits for a parked key, in order, as far as it goes; tells how many events wait no longer.

        Raises ForkCannotBeReleased, and ReleaseRefused if not even the first one can be applied: nothing has changed.
        """
        cause = await self._cause(session, key, place)
        if cause is None:
            return 0
        if cause is ParkCause.FORK:
            raise ForkCannotBeReleased(key=key.key)
        settled, stop = await self._replay(session, key)
        if stop is not None and not settled:
            raise ReleaseRefused(key=key.key, error=stop.error)
        return settled

    async def discard(self, session: AsyncSession, choice: Choice, place: Place, operation: Operation) -> int:
        """Throw the first parked event away, advance past it and apply what waits behind it; tells how many.

        Raises EventNotFirst and HoleCannotBeDiscarded.
        """
        key, cause = choice.key, await self._cause(session, choice.key, place)
        if cause is None:
            return 0
        if cause is ParkCause.HOLE:
            raise HoleCannotBeDiscarded(key=key.key)
        item = await self._first(session, choice)
        await parking_store.discard(session, key, [(item.header.key_seq, item.header.id)], operation)
        await parking_store.remove(session, key, [item])
        position = (await self._known(session, key)).get(key.key)
        if position is None or position.key_seq < item.header.key_seq:
            await self._advance(session, key, Position(item.header.key_seq, item.header.id))
        settled, _ = await self._replay(session, key)
        return settled

    async def skip(self, session: AsyncSession, choice: Choice, place: Place, operation: Operation) -> int:
        """Give up the facts that are missing before the first one that waits, and apply what waits; tells how many.

        Raises EventNotFirst, NothingIsMissing and TooMuchIsMissing.
        """
        key = choice.key
        if await self._cause(session, key, place) is not ParkCause.HOLE:
            raise NothingIsMissing(key=key.key)
        item = await self._first(session, choice)
        position = (await self._known(session, key)).get(key.key)
        missing = range(1 + (position.key_seq if position else 0), item.header.key_seq)
        if len(missing) > SKIPPED_MAX:
            raise TooMuchIsMissing(key=key.key, missing=len(missing), skipped_max=SKIPPED_MAX)
        if missing:
            await parking_store.discard(session, key, [(number, NEVER_CAME) for number in missing], operation)
            await self._advance(session, key, Position(missing[-1], NEVER_CAME))
        settled, _ = await self._replay(session, key)
        return settled

    async def _cause(self, session: AsyncSession, key: ParkedKey, place: Place) -> ParkCause | None:
        """Keep the partition's owner out, and tell why a key is parked; none if it is not."""
        await consumer_store.lock(session, place)
        found = await parking_store.partition(session, key)
        return None if found is None else found[1]

    async def _first(self, session: AsyncSession, choice: Choice) -> Item:
        items = await parking_store.waiting(session, choice.key, 1)
        if not items or items[0].header.id != choice.event_id:
            raise EventNotFirst(key=choice.key.key, event=choice.event_id)
        return items[0]

    async def _replay(self, session: AsyncSession, key: ParkedKey) -> tuple[int, Parked | None]:
        """Apply waiting events until one cannot be; tells how many wait no longer, and what the rest now waits for."""
        items = await parking_store.waiting(session, key, self._replay_max)
        known = Known(positions=await self._known(session, key))
        refused: dict[EventId, str] = {}
        while True:
            done = self._applier.sorter(key.stream, known, refused).sort(items)
            try:
                async with savepoint(session):
                    await self._applier.handle(session, done.events)
                break
            except EventRefused as error:
                refused[error.event_id] = error.error
        await positions.save(session, key.group, {key.stream: done.positions})
        still = {one.item.header.id for one in done.parked}
        await parking_store.remove(session, key, [item for item in items if item.header.id not in still])
        stop = next((one for one in done.parked if one.cause is not None), None)
        if stop is not None and stop.cause is not None:
            await parking_store.keep(session, key, stop.cause, stop.error)
        after_commit(session, lambda: self._applier.count_applied(key.stream, done.events))
        return len(items) - len(still), stop

    async def _advance(self, session: AsyncSession, key: ParkedKey, position: Position) -> None:
        await positions.save(session, key.group, {key.stream: {key.key: position}})

    async def _known(self, session: AsyncSession, key: ParkedKey) -> dict[str, Position]:
        return (await positions.load(session, key.group, {key.stream: [key.key]}))[key.stream].positions
