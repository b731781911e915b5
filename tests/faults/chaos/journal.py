"""The client's own journal: every request that came to an end, and what it was answered; written as it happens."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from shared import clock

_AGAIN = 200
"""What a door answers to what it has accepted before."""


class Entry(NamedTuple):
    """One request, or one line of many, and its last answer."""

    at: float
    """POSIX time of the answer."""
    door: str
    """Which sort of request: event, order, cancel, slip, platform, inspection, minimum."""
    name: str
    """By which the service knows it again: source and id, order, idempotency key."""
    status: int
    told: str
    """What the answer said that it became: an event, an order, a movement; or the problem."""
    tries: int

    @property
    def is_accepted(self) -> bool:
        """Whether the answer promised that it is booked."""
        return self.status < 300


class Journal:
    """A file that only grows; what was answered before an interruption still counts after it."""

    def __init__(self, path: Path) -> None:
        self.accepted = 0
        """Events that were accepted for the first time."""
        self.lines = 0
        for entry in entries(path):
            self._count(entry)
        _cut_off(path)
        self._file: TextIO = path.open("a", buffering=1)

    def note(self, door: str, name: str, status: int, *, told: str, tries: int) -> None:
        """Write down a final answer."""
        entry = Entry(clock.now().timestamp(), door, name, status, told, tries)
        self._file.write(json.dumps(entry) + "\n")
        self._count(entry)

    def close(self) -> None:
        """Write down nothing more."""
        self._file.close()

    def _count(self, entry: Entry) -> None:
        self.lines += 1
        self.accepted += entry.is_accepted and entry.status != _AGAIN


def entries(path: Path) -> Iterator[Entry]:
    """Read a journal; a last line that was cut off in the middle was answered to nobody."""
    if not path.exists():
        return
    with path.open() as file:
        for line in file:
            if line.endswith("\n"):
                yield Entry(*json.loads(line))


def _cut_off(path: Path) -> None:
    """Take away a last line without an end, so that the next one begins a line."""
    if path.exists():
        content = path.read_bytes()
        path.write_bytes(content[: content.rfind(b"\n") + 1])
