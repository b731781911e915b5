"""Every metric is written down for who builds dashboards and alerts on it: its kind, its labels, what it says."""

import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from services.monitor.queries.asking import ASKED
from shared.observe.metrics import BackboneMetrics, HttpMetrics

WRITTEN = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
_ROW = re.compile(r"^\| `(jvtrack_\w+)` \| (\w+) \|([^|]*)\| ([^|]+) \| (?:database|process) \|$", re.MULTILINE)


def shown() -> dict[str, tuple[str, list[str], str]]:
    """Give every metric that a process makes: its kind, its labels, what it says."""
    registry = CollectorRegistry()
    made = {**vars(BackboneMetrics(registry)), **vars(HttpMetrics(registry))}
    found = {}
    for metric in made.values():
        ending = "_total" if metric._type == "counter" else ""
        found[metric._name + ending] = (metric._type, list(metric._labelnames), metric._documentation)
    return found


def test_what_is_written_down_is_what_is_shown() -> None:
    written = {name: (kind, re.findall(r"`(\w+)`", labels), says) for name, kind, labels, says in _ROW.findall(WRITTEN)}

    assert written == shown()


def test_monitor_asks_for_metrics_that_there_are() -> None:
    known = {name + ("_bucket" if kind == "histogram" else "") for name, (kind, _, _) in shown().items()}

    assert set(ASKED) - known == set()
