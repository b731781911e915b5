"""The play of a simulated year: day after day, what is planned and what comes of it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from jvtrack.client import JVTrack, Patience
from jvtrack.client.answers.orders import WorkOrderOfOrder
from jvtrack.simulate.agenda import Agenda
from jvtrack.simulate.files import import_ground
from jvtrack.simulate.making import Makers
from jvtrack.simulate.people import Pace, People
from jvtrack.simulate.serving import Depots, Followed
from jvtrack.simulate.tally import Summary, Tally, summed
from jvtrack.simulate.year import Year
from shared import clock

AT_ONCE = 8
"""Parts that are looked after at once."""
_PATIENCE = Patience(seconds_max=60.0)
DayPassed = Callable[[int, Tally], None]
"""Is told how many days have passed, and what was counted so far."""


async def play(
    year: Year,
    addresses: Mapping[str, str],
    token: Callable[..., str],
    *,
    per_second: float,
    seconds_max: float,
    passed: DayPassed,
) -> Summary:
    """Play a year; what an earlier play of it has posted is not posted twice."""
    begun = clock.monotonic()
    connection = JVTrack(
        token=token("operator"),
        orders=addresses["orders"],
        production=addresses["production"],
        inventory=addresses["inventory"],
        patience=_PATIENCE,
    )
    async with connection:
        people = People.gather(year.ground, connection, token, Pace(per_second))
        with TemporaryDirectory() as folder:
            await import_ground(year.ground, Path(folder), operator=people.operator, planner=people.planner)
        player = Player(year, people)
        days = await player.play(begun + seconds_max, passed)
        return player.summary(days, clock.monotonic() - begun)


class Player:
    """A year under way."""

    def __init__(self, year: Year, people: People) -> None:
        self._year = year
        self._people = people
        self._tally = Tally()
        self._agenda = Agenda(at_once=AT_ONCE)
        self._depots = Depots(year, people, self._tally, asked=self._asked)
        self._makers = Makers(year.ground, people, self._agenda, self._tally, receive=self._depots.receive)
        for order in year.orders:
            self._agenda.add(order.moment, order.part, partial(self._depots.order, order))
        for lot in year.lots:
            self._agenda.add(lot.moment, lot.part, partial(self._makers.make_for_stock, lot))

    async def play(self, deadline: float, passed: DayPassed) -> int:
        """Let day after day pass; gives how many have, when all have or the time is over."""
        days = self._year.ground.size.days
        for day in range(1, days + 1):
            await self._agenda.do_until(day)
            self._depots.now = float(day)
            await self._depots.release()
            passed(day, self._tally)
            if clock.monotonic() > deadline and day < days:
                return day
        await self._depots.look_again()
        await self._depots.release()
        return days

    def summary(self, days: int, seconds: float) -> Summary:
        """Tell what has come of it; tails that still stand still have stood so until the last day."""
        size, down, pace = self._year.ground.size, self._depots.down.values(), self._people.pace
        self._tally.days_down += sum(days - waiting.since for waiting in down)
        return {
            "seed": size.seed,
            "end": str(size.end),
            "days": size.days,
            "days_played": days,
            **summed(self._tally, tails_down=len(down)),
            "posted": pace.posted,
            "repeated": pace.repeated,
            "seconds": seconds,
        }

    def _asked(self, work_order: WorkOrderOfOrder, followed: Followed, moment: float) -> None:
        planned = followed.planned
        self._makers.take_on(work_order, part=planned.part, depot=planned.depot, moment=moment)
