"""Who is compared: JVTrack as shipped, and the peers; each on the same servers, started only while it is measured."""

import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import asyncpg
from sqlalchemy import make_url

from bench.smoke.stack import Stack, until
from deploy.local.issuer import Issuer
from deploy.local.ports import free_port, is_free
from deploy.local.process import Process, Program
from deploy.local.settings import DECIDING
from deploy.postgres.provision import connect

_NUMBERS = count(1)


_ACCEPTED = "SELECT count(*) FROM accepted_event"
LOST, REORDERED, MISCOUNTED = "lost", "reordered", "miscounted"


class Contender(Protocol):
    """A system that takes factories' events and shows depots their stock."""

    name: str

    @property
    def ports(self) -> tuple[int, int]:
        """Give the port that takes events, and the one that shows stock."""

    def pids(self) -> Mapping[str, int]:
        """Give the process id of everything that it runs on."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run it until the block ends."""

    async def caught_up(self) -> None:
        """Wait until everything that was accepted is in the stock."""

    async def accepted(self) -> int:
        """Count the events that were accepted since it runs."""

    async def wrongs(self) -> Mapping[str, int]:
        """Count what was lost, doubled or reordered on the way from the door to the stock."""


@dataclass(slots=True)
class OurOwn:
    """JVTrack as shipped: three services, tokens and rights checked."""

    stack: Stack
    name: str = "JVTrack"
    _before: int = 0

    @property
    def ports(self) -> tuple[int, int]:
        """Give production's port and inventory's."""
        ports = self.stack.settings.service_ports
        return ports["production"], ports["inventory"]

    def pids(self) -> Mapping[str, int]:
        """Give the services' and the servers' process ids."""
        return self.stack.pids()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the services."""
        self._before = await self.stack.number("production", _ACCEPTED)
        self.stack.start(*DECIDING)
        try:
            yield
        finally:
            self.stack.stop(*DECIDING)

    async def caught_up(self) -> None:
        """Wait until inventory and orders have applied what production told."""
        await self.stack.caught_up()

    async def accepted(self) -> int:
        """Count production's accepted events."""
        return await self.stack.number("production", _ACCEPTED) - self._before

    async def wrongs(self) -> Mapping[str, int]:
        """Count what the proof finds: of facts, of their order, and of what the books add up to."""
        found = await self.stack.offences()
        kinds = {LOST: ("I1", "I2", "I4"), REORDERED: ("I3",)}
        counted = {kind: sum(found.pop(name) for name in names) for kind, names in kinds.items()}
        return {**counted, MISCOUNTED: sum(found.values())}


@dataclass(slots=True)
class Peer:
    """A door and a stock service of another make."""

    stack: Stack
    name: str
    modules: tuple[str, str]
    pool: int = 20
    _processes: Mapping[str, Process] = field(default_factory=dict)
    _databases: Mapping[str, str] = field(default_factory=dict)

    @property
    def ports(self) -> tuple[int, int]:
        """Give the door's port and the stock service's."""
        door, stock = (process.program.port for process in self._processes.values())
        return door, stock

    def pids(self) -> Mapping[str, int]:
        """Give the process ids of both and of the servers."""
        own = {name: process.pid for name, process in self._processes.items() if process.pid and process.is_alive()}
        return {**{name: pid for name, pid in self.stack.pids().items() if name not in DECIDING}, **own}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run both on empty databases and a topic of their own."""
        number = next(_NUMBERS)
        topic = f"peer{number}"
        await self.stack.make_topic(topic)
        self._databases = {role: await self._database(f"peer{number}_{role}") for role in ("door", "stock")}
        self._processes = {
            role: Process(self._program(role, module, topic))
            for role, module in zip(("door", "stock"), self.modules, strict=True)
        }
        for process in self._processes.values():
            process.start()
            process.wait_until_serving()
        try:
            yield
        finally:
            for process in self._processes.values():
                process.stop()

    async def _database(self, name: str) -> str:
        admin = make_url(self.stack.servers.postgres_dsn)
        connection = await connect(admin)
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()
        return admin.set(database=name, drivername="postgresql").render_as_string(hide_password=False)

    def _program(self, role: str, module: str, topic: str) -> Program:
        port = free_port()
        folder = Path(self.stack.settings.directory) / "peers"
        folder.mkdir(exist_ok=True)
        variables = {
            "PEER_KAFKA": self.stack.servers.kafka,
            "PEER_TOPIC": topic,
            "PEER_DATABASE": self._databases[role].replace("postgresql://", "postgresql+asyncpg://"),
            "PEER_PORT": str(port),
            "PEER_POOL": str(self.pool),
            "JVTRACK_AUTH_KEYS": str(Issuer(self.stack.settings).jwks),
            "JVTRACK_AUTH_ISSUER": self.stack.settings.auth_issuer,
            "JVTRACK_AUTH_AUDIENCE": self.stack.settings.auth_audience,
        }
        return Program(
            name=f"{self.name} {role}",
            command=(sys.executable, "-m", f"bench.peers.{module}"),
            port=port,
            serves=lambda _: not is_free(port),
            log=folder / f"{topic}-{role}.log",
            environment={**os.environ, **variables},
        )

    async def caught_up(self) -> None:
        """Wait until as many messages were applied as events were accepted, or nothing moves any more."""
        accepted = await self.accepted()
        connection = await asyncpg.connect(self._databases["stock"])
        try:
            await until(connection, "SELECT count(*) >= $1 FROM inbox", accepted)
        except TimeoutError:
            return  # what never came is found by the judge
        finally:
            await connection.close()

    async def accepted(self) -> int:
        """Count the door's accepted events."""
        return await self._ask("door", _ACCEPTED)

    async def wrongs(self) -> Mapping[str, int]:
        """Compare what was accepted with what was applied, per lot in order, and the stock with what it must be."""
        applied = await self._ask("stock", "SELECT count(*) FROM inbox")
        reordered = await self._ask(
            "stock",
            "SELECT count(*) FROM (SELECT version, lag(version) OVER (PARTITION BY key ORDER BY place) AS before"
            " FROM inbox) each WHERE version <> coalesce(before, 0) + 1",
        )
        made = await self._ask("door", "SELECT coalesce(sum(finished), 0) FROM lot")
        there = await self._ask("stock", "SELECT coalesce(sum(produced + in_transit), 0) FROM balance")
        lost = await self.accepted() - applied
        return {LOST: lost, REORDERED: reordered, MISCOUNTED: abs(made - there) if not lost else 0}

    async def _ask(self, role: str, query: str) -> int:
        connection = await asyncpg.connect(self._databases[role])
        try:
            return int(await connection.fetchval(query))
        finally:
            await connection.close()
