"""Cannibalising: a part changes hands between two platforms that stand still, and the donor waits for the order."""

from dataclasses import replace

import pytest

from services.orders.domain.asking import OrderAlreadyIssued, OrderCancelled
from services.orders.domain.cannibalising import (
    Donor,
    DonorItself,
    DonorLacksPart,
    DonorNotGrounded,
    NoPlatformWaits,
    cannibalise,
)
from services.orders.domain.expediting import Actor
from services.orders.domain.order import Demand, Order
from services.orders.domain.platforms import TailName
from shared.errors import Refusal
from shared.events.expediting import OrderCannibalised
from shared.types import Platform
from tests.unit.orders.makers import ORDER, an_order

RECEIVER, DONOR, FLYING = (TailName(Platform.MI_17V_5, tail) for tail in ("ZP-1", "ZP-2", "ZP-3"))
GROUNDED = frozenset({RECEIVER, DONOR})
GIVING = Donor(DONOR, GROUNDED)
ACTOR = Actor("depot@D-01", "ZP-1 flies tomorrow, ZP-2 waits for a gearbox anyway.")
WAITED_FOR = replace(an_order(1), platform=RECEIVER.platform, tail_number=RECEIVER.tail_number)


def test_the_donor_waits_for_the_order_from_then_on_and_who_waited_is_told() -> None:
    decided = cannibalise(WAITED_FOR, GIVING, actor=ACTOR)

    (fact,) = decided.facts
    assert isinstance(fact, OrderCannibalised)
    assert (fact.platform, fact.tail_number, fact.before) == (DONOR.platform, "ZP-2", "ZP-1")
    assert (fact.reason, fact.asked_by) == (ACTOR.reason, ACTOR.by)
    assert decided.order.tail_number == "ZP-2"
    assert decided.order.version == WAITED_FOR.version + 1


@pytest.mark.parametrize(
    ("order", "donor", "refusal", "facts"),
    [
        (replace(WAITED_FOR, cancel_requested=True), GIVING, OrderCancelled, {"order": ORDER}),
        (replace(WAITED_FOR, demand=Demand(issued=1)), GIVING, OrderAlreadyIssued, {"order": ORDER, "issued": 1}),
        (an_order(1), GIVING, NoPlatformWaits, {"order": ORDER}),
        (replace(WAITED_FOR, tail_number="ZP-3"), GIVING, NoPlatformWaits, {"order": ORDER, "tail_number": "ZP-3"}),
        (WAITED_FOR, Donor(RECEIVER, GROUNDED), DonorItself, {"donor": "ZP-1"}),
        (WAITED_FOR, Donor(FLYING, GROUNDED), DonorNotGrounded, {"donor": "ZP-3"}),
        (WAITED_FOR, replace(GIVING, lacks_part=True), DonorLacksPart, {"donor": "ZP-2", "part": WAITED_FOR.part}),
    ],
    ids=["cancelled", "issued", "for nobody", "receiver flies", "donor itself", "donor flies", "donor lacks it"],
)
def test_a_part_is_taken_for_who_stands_still_from_another_that_does(
    order: Order, donor: Donor, refusal: type[Refusal], facts: dict[str, object]
) -> None:
    with pytest.raises(refusal) as refused:
        cannibalise(order, donor, actor=ACTOR)

    assert refused.value.facts == facts
