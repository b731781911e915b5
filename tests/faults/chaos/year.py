"""Simulated years beside the load: what a seed draws of demand, making and failures, played through the doors.

A year that is broken off by a fault goes on as its command does: what it has posted already is told before.
"""

import asyncio
import math
from datetime import timedelta

from jvtrack.client import JVTrackError
from jvtrack.simulate.ground import SEED_MAX, Size
from jvtrack.simulate.play import play
from jvtrack.simulate.tally import Tally
from jvtrack.simulate.year import draw_year
from shared import clock
from tests.fixtures.system import System

TOKEN_HOURS = 96
_AGAIN_SECONDS = 1.0


class SimulatedYears:
    """One year after the other, each of a seed of its own."""

    def __init__(self, system: System, seed: int) -> None:
        self._system = system
        self._seed = seed
        self.days = 0
        """Simulated days that have passed, of all years."""
        self.broken_off = 0
        """How often a year was broken off, and gone on with."""

    async def run(self, per_second: float) -> None:
        """Play until told to end."""
        while True:
            await self._play_one(self._size(), per_second)
            self._seed += 1

    def _size(self) -> Size:
        yesterday = clock.now().date() - timedelta(days=1)
        seed = self._seed % (SEED_MAX + 1)
        return Size(seed=seed, end=yesterday, parts=10, depots=2, factories=1, suppliers=1, tails=4)

    async def _play_one(self, size: Size, per_second: float) -> None:
        year = draw_year(size)
        addresses = {service: self._system.url(service) for service in self._system.services}
        while True:
            try:
                await play(
                    year, addresses, self._token, per_second=per_second, seconds_max=math.inf, passed=self._passed
                )
            except JVTrackError:
                self.broken_off += 1
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return

    def _token(self, role: str, *sites: str) -> str:
        return self._system.token(role, *sites, hours=TOKEN_HOURS)

    def _passed(self, _day: int, _tally: Tally) -> None:
        self.days += 1
