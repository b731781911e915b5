"""What it would cost others to expedite an order: the snapshot that is asked about, and what of it may be shown."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain import pricing
from services.orders.domain.asking import refuse_cancelled, refuse_settled
from services.orders.domain.comparison import Comparison
from services.orders.domain.order import Order, OrderUnknown
from services.orders.domain.platforms import TailName
from services.orders.domain.pricing import Act, Taken
from services.orders.domain.whatif import OpenLine
from services.orders.queries import releases, scenarios, seen, whatif
from services.orders.queries.whatif import Scene
from services.orders.schemas.expediting import Loser, PriceRead
from services.orders.schemas.whatif import MovedRelease
from services.orders.settings import OrdersSettings
from services.orders.store import orders as order_store
from services.orders.store.lookups import Sight
from shared.events.references import read_reference
from shared.http.tokens import Principal
from shared.types import OrderId


@dataclass(frozen=True, slots=True)
class Priced:
    """What is asked about, and what the asker may see of the answer."""

    line: OpenLine
    scene: Scene
    sight: Sight
    tails: frozenset[TailName]

    def may_see(self, order: Order) -> bool:
        """Tell whether an order of the nation may be named to the asker."""
        return self.sight.nation is not None or not self.sight.sites.isdisjoint((order.ordered_by, order.site))


async def load(
    session: AsyncSession, order_id: OrderId, principal: Principal, *, today: date, bounds: OrdersSettings
) -> Priced:
    """Read all that is open for the order's nation, or refuse an order of which nothing is open any more."""
    order = await order_store.find(session, order_id)
    if order is None:
        raise OrderUnknown(order=order_id)
    refuse_cancelled(order)
    refuse_settled(order)
    nation = (await seen.nations(session, [order.ordered_by]))[order.ordered_by]
    scene = await whatif.load(session, nation, Sight(frozenset(), nation), today=today, bounds=bounds)
    sight = Sight.of(principal)
    grounded = await releases.snapshot(session, sight, today=today, tails_max=bounds.release_tails_max)
    line = next(each for each in scene.snapshot.lines if each.order.order_id == order_id)
    return Priced(line, scene, sight, frozenset(each.name for each in grounded))


def answer(asked: Priced, act: Act, taken: Taken, *, shown_max: int) -> PriceRead:
    """Reckon the price, and show what of it may be seen; takes a second where thousands of lines are open."""
    snapshot = asked.scene.snapshot
    needed = pricing.needed(asked.line.order, act)
    found = pricing.price(snapshot, needed.order_id, act, taken)
    return PriceRead(
        today=snapshot.today,
        horizon_days=snapshot.horizon_days,
        priority=needed.priority,
        required_by=needed.required_by,
        references=list(map(read_reference, needed.accepted)),
        conditions=list(needed.conditions),
        promises=scenarios.totals(found.promises),
        platforms=scenarios.totals(found.platforms),
        losers=_losers(asked, taken)[:shown_max],
        unsourced=[each.order_id for each in found.unsourced if asked.may_see(each)][:shown_max],
        moved=[scenarios.moved(each) for each in found.moves if asked.may_see(each.after)][:shown_max],
        releases=_releases(asked, found)[:shown_max],
    )


def _losers(asked: Priced, taken: Taken) -> list[Loser]:
    orders = {line.order.order_id: line.order for line in asked.scene.snapshot.lines}
    return [
        Loser(order_id=order_id, quantity=quantity)
        for order_id, quantity in taken.losses.items()
        if order_id in orders and asked.may_see(orders[order_id])
    ]


def _releases(asked: Priced, found: Comparison) -> list[MovedRelease]:
    return [scenarios.release(each) for each in found.releases if each.tail in asked.tails]
