"""Bodies of the doors of needs that are sourced anew because their source has slipped."""

from datetime import date
from typing import Self

from services.orders.domain.order import Order
from services.orders.domain.resourcing import Proposal
from shared.http.forms import Answer, Body, Filter, example
from shared.types import OrderId, PartId, PositiveQuantity, Priority, SiteId, Text, WorkOrderId


class ResourceOrder(Body):
    """Why a need is to be sourced anew."""

    model_config = example({"reason": "Two aircraft wait for it; Vistula has a slot."})

    reason: Text
    """Why; kept for ever."""


class SlipFilter(Filter):
    """Which slips are asked for."""

    part: PartId | None = None
    """Only of this part."""
    source: SiteId | None = None
    """Only of this source."""


class ProposalRead(Answer):
    """Who would bring sooner what a source has slipped with, as sources are ranked today."""

    work_order: WorkOrderId
    """The work order that has slipped."""
    source: SiteId
    """Who has it."""
    quantity: PositiveQuantity
    """What it will still bring; what of it is not begun can be given back."""
    due_asked: date
    """When it was to be there, as it was asked for."""
    due: date
    """When it is to be there, by its source's last word."""
    silent: bool
    """Whether that day has passed without a word."""
    foreseen: date
    """When it is expected: by its source's word, or as long as others took that were out so long."""
    instead: date
    """When others would have brought all of it."""
    days: int
    """How much sooner that is."""
    sources: list[SiteId]
    """Who they are, the best first."""
    reason: str
    """All of this in words."""

    @classmethod
    def of(cls, order: Order, proposal: Proposal) -> Self:
        """Show a proposal."""
        work = proposal.work
        assert work.due_asked is not None, "who has slipped was to come on another day"
        return cls(
            work_order=work.name(order.order_id),
            source=work.source,
            quantity=proposal.quantity,
            due_asked=work.due_asked,
            due=work.due,
            silent=proposal.silent,
            foreseen=proposal.foreseen,
            instead=proposal.instead,
            days=proposal.days,
            sources=[each.offer.source.site for each in proposal.shares.chosen],
            reason=proposal.reason,
        )


class SlipRead(Answer):
    """An order that is late because a source has slipped, and what could be done about it."""

    model_config = example(
        {
            "order_id": "7201YA6327A001-2026",
            "ordered_by": "D-01",
            "part": "MI17-MAIN-GEARBOX",
            "priority": 2,
            "required_by": "2026-12-20",
            "promised_for": "2027-04-30",
            "proposals": [
                {
                    "work_order": "7201YA6327A001-2026-W1",
                    "source": "S-01",
                    "quantity": 1,
                    "due_asked": "2027-01-30",
                    "due": "2027-04-30",
                    "silent": False,
                    "foreseen": "2027-04-30",
                    "instead": "2027-02-14",
                    "days": 75,
                    "sources": ["S-10"],
                    "reason": "S-01 has slipped from 2027-01-30 to 2027-04-30; S-10 would bring it on 2027-02-14, "
                    "75 days sooner",
                }
            ],
        }
    )

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that waits."""
    part: PartId
    """The part."""
    priority: Priority
    """Its priority designator."""
    required_by: date
    """The day on which it is needed."""
    promised_for: date | None
    """The day that is promised."""
    proposals: list[ProposalRead]
    """Who would bring sooner what has slipped, the greatest gain first; none where nobody would."""
