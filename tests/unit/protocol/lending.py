"""An order and its lateral order: the real rules of orders and inventory, over two depots.

There is no factory, so that whatever the other depot does not ship stays open.
"""

from dataclasses import replace
from typing import NamedTuple

from services.inventory.domain import demand as demands
from services.inventory.domain.demand import Demand
from services.orders.domain import asking, lending
from services.orders.domain.asking import Ask
from services.orders.domain.lending import Lending
from services.orders.domain.order import Decision, Order
from services.orders.domain.placement import Placement, place
from services.orders.domain.plan import plan
from services.orders.domain.ranking import Market
from shared.errors import Refusal
from shared.events.envelope import Event
from shared.events.orders import OrderCancelRequested, OrderPlaced
from shared.events.production import LotDispatched
from shared.events.stock import DemandEvent, DemandReserved, LossReason
from shared.types import Condition, Urgency
from tests.unit.protocol.making import LOT, SHIPMENT
from tests.unit.protocol.ordering import DEPOT, FACTORY, PART, TODAY, Ordering
from tests.unit.protocol.sides import Outcome
from tests.unit.protocol.stocking import NOW, Stock, Stocking

OTHER_DEPOT = "D-02"
SUPPLIED = "7201YA6166A001-2026"
LATERAL = f"{SUPPLIED}-Z"
LENT = 1


class Papers(NamedTuple):
    """What orders has: the order, and the lateral order by which another depot is asked to ship for it."""

    order: Order
    lateral: Order | None = None


class Depots(NamedTuple):
    """What inventory has: the depot that waits, and the demand and the free stock of the other one."""

    here: Stock
    there: Demand | None
    free_there: int


class Borrowing:
    """Orders: an order of two, for which another depot is asked for one."""

    def begin(self) -> tuple[Papers, OrderPlaced]:
        """Place the order."""
        order, placed = Ordering().begin()
        return Papers(order), placed

    def act(self, papers: Papers, action: str) -> Outcome[Papers] | None:
        """Ask another depot, cancel the order, or let the other depot decline."""
        order, lateral = papers
        match action:
            case "lend":
                return self._lend(order) if lateral is None else None
            case "cancel":
                if order.cancel_requested or order.is_settled:
                    return None
                cancelled = asking.cancel(order)
                return self._let_go(Outcome(Papers(_plain(cancelled.order), lateral), _heard_elsewhere(cancelled)))
            case _:
                if lateral is None or lateral.is_settled:
                    return None
                return self._changed(papers, asking.decline(lateral, Ask(reason="Held for our own.")))

    def hear(self, papers: Papers, event: Event) -> Outcome[Papers]:
        """Hear of the order, or of the lateral one, which the order follows, as orders' work does."""
        assert isinstance(event, DemandEvent)
        order, lateral = papers
        if event.order != LATERAL:
            planned = plan(order.hear_demand(event, 1), Market(), TODAY)
            return Outcome(Papers(_plain(planned.order), lateral))
        assert lateral is not None, "it was placed before"
        decided = self._changed(papers, plan(lateral.hear_demand(event, 1), Market(), TODAY))
        assert decided.state.lateral is not None
        followed = lending.follow(order, decided.state.lateral, TODAY)
        if lending.is_unwanted(followed.order, decided.state.lateral):
            decided = self._let_go(decided)
        kept = plan(followed.order, Market(), TODAY).order
        return Outcome(Papers(_plain(kept), decided.state.lateral), decided.told)

    def broken(self, papers: Papers) -> str | None:
        """Check that the order adds up, and counts once on what the other depot brings."""
        order, lateral = papers
        if len(order.work_orders) > 1:
            return "the order counts twice on the other depot"
        supply = next(iter(order.work_orders), None)
        if supply and lateral and supply.quantity != lateral.quantity - lateral.demand.cancelled:
            return "the order counts on what the lateral order does not bring"
        return Ordering().broken(order)

    def _lend(self, order: Order) -> Outcome[Papers] | None:
        asked = Lending(depot=OTHER_DEPOT, quantity=LENT, road_days=3, by="depot", reason="Grounded.")
        try:
            lending.refuse_unlendable(order, OTHER_DEPOT, LENT, asked_already=0)
        except Refusal:
            return None
        lateral, placed = place(
            Placement(
                order_id=LATERAL,
                document_number="7201YA6166A001",
                ordered_by=DEPOT,
                site=OTHER_DEPOT,
                part=PART,
                quantity=LENT,
                partial=False,
                urgency=Urgency.B,
                priority=5,
                required_by=TODAY,
                placed_at=NOW,
                conditions=(Condition.A,),
                supplies=SUPPLIED,
                road_days=3,
            )
        )
        noted = lending.ask(order, LATERAL, asked)
        return Outcome(Papers(_plain(noted.order), lateral), [placed])

    def _let_go(self, done: Outcome[Papers]) -> Outcome[Papers]:
        lateral = done.state.lateral
        if lateral is None or lateral.is_settled:
            return done
        let_go = self._changed(done.state, asking.cancel(lateral))
        return Outcome(let_go.state, [*done.told, *let_go.told])

    def _changed(self, papers: Papers, decided: Decision) -> Outcome[Papers]:
        """Keep what the lateral order has become, and tell the other depot."""
        return Outcome(papers._replace(lateral=_plain(decided.order)), _heard_elsewhere(decided))


