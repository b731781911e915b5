"""How often a call is tried: with growing pauses, as long as the service asks, and within a bound of time."""

import asyncio
import random
from dataclasses import dataclass

from jvtrack.client.problems import CallError
from shared import clock


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call is tried again, and how soon; `seconds_max=0` tries once."""

    seconds_max: float = 30.0
    pause_seconds_first: float = 0.1
    pause_seconds_max: float = 2.0


class Tries:
    """The tries of one call."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget past failures: the call has got somewhere."""
        self._deadline = clock.monotonic() + self._patience.seconds_max
        self._pause = self._patience.pause_seconds_first

    async def pause(self, failure: CallError) -> None:
        """Wait before the next try; raise the failure when the time would be over by then."""
        jitter = 1 + random.random() / 2  # noqa: S311  # spreads clients out, hides nothing
        seconds = max(self._pause * jitter, failure.retry_after or 0)
        if clock.monotonic() + seconds > self._deadline:
            raise failure
        await asyncio.sleep(seconds)
        self._pause = min(self._pause * 2, self._patience.pause_seconds_max)
