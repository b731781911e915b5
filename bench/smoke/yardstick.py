"""A fixed piece of work, timed on every core at once: whether the machine is still what it was when it began."""

import hashlib
import json
import multiprocessing
import os
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from shared.clock import monotonic

TIMES = 9
_ROUNDS = 8_000
_EVENT = {
    "lot": "F-01:L-0001",
    "part": "P-0001",
    "site": "D-01",
    "quantity": 12,
    "serials": [f"S{n}" for n in range(8)],
}
WHAT = f"{_ROUNDS:,} events written as JSON, read and hashed, on every core at once"


def piece_ms() -> float:
    """Time the piece on all cores at once; gives the median of all, in milliseconds."""
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as workers:
        return statistics.median(time for times in workers.map(_timed, [TIMES] * cores) for time in times)


def _timed(times: int) -> Sequence[float]:
    """Time the piece so many times, in milliseconds."""
    found = []
    for _ in range(times):
        begun = monotonic()
        for _ in range(_ROUNDS):
            hashlib.sha256(json.dumps(json.loads(json.dumps(_EVENT))).encode()).digest()
        found.append((monotonic() - begun) * 1000)
    return found
