"""Looks at every process and at what was counted, again and again, and keeps what all of it comes to.

What is seen is kept here and asked of nobody when it is shown: whoever looks while the database or a service is away
sees just that.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import httpx

from services.monitor.domain.board import board
from services.monitor.domain.carried import Minute
from services.monitor.domain.findings import Bounds, findings, verdict
from services.monitor.domain.looks import Look, Watched
from services.monitor.domain.senders import Sender
from services.monitor.queries import counted
from services.monitor.queries.asking import ask
from services.monitor.schemas import Overview, SenderRead, read_overview, read_sender
from services.monitor.settings import MonitorSettings
from shared import clock
from shared.db import DATABASE_ERRORS, Database
from shared.errors import Kind, Refusal
from shared.messaging.signals import any_of
from shared.observe.logs import get_log
from shared.types import Nation

log = get_log()


class NotLookedYet(Refusal):
    """Monitor has begun a moment ago and has not looked at anything yet; ask again."""

    kind = Kind.BUSY
    retry_after_seconds = 1


class Watcher:
    """Watches for as long as the service runs; `overview` is what it saw last."""

    def __init__(self, database: Database, settings: MonitorSettings) -> None:
        self._database = database
        self._settings = settings
        kept = int(settings.window_seconds / settings.look_seconds) + 1
        self._looks: dict[str, deque[Look]] = {name: deque(maxlen=kept) for name in settings.watched}
        self._answered_at = dict.fromkeys(settings.watched, clock.monotonic())
        self._history: Sequence[Minute] = ()
        self._senders: Sequence[Sender] = ()
        self._seen: Overview | None = None

    @property
    def overview(self) -> Overview:
        """Give what was seen last; refuses with NotLookedYet before the first look."""
        if self._seen is None:
            raise NotLookedYet
        return self._seen

    def senders(self, nation: Nation) -> Sequence[SenderRead]:
        """List the factories that were heard of, those of a nation in full, as they were when it was looked last."""
        seen, settings = self.overview.as_of, self._settings
        return [
            read_sender(
                sender,
                seen,
                is_ours=sender.nation == nation,
                hours_min=settings.habit_hours_min,
                factor=settings.silence_factor,
            )
            for sender in self._senders
        ]

    async def run(self, stopping: asyncio.Event) -> None:
        """Look, and read what was counted, until the service stops; neither waits for the other."""
        timeout = httpx.Timeout(self._settings.look_seconds_max)
        async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client, asyncio.TaskGroup() as both:
            both.create_task(_again_and_again(lambda: self._look(client), self._settings.look_seconds, stopping))
            both.create_task(_again_and_again(self._read, self._settings.count_seconds, stopping))

    async def _look(self, client: httpx.AsyncClient) -> None:
        asked = self._settings.watched.items()
        looks = await asyncio.gather(*(ask(client, address) for _, address in asked))
        for (name, _), look in zip(asked, looks, strict=True):
            self._looks[name].append(look)
            if look.answers:
                self._answered_at[name] = look.at
        self._seen = self._sum_up()

    async def _read(self) -> None:
        """Read what was counted; while the database is away, what was read last stands."""
        try:
            async with self._database.transaction() as session:
                self._history = await counted.minutes(session)
                self._senders = await counted.senders(session, days=self._settings.habit_days)
        except DATABASE_ERRORS as error:
            log.warning("counts_not_read", error=repr(error))

    def _sum_up(self) -> Overview:
        seen = board(Watched(name, tuple(looks), self._answered_at[name]) for name, looks in self._looks.items())
        now, settings = clock.now(), self._settings
        bounds = Bounds(
            late_seconds=settings.late_seconds,
            unpublished_seconds=settings.unpublished_seconds,
            clock_seconds=settings.clock_seconds_max,
            habit_hours=settings.habit_hours_min,
            silence_factor=settings.silence_factor,
        )
        found = findings(seen, self._senders, bounds, now)
        return read_overview(now, found, seen, says=verdict(found, seen), history=self._history)


async def _again_and_again(act: Callable[[], Awaitable[None]], seconds: float, stopping: asyncio.Event) -> None:
    """Do something every so many seconds, or as soon as the last time is over, until the service stops."""
    while not stopping.is_set():
        begun = clock.monotonic()
        await act()
        await any_of(stopping.wait(), seconds=max(0.0, seconds - (clock.monotonic() - begun)))
