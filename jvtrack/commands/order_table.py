"""Orders as commands show them, a row each."""

from collections.abc import Iterable, Sequence

from jvtrack.client import Order
from jvtrack.commands.shown import Table
from shared.events.references import reference_key

IN_QUANTA = "Quantities are in quanta of each part, as it is ordered; `stock list` shows units of issue."
"""What is said below a table of quantities."""
_QUANTITIES = ("ordered", "reserved", "sourced", "issued", "open")


def order_table(orders: Iterable[Order]) -> Table:
    """Show what has become of each order's quantity, and what is promised."""
    table = Table(caption=IN_QUANTA)
    table.add_column("order", no_wrap=True)
    for name in ("depot", "from", "part", "priority", "required", *_QUANTITIES, "promised", "state"):
        table.add_column(name)
    for order in orders:
        table.add_row(*_row(order))
    return table


def accepted(order: Order) -> str | None:
    """Say of which references an order takes lots; nothing where it takes any."""
    return ", ".join(map(reference_key, order.references)) or None


def _row(order: Order) -> Sequence[str]:
    quantities = (order.quantity, order.reserved, order.sourced, order.issued, order.open)
    return (
        order.order_id,
        order.ordered_by,
        order.site,
        order.part,
        f"{order.priority:02}",
        str(order.required_by),
        *map(str, quantities),
        ("-" if order.promised_for is None else str(order.promised_for)) + (" overdue" if order.overdue else ""),
        order.state,
    )
