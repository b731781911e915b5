"""A signal that any number of waiters can wait for: something has changed."""

import asyncio


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
