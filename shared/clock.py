"""The only place that reads the time."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Read the wall clock, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Read the clock that never jumps, in seconds, for durations and deadlines."""
    return time.monotonic()
