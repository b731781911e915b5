"""What a run remembers of itself, so that it can go on after an interruption: seed, faults done, what was counted."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = "run.json"


class Done(BaseModel):
    """One fault that was done, and what came of it."""

    model_config = ConfigDict(frozen=True)

    number: int
    fault: str
    at_event: int
    """How many events had been accepted when it began."""
    measured: Mapping[str, float] = {}
    left_out: str | None = None
    """Why it could not be done here."""
    wrong: str | None = None
    """What did not recover."""


class Progress(BaseModel):
    """How far a run has come."""

    scale: str
    seed: int
    brokers: int = 1
    starts: int = 0
    """How often it was begun or gone on with."""
    seconds: float = 0.0
    """How long it has run, all starts together."""
    done: tuple[Done, ...] = ()
    counted: Mapping[str, int] = {}
    tried: Mapping[str, int] = {}


def recall(directory: Path) -> Progress | None:
    """Read what a folder's run has come to; nothing if there is none."""
    try:
        return Progress.model_validate(json.loads((directory / FILE).read_text()))
    except FileNotFoundError:
        return None


def remember(directory: Path, progress: Progress) -> None:
    """Write down how far a run has come."""
    fresh = directory / f"{FILE}.new"
    fresh.write_text(progress.model_dump_json(indent=1))
    fresh.rename(directory / FILE)
