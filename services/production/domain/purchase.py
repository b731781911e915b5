"""Purchases: what is told for suppliers without a system, and what of it cannot be."""

from services.production.domain.totals import NOTHING, Totals, totals_of
from services.production.domain.work_order import WorkOrder
from shared.errors import Kind, Refusal
from shared.events.factory import FactoryFact, FactoryLotFinished, FactoryLotStarted, LotFact
from shared.events.purchases import PURCHASE_FACTS, PurchaseDispatched

TIMES_ORDERED_MAX = 10
"""How many times what was ordered one dispatch may hold: more is a slip of the pen, not a delivery."""
_KINDS = tuple(PURCHASE_FACTS.values())


class SiteNotSupplier(Refusal):
    """A purchase is told for a supplier; a factory posts its own events."""

    kind = Kind.FORBIDDEN


class PartNotPurchased(Refusal):
    """The purchase is of another part than was dispatched: correct the part or the work order."""

    kind = Kind.INVALID
    field = "data.part"


class QuantityAbsurd(Refusal):
    """The quantity dispatched is many times what was ordered: correct the quantity or the work order."""

    kind = Kind.INVALID
    field = "data.quantity"


def is_purchase(fact: FactoryFact) -> bool:
    """Tell whether a fact is of a purchase, and not a factory's own."""
    return isinstance(fact, _KINDS)


def require_possible(dispatched: PurchaseDispatched, work_order: WorkOrder) -> None:
    """Refuse what nobody can have bought on this work order."""
    if dispatched.part != work_order.part:
        raise PartNotPurchased(part=dispatched.part, purchased=work_order.part)
    if dispatched.quantity > TIMES_ORDERED_MAX * work_order.ordered:
        raise QuantityAbsurd(quantity=dispatched.quantity, ordered=work_order.ordered)


def steps(fact: LotFact) -> tuple[LotFact, ...]:
    """Take a fact apart into those that a factory would have told one by one, the fact itself the last of them.

    A supplier has no floor: what it dispatches is begun, finished and sent at once.
    """
    if not isinstance(fact, PurchaseDispatched):
        return (fact,)
    return _told_in(fact, FactoryLotStarted), _told_in(fact, FactoryLotFinished), fact


def totals_with_steps(fact: LotFact) -> Totals:
    """Count a fact with all that it stands for."""
    return sum((totals_of(step) for step in steps(fact)), NOTHING)


def _told_in(fact: PurchaseDispatched, kind: type[LotFact]) -> LotFact:
    """Make the fact of this kind that a dispatch implies, with all that it says of it."""
    return kind(**{name: getattr(fact, name) for name in kind.model_fields})
