"""What goes wrong, how it is put right, and which finding must say so."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg

from deploy.local.process import Process
from deploy.local.servers import Servers
from jvtrack.client import Report
from shared.clock import now
from shared.events.factory import FactoryLotFinished
from tests.fixtures.catalogue import Trade
from tests.fixtures.interleaving import eventually
from tests.fixtures.poison import discarded, put_poison

SKEW = timedelta(hours=2)
_LOCK = "SELECT 1 FROM stock WHERE site = 'D-01' AND part = $1 FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Ground:
    """A running system with servers of its own, and a catalogue."""

    trade: Trade
    servers: Servers

    def process(self, service: str) -> Process:
        """Give a service's process."""
        return self.trade.system.processes[service]


Cause = Callable[[Ground], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: while its block lasts it is so, then it is put right."""

    what: str
    kind: str
    of: str
    """What the finding is about; empty where it may be any service."""
    repair: str
    cause: Cause
    heals: bool = True
    """Whether all is well within seconds after the repair."""


@asynccontextmanager
async def _killed(ground: Ground) -> AsyncIterator[None]:
    ground.trade.system.kill("inventory")
    yield
    await ground.trade.system.start("inventory")


@asynccontextmanager
async def _frozen(ground: Ground) -> AsyncIterator[None]:
    pid = ground.process("production").pid or 0
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def _without_kafka(ground: Ground) -> AsyncIterator[None]:
    kafka = ground.servers.kafka_process
    kafka.stop()
    await _report(ground.trade)
    yield
    kafka.start()
    kafka.wait_until_serving()


@asynccontextmanager
async def _without_postgres(ground: Ground) -> AsyncIterator[None]:
    postgres = ground.servers.postgres_process
    postgres.stop()
    yield
    postgres.start()
    postgres.wait_until_serving()


@asynccontextmanager
async def _poisoned(ground: Ground) -> AsyncIterator[None]:
    key = await put_poison(ground.trade)
    yield
    hearers = ground.trade.connection.inventory, ground.trade.connection.orders
    for each in hearers:
        await eventually(partial(discarded, each.operations, key))


@asynccontextmanager
async def _held_up(ground: Ground) -> AsyncIterator[None]:
    """Hold the one row that inventory needs for what comes, as a forgotten session would."""
    part = await ground.trade.stocked(("D-01", 1))
    address = ground.trade.system.environment.database("inventory").owner.set(drivername="postgresql")
    session = await asyncpg.connect(address.render_as_string(hide_password=False))
    async with session.transaction():
        await session.execute(_LOCK, part)
        await ground.trade.dispatched(part, 1, depot="D-01")
        yield
    await session.close()


@asynccontextmanager
async def _ahead(ground: Ground) -> AsyncIterator[None]:
    await _report(ground.trade, factory="F-02", skew=SKEW)
    yield


async def _report(trade: Trade, *, factory: str = "F-01", skew: timedelta = timedelta()) -> None:
    fact = FactoryLotFinished(lot=f"L-{trade.number()}", part=trade.part(), quantity=1)
    await trade.acting("factory", factory).production.post(Report(factory, fact, time=now() + skew))


FAULTS = (
    Fault("a service is killed", "service-away", "inventory", "it is started again", _killed),
    Fault("a service is frozen (SIGSTOP)", "service-away", "production", "it goes on (SIGCONT)", _frozen),
    Fault("Kafka is stopped", "unpublished", "production", "Kafka is started", _without_kafka),
    Fault("PostgreSQL is stopped", "database-away", "", "PostgreSQL is started", _without_postgres),
    Fault("a fact breaks its contract", "key-parked", "inventory", "it is discarded where it is parked", _poisoned),
    Fault("a forgotten session holds a row", "late", "inventory", "the session is ended", _held_up),
    Fault(
        "a factory's clock is two hours ahead", "clock-wrong", "F-02", "the finding goes by itself", _ahead, heals=False
    ),
)
