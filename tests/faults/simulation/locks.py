"""Row locks as PostgreSQL has them: kept to the end of the transaction, waited for in order, deadlocks told."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field

import asyncpg


@dataclass(eq=False, slots=True)
class Holder:
    """A transaction, as far as locks are concerned."""

    held: set["_Lock"] = field(default_factory=set)
    waits_for: "_Lock | None" = None


@dataclass(eq=False, slots=True)
class _Lock:
    name: Hashable
    owners: set[Holder] = field(default_factory=set)
    is_shared: bool = False
    queue: list["_Waiting"] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Waiting:
    holder: Holder
    is_shared: bool
    granted: "asyncio.Future[None]"


class Locks:
    """The locks of one database."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, _Lock] = {}

    async def take(self, holder: Holder, name: Hashable, *, is_shared: bool = False) -> None:
        """Lock a row until the transaction ends; raises asyncpg's DeadlockDetectedError."""
        lock = self._locks.setdefault(name, _Lock(name))
        if self._may(lock, holder, is_shared=is_shared):
            self._give(lock, holder, is_shared=is_shared)
            return
        waiting = _Waiting(holder, is_shared, asyncio.get_running_loop().create_future())
        lock.queue.append(waiting)
        holder.waits_for = lock
        try:
            if _is_circle(holder):
                raise asyncpg.DeadlockDetectedError("deadlock detected")
            await waiting.granted
        finally:
            holder.waits_for = None
            if waiting in lock.queue:
                lock.queue.remove(waiting)

    def release(self, holder: Holder) -> None:
        """Let go of everything that a transaction has locked."""
        held, holder.held = holder.held, set()
        for lock in sorted(held, key=lambda each: str(each.name)):
            lock.owners.discard(holder)
            self._serve(lock)
            if not lock.owners and not lock.queue:
                del self._locks[lock.name]

    def _serve(self, lock: _Lock) -> None:
        while lock.queue and self._fits(lock, lock.queue[0]):
            waiting = lock.queue.pop(0)
            self._give(lock, waiting.holder, is_shared=waiting.is_shared)
            waiting.granted.set_result(None)

    def _fits(self, lock: _Lock, waiting: _Waiting) -> bool:
        others = lock.owners - {waiting.holder}
        return not others or (waiting.is_shared and lock.is_shared)

    def _may(self, lock: _Lock, holder: Holder, *, is_shared: bool) -> bool:
        """Tell whether a lock is free for a holder; who waits for it goes first, but not before an owner."""
        if holder in lock.owners:
            return is_shared or not lock.is_shared or lock.owners == {holder}
        if lock.queue:
            return False
        return not lock.owners or (is_shared and lock.is_shared)

    def _give(self, lock: _Lock, holder: Holder, *, is_shared: bool) -> None:
        was_exclusive = holder in lock.owners and not lock.is_shared
        lock.owners.add(holder)
        lock.is_shared = is_shared and not was_exclusive
        holder.held.add(lock)


def _is_circle(start: Holder) -> bool:
    """Tell whether a holder waits, by way of others, for itself."""
    seen: set[int] = set()
    left = [start]
    while left:
        holder = left.pop()
        lock = holder.waits_for
        if lock is None or id(holder) in seen:
            continue
        seen.add(id(holder))
        ahead = []
        for waiting in lock.queue:
            if waiting.holder is holder:
                break
            ahead.append(waiting.holder)
        blockers = [*lock.owners - {holder}, *ahead]
        if start in blockers:
            return True
        left += blockers
    return False
