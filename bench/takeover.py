"""How soon another process publishes when the one that does is killed or frozen, and nothing else is disturbed.

`python -m bench.takeover [BROKERS]` runs the whole system on this machine with two processes of orders, kills the one
that leads its relay again and again, then freezes it as often, and prints the seconds until the other one leads. What
chaos shows beside that is what a busy machine adds.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.smoke import machine
from bench.smoke.figures import percentile
from deploy.local import state
from deploy.local.control import start_detached, stop
from deploy.local.ports import HOST
from deploy.local.probes import is_ready
from deploy.local.settings import StackSettings
from shared.clock import monotonic

TIMES = 10
"""How often each is done."""
_LEADS = "jvtrack_relay_leader 1.0"
_SECONDS_MAX = 60.0
_POLL_SECONDS = 0.01
_CALM_SECONDS = 8.0
"""How long all is left alone before the next one."""
_SIGNALS = {signal.SIGKILL: "killed", signal.SIGSTOP: "frozen"}


def main() -> None:
    """Measure, and print a table."""
    brokers = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="jvtrack-takeover-") as home:
        for name, fact in machine.facts(Path(home)).items():
            print(f"{name}: {fact}")
        settings = StackSettings(home=Path(home), namespace="takeover", brokers=brokers, replicas="orders=2")
        with _running(settings):
            took = {each: [_taken_over(settings, each) for _ in range(TIMES)] for each in _SIGNALS}
    print(f"\nbrokers: {brokers}; two processes of orders, nothing posted\n")
    print("| the leader is | times | p50 s | most s |")
    print("| --- | ---: | ---: | ---: |")
    for each, seconds in took.items():
        print(f"| {_SIGNALS[each]} | {TIMES} | {percentile(sorted(seconds), 0.5):.2f} | {max(seconds):.2f} |")


@contextmanager
def _running(settings: StackSettings) -> Iterator[None]:
    start_detached(settings)
    try:
        yield
    finally:
        stop(settings)


def _taken_over(settings: StackSettings, by: signal.Signals) -> float:
    """End or freeze the leader once all is calm; gives the seconds until the other one leads."""
    ports = {each.name: each.port for each in settings.service_replicas if each.service == "orders"}
    _until(lambda: all(is_ready(port) for port in ports.values()))
    time.sleep(_CALM_SECONDS)
    leader = next(name for name, port in ports.items() if _leads(port))
    running = state.running(settings)
    process = running.process(leader) if running else None
    assert process is not None, "its supervisor looks after it"
    (other,) = (port for name, port in ports.items() if name != leader)
    begun = monotonic()
    os.kill(process.pid, by)
    try:
        _until(lambda: _leads(other))
        return monotonic() - begun
    finally:
        if by is signal.SIGSTOP:
            os.kill(process.pid, signal.SIGCONT)


def _leads(port: int) -> bool:
    try:
        return _LEADS in httpx.get(f"http://{HOST}:{port}/metrics", timeout=1.0).text.splitlines()
    except httpx.HTTPError:
        return False


def _until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + _SECONDS_MAX
    while not is_so():
        if monotonic() > deadline:
            raise TimeoutError(f"nobody took over within {_SECONDS_MAX:.0f} s")
        time.sleep(_POLL_SECONDS)


if __name__ == "__main__":
    main()
