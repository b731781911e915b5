"""Sourcing a need anew when its source slips: only what another source would bring clearly sooner is taken back.

A work order has slipped when it is to come later than it was asked for: by its source's word, or by its silence beyond
the promised day; then it is taken to come when half of those do that are out as long. What it will still bring is
weighed against the others by the ranking as it is today, without who has slipped. If they would have all of it so many
days sooner as the nation states, it is asked back; what the source gives back is missing then, and is sourced as
anything that is missing. So no more is ever on the way than is needed, and what cannot be given back is kept.

It does not flap: one work order of an order is asked back at a time, each once, and who was left for having slipped is
not asked again for this order while anybody else may be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.orders.domain import explained
from services.orders.domain.order import Decision, Order, tell
from services.orders.domain.ranking import Market, Resourcing
from services.orders.domain.sourcing import Sourcing, slipping
from services.orders.domain.splitting import Shares, share_out
from services.orders.domain.suitability import ask_for, needed_by
from shared.errors import Refusal
from shared.events.orders import OrderSourcingReduced


class NothingSooner(Refusal):
    """No work order of the order has slipped that another source which may be asked would bring sooner."""


class AskedBackAlready(Refusal):
    """Something of the order is asked back, and its source has not answered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A work order that has slipped, and who would bring what is left of it sooner."""

    work: Sourcing
    quantity: int
    """What it will still bring."""
    foreseen: date
    """When it will be there: by its source's word, or as reckoned from its silence."""
    silent: bool
    """Whether the promised day has passed without a word."""
    instead: date
    """When others would have brought all of it."""
    shares: Shares

    @property
    def days(self) -> int:
        """How much sooner that is."""
        return (self.foreseen - self.instead).days

    @property
    def reason(self) -> str:
        """Say why it is asked back."""
        sites = [each.offer.source.site for each in self.shares.chosen]
        others = sites[0] if len(sites) == 1 else f"{sites[0]} and {len(sites) - 1} more"
        slipped = f"{self.work.source} has slipped from {self.work.due_asked} to {self.foreseen}"
        if self.silent:
            slipped = f"{self.work.source} is silent since {self.work.due}, and expected on {self.foreseen}"
        return f"{slipped}; {others} would bring it on {self.instead}, {self.days} days sooner"


def may_slip(order: Order, today: date) -> bool:
    """Tell whether anything of it is late and could be asked back, so that the market is looked at."""
    return not any(work.pending for work in order.work_orders) and any(_late(order, today))


def proposals(order: Order, market: Market, today: date) -> list[Proposal]:
    """List what would be sooner from others, the greatest gain first; nothing while something is being asked back."""
    if not order.demand.may_be_planned or not may_slip(order, today):
        return []
    found = [_weigh(order, work, market, today) for work in _late(order, today)]
    sooner = [each for each in found if each is not None and each.days > 0]
    return sorted(sooner, key=lambda each: (-each.days, each.work.n))


def resource(order: Order, market: Market, today: date) -> Decision:
    """Ask back what others would bring so much sooner as the nation states, where it leaves that to the rule."""
    if market.weights.resourcing is not Resourcing.AUTOMATIC:
        return Decision(order)
    named = {source.site for source in market.sources if source.named}
    for each in proposals(order, market, today):
        if each.days >= market.weights.resourcing_days and each.work.source not in named:
            return ask_back(order, each, market)
    return Decision(order)


def resource_by_hand(order: Order, market: Market, today: date, *, asked_by: str, reason: str) -> Decision:
    """Ask back what others would bring sooner, on a person's word."""
    if any(work.pending for work in order.work_orders):
        raise AskedBackAlready(order=order.order_id)
    found = proposals(order, market, today)
    if not found:
        raise NothingSooner(order=order.order_id)
    return ask_back(order, found[0], market, asked_by=asked_by, note=reason)


def ask_back(
    order: Order, proposal: Proposal, market: Market, *, asked_by: str | None = None, note: str | None = None
) -> Decision:
    """Ask the source that has slipped for what it has not begun; the need is sourced anew once it has answered."""
    work = replace(proposal.work, asked=proposal.work.asked + proposal.quantity, resourced=True)
    fact = OrderSourcingReduced(
        **order.about,
        work_order=work.name(order.order_id),
        source=work.source,
        quantity=proposal.quantity,
        asked=work.asked,
        reason=proposal.reason,
        asked_by=asked_by,
        note=note,
        due=proposal.foreseen,
        instead=proposal.instead,
        weighing=explained.weighing(market.weights),
        candidates=explained.candidates(proposal.shares.offers),
    )
    return tell(order.with_work(work), fact)


def foreseen(work: Sourcing, market: Market, today: date) -> date:
    """Say when a work order will be there: by its source's word, or by how long such ones take that are out so long."""
    return estimated(work, market, today) or today


def estimated(work: Sourcing, market: Market, today: date) -> date | None:
    """Say the same; none where its day has passed, and nothing is known of how long such ones take."""
    if work.due >= today:
        return work.due
    source = next((each for each in market.sources if each.site == work.source), None)
    if source is None or source.lead_time is None or work.asked_on is None:
        return None
    elapsed = (today - work.asked_on).days - work.waiting_days
    return today + timedelta(days=source.lead_time.remaining_days(max(0, elapsed)))


def _late(order: Order, today: date) -> Iterator[Sourcing]:
    """Name the work orders that are later than they were asked for, of which something could be given back."""
    left = order.left
    for work in order.work_orders:
        if left[work.n] and not work.kept and work.due_asked is not None and max(work.due, today) > work.due_asked:
            yield work


def _weigh(order: Order, work: Sourcing, market: Market, today: date) -> Proposal | None:
    quantity = min(order.left[work.n], order.sourced)
    ask = ask_for(order, market.sources, quantity, today)
    others = replace(ask, slipped=slipping(order.work_orders) | {work.source})
    shares = share_out(market, others, needed_by(order, market, today))
    if not shares.chosen or not quantity:
        return None
    return Proposal(
        work=work,
        quantity=quantity,
        foreseen=foreseen(work, market, today),
        silent=work.due < today,
        instead=max(each.offer.expected_on for each in shares.chosen),
        shares=shares,
    )
