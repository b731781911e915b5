"""What was measured on: the machine, what else it was doing, and what its processes use."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from shared.clock import monotonic

_TICKS = os.sysconf("SC_CLK_TCK")
_SYNCS = 50


def facts(folder: Path) -> Mapping[str, str]:
    """Describe the machine, and the folder that the servers keep their data in."""
    cpu = _field("/proc/cpuinfo", "model name") or platform.processor()
    memory = int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "cpu": f"{cpu}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{memory:.1f} GiB",
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "commit": commit.stdout.strip() or "none",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "fsync of 4 KiB": f"{_fsync_ms(folder):.2f} ms (median of {_SYNCS})",
    }


def cpu_seconds(pid: int, *, children: bool = False) -> float:
    """Tell how much CPU a process has used; with children, also those that live or were waited for."""
    used = 0.0
    for each in (pid, *(_children(pid) if children else ())):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks = fields[11:15] if children and each == pid else fields[11:13]
        used += sum(map(int, ticks)) / _TICKS
    return used


def resident_mib(pid: int, *, children: bool = False) -> float:
    """Tell how much memory a process holds; what children share with it counts once (proportional set size)."""
    if not children:
        return _kib(f"/proc/{pid}/status", "VmRSS") / 1024
    return sum(_kib(f"/proc/{each}/smaps_rollup", "Pss") for each in (pid, *_children(pid))) / 1024


def most_mib(pid: int) -> float:
    """Tell how much memory a process has held at most."""
    return _kib(f"/proc/{pid}/status", "VmHWM") / 1024


def _children(pid: int) -> Iterable[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _kib(file: str, name: str) -> float:
    return float((_field(file, name) or "0 kB").split()[0])


def _field(file: str, name: str) -> str | None:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), None)


def _fsync_ms(folder: Path) -> float:
    folder.mkdir(parents=True, exist_ok=True)
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            begun = monotonic()
            os.fsync(file.fileno())
            times.append((monotonic() - begun) * 1000)
    return statistics.median(times)
