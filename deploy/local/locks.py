"""Locks between processes of this machine; the kernel gives a dead holder's lock back."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shared.clock import monotonic

_POLL_SECONDS = 0.02


@contextmanager
def locked(path: Path) -> Iterator[BinaryIO]:
    """Hold a lock file alone, waiting for whoever holds it."""
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


@contextmanager
def locked_now(path: Path, *, patience_seconds: float = 0) -> Iterator[BinaryIO]:
    """Hold a lock file alone, or raise BlockingIOError when another process keeps it."""
    deadline = monotonic() + patience_seconds
    with _opened(path) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() >= deadline:
                    raise
                time.sleep(_POLL_SECONDS)
        yield file


def is_locked(path: Path) -> bool:
    """Tell whether a process holds the lock file; any number may ask at once, who may read the file."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _opened(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")
