"""What a phase finds, and how it is kept: as JSON, at once, so that an interrupted run goes on where it was."""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.smoke.figures import Figure
from shared.clock import now

OURS = "JVTrack"
_MACHINE = ("cpu", "memory", "kernel", "python")
_COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing measured of one or several contenders."""

    title: str
    unit: str
    figures: Mapping[str, Figure]
    more_is_better: bool = True
    aim: str = ""
    """What JVTrack is to reach."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How something changes with what is stored: a value at each size."""

    title: str
    unit: str
    points: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What one phase has measured."""

    lines: Sequence[Line] = ()
    notes: Sequence[str] = ()
    curves: Sequence[Curve] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured, and where its servers keep their data."""

    home: Path
    repetitions: int
    seconds: float
    rows_max: int
    console: Console


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the benchmark that can be run alone: it starts what it needs and leaves nothing behind."""

    name: str
    title: str
    run: Callable[[Plan], Found]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a phase has found, of which commit, and on which day."""

    found: Found
    commit: str
    day: str


@dataclass(slots=True)
class Kept:
    """The readings of phases that ran on this machine and at this length; others are not seen."""

    folder: Path
    facts: Mapping[str, str]
    length: Mapping[str, float]
    _key: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Note what readings must agree in."""
        self._key = {**{name: self.facts[name] for name in _MACHINE}, **self.length}

    def get(self, phase: str) -> Found | None:
        """Give what a phase has found of this commit."""
        newest = self.newest(phase)
        return newest.found if newest and newest.commit == self.facts[_COMMIT] else None

    def newest(self, phase: str) -> Reading | None:
        """Give what a phase has found last, of whichever commit."""
        try:
            kept = json.loads(self._path(phase).read_text())
        except FileNotFoundError:
            return None
        if kept["key"] != self._key:
            return None
        return Reading(_read(kept["found"]), kept["machine"][_COMMIT], kept["at"][:10])

    def put(self, phase: str, found: Found) -> None:
        """Keep what a phase has found."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {"key": self._key, "machine": self.facts, "at": now().isoformat(), "found": dataclasses.asdict(found)}
        fresh = self._path(phase).with_suffix(".new")
        fresh.write_text(json.dumps(kept, indent=1))
        fresh.replace(self._path(phase))

    def forget(self, phase: str) -> None:
        """Let a phase be measured anew."""
        self._path(phase).unlink(missing_ok=True)

    def _path(self, phase: str) -> Path:
        return self.folder / f"{phase}.json"


def _read(found: Mapping[str, Any]) -> Found:
    return Found(
        lines=[
            Line(**{**line, "figures": {name: Figure(**figure) for name, figure in line["figures"].items()}})
            for line in found["lines"]
        ],
        notes=found["notes"],
        curves=[
            Curve(curve["title"], curve["unit"], {int(size): value for size, value in curve["points"].items()})
            for curve in found["curves"]
        ],
    )


def of_contenders(
    title: str, unit: str, readings: Mapping[str, Sequence[float]], *, aim: str = "", more: bool = True
) -> Line:
    """Put the readings of several contenders side by side."""
    return Line(title, unit, {name: Figure(name, unit, values) for name, values in readings.items()}, more, aim)


def of_runs(
    title: str, unit: str, runs: Sequence[Mapping[str, float]], key: str, *, aim: str = "", more: bool = True
) -> Line:
    """Take one of JVTrack's readings out of every repetition."""
    return Line(title, unit, {OURS: Figure(title, unit, [run[key] for run in runs])}, more, aim)
