"""`jvtrack orders export`: what depots wait for still, as a file that an import takes here and elsewhere."""

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated

import typer

from jvtrack.client import Order
from jvtrack.client.files import export_rows
from jvtrack.commands.caller import call
from jvtrack.commands.data_files import NewFile
from jvtrack.commands.order_filters import AtSite, ForPlatform, InState, Late, OfPart
from shared.events.references import reference_key
from shared.types import Condition

_ASKED = (
    "document_number",
    "suffix",
    "ordered_by",
    "site",
    "part",
    "quantity",
    "urgency",
    "required_by",
    "partial",
    "conditions",
    "references",
    "platform",
    "tail_number",
    "placed_on",
    "promised_for",
)
"""What an import takes of an order, in the order of an export's columns."""


def export(
    file: NewFile,
    *,
    site: AtSite = None,
    part: OfPart = None,
    state: InState = None,
    platform: ForPlatform = None,
    late: Late = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Also those that are issued, cancelled or lateral; each for all that was ordered."),
    ] = False,
) -> None:
    """Write orders to a file that `jvtrack import orders` takes, each for as much as is still to come of it.

    What is issued or cancelled is left out, and what one depot orders of another for an order: elsewhere it would be
    asked for once more. What replenishment has ordered for the shelf is never written.
    """
    found = call(
        lambda jvtrack: jvtrack.orders.list(site=site, part=part, state=state, platform=platform, late=late).all()
    )
    kept = [order for order in found if not order.for_stock and (every or _is_waited_for(order))]
    export_rows(file, _ASKED, [_line(order, order.quantity if every else _to_come(order)) for order in kept])
    typer.echo(f"{file}: {len(kept)} lines written.")


def _is_waited_for(order: Order) -> bool:
    return order.supplies is None and not order.cancel_requested and _to_come(order) > 0


def _to_come(order: Order) -> int:
    """Tell how much of an order is wanted that was neither issued to it nor cancelled."""
    return min(order.wanted - order.issued, order.reserved + order.sourced + order.open)


def _line(order: Order, quantity: int) -> Mapping[str, object]:
    """Write an order as a line of an import."""
    said = order.model_dump(mode="json", include=set(_ASKED))
    placed_on = None if order.placed_at is None else order.placed_at.astimezone(UTC).date().isoformat()
    first = None if order.first_promised_for is None else order.first_promised_for.isoformat()
    # What was allowed in an emergency is no part of the order.
    conditions = [each for each in order.conditions if each is not Condition.N]
    books = {"placed_on": placed_on, "promised_for": first}
    references = list(map(reference_key, order.references))
    return {
        **said,
        "quantity": quantity,
        "references": references,
        "conditions": conditions,
        "suffix": order.suffix,
        **books,
    }
