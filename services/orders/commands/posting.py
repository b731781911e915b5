"""What depots say of their platforms, down or up: many posts decided in one transaction, each answered on its own.

The order of locks is the same in every transaction: idempotency keys, then tails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.fleet import Fleet
from services.orders.domain.platforms import UP, Change, Standing, Tail, TailName, TailUnknown, post
from services.orders.schemas.platforms import Down, Up
from services.orders.settings import OrdersSettings
from services.orders.store import lookups
from services.orders.store import platforms as store
from shared import clock
from shared.errors import Refusal
from shared.http import rights
from shared.http.idempotency import Claim, StoredAnswer, decide_once
from shared.http.tokens import Principal
from shared.observe import tracing
from shared.types import SiteId


@dataclass(frozen=True, slots=True)
class Post:
    """What a depot says of a platform, as it came to the door, and from whom."""

    name: TailName
    body: Up | Down
    principal: Principal
    claim: Claim
    trace: tracing.Trace | None

    @property
    def change(self) -> Change:
        """Read what it says."""
        standing = Standing(self.body.cause, self.body.awaiting_parts) if isinstance(self.body, Down) else UP
        return Change(self.body.since, standing, self.body.corrects)


class Poster:
    """Decides groups of posts."""

    def __init__(self, settings: OrdersSettings) -> None:
        self._ahead = timedelta(seconds=settings.clock_ahead_seconds_max)

    async def decide(self, session: AsyncSession, posts: Sequence[Post]) -> list[StoredAnswer | Refusal]:
        """Answer each post: as it was answered before, or as it is decided now."""
        return await decide_once(session, posts, self._decide)

    async def _decide(self, session: AsyncSession, posts: Sequence[Post]) -> dict[Claim, StoredAnswer | Refusal]:
        names = {each.name for each in posts}
        fleet = Fleet(await store.lock(session, names))
        nations = await _nations(session, [fleet.tail(name) for name in names])
        latest = clock.now() + self._ahead
        refusals: dict[Claim, Refusal] = {}
        for each in posts:
            tail = fleet.tail(each.name)
            try:
                _check_rights(each.principal, tail, nations)
                fleet.decide(post(tail, each.change, latest=latest), each.principal.subject, each.trace)
            except Refusal as refusal:
                refusals[each.claim] = refusal
        await fleet.settle(session)
        shown = await store.show(session, names)
        return {
            each.claim: refusals.get(each.claim) or StoredAnswer(200, shown[each.name].model_dump_json().encode())
            for each in posts
        }


async def _nations(session: AsyncSession, tails: Sequence[Tail]) -> dict[SiteId, str]:
    sites = await lookups.sites(session, [tail.site for tail in tails])
    return {site: copy.country for site, copy in sites.items()}


def _check_rights(principal: Principal, tail: Tail, nations: dict[SiteId, str]) -> None:
    """Refuse who may not post for the platform's depot; one that may not be seen is as good as unknown."""
    nation = nations.get(tail.site)
    if nation is None or not rights.may_plan(principal, tail.site, nation):
        raise TailUnknown(platform=tail.platform, tail_number=tail.tail_number)
    rights.require_write(principal, tail.site, nation)
