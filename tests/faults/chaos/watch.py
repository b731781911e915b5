"""Watches every process of a run: what its loops have counted, and how much memory it holds."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import linear_regression, median

import httpx

from bench.smoke.machine import resident_mib
from deploy.local.ports import HOST
from deploy.local.process import Process
from shared import clock
from tests.faults.chaos.exposed import Exposed

COUNTED: Mapping[str, str] = {
    "jvtrack_duplicates_total": "duplicates dropped",
    "jvtrack_batch_retries_total": "batches rolled back and tried again",
    "jvtrack_fenced_batches_total": "stale owners fenced",
    "jvtrack_publish_failures_total": "relay cycles failed",
    "jvtrack_rebalances_total": "assignments of partitions",
    "jvtrack_applied_total": "facts applied",
    "jvtrack_published_total": "facts published",
    "jvtrack_holes_total": "holes found",
    "jvtrack_forks_total": "forks found",
}
REQUIRED = tuple(COUNTED)[:7]
"""What a whole run must have seen at least once."""
NEVER = ("jvtrack_forks_total",)
"""What no fault explains: no database of ours went back in time."""
_SECONDS = 1.0
_WEIGHED_SECONDS = 10.0
"""How far apart memory is weighed."""
_SHOWN_SECONDS_MAX = 2.0
_WARM_SECONDS = 20.0
"""How long a process runs before its memory counts: it is still filling its caches and pools before."""
_SAMPLE = re.compile(r"^(jvtrack_\w+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of `/metrics`."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Memory:
    """How much one process, by name, held over the run."""

    name: str
    samples: int
    median_mib: float
    most_mib: float
    longest_minutes: float
    """How long the one that lived longest did, once it was warm."""
    mib_per_hour: float
    """Slope over the second half of that life, when its caches are full; nan of too few samples."""
    behind: int
    """The most facts that waited to be applied: what Kafka's client holds of them counts as memory."""


@dataclass(slots=True)
class Watch:
    """What was seen so far."""

    everything: Exposed
    http: httpx.AsyncClient
    _counted: dict[tuple[str, int], Mapping[str, float]] = field(default_factory=dict)
    _held: dict[str, dict[int, list[tuple[float, float]]]] = field(default_factory=dict)
    """By name and pid: moments, and the MiB held then."""
    _born: dict[tuple[str, int], float] = field(default_factory=dict)
    _behind: Counter[str] = field(default_factory=Counter)
    _weighed_next: float = 0.0

    async def run(self) -> None:
        """Look at every process again and again, until cancelled."""
        while True:
            if clock.monotonic() >= self._weighed_next:
                self._weighed_next = clock.monotonic() + _WEIGHED_SECONDS
                # In a thread: the kernel needs half a second for what PostgreSQL's sessions share, and the way to the
                # servers leads through this loop.
                await asyncio.to_thread(self._weigh_all)
            await asyncio.gather(*(self.look(name) for name in self.everything.system.processes))
            await asyncio.sleep(_SECONDS)

    async def look(self, name: str) -> list[Sample]:
        """Read what a process of a service shows of itself; nothing if it does not answer."""
        process = self.everything.system.processes[name]
        pid = process.pid or 0
        try:
            url = f"http://{HOST}:{process.program.port}/metrics"
            shown = (await self.http.get(url, timeout=_SHOWN_SECONDS_MAX)).text
        except httpx.HTTPError:
            return []
        samples = list(read(shown))
        totals: Counter[str] = Counter()
        for sample in samples:
            if sample.name in COUNTED:
                totals[sample.name] += sample.value  # type: ignore[assignment]  # a Counter holds floats as well
        self._counted[name, pid] = totals
        waiting = sum(sample.value for sample in samples if sample.name == "jvtrack_lag_events")
        self._behind[name] = max(self._behind[name], int(waiting))
        return samples

    async def readiness(self, name: str) -> str | None:
        """Ask a process why it is not ready; nothing if it is."""
        port = self.everything.system.processes[name].program.port
        try:
            answer = await self.http.get(f"http://{HOST}:{port}/health/ready", timeout=_SHOWN_SECONDS_MAX)
        except httpx.HTTPError as error:
            return f"{name} does not answer ({type(error).__name__})"
        return None if answer.status_code == 200 else f"{name}: {answer.text}"

    def counted(self) -> Mapping[str, int]:
        """Add up what all processes that ever ran have counted, as far as they were seen."""
        return {name: int(sum(seen.get(name, 0) for seen in self._counted.values())) for name in COUNTED}

    def restore(self, counted: Mapping[str, int]) -> None:
        """Go on from what was counted before an interruption."""
        self._counted["before", 0] = dict(counted)

    def memory(self) -> list[Memory]:
        """Say what every process held, and how that has changed."""
        return [memory(name, list(lives.values()), behind=self._behind[name]) for name, lives in self._held.items()]

    def _weigh_all(self) -> None:
        for name, process in list(self.everything.processes.items()):
            self._weigh(name, process)

    def _weigh(self, name: str, process: Process) -> None:
        now, pid = clock.monotonic(), process.pid or 0
        born = self._born.setdefault((name, pid), now)
        if process.is_alive() and now - born > _WARM_SECONDS:
            mib = resident_mib(pid, children=name == "postgres")
            if mib:
                self._held.setdefault(name, {}).setdefault(pid, []).append((now, mib))


def read(shown: str) -> Iterable[Sample]:
    """Read the text of `/metrics`."""
    for name, labels, value in _SAMPLE.findall(shown):
        yield Sample(name, dict(_LABEL.findall(labels)), float(value))


def memory(name: str, lives: Sequence[Sequence[tuple[float, float]]], *, behind: int = 0) -> Memory:
    """Say what the processes of one name held, each for as long as it lived: its moments, and the MiB held then."""
    amounts = [mib for life in lives for _, mib in life]
    longest = max(lives, key=lambda life: life[-1][0] - life[0][0])
    lived = longest[-1][0] - longest[0][0]
    late = [(moment, mib) for moment, mib in longest if moment >= longest[0][0] + lived / 2]
    slope = linear_regression(*zip(*late, strict=True)).slope * 3600 if len(late) > 1 else float("nan")
    return Memory(name, len(amounts), median(amounts), max(amounts), lived / 60, slope, behind)
