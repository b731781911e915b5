"""An order's fulfilment: when it was answered, in which stretches it was short, when all of it was there and issued."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.orders.domain.fulfilment import Backorder, Fulfilment
from services.orders.domain.order import Demand, Order
from shared.events.stock import DemandClosed, DemandEvent, DemandIssued, DemandReduced, ReservationLost
from tests.unit.orders.makers import NOW, an_order, said

HOURS = [NOW + timedelta(hours=n) for n in range(10)]


def followed(*words: DemandEvent, order: Order | None = None, hours: int = 1) -> tuple[Order, list[Backorder]]:
    """Let an order hear these, an hour after another; gives it, and the backorders that were written."""
    now = order or an_order()
    written: dict[int, Backorder] = {}
    for n, word in enumerate(words):
        before = now
        now = now.hear_demand(word, now.demand.heard + 1).follow(before, HOURS[n * hours])
        assert now.fulfilment is not None
        changed = now.fulfilment.backorder(before.fulfilment)
        if changed is not None:
            written[changed.n] = changed
    return now, list(written.values())


def fulfilment_of(*words: DemandEvent) -> Fulfilment:
    order, _ = followed(*words)
    assert order.fulfilment is not None
    return order.fulfilment


def lost(**totals: Any) -> ReservationLost:
    return said(ReservationLost, taken=2, reason="counted", **totals)


def test_what_is_held_in_full_at_once_was_never_short_and_is_received_when_it_is_issued() -> None:
    fulfilment = fulfilment_of(said(reserved=5), said(DemandIssued, reserved=2, issued=3), said(DemandIssued, issued=5))

    assert fulfilment == Fulfilment(
        answered_at=HOURS[0], heard_at=HOURS[2], backorders=0, met_at=HOURS[0], received_at=HOURS[2]
    )


def test_a_shortage_begins_with_the_answer_that_says_so_and_ends_when_nothing_is_missing() -> None:
    order, backorders = followed(said(reserved=2), said(reserved=3), said(reserved=5), said(DemandIssued, issued=5))

    assert backorders == [Backorder(1, HOURS[0], HOURS[2])]
    assert order.fulfilment is not None
    assert (order.fulfilment.short_since, order.fulfilment.met_at, order.fulfilment.received_at) == (
        None,
        HOURS[2],
        HOURS[3],
    )


def test_a_lost_reservation_is_another_backorder_while_what_was_held_is_missing() -> None:
    order, backorders = followed(said(), said(reserved=5), lost(reserved=3))

    assert backorders == [Backorder(1, HOURS[0], HOURS[1]), Backorder(2, HOURS[2])]
    assert order.fulfilment is not None
    assert (order.fulfilment.backorders, order.fulfilment.short_since, order.fulfilment.met_at) == (2, HOURS[2], None)


def test_an_order_that_wants_less_has_all_that_it_still_wants() -> None:
    fulfilment = fulfilment_of(
        said(DemandIssued, issued=3),
        said(DemandReduced, issued=3, cancelled=2),
        said(DemandReduced, issued=3, cancelled=2),
    )

    assert (fulfilment.met_at, fulfilment.received_at) == (HOURS[1], HOURS[1])


def test_what_is_cancelled_whole_is_no_longer_short_and_was_never_received() -> None:
    fulfilment = fulfilment_of(said(), said(DemandClosed, cancelled=5, closed=True))

    assert (fulfilment.short_since, fulfilment.met_at, fulfilment.received_at) == (None, HOURS[1], None)


def test_an_issue_that_is_undone_was_not_received() -> None:
    fulfilment = fulfilment_of(said(DemandIssued, issued=5), said(DemandIssued, reserved=2, issued=3))
    again = fulfilment_of(
        said(DemandIssued, issued=5), said(DemandIssued, reserved=2, issued=3), said(DemandIssued, issued=5)
    )

    assert (fulfilment.received_at, fulfilment.met_at) == (None, HOURS[0])
    assert again.received_at == HOURS[2]


def test_totals_that_were_never_true_for_anybody_are_no_shortage() -> None:
    order, backorders = followed(said(unsettled=True), said(reserved=5))

    assert backorders == []
    assert order.fulfilment == Fulfilment(answered_at=HOURS[0], heard_at=HOURS[1], met_at=HOURS[1])


def test_a_clock_that_went_back_ends_nothing_before_it_began() -> None:
    order = an_order()
    late = order.hear_demand(said(), 1).follow(order, HOURS[3])
    early = late.hear_demand(said(reserved=5), 2).follow(late, HOURS[1])

    assert early.fulfilment is not None
    assert early.fulfilment.backorder(late.fulfilment) == Backorder(1, HOURS[3], HOURS[3])


def test_a_word_that_is_heard_again_changes_nothing() -> None:
    order, _ = followed(said(), said(reserved=5))

    again = order.hear_demand(said(reserved=5), 2).follow(order, HOURS[5])

    assert again == order


def test_an_order_answered_before_fulfilments_were_kept_has_none() -> None:
    before = replace(an_order(), demand=Demand(heard=1))

    now = before.hear_demand(said(reserved=5), 2).follow(before, HOURS[0])

    assert now.fulfilment is None
    assert now.demand.reserved == 5


def test_the_same_backorder_is_not_written_twice() -> None:
    order, _ = followed(said(), said(reserved=1))

    assert order.fulfilment is not None
    assert order.fulfilment.backorder(order.fulfilment) is None