class TwoDepots:
    """Inventory: the depot that waits, with all its people, and the other one, which holds, ships or loses."""

    def __init__(self) -> None:
        self._stocking = Stocking()

    def act(self, depots: Depots, action: str) -> Outcome[Depots] | None:
        """Do something in one of the depots."""
        if action not in {"ship", "take there"}:
            done = self._stocking.act(depots.here, action)
            return None if done is None else Outcome(depots._replace(here=done.state), done.told)
        if depots.there is None or not depots.there.reserved:
            return None
        if action == "ship":
            return self._ship(depots, depots.there)
        return self._said(depots, depots.there.lose(LENT, LossReason.SCRAPPED))

    def hear(self, depots: Depots, event: Event) -> Outcome[Depots]:
        """Hear what orders asks of one of the depots."""
        assert isinstance(event, OrderPlaced | OrderCancelRequested)
        if event.order != LATERAL:
            heard = self._stocking.hear(depots.here, event)
            return Outcome(depots._replace(here=heard.state), heard.told)
        if isinstance(event, OrderPlaced):
            held, fact = demands.hear(event, arrived=0, lost=0).reserve(LENT if depots.free_there else 0)
            return self._said(depots._replace(free_there=depots.free_there - held.reserved), (held, fact))
        assert depots.there is not None, "it was placed before"
        freed = depots.free_there + depots.there.reserved
        return self._said(depots._replace(free_there=freed), depots.there.close())

    def broken(self, depots: Depots) -> str | None:
        """Check that nothing is below zero in either."""
        there = depots.there
        if depots.free_there < 0 or (there and min(there.reserved, there.issued, there.short) < 0):
            return f"the other depot: {depots}"
        return self._stocking.broken(depots.here)

    def _ship(self, depots: Depots, there: Demand) -> Outcome[Depots]:
        """Issue to the lateral order, and put on the road for the order that it supplies, in one transaction."""
        sent = LotDispatched(
            lot=LOT,
            part=PART,
            factory=FACTORY,
            order=SUPPLIED,
            filling_site=DEPOT,
            shipment=SHIPMENT,
            depot=DEPOT,
            quantity=LENT,
        )
        on_the_road = self._stocking.hear(depots.here, sent)
        issued = self._said(depots._replace(here=on_the_road.state), there.issue(LENT))
        return Outcome(issued.state, [*on_the_road.told, *issued.told])

    def _said(self, depots: Depots, changed: tuple[Demand, DemandEvent]) -> Outcome[Depots]:
        """Give the other depot's word, without what orders does not look at."""
        there, fact = changed
        totals = {name: getattr(fact, name) for name in DemandEvent.model_fields}
        plain = DemandReserved.model_validate({**totals, "released": 0})
        return Outcome(depots._replace(there=replace(there, version=1, released=0)), [plain])


def disagreement(papers: Papers, depots: Depots) -> str | None:
    """Say what must hold and does not once every message has been heard."""
    (order, lateral), (here, there, _) = papers, depots
    if here.demand is None or order.demand.arrived + order.demand.lost != here.received + here.lost:
        return "arrivals were not counted for the order"
    if lateral is None or there is None:
        return None
    if (there.reserved, there.issued, there.closed) != (
        lateral.demand.reserved,
        lateral.demand.issued,
        lateral.demand.closed,
    ):
        return "orders believes something else of the other depot"
    if there.issued != here.dispatched:
        return "what was shipped is not on the road"
    if not there.closed and not there.issued and not there.reserved:
        return "a lateral order waits for what nobody will ship"
    if there.reserved and not order.work_orders:
        return "the other depot holds what nobody counts on"
    if order.demand.closed and there.reserved:
        return "the other depot holds for an order that is cancelled"
    return None


def _heard_elsewhere(decided: Decision) -> list[Event]:
    return [fact for fact in decided.facts if isinstance(fact, OrderCancelRequested)]


def _plain(order: Order) -> Order:
    return replace(order, version=1, promises=0, promise=None, first_promised_for=None)
