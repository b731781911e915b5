"""Protocols that look right and are wrong: each differs from the real rules in one thing."""

from dataclasses import replace

from services.orders.domain.order import Decision, Order
from services.production.domain.work_order import WorkOrder
from shared.events.envelope import Event
from shared.events.expediting import OrderSourceHurried
from shared.events.orders import OrderReprioritised, OrderSourcingReduced
from shared.events.production import WorkOrderEvent, WorkOrderReduced
from shared.events.stock import DemandEvent, DemandReduced
from tests.unit.protocol.making import Making, Work
from tests.unit.protocol.ordering import Ordering, Resources
from tests.unit.protocol.sides import Outcome
from tests.unit.protocol.stocking import Stock, Stocking


class InfersArrivals(Ordering):
    """Orders takes every rise of what is reserved or issued for an arrival."""

    def take_over(self, order: Order, event: Event) -> Order:
        """Take over all but what arrived."""
        heard = super().take_over(order, event)
        before, after = order.demand, heard.demand
        rise = max(0, after.reserved + after.issued - before.reserved - before.issued)
        supplied = min(before.arrived + rise, sum(work.quantity for work in order.work_orders))
        return replace(heard, demand=replace(after, arrived=supplied))


class Nags(Ordering):
    """Orders asks a work order again that gave less than asked."""

    def take_over(self, order: Order, event: Event) -> Order:
        """Take an answer for a full one, so that nothing is kept."""
        heard = super().take_over(order, event)
        willing = tuple(replace(work, given=work.answered) for work in heard.work_orders)
        return replace(heard, work_orders=willing)


class TrustsItsView(Ordering):
    """Orders counts what is not issued as cancelled as soon as it asks, and does not listen for an issue that won."""

    def take_over(self, order: Order, event: Event) -> Order:
        """Hear nothing of stock after a cancel."""
        if order.cancel_requested and isinstance(event, DemandEvent):
            gone = order.quantity - order.demand.issued
            return replace(order, demand=replace(order.demand, reserved=0, cancelled=gone, closed=True))
        return super().take_over(order, event)


class PlansForStockAlone(Ordering):
    """Orders does not plan anew when production brings more or less."""

    def plan(self, order: Order, event: Event) -> Decision:
        """Plan after inventory's facts alone."""
        return super().plan(order, event) if isinstance(event, DemandEvent) else Decision(order)


class SourcesBeforeItIsGivenBack(Resources):
    """Orders takes for gone what it has asked back of a source that has slipped."""

    def plan(self, order: Order, event: Event) -> Decision:
        """Plan without what is asked back."""
        gone = tuple(replace(work, quantity=work.quantity - work.pending) for work in order.work_orders)
        return super().plan(replace(order, work_orders=gone), event)


class SourcesWhatIsUnwanted(Ordering):
    """Orders sources what inventory lacks, though the depot has asked for less."""

    def plan(self, order: Order, event: Event) -> Decision:
        """Plan as if nothing had been asked."""
        eager = replace(order, wanted=order.quantity, cancel_requested=False)
        decided = super().plan(eager, event)
        asked = replace(decided.order, wanted=order.wanted, cancel_requested=order.cancel_requested)
        return Decision(asked, decided.facts)


class NeverTakesNo(Ordering):
    """Orders holds on to a reduction that inventory could not grant, and never sources what is waited for."""

    def take_over(self, order: Order, event: Event) -> Order:
        """Take an answer over, but not what it says is wanted."""
        heard = super().take_over(order, event)
        return replace(heard, wanted=order.wanted) if isinstance(event, DemandReduced) else heard


class AddsUp(Ordering):
    """Orders adds up what work orders gave back, instead of taking over what they will bring."""

    def take_over(self, order: Order, event: Event) -> Order:
        """Subtract what was asked back, given or not."""
        if not isinstance(event, WorkOrderReduced):
            return super().take_over(order, event)
        heard = super().take_over(order, event)
        works = zip(order.work_orders, heard.work_orders, strict=True)
        guessed = [replace(now, quantity=max(0, was.quantity - (now.answered - was.answered))) for was, now in works]
        return replace(heard, work_orders=tuple(guessed))


class DecidesHalfway(Ordering):
    """Orders plans on totals that inventory corrects in the same breath."""

    def take_over(self, order: Order, event: Event) -> Order:
        """Take every fact for the last."""
        heard = super().take_over(order, event)
        return replace(heard, demand=replace(heard.demand, unsettled=False))


class LosesQuietly(Stocking):
    """Inventory does not tell an order that its reservation was taken."""

    def act(self, stock: Stock, action: str) -> Outcome[Stock] | None:
        """Take, and keep silent."""
        outcome = super().act(stock, action)
        return Outcome(outcome.state) if outcome and action == "take" else outcome


class CountsNoArrivals(Stocking):
    """Inventory tells what is reserved, but not what arrived."""

    def act(self, stock: Stock, action: str) -> Outcome[Stock] | None:
        """Tell everything but what arrived."""
        outcome = super().act(stock, action)
        if outcome is None or outcome.state.demand is None:
            return outcome
        state = outcome.state._replace(demand=replace(outcome.state.demand, arrived=0))
        return Outcome(state, [each.model_copy(update={"arrived": 0}) for each in outcome.told])


class GivesWhatIsMade(Making):
    """Production gives back what it has made already."""

    def hear(self, work: Work, event: Event) -> Outcome[Work]:
        """Give all that is asked."""
        outcome = super().hear(work, event)
        if not isinstance(event, OrderSourcingReduced):
            return outcome
        generous = tuple(_generous(each) for each in outcome.state)
        return Outcome(generous, [_given(each) for each in outcome.told])


class ForgetsToAnswer(Making):
    """Production says nothing when there is nothing to give back."""

    def hear(self, work: Work, event: Event) -> Outcome[Work]:
        """Answer only when something was given."""
        outcome = super().hear(work, event)
        refused = [each for each in outcome.told if isinstance(each, WorkOrderReduced) and each.given < each.asked]
        return Outcome(outcome.state) if refused else outcome


def _generous(work: WorkOrder) -> WorkOrder:
    gift = work.asked - work.given
    return replace(work, given=work.asked, totals=replace(work.totals, finished=work.totals.finished - gift))


def _given(told: Event) -> Event:
    assert isinstance(told, WorkOrderReduced)
    assert isinstance(told, WorkOrderEvent)
    gift = told.asked - told.given
    return told.model_copy(update={"given": told.asked, "quantity": told.quantity - gift})


class ForgetsToHurry(Making):
    """Production does not pass on that a work order is wanted sooner."""

    def hear(self, work: Work, event: Event) -> Outcome[Work]:
        """Hear everything else."""
        return Outcome(work) if isinstance(event, OrderSourceHurried) else super().hear(work, event)


class KeepsItsTurn(Stocking):
    """Inventory serves an order by the priority that it was placed with."""

    def hear(self, stock: Stock, event: Event) -> Outcome[Stock]:
        """Hear everything else."""
        return Outcome(stock) if isinstance(event, OrderReprioritised) else super().hear(stock, event)
