"""Puts one service's backbone together: outbox relay, consumers, and what readiness says of them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import DATABASE_ERRORS, Database
from shared.events.envelope import Stream
from shared.messaging import positions
from shared.messaging.consumer import Consumer
from shared.messaging.group import Decide, Group
from shared.messaging.handlers import Subscription
from shared.messaging.operations import Operations
from shared.messaging.positions import V
from shared.messaging.relay import Outbox, Relay
from shared.messaging.settings import BackboneSettings
from shared.messaging.signals import Signal, any_of
from shared.messaging.topics import Topics
from shared.observe.metrics import BackboneMetrics

Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
Probe = Callable[[], Awaitable[str | None]]
MEASURE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Identity:
    """Which service this is, what it tells, and where its relay finds the database."""

    service: str
    relay_dsn: str
    tells: frozenset[Stream]


class Backbone:
    """One service's loops over one database and one Kafka."""

    def __init__(
        self,
        identity: Identity,
        database: Database,
        topics: Topics,
        *,
        subscriptions: Sequence[Subscription[Any]],
        settings: BackboneSettings,
        metrics: BackboneMetrics,
    ) -> None:
        self.changed = Signal()
        self._database = database
        self._settings = settings
        self._metrics = metrics
        self._groups: list[Group[Any, Any]] = []
        outbox = Outbox(identity.relay_dsn, f"/jvtrack/{identity.service}", identity.tells)
        self._relay = Relay(outbox, topics, settings=settings, metrics=metrics)
        self._tells = bool(identity.tells)
        database.on_told = self._relay.wake
        self._consumers = [
            Consumer(
                database,
                topics,
                subscription,
                service=identity.service,
                settings=settings,
                metrics=metrics,
                changed=self.changed,
            )
            for subscription in subscriptions
        ]
        self._hearers = [
            (consumer.group, stream)
            for consumer, subscription in zip(self._consumers, subscriptions, strict=True)
            for stream in subscription.streams
        ]
        parkings = {consumer.group: consumer.parking for consumer in self._consumers}
        self.operations = Operations(database, topics, parkings, hole_seconds_max=settings.hole_seconds_max)

    def group(self, name: str, decide: Decide[Any, Any]) -> Group[Any, Any]:
        """Make a group commit for one door; its loop runs with the others."""
        made: Group[Any, Any] = Group(name, self._database, decide, settings=self._settings, metrics=self._metrics)
        self._groups.append(made)
        return made

    async def missing(self, session: AsyncSession, versions: Collection[V]) -> set[V]:
        """Tell which versions have not been applied by every group that hears of them."""
        return await positions.missing(session, versions, self._hearers)

    def doors(self) -> list[Loop]:
        """Give the loops that must end first: what a door has taken is finished before anything else stops."""
        return [group.run for group in self._groups]

    def loops(self) -> list[Loop]:
        """Give the loops that carry facts."""
        relays = [self._relay.run] if self._tells else []
        return [*relays, *(consumer.run for consumer in self._consumers), self._measure]

    def probes(self) -> Mapping[str, Probe]:
        """Give what readiness stands on."""
        return {"database": self._database_answers, "outbox": self._outbox_flows, "consumers": self._consumers_serve}

    async def _database_answers(self) -> str | None:
        await self._database.ask()
        return None

    async def _outbox_flows(self) -> str | None:
        if self._relay.trouble is not None:
            return self._relay.trouble
        counts = await self.operations.counts()
        if counts.blocked:
            return f"{counts.blocked} blocked keys: see /v1/operations/blocked"
        if counts.pending_age_seconds > self._settings.outbox_age_seconds_max:
            return f"the oldest of {counts.pending} unpublished facts is {counts.pending_age_seconds:.0f} s old"
        return None

    async def _consumers_serve(self) -> str | None:
        for consumer in self._consumers:
            trouble = consumer.trouble()
            if trouble is not None:
                return f"{consumer.group} {trouble}"
        counts = await self.operations.counts()
        if counts.old_holes:
            return f"{counts.old_holes} keys have waited too long for a missing fact: see /v1/operations/parked"
        return None

    async def _measure(self, stopping: asyncio.Event) -> None:
        """Show what waits in the database, whatever the loops that work it off may be doing."""
        parked: set[tuple[str, str]] = set()
        while not stopping.is_set():
            try:
                parked |= await self._show(parked)
            except DATABASE_ERRORS as error:
                self._metrics.batch_retries_total.labels("measure", type(error).__name__).inc()
            await any_of(stopping.wait(), seconds=MEASURE_SECONDS)

    async def _show(self, parked_before: set[tuple[str, str]]) -> set[tuple[str, str]]:
        counts = await self.operations.counts()
        self._metrics.outbox_pending.set(counts.pending)
        self._metrics.outbox_age_seconds.set(counts.pending_age_seconds)
        self._metrics.blocked_keys.set(counts.blocked)
        parked = {(group, topic): keys for group, topic, keys in await self.operations.parked.count()}
        for place in parked.keys() | parked_before:
            self._metrics.parked_keys.labels(*place).set(parked.get(place, 0))
        return set(parked)
