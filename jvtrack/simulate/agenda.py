"""What is to be done on which simulated day: in order within a lane, lanes beside each other."""

import asyncio
import heapq
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Act = Callable[[float], Awaitable[None]]
"""Does something at a moment, which it is told."""


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """Something to be done at a moment."""

    moment: float
    number: int
    lane: str = field(compare=False)
    act: Act = field(compare=False)


class Agenda:
    """What is to come, and how much of it is done at once.

    Parts have nothing in common but platforms: what concerns one part is one lane, so that the services decide about
    it in the same order however fast the machine is.
    """

    def __init__(self, *, at_once: int) -> None:
        self._entries: list[Entry] = []
        self._number = 0
        self._turns = asyncio.Semaphore(at_once)

    def add(self, moment: float, lane: str, act: Act) -> None:
        """Plan something; what is planned for the same moment is done as it was planned."""
        self._number += 1
        heapq.heappush(self._entries, Entry(moment, self._number, lane, act))

    async def do_until(self, moment: float) -> None:
        """Do everything that is due before a moment, what comes up meanwhile included; what fails first is raised."""
        while due := self._due(moment):
            lanes: defaultdict[str, list[Entry]] = defaultdict(list)
            for entry in due:
                lanes[entry.lane].append(entry)
            try:
                async with asyncio.TaskGroup() as group:
                    for entries in lanes.values():
                        group.create_task(self._do(entries))
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from failed

    def _due(self, moment: float) -> list[Entry]:
        due = []
        while self._entries and self._entries[0].moment < moment:
            due.append(heapq.heappop(self._entries))
        return due

    async def _do(self, entries: list[Entry]) -> None:
        async with self._turns:
            for entry in entries:
                await entry.act(entry.moment)
