"""Who acts in a simulated year, each with a token of their own, and the pace at which they post."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from jvtrack.client import EventAccepted, JVTrack, ProblemError, Report
from jvtrack.simulate.ground import Ground
from shared import clock
from shared.events.factory import FactoryFact
from shared.http.tokens import Role
from shared.types import SiteId

TOLD_BEFORE = frozenset({"event-id-reused", "idempotency-key-reused", "change-before-last", "platform-already-up"})
"""How doors answer what an earlier play has posted already, in a moment that has passed since."""

A = TypeVar("A")


@dataclass(slots=True)
class Pace:
    """Lets through so many posts a second, and counts them."""

    per_second: float
    posted: int = 0
    """Posts that were answered well."""
    repeated: int = 0
    """What was found to be posted by an earlier play."""
    _next: float = field(default_factory=clock.monotonic)

    async def post(self, send: Callable[[], Awaitable[A]]) -> A | None:
        """Post when it is its turn; nothing where it was told before."""
        turn = max(self._next, clock.monotonic())
        self._next = turn + 1 / self.per_second
        await asyncio.sleep(turn - clock.monotonic())
        try:
            answer = await send()
        except ProblemError as problem:
            if problem.slug not in TOLD_BEFORE:
                raise
            self.repeated += 1
            return None
        self.posted += 1
        return answer


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in the year."""

    operator: JVTrack
    planner: JVTrack
    buyer: JVTrack
    depots: Mapping[SiteId, JVTrack]
    factories: Mapping[SiteId, JVTrack]
    pace: Pace

    @classmethod
    def gather(cls, ground: Ground, connection: JVTrack, token: Callable[..., str], pace: Pace) -> "People":
        """Give everybody a token; all share one set of connections."""

        def acting(role: Role, *sites: SiteId) -> JVTrack:
            return connection.acting_as(token(role.value, *sites))

        return cls(
            operator=acting(Role.OPERATOR),
            planner=acting(Role.PLANNER),
            buyer=acting(Role.PROCUREMENT),
            depots={site: acting(Role.DEPOT, site) for site in ground.depots},
            factories={site: acting(Role.FACTORY, site) for site in ground.factories},
            pace=pace,
        )

    async def report(self, site: SiteId, fact: FactoryFact, event: str) -> bool:
        """Tell what happened at a factory, or at a supplier in its name; tells whether it was new.

        It carries no time of its own: the door marks a clock that is a year behind as wrong.
        """
        teller = self.factories.get(site, self.buyer)
        report = Report(f"/{site}/simulation", fact, id=event, time=None)

        async def send() -> EventAccepted:
            return await teller.production.post(report)

        accepted = await self.pace.post(send)
        if accepted is None or accepted.status != "accepted":
            self.pace.repeated += accepted is not None
            return False
        return True
