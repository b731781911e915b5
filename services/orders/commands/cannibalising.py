"""Taking a part from a platform that stands still anyway: who may be asked for it, and what is kept of it.

The order of locks is that of every work on orders, then tails: of two that take the same part from the same platform
at once, the second finds that it waits for the part itself.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.deciding import Work
from services.orders.domain import cannibalising
from services.orders.domain.cannibalising import Donor
from services.orders.domain.expediting import Actor
from services.orders.domain.order import Order
from services.orders.domain.platforms import PlatformUnregistered, TailName
from services.orders.domain.pricing import Cannibalised
from services.orders.schemas.expediting import Cannibalise
from services.orders.store import lookups, platforms
from services.orders.store.platforms import Kept
from shared import clock
from shared.http import rights
from shared.http.tokens import Principal
from shared.types import SiteId


async def cannibalise(
    session: AsyncSession, work: Work, order: Order, body: Cannibalise, *, principal: Principal
) -> None:
    """Take the part from the donor, which waits for the order then; who gets it waits for its depot's word alone."""
    receiver, name = _pair(order, body)
    donor = await _donor(session, order, name, principal, found=await platforms.lock(session, [receiver, name]))
    work.decide(cannibalising.cannibalise(order, donor, actor=Actor(principal.subject, body.reason)))
    await platforms.give(session, receiver, at=clock.now())


async def supposed(session: AsyncSession, order: Order, body: Cannibalise, principal: Principal) -> Cannibalised:
    """Say which platform would get the part of which, or refuse: nothing is locked, and nothing written."""
    receiver, name = _pair(order, body)
    donor = await _donor(session, order, name, principal, found=await platforms.look(session, [receiver, name]))
    return Cannibalised(cannibalising.receiver_of(order, donor), donor.name)


def _pair(order: Order, body: Cannibalise) -> tuple[TailName, TailName]:
    """Name who waits, and who is to give."""
    receiver = cannibalising.waiting(order)
    return receiver, TailName(receiver.platform, body.donor)


async def _donor(
    session: AsyncSession, order: Order, name: TailName, principal: Principal, *, found: Mapping[TailName, Kept]
) -> Donor:
    """Look how the donor and who waits stand; one that is not the asker's to see is as good as unregistered."""
    if name not in found or not await _may_strip(session, found[name].tail.site, principal):
        raise PlatformUnregistered(platform=name.platform, tail_number=name.tail_number).at("donor")
    grounded = await platforms.awaiting(session, found, order.part)
    return Donor(name, grounded, lacks_part=await platforms.lacks(session, name, order.part))


async def _may_strip(session: AsyncSession, home: SiteId, principal: Principal) -> bool:
    """Tell whether a donor's depot, if it has one by now, is the asker's to plan for: whose is, sees the donor, too."""
    known = (await lookups.sites(session, [home])).get(home)
    return known is not None and rights.may_plan(principal, home, known.country)
