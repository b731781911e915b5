"""A part is taken from a platform that stands still anyway: what it waits for is an order more from then on."""

from dataclasses import dataclass, replace

from services.orders.domain.asking import refuse_cancelled, refuse_settled
from services.orders.domain.expediting import Actor
from services.orders.domain.order import Decision, Order, tell
from services.orders.domain.platforms import TailName
from shared.errors import Kind, Refusal
from shared.events.expediting import OrderCannibalised


class NoPlatformWaits(Refusal):
    """No platform that stands still for want of this part waits for the order."""


class DonorNotGrounded(Refusal):
    """A part is taken from a platform of the nation that stands still and awaits parts anyway."""

    field = "donor"


class DonorLacksPart(Refusal):
    """The platform has no such part to give, as it waits for one itself: name another one."""

    field = "donor"


class DonorItself(Refusal):
    """The platform that waits for the part cannot give it: name another one."""

    kind = Kind.INVALID
    field = "donor"


@dataclass(frozen=True, slots=True)
class Donor:
    """The platform that is to give a part."""

    name: TailName
    grounded: frozenset[TailName]
    """Which of it and who waits stand still, and await parts, where the lack of this one grounds them."""
    lacks_part: bool = False
    """Whether it waits for an order of the part itself."""


def cannibalise(order: Order, donor: Donor, *, actor: Actor) -> Decision:
    """Take the part from a platform that stands still anyway, and let that one wait for the order instead."""
    receiver = receiver_of(order, donor)
    fact = OrderCannibalised(
        **order.about,
        platform=donor.name.platform,
        tail_number=donor.name.tail_number,
        before=receiver.tail_number,
        reason=actor.reason,
        asked_by=actor.by,
    )
    return tell(replace(order, tail_number=donor.name.tail_number), fact)


def waiting(order: Order) -> TailName:
    """Name the platform that waits for an order, or refuse one for which none does."""
    if order.platform is None or order.tail_number is None:
        raise NoPlatformWaits(order=order.order_id)
    return TailName(order.platform, order.tail_number)


def receiver_of(order: Order, donor: Donor) -> TailName:
    """Name the platform that a donor's part releases, or refuse where none waits or the donor cannot give it."""
    refuse_cancelled(order)
    refuse_settled(order)
    receiver = waiting(order)
    if receiver not in donor.grounded:
        raise NoPlatformWaits(order=order.order_id, tail_number=receiver.tail_number)
    if donor.name == receiver:
        raise DonorItself(donor=donor.name.tail_number)
    if donor.name not in donor.grounded:
        raise DonorNotGrounded(donor=donor.name.tail_number)
    if donor.lacks_part:
        raise DonorLacksPart(donor=donor.name.tail_number, part=order.part)
    return receiver
