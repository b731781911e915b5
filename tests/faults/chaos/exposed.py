"""The whole system, exposed: its services reach Kafka and PostgreSQL only by ways that can be disturbed.

Whoever judges goes past these ways, straight to the servers. Every service runs twice, so that there is somebody to
take over.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.brokers import Broker
from deploy.local.environment import Environment
from deploy.local.kafka import LASTING_OF_SEVERAL, KafkaPlan, kafka_programs
from deploy.local.places import KAFKA_JARS
from deploy.local.ports import HOST, free_port
from deploy.local.postgres import ADMIN, PostgresPlan, postgres_dsn, postgres_program
from deploy.local.process import Process, Program
from deploy.local.secret import Secret
from deploy.local.services import service_program
from deploy.local.settings import DECIDING, StackSettings
from deploy.local.steps import make_topics, migrate
from tests.faults.chaos.scale import Scale
from tests.fixtures.free_ports import on_free_ports
from tests.fixtures.silence import Way, way
from tests.fixtures.system import System

NAMESPACE = "chaos"
START_SECONDS_MAX = 180.0
"""How long a service may take to be ready, on a machine that is busy with its backlog."""
_REPLICAS = ",".join(f"{service}=2" for service in DECIDING)


@dataclass(frozen=True, slots=True)
class Exposed:
    """A running system, and everything that can be done to it from outside."""

    system: System
    kafka: Sequence[Process]
    """Every broker."""
    postgres: Process
    ways: Mapping[str, Sequence[Way]]
    """By server, `kafka` or `postgres`: one for each of its processes."""

    @property
    def processes(self) -> Mapping[str, Process]:
        """Give every process by its name."""
        return {**self.system.processes, **{each.name: each for each in self.kafka}, "postgres": self.postgres}

    async def start(self, process: Process) -> None:
        """Start what was ended, and wait until it serves."""
        # A child ends with the thread that started it: only the waiting goes to another thread.
        process.start()
        await asyncio.to_thread(process.wait_until_serving)

    def kill_postgres(self) -> None:
        """End PostgreSQL and all that it has started, as a power cut would, but for what the system has not written."""
        pid = self.postgres.pid or 0
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(pid, signal.SIGSTOP)  # It must not start others while they go.
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        self.postgres.kill()


@asynccontextmanager
async def exposed(directory: Path, scale: Scale, *, number: int) -> AsyncIterator[Exposed]:
    """Run a number of brokers, a PostgreSQL, ways and services on what a folder holds until the block ends."""
    dsn, postgres = _postgres(directory)
    nodes = on_free_ports(directory, brokers=number).kafka_brokers
    plan = KafkaPlan(directory, nodes, KAFKA_JARS, scale.jvm if number == 1 else LASTING_OF_SEVERAL)
    async with AsyncExitStack() as stack:
        listeners = [free_port() for _ in nodes]
        to_kafka = [await stack.enter_async_context(way(HOST, listener)) for listener in listeners]
        to_postgres = await stack.enter_async_context(way(HOST, postgres.program.port))
        programs = zip(nodes, kafka_programs(plan), listeners, to_kafka, strict=True)
        kafka = [
            Process(_led_through(program, node, listener=listener, way_port=led.port))
            for node, program, listener, led in programs
        ]
        servers = {"kafka": _servers([node.port for node in nodes]), "postgres": dsn(postgres.program.port)}
        direct = on_free_ports(directory, namespace=NAMESPACE, replicas=_REPLICAS, **servers)
        by_ways = {"kafka": _servers([led.port for led in to_kafka]), "postgres": dsn(to_postgres.port)}
        processes = _services(direct, Environment(direct.model_copy(update=by_ways)))
        system = System(direct, Environment(direct), DECIDING, processes)
        everything = Exposed(system, kafka, postgres, {"kafka": to_kafka, "postgres": [to_postgres]})
        try:
            await _start(everything)
            yield everything
        finally:
            await _stop(everything)


def _services(settings: StackSettings, environment: Environment) -> dict[str, Process]:
    programs = [service_program(environment, each) for each in settings.service_replicas if each.service in DECIDING]
    return {each.name: Process(replace(each, start_seconds_max=START_SECONDS_MAX)) for each in programs}


def _servers(ports: Sequence[int]) -> str:
    return ",".join(f"{HOST}:{port}" for port in ports)


def _postgres(directory: Path) -> tuple["_Dsn", Process]:
    password = Secret.kept_in(directory / "secret").password(ADMIN)
    return _Dsn(password), Process(postgres_program(PostgresPlan(directory / "postgres", free_port(), password)))


@dataclass(frozen=True, slots=True)
class _Dsn:
    password: str

    def __call__(self, port: int) -> str:
        return postgres_dsn(port, self.password)


def _led_through(program: Program, node: Broker, *, listener: int, way_port: int) -> Program:
    """Give a broker a second listener that it tells to be at the way's port: whoever comes by the way stays on it."""
    direct, controller = f"PLAINTEXT://{HOST}:{node.port}", f"CONTROLLER://{HOST}:{node.controller_port}"
    overrides = {
        "listeners": f"{direct},{controller},EXPOSED://{HOST}:{listener}",
        "advertised.listeners": f"{direct},EXPOSED://{HOST}:{way_port}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,EXPOSED:PLAINTEXT",
    }
    options = [word for name, value in overrides.items() for word in ("--override", f"{name}={value}")]
    return replace(program, command=(*program.command, *options))


async def _start(everything: Exposed) -> None:
    servers = [everything.postgres, *everything.kafka]
    for process in servers:
        process.start()
    for process in servers:
        await asyncio.to_thread(process.wait_until_serving)
    environment = everything.system.environment
    environment.settings.directory.mkdir(parents=True, exist_ok=True)
    for service in DECIDING:
        await asyncio.to_thread(migrate, environment, service)
    await asyncio.to_thread(make_topics, environment)
    services = everything.system.processes.values()
    for process in services:
        process.start()
    for process in services:
        await asyncio.to_thread(process.wait_until_serving)


async def _stop(everything: Exposed) -> None:
    for stage in (everything.system.processes.values(), (*everything.kafka, everything.postgres)):
        for process in stage:
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGCONT)
                process.ask_to_stop()
        for process in stage:
            await asyncio.to_thread(process.stop)
