"""Where a play runs: a fresh stack of its own, or a system that runs already."""

import asyncio
import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deploy.errors import SetupError
from deploy.local import control, state
from deploy.local.doors import door_addresses, require_a_door
from deploy.local.environment import Environment
from deploy.local.issuer import Bearer, Issuer
from deploy.local.ports import HOST
from deploy.local.process import Process, Program
from deploy.local.settings import StackSettings
from jvtrack.invocation import again
from shared import clock
from shared.http.tokens import Role, Scope

NAMESPACE = "demo"
_TOKEN_HOURS = 12
_BACK_SECONDS_MAX = 60


@dataclass(frozen=True)
class Stage:
    """A running system, and what may be done to it from behind."""

    settings: StackSettings
    addresses: Mapping[str, str]
    killer: Sequence[str] | None = None
    """A command that ends a service as a power cut would and has it start again; its name comes last."""
    is_local: bool = True
    """Whether a supervisor on this machine starts killed services again."""

    @cached_property
    def environment(self) -> Environment:
        """Give the way into the system's databases."""
        return Environment(self.settings)

    @cached_property
    def _issuer(self) -> Issuer:
        return Issuer(self.settings)

    def token(self, role: str, *sites: str) -> str:
        """Give a token of the system's issuer; a depot's is its commander's, who approves urgent needs."""
        scopes = [Scope.APPROVE_URGENCY] if role == Role.DEPOT else []
        return self._token("@".join([role, *sites]), role, sites, scopes)

    def clerk_token(self, site: str) -> str:
        """Give a token of a depot's clerk, who orders and may not call a need urgent."""
        return self._token(f"clerk@{site}", Role.DEPOT, [site], [])

    def _token(self, name: str, role: str, sites: Sequence[str], scopes: Sequence[str]) -> str:
        return self._issuer.token(Bearer(name, role, "IND", sites, scopes), hours=_TOKEN_HOURS)

    def output(self) -> Path:
        """Give the folder for what the play draws: beside the stack's data, or a new one where they are elsewhere."""
        if not self.is_local:
            return Path(tempfile.mkdtemp(prefix="jvtrack-demo-"))
        folder = self.settings.directory / "plots"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def can_kill(self) -> bool:
        """Tell whether there is a way to kill a service here."""
        return self.is_local or self.killer is not None

    async def kill(self, service: str) -> None:
        """End a service as a power cut would; its supervisor starts it again."""
        if self.killer is not None:
            command = [*self.killer, service]
            await asyncio.to_thread(subprocess.run, command, check=True, timeout=_BACK_SECONDS_MAX)
            return
        process = control.required(self.settings).process(service)
        assert process is not None, service
        os.kill(process.pid, signal.SIGKILL)


def demo_settings() -> StackSettings:
    """Read the settings; without a namespace given, the demo has its own."""
    settings = StackSettings()
    if "namespace" not in settings.model_fields_set:
        # Servers that run elsewhere keep what earlier plays left: there, each play has a namespace of its own.
        name = f"{NAMESPACE}_{clock.now():%Y%m%d%H%M%S}" if settings.servers_elsewhere else NAMESPACE
        return settings.model_copy(update={"namespace": name})
    if not settings.namespace.startswith(NAMESPACE):
        raise SetupError(
            f"JVTRACK_NAMESPACE={settings.namespace} may be a stack that somebody uses, and the demo begins from "
            f"nothing: name one that begins with {NAMESPACE}, or leave the variable out."
        )
    return settings


def require_nobody_there(settings: StackSettings) -> None:
    """Refuse to begin from nothing where a stack runs."""
    if state.is_held(settings):
        raise SetupError(
            f"A stack of namespace {settings.namespace} is running already: end it with `{again(settings, 'down')}`, "
            f"or play against it with `{again(settings, 'demo --against')}`."
        )


@contextmanager
def fresh_stage(settings: StackSettings, *, keep: bool) -> Iterator[Stage]:
    """Start everything from nothing, and stop it at the end unless it is to be kept."""
    stage = Stage(settings, {name: f"http://{HOST}:{port}" for name, port in settings.service_ports.items()})
    fresh = not settings.servers_elsewhere
    if keep:
        control.start_detached(settings, fresh=fresh)
        yield stage
    else:
        # On a leash: even a demo that is killed leaves nothing running.
        stack = Process(_stack_program(settings, fresh=fresh))
        try:
            stack.start()
            _wait_until_up(stack, settings)
            yield stage
        finally:
            stack.stop()


def running_stage(killer: str | None) -> Stage:
    """Find a system that runs already, where `JVTRACK_<SERVICE>_URL` or the stack's ports say."""
    settings = state.as_running(StackSettings())
    is_local = state.running(settings) is not None
    addresses = door_addresses(settings)
    if not is_local:
        require_a_door(addresses)
    return Stage(settings, addresses, killer=shlex.split(killer) if killer else None, is_local=is_local)


def _wait_until_up(stack: Process, settings: StackSettings) -> None:
    try:
        stack.wait_until_serving()
    except SetupError:
        if stack.is_alive():
            raise
        raise SetupError(control.last_words(settings, stack.exit_code())) from None


def _stack_program(settings: StackSettings, *, fresh: bool) -> Program:
    return Program(
        name="the stack",
        command=control.program(fresh=fresh),
        port=settings.inventory_port,
        serves=lambda pid: control.is_ready(settings, pid),
        log=settings.directory / state.LOG,
        environment={**os.environ, **control.as_variables(settings)},
        start_seconds_max=180,
        stop_seconds_max=60,
    )
