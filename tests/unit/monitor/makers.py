"""Processes as they are seen, for tests."""

from collections.abc import Mapping

from services.monitor.domain.board import Board, board
from services.monitor.domain.findings import Bounds
from services.monitor.domain.looks import Look, Sample, Watched

BOUNDS = Bounds(late_seconds=5.0, unpublished_seconds=5.0, clock_seconds=120.0, habit_hours=6, silence_factor=1.5)
GROUP = "jvtrack.inventory.deciders"
HEARS = {"group": GROUP, "topic": "production.v1"}


def sample(name: str, **of: object) -> Sample:
    """Name a number that a process shows."""
    return Sample(f"jvtrack_{name}", frozenset((label, str(value)) for label, value in of.items()))


def look(at: float, shown: Mapping[Sample, float] | None = None, **troubles: str) -> Look:
    """Make a look at a process that answers."""
    return Look(at, answers=True, troubles=troubles, samples=shown or {})


def gone(at: float) -> Look:
    """Make a look at a process that does not answer."""
    return Look(at, answers=False, troubles={}, samples={})


def watched(name: str, *looks: Look) -> Watched:
    """Make a process that was looked at."""
    answered = [each.at for each in looks if each.answers]
    return Watched(name, looks, answered_at=answered[-1] if answered else 0.0)


def seen(**shown: Mapping[Sample, float]) -> Board:
    """Put a board together of processes that answer, each with what it shows."""
    return board(watched(name, look(1.0, numbers)) for name, numbers in shown.items())
