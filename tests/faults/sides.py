"""The services of the demand protocol in a simulated world: the real rules, decided under a lock, told and heard."""

import asyncio
import pickle
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Refusal
from shared.events.envelope import CloudEvent, Event, Stream
from shared.messaging import outbox
from shared.messaging.consumer import Consumer
from shared.messaging.group import Group
from shared.messaging.handlers import Deciders, Subscription
from shared.messaging.outbox import Told
from shared.messaging.relay import Outbox, Relay
from shared.messaging.signals import Signal
from shared.observe.metrics import BackboneMetrics
from shared.types import EventId
from tests.faults.settings import SETTINGS
from tests.faults.simulation.world import TOPICS, World
from tests.fixtures.toy import HEAR, KEEP, LOCK_KEPT
from tests.unit.protocol.sides import Rules


class NotNow(Refusal):
    """This cannot be done in the state in which things are."""


@dataclass(slots=True)
class State:
    """What a service's one row holds: the domain's state, and how much was told of each key."""

    domain: Any
    told: dict[str, int] = field(default_factory=dict)

    def tells(self, events: Iterable[Event]) -> list[Told]:
        """Number what is told."""
        facts = []
        for event in events:
            self.told[event.key] = self.told.get(event.key, 0) + 1
            facts.append(Told(event, self.told[event.key]))
        return facts


@dataclass(frozen=True, slots=True)
class Side:
    """One service: its rules, what it tells on, and which facts it hears of which streams."""

    name: str
    rules: Rules[Any]
    tells: Stream
    hears: dict[Stream, tuple[type[Event], ...]]
    ignores: tuple[type[Event], ...]

    def subscription(self) -> Subscription["Work"]:
        """Hear what the rules hear."""
        deciders: Deciders[Work] = Deciders(ignored=self.ignores)

        async def heard(work: Work, received: CloudEvent[Event]) -> None:
            work.hear(received)

        for kinds in self.hears.values():
            for kind in kinds:
                deciders.on(kind)(heard)

        async def open_work(
            session: AsyncSession, _events: Sequence[CloudEvent[Event]], _touched: frozenset[Hashable]
        ) -> Work:
            return Work(session, self, pickle.loads(await LOCK_KEPT.value(session, {"name": self.name})))  # noqa: S301  # ours

        return Subscription("deciders", tuple(self.hears), deciders, open_work)

    async def decide(self, session: AsyncSession, actions: Sequence[str]) -> list[bool | Refusal]:
        """Let people or a factory do things, one after another, in one transaction."""
        work = Work(session, self, pickle.loads(await LOCK_KEPT.value(session, {"name": self.name})))  # noqa: S301  # ours
        answers: list[bool | Refusal] = [work.act(action) or NotNow(action=action) for action in actions]
        await work.settle()
        return answers


class Work:
    """One transaction of a service: its row, locked; what it becomes, and what is told of it."""

    def __init__(self, session: AsyncSession, side: Side, state: State) -> None:
        self._session = session
        self._side = side
        self._state = state
        self._told: list[Told] = []
        self._heard: list[tuple[str, int, EventId]] = []

    def act(self, action: str) -> bool:
        """Do something, if it can be done."""
        outcome = self._side.rules.act(self._state.domain, action)
        if outcome is None:
            return False
        self._state.domain = outcome.state
        self._told += self._state.tells(outcome.told)
        return True

    def hear(self, received: CloudEvent[Event]) -> None:
        """Apply a fact."""
        outcome = self._side.rules.hear(self._state.domain, received.data)
        self._state.domain = outcome.state
        self._told += self._state.tells(outcome.told)
        self._heard.append((received.key, received.key_seq, received.id))

    async def settle(self) -> None:
        """Write what was decided, and tell it."""
        await KEEP.run(self._session, {"state": pickle.dumps(self._state), "name": self._side.name})
        if self._heard:
            keys, numbers, ids = map(list, zip(*self._heard, strict=True))
            await HEAR.run(self._session, {"k": keys, "s": numbers, "e": ids, "q": [1] * len(keys)})
        await outbox.tell(self._session, self._told)


class Service:
    """The loops of one process of a service."""

    def __init__(self, side: Side, world: World, metrics: BackboneMetrics) -> None:
        self.process = world.current()
        database = world.database(side.name)
        told = Outbox(side.name, f"/jvtrack/{side.name}", frozenset({side.tells}))
        self._relay = Relay(told, TOPICS, settings=SETTINGS, metrics=metrics)
        database.on_told = self._relay.wake
        self._consumer: Consumer[Work] = Consumer(
            database,
            TOPICS,
            side.subscription(),
            service=side.name,
            settings=SETTINGS,
            metrics=metrics,
            changed=Signal(),
        )
        self._door: Group[str, bool] = Group(side.name, database, side.decide, settings=SETTINGS, metrics=metrics)
        self._world = world
        self.done = 0
        """How many actions were answered with a yes."""

    async def live(self) -> None:
        """Run the loops for as long as the process lives."""
        never = asyncio.Event()
        await asyncio.gather(*(loop(never) for loop in (self._relay.run, self._consumer.run, self._door.run)))

    async def act(self, action: str) -> None:
        """Do something at the door; what fails is not asked again."""
        try:
            await self._door.submit(action)
        except Exception:  # noqa: BLE001  # whatever it is, it was not answered with a yes
            return
        self.done += 1
        self._world.counts[action.split(maxsplit=1)[0]] += 1
