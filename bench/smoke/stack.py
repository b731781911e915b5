"""The stack under measurement: servers and services started fresh, each service stopped and started at will."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka.admin import NewTopic

from bench.smoke import machine
from deploy.local.environment import Environment
from deploy.local.issuer import Bearer, Issuer
from deploy.local.kafka import LASTING
from deploy.local.ports import HOST, free_port
from deploy.local.process import Process
from deploy.local.servers import Servers
from deploy.local.services import service_program
from deploy.local.settings import DECIDING, StackSettings
from deploy.local.steps import make_topics, migrate
from deploy.postgres.provision import connect
from jvtrack.client import JVTrack
from jvtrack.verify.proof import verify
from jvtrack.verify.sources import Sources
from shared.clock import monotonic
from shared.events.envelope import Stream
from shared.http.tokens import Role, Scope
from shared.messaging.kafka import start_admin
from shared.messaging.topics import PARTITIONS, Topics

POSTGRES = "postgres"
HEARD = """
    SELECT COALESCE(min(heard), 0) FROM (
      SELECT sum(next_off) AS heard FROM consumer_offset WHERE topic LIKE '%.' || $1 GROUP BY grp) AS of_groups
"""
"""How many facts of a stream the slowest of a service's groups has heard."""
_CAUGHT_UP_SECONDS_MAX = 120.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything that runs, and the ways to it."""

    settings: StackSettings
    environment: Environment
    servers: Servers
    services: Mapping[str, Process]

    def url(self, service: str) -> str:
        """Locate a service's door."""
        return f"http://{HOST}:{self.settings.service_ports[service]}"

    def token(self, role: str, *sites: str) -> str:
        """Issue a token of the stack's own issuer; a depot's approves urgent needs."""
        scopes = [Scope.APPROVE_URGENCY] if role == Role.DEPOT else []
        return Issuer(self.settings).token(Bearer(f"{role}@bench", role, "IND", sites, scopes), hours=2)

    def client(self, role: str, *sites: str) -> JVTrack:
        """Make a typed client that acts in a role, at sites if it is bound to any."""
        urls = {service: self.url(service) for service in DECIDING}
        return JVTrack(token=self.token(role, *sites), **urls)  # type: ignore[arg-type]  # by their names

    def start(self, *names: str) -> None:
        """Start services that do not run, and wait until they are ready."""
        begun = [self.services[name] for name in names if not self.services[name].is_alive()]
        for process in begun:
            process.start()
        for process in begun:
            process.wait_until_serving()

    def stop(self, *names: str) -> None:
        """Stop services in good order."""
        for name in names:
            self.services[name].ask_to_stop()
        for name in names:
            self.services[name].stop()

    def pids(self) -> Mapping[str, int]:
        """Give the process id of everything that runs."""
        servers = {"kafka": self.servers.kafka_process, POSTGRES: self.servers.postgres_process}
        running = {**self.services, **servers}
        return {name: process.pid for name, process in running.items() if process.pid and process.is_alive()}

    async def database(self, service: str) -> asyncpg.Connection:
        """Open a service's database as its owner."""
        return await connect(self.environment.database(service).owner)

    async def number(self, service: str, query: str) -> int:
        """Ask a service's database for one number."""
        connection = await self.database(service)
        try:
            return int(await connection.fetchval(query))
        finally:
            await connection.close()

    async def make_topic(self, name: str) -> None:
        """Create a topic as ours are, if it is not there."""
        admin = await start_admin(self.servers.kafka)
        await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
        await admin.close()

    def sources(self) -> Sources:
        """Say where a proof of this stack finds its data."""
        databases = {service: self.environment.database(service).owner for service in DECIDING}
        return Sources(Topics(self.settings.kafka_address, self.settings.namespace), databases)

    async def caught_up(self) -> None:
        """Wait until everybody has heard all of production's facts."""
        offset = await self.published()
        for service in ("inventory", "orders"):
            await self.applied(service, offset)

    async def wrongs(self) -> list[str]:
        """Prove the books, and give what does not hold."""
        report = await verify(self.sources())
        return [offence for result in report.results for offence in result.offences]

    async def offences(self) -> dict[str, int]:
        """Prove the books, and count what does not hold, by the name of what must."""
        report = await verify(self.sources())
        return {result.name: len(result.offences) for result in report.results}

    async def published(self) -> int:
        """Wait until production's outbox is empty; tells how many facts Kafka has of it."""
        connection = await self.database("production")
        try:
            await until(connection, "SELECT NOT EXISTS (SELECT FROM outbox_pending)")
            ends = "SELECT COALESCE(sum(acked_offset + 1), 0) FROM relay_progress WHERE topic = 3"
            return int(await connection.fetchval(ends))
        finally:
            await connection.close()

    async def applied(self, service: str, offset: int) -> float:
        """Wait until a service has applied production's facts up to here; tells how long it took from the first."""
        connection = await self.database(service)
        try:
            first = await connection.fetchval(HEARD, Stream.PRODUCTION.topic)
            begun = monotonic()
            async with asyncio.timeout(_CAUGHT_UP_SECONDS_MAX):
                while (reached := await connection.fetchval(HEARD, Stream.PRODUCTION.topic)) < offset:
                    begun = monotonic() if reached == first else begun
                    await asyncio.sleep(_POLL_SECONDS)
            return monotonic() - begun
        finally:
            await connection.close()


def cpu(pids: Mapping[str, int]) -> Mapping[str, float]:
    """Tell how much CPU each process has used so far, in seconds."""
    return {name: machine.cpu_seconds(pid, children=name == POSTGRES) for name, pid in pids.items()}


def memory(pids: Mapping[str, int]) -> Mapping[str, float]:
    """Tell how much memory each process holds, in MiB."""
    return {name: machine.resident_mib(pid, children=name == POSTGRES) for name, pid in pids.items()}


async def until(connection: asyncpg.Connection, condition: str, *values: object) -> None:
    """Wait until a condition of a database holds."""
    async with asyncio.timeout(_CAUGHT_UP_SECONDS_MAX):
        while True:
            if await connection.fetchval(condition, *values):
                return
            await asyncio.sleep(_POLL_SECONDS)


def on_fresh_stack(name: str, measure: Callable[[Stack], Coroutine[Any, Any, None]]) -> None:
    """Print the machine's facts, and measure something on a stack that is forgotten afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"jvtrack-{name}-") as home:
        for fact, value in machine.facts(Path(home)).items():
            print(f"{fact}: {value}")
        with fresh_stack(Path(home), name) as stack:
            asyncio.run(measure(stack))


@contextmanager
def fresh_stack(home: Path, namespace: str, postgres: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Run servers and services on empty data until the block ends; the services are not started yet.

    PostgreSQL may be set otherwise than a local stack's, parameter by parameter.
    """
    shutil.rmtree(home / namespace, ignore_errors=True)
    with Servers.start(home / namespace, jvm=LASTING, postgres=postgres) as servers:
        settings = StackSettings(
            namespace=namespace,
            home=home,
            kafka=servers.kafka,
            postgres=servers.postgres_dsn,
            orders_port=free_port(),
            production_port=free_port(),
            inventory_port=free_port(),
            monitor_port=free_port(),
        )
        environment = Environment(settings)
        for service in DECIDING:
            migrate(environment, service)
        make_topics(environment)
        processes = {each.name: Process(service_program(environment, each)) for each in settings.service_replicas}
        stack = Stack(settings, environment, servers, processes)
        try:
            yield stack
        finally:
            stack.stop(*[name for name, process in processes.items() if process.is_alive()])
