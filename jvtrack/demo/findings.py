"""What the play shows, and how long it waits to see it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from shared import clock

SEEN_SECONDS_MAX = 30.0
_LOOK_SECONDS = 0.1

T = TypeVar("T")


class NeverSeenError(Exception):
    """Something that had to happen was not seen in time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a scene showed: what, how it came out, and whether that is as it must be."""

    what: str
    outcome: str
    holds: bool = True


async def seen(what: str, look: Callable[[], Awaitable[T | None]], *, seconds_max: float = SEEN_SECONDS_MAX) -> T:
    """Look until there is something to see; false and None are nothing."""
    deadline = clock.monotonic() + seconds_max
    while not (found := await look()):
        if clock.monotonic() > deadline:
            raise NeverSeenError(f"{what}: not seen within {seconds_max:.0f} s")
        await asyncio.sleep(_LOOK_SECONDS)
    return found
