"""The whole system as one foreground program: servers, then migrations and topics, then services, until stopped."""

import os
import shutil
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from deploy.errors import SetupError
from deploy.local import state
from deploy.local.console import Display
from deploy.local.environment import Environment
from deploy.local.jars import jars_for, kafka_jars
from deploy.local.java import java
from deploy.local.kafka import LASTING, LASTING_OF_SEVERAL, KafkaPlan, kafka_programs, require_number
from deploy.local.ports import HOST, require_free
from deploy.local.postgres import ADMIN, PostgresPlan, binaries, postgres_program
from deploy.local.process import Process, Program
from deploy.local.services import service_program
from deploy.local.settings import SERVICES, StackSettings
from deploy.local.state import StackState
from deploy.local.steps import make_topics, migrate
from deploy.local.supervisor import Supervisor
from shared.clock import monotonic

_TICK_SECONDS = 0.1
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_READY_SECONDS_MAX = 60
_OF_THE_RUNNING = {state.FILE, state.LOG}


def run(settings: StackSettings, display: Display, *, fresh: bool = False) -> None:
    """Run the stack in the foreground until a signal ends it; a fresh one forgets what was kept, once it can start."""
    if fresh:
        _require_no_servers_of_others(settings)
    try:
        with state.hold(settings):
            _require_what_it_runs_on(settings)
            if fresh:
                wipe(settings)
            if not settings.kafka:
                require_number(settings.directory, settings.brokers)
            with _signals_end_it():
                _Stack(settings, display).live()
    except BlockingIOError:
        raise _already_running(settings) from None


def wipe(settings: StackSettings) -> None:
    """Forget everything that a stack has kept; only its supervisor may, before it starts anything."""
    for kept in settings.directory.iterdir():
        if kept.is_dir() and not kept.is_symlink():
            shutil.rmtree(kept)
        elif kept.name not in _OF_THE_RUNNING:
            kept.unlink()


def _require_what_it_runs_on(settings: StackSettings) -> None:
    require_free(settings.own_ports)
    if not settings.postgres:
        binaries()
    if not settings.kafka:
        kafka_jars(jars_for(settings.home))
        java()


def _require_no_servers_of_others(settings: StackSettings) -> None:
    if settings.servers_elsewhere:
        raise SetupError(
            "A fresh start empties only servers of the stack's own: with JVTRACK_KAFKA or JVTRACK_POSTGRES, start "
            "from nothing by setting a JVTRACK_NAMESPACE not used before."
        )


def _already_running(settings: StackSettings) -> SetupError:
    return SetupError(
        f"A stack of namespace {settings.namespace} is already running: see `jvtrack status`, end it with "
        "`jvtrack down`, or set another JVTRACK_NAMESPACE."
    )


class _Stack:
    """One run of the stack."""

    def __init__(self, settings: StackSettings, display: Display) -> None:
        self._settings = settings
        self._environment = Environment(settings)
        self._display = display
        self._say = display.say
        self._supervisor = Supervisor(display.say)
        self._is_ready = False

    def live(self) -> None:
        """Start everything, watch over it, and stop it in order whatever happens."""
        try:
            self._start()
            self._is_ready = True
            self._tell()
            self._say("everything is up")
            while True:
                self._watch_once()
        except KeyboardInterrupt:
            self._say("stopping")
        finally:
            _ignore_signals()
            self._supervisor.stop()
            self._display.show_news()

    def _start(self) -> None:
        servers = {program.name: Process(program) for program in self._server_programs()}
        self._start_stage(servers.values())
        if "postgres" in servers:
            servers["postgres"].wait_until_serving()
            self._say(f"PostgreSQL answers at {HOST}:{self._settings.postgres_port}")
        for service in SERVICES:
            migrate(self._environment, service)
        self._say(f"databases of {', '.join(SERVICES)} are up to date")
        nodes = [servers[broker.name] for broker in self._settings.kafka_brokers]
        for node in nodes:
            node.wait_until_serving()
        if nodes:
            self._say(f"Kafka answers at {self._settings.kafka_address}")
        created = make_topics(self._environment)
        self._say(f"topics made: {', '.join(created)}" if created else "topics are as they should be")
        services = [Process(service_program(self._environment, each)) for each in self._settings.service_replicas]
        self._start_stage(services)
        self._wait_until_ready(services)

    def _start_stage(self, processes: Collection[Process]) -> None:
        for process in processes:
            self._display.follow(process.name, process.program.log)
        self._supervisor.start(processes)
        self._tell()

    def _wait_until_ready(self, services: Collection[Process]) -> None:
        deadline = monotonic() + _READY_SECONDS_MAX
        for service in services:
            while not service.serves():
                if monotonic() > deadline or self._supervisor.has_given_up(service):
                    raise SetupError(f"{service.name} does not become ready: {service.complaint()}.")
                self._watch_once()
            self._say(f"{service.name} is ready at http://{HOST}:{service.program.port}")

    def _watch_once(self) -> None:
        if self._supervisor.watch():
            self._tell()
        self._display.show_news()
        time.sleep(_TICK_SECONDS)

    def _tell(self) -> None:
        state.write(
            self._settings,
            StackState(
                supervisor=os.getpid(),
                is_ready=self._is_ready,
                settings=state.recorded(self._settings),
                processes=self._supervisor.states(),
            ),
        )

    def _server_programs(self) -> Iterator[Program]:
        settings, directory = self._settings, self._settings.directory
        if not settings.postgres:
            password = self._environment.secret.password(ADMIN)
            yield postgres_program(PostgresPlan(directory / "postgres", settings.postgres_port, password))
        if not settings.kafka:
            jvm = LASTING if settings.brokers == 1 else LASTING_OF_SEVERAL
            yield from kafka_programs(KafkaPlan(directory, settings.kafka_brokers, jars_for(settings.home), jvm))


@contextmanager
def _signals_end_it() -> Iterator[None]:
    before = {number: signal.signal(number, signal.default_int_handler) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
