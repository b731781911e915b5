"""Resolving what nobody can explain: somebody takes it on, with a reason, and suspense is even again."""

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Cause, Reason, Transfer
from services.inventory.domain.suspense import Discrepancy, DiscrepancyExplained, DiscrepancyKind
from shared.types import Shelf


def resolve(book: Book, cause: Cause, discrepancy: Discrepancy, *, reason: str) -> None:
    """Move what is left of a discrepancy between suspense and adjusted."""
    quantity = discrepancy.remaining
    if quantity == 0:
        raise DiscrepancyExplained(discrepancy=discrepancy.id)
    suspense = discrepancy.suspense
    source, target = suspense.on(Shelf.ADJUSTED), suspense
    if discrepancy.kind is DiscrepancyKind.LOST_IN_TRANSIT:
        source, target = target, source
    book.post(
        Transfer(
            cause,
            source,
            target,
            quantity,
            Reason.RESOLVED,
            order=discrepancy.order,
            shipment=discrepancy.shipment,
        )
    )
    book.suspense.explain(discrepancy, quantity)
    discrepancy.resolution, discrepancy.resolved_by = reason, cause.actor
