"""Does a fault to the running system, waits until it has recovered, and tells how long that took."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from deploy.local.process import Process
from shared import clock
from shared.messaging.settings import BackboneSettings
from tests.faults.chaos.disk import SmallDisk
from tests.faults.chaos.exposed import NAMESPACE, Exposed
from tests.faults.chaos.recovery import Place, Recovery
from tests.faults.chaos.scale import Kind, Scale
from tests.faults.chaos.schedule import Fault
from tests.faults.chaos.storm import stormy
from tests.faults.chaos.traffic import Traffic

Measured = Mapping[str, float]
"""What was measured of one fault, by name; times in seconds."""

SERVED = "service gone -> its partitions served again"
PUBLISHED = "relay {} -> next publish"
BROKER_PUBLISHED = "broker back -> first publish of every service"
DRAINED = "facts drained per second, broker back"
ANSWERED = "PostgreSQL back -> first 2xx of every service"
CLEARED = "way clear again -> first publish of every service"
LATENCY_SECONDS = 0.5
_SKEWS = (timedelta(days=-40 * 365), timedelta(days=40 * 365), timedelta(hours=-5), timedelta(hours=5))
_DOWN_SECONDS = 0.5


class LeftOut(Exception):
    """This fault cannot be done on this machine."""


class Faults:
    """Everything that a schedule may ask for."""

    def __init__(self, everything: Exposed, recovery: Recovery, traffic: Traffic, scale: Scale) -> None:
        self._everything = everything
        self._recovery = recovery
        self._traffic = traffic
        self._scale = scale
        self._disk = SmallDisk(everything)
        self._ways: dict[Kind, Callable[[Fault], Awaitable[Measured]]] = {
            Kind.KILL_ORDERS: self._kill,
            Kind.KILL_PRODUCTION: self._kill,
            Kind.KILL_INVENTORY: self._kill,
            Kind.FREEZE: self._freeze,
            Kind.KILL_BROKER: self._kill_broker,
            Kind.PAUSE_BROKER: self._pause_broker,
            Kind.RESET: self._reset,
            Kind.LATENCY: self._slow,
            Kind.BLACKHOLE: self._silence,
            Kind.RESTART_POSTGRES: lambda _: self._restart_postgres(),
            Kind.KILL_POSTGRES: lambda _: self._kill_postgres(),
            Kind.FILL_DISK: lambda _: self._fill_disk(),
            Kind.STORM: self._storm,
            Kind.CLOCK_JUMP: self._jump,
        }

    async def clear_up(self) -> None:
        """Undo what an interrupted run may have left."""
        await self._disk.put_away()

    async def do(self, fault: Fault) -> Measured:
        """Do a fault and wait until the system has recovered; raises NotRecovered, or LeftOut."""
        return await self._ways[fault.kind](fault)

    async def _kill(self, fault: Fault) -> Measured:
        async with self._struck(fault) as (process, before, since):
            process.kill()
            published = asyncio.create_task(self._recovery.until_published(fault.target, since))
            await asyncio.sleep(_DOWN_SECONDS)
            process.start()
            measured = await self._taken_over(fault, before, since, published)
            await asyncio.to_thread(process.wait_until_serving)
        return measured

    async def _freeze(self, fault: Fault) -> Measured:
        async with self._struck(fault) as (process, before, since):
            pid = process.pid or 0
            os.kill(pid, signal.SIGSTOP)
            try:
                published = asyncio.create_task(self._recovery.until_published(fault.target, since))
                measured = await self._taken_over(fault, before, since, published)
                await asyncio.sleep(max(0.0, since + self._scale.freeze_seconds - clock.monotonic()))
            finally:
                os.kill(pid, signal.SIGCONT)
            await asyncio.to_thread(process.wait_until_serving)
        return measured

    @asynccontextmanager
    async def _struck(self, fault: Fault) -> AsyncIterator[tuple[Process, Mapping[Place, int], float]]:
        """Choose the process, and note what it serves before it is gone."""
        leader = await self._recovery.leader(fault.target) or f"{fault.target}.1"
        other = f"{fault.target}.2" if leader.endswith(".1") else f"{fault.target}.1"
        name = leader if fault.leads else other
        before = await self._recovery.held(name)
        yield self._everything.system.processes[name], before, clock.monotonic()

    async def _taken_over(
        self, fault: Fault, before: Mapping[Place, int], since: float, published: "asyncio.Task[float]"
    ) -> Measured:
        served, told = await asyncio.gather(self._recovery.until_served(fault.target, before, since), published)
        what = f"{'leader' if fault.leads else 'follower'} {'frozen' if fault.kind is Kind.FREEZE else 'killed'}"
        return {SERVED: served, PUBLISHED.format(what): told}

    def _broker(self, fault: Fault) -> Process:
        return self._everything.kafka[fault.number % len(self._everything.kafka)]

    async def _kill_broker(self, fault: Fault) -> Measured:
        broker = self._broker(fault)
        broker.kill()
        await asyncio.sleep(_DOWN_SECONDS)
        await self._everything.start(broker)
        return await self._published_again()

    async def _pause_broker(self, fault: Fault) -> Measured:
        pid = self._broker(fault).pid or 0
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(self._scale.pause_seconds)
        finally:
            os.kill(pid, signal.SIGCONT)
        return await self._published_again()

    async def _published_again(self) -> Measured:
        back = clock.monotonic()
        published, rate = await asyncio.gather(self._recovery.until_all_published(back), self._recovery.drain_rate())
        return {BROKER_PUBLISHED: published, DRAINED: rate}

    async def _reset(self, fault: Fault) -> Measured:
        cut = sum(way.reset() for way in self._everything.ways[fault.target])
        return {"connections reset": cut, **await self._clear()}

    async def _slow(self, fault: Fault) -> Measured:
        for way in self._everything.ways[fault.target]:
            way.delay_seconds = LATENCY_SECONDS
        try:
            await asyncio.sleep(self._scale.latency_seconds)
        finally:
            for way in self._everything.ways[fault.target]:
                way.delay_seconds = 0.0
        return await self._clear()

    async def _silence(self, fault: Fault) -> Measured:
        for way in self._everything.ways[fault.target]:
            way.fall_silent()
        try:
            await asyncio.sleep(self._scale.blackhole_seconds)
        finally:
            for way in self._everything.ways[fault.target]:
                way.speak()
        return await self._clear()

    async def _clear(self) -> Measured:
        return {CLEARED: await self._recovery.until_all_published(clock.monotonic())}

    async def _restart_postgres(self) -> Measured:
        postgres = self._everything.postgres
        postgres.ask_to_stop()
        await asyncio.to_thread(postgres.stop)
        return await self._postgres_back()

    async def _kill_postgres(self) -> Measured:
        self._everything.kill_postgres()
        return await self._postgres_back()

    async def _postgres_back(self) -> Measured:
        await asyncio.sleep(_DOWN_SECONDS)
        await self._everything.start(self._everything.postgres)
        back = clock.monotonic()
        return {ANSWERED: await self._recovery.until_answered(back)}

    async def _fill_disk(self) -> Measured:
        obstacle = self._disk.obstacle()
        if obstacle is not None:
            raise LeftOut(obstacle)
        before = self._disk.complaints()
        async with self._disk.full():
            await self._recovery.until_bitten(lambda: self._disk.complaints() > before)
            await asyncio.sleep(self._scale.full_seconds)
        bitten = self._disk.complaints() - before
        return {"statements that found the disk full": bitten, **await self._clear()}

    async def _storm(self, fault: Fault) -> Measured:
        settings = self._everything.system.settings
        group = f"{NAMESPACE}.{fault.target}.deciders"
        topics = [f"{NAMESPACE}.{stream}" for stream in ("orders.v1", "production.v1", "stock.v1")]
        joins = await stormy(
            settings.kafka_address, group, topics, seconds=self._scale.storm_seconds, settings=BackboneSettings()
        )
        return {"joins of a stranger to the group": joins, **await self._clear()}

    async def _jump(self, fault: Fault) -> Measured:
        self._traffic.skew = _SKEWS[fault.number % len(_SKEWS)]
        await asyncio.sleep(self._scale.jump_seconds)
        self._traffic.skew = timedelta()
        return {}
