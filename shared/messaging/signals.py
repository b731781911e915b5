"""What loops wait for: a signal for any number of waiters, and the first of several things to happen."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Signal:
    """Wakes everyone who waits, every time it is set."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake all who wait now."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next time that it is set."""
        await self._event.wait()

    def clear(self) -> None:
        """Do nothing: a signal is never left set."""


async def any_of(*waits: Coroutine[Any, Any, object], seconds: float | None = None) -> None:
    """Wait until one of these has happened, or the time is over."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
