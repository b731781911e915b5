"""What sources say of how they make an order's work orders, in words and figures: part of its explanation."""

from collections.abc import Iterator

from services.orders.domain.explaining import Reason, ReasonKind
from services.orders.domain.order import Order
from services.orders.domain.sourcing import Sourcing
from shared.events.making import Making, MissingKit


def what_sources_say(order: Order) -> list[Reason]:
    """Say what was offered and declined, which kits are waited for, and what becomes of work that was cancelled."""
    return [reason for work in order.work_orders for reason in _said(work, work.making or Making())]


def _said(work: Sourcing, making: Making) -> Iterator[Reason]:
    if making.offered is not None:
        text = f"{work.source} has offered {making.offered} of {work.sourced}"
        text += ", and was told no" if work.declined else ""
        yield Reason(kind=ReasonKind.OFFERED, quantity=making.offered, site=work.source, text=text)
    if work.quantity:
        for kit in making.kits_missing:
            yield Reason(kind=ReasonKind.KIT_MISSING, day=kit.expected_on, site=work.source, text=_waits(work, kit))
    fates = (
        (making.for_stock, "are finished for stock"),
        (making.scrapped, "are scrapped"),
        (making.reused, "go on as another work order's"),
    )
    for quantity, fate in fates:
        if quantity:
            text = f"of what was asked back at {work.source}, {quantity} in work {fate}"
            yield Reason(kind=ReasonKind.IN_PROGRESS, quantity=quantity, site=work.source, text=text)


def _waits(work: Sourcing, kit: MissingKit) -> str:
    text = f"{work.source} waits for kit {kit.kit}"
    text += f" from {kit.supplier}" if kit.supplier else ""
    return text + (f", expected on {kit.expected_on}" if kit.expected_on else "")
