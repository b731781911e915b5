"""Naming a source for one order in spite of what it lacks: on a person's word, and for that order alone."""

from dataclasses import dataclass
from datetime import date

from services.orders.domain.asking import refuse_cancelled, refuse_settled
from services.orders.domain.export import ExportNotApproved
from services.orders.domain.order import Decision, Order, tell
from services.orders.domain.plan import missing
from services.orders.domain.ranking import Unsuitable, why_not
from services.orders.domain.source import Source
from services.orders.domain.suitability import ask_for
from shared.errors import Refusal
from shared.events.orders import OrderSourceOverridden


class OverrideNotNeeded(Refusal):
    """The source may be asked as it is: planning weighs it with the others."""

    field = "source"


class SourceHasRefused(Refusal):
    """The source has refused this order, and is not asked again."""

    field = "source"


class SourceHoldsBack(Refusal):
    """What the source has brought for this order waits for its first article, and so would any more of it."""

    field = "source"


@dataclass(frozen=True, slots=True)
class Naming:
    """Who names a source, and why."""

    named_by: str
    reason: str


def name_source(order: Order, source: Source, naming: Naming, today: date) -> Decision:
    """Let an order be given to a source that may not be chosen; naming it again changes nothing."""
    if source.named:
        return Decision(order)
    refuse_cancelled(order)
    refuse_settled(order)
    ask = ask_for(order, [source], max(1, missing(order)), today)
    if source.export is not None and not source.export.is_approved:
        raise ExportNotApproved(source=source.site, part=order.part, missing=source.export.lacking)
    lacking = why_not(source, ask)
    if lacking is Unsuitable.HAS_REFUSED:
        raise SourceHasRefused(site=source.site)
    if source.site in ask.held_back_from:
        raise SourceHoldsBack(site=source.site)
    if lacking is None:
        raise OverrideNotNeeded(site=source.site)
    fact = OrderSourceOverridden(
        **order.about,
        source=source.site,
        overridden=lacking,
        reason=naming.reason,
        named_by=naming.named_by,
    )
    return tell(order, fact)
