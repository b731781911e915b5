"""Why an order has so much and no earlier promise, from what is recorded of it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.orders.domain.explaining import (
    Promised,
    ReasonKind,
    Taken,
    why_not_promised_earlier,
    why_this_much,
)
from services.orders.domain.loss import Loss
from services.orders.domain.promise import Promise
from shared.events.stock import Gate, LossReason
from tests.unit.orders.makers import TODAY, a_work_order, an_order

LATER = TODAY + timedelta(days=30)


def taken(**changes: object) -> Taken:
    loss = Loss(heard=2, taken=2, reason=LossReason.PRE_EMPTED)
    return Taken(replace(loss, **changes), TODAY)  # type: ignore[arg-type]  # each as the test names it


def test_every_part_of_the_quantity_is_told_with_what_has_become_of_it() -> None:
    order = an_order(quantity=9, reserved=2, issued=1, cancelled=1, lost=1, work_orders=(a_work_order(quantity=4),))

    told = why_this_much(order, [])

    assert [(each.kind, each.quantity, each.text) for each in told] == [
        (ReasonKind.ISSUED, 1, "1 of 9 were issued"),
        (ReasonKind.RESERVED, 2, "2 of 9 are held for it at D-01"),
        (ReasonKind.SOURCED, 3, "3 of 9 are to be made for it"),
        (ReasonKind.OPEN, 2, "2 of 9 have neither stock nor source"),
        (ReasonKind.CANCELLED, 1, "1 of 9 are no longer wanted"),
        (ReasonKind.LOST_ON_THE_ROAD, 1, "1 of 9 were made for it and lost on the road"),
    ]


def test_an_order_that_inventory_has_not_answered_says_so_and_has_no_day() -> None:
    (much,), (when,) = why_this_much(an_order(), []), why_not_promised_earlier(an_order(), [])

    assert (much.kind, much.text) == (ReasonKind.UNANSWERED, "D-01 has not answered yet what it can give of 5")
    assert (when.kind, when.text) == (ReasonKind.NOT_PROMISED, "no day is promised: D-01 has not answered yet")


def test_a_reduction_that_inventory_has_not_answered_is_told() -> None:
    order = replace(an_order(reserved=5), wanted=3)

    told = why_this_much(order, [])

    assert (told[0].kind, told[0].quantity) == (ReasonKind.WANTED_LESS, 3)
    assert told[0].text == "only 3 of 5 are wanted; the answer to that is on its way"


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        (taken(winner="7201YA6327A002-2026"), "7201YA6327A002-2026, of a higher band, needed it"),
        (taken(), "another order, of a higher band, needed it"),
        (taken(reason=LossReason.EXPIRED), "its shelf life is over"),
        (taken(reason=LossReason.REVERSED, gate=Gate.FIRST_ARTICLE), "the gate first-article has closed on it"),
        (taken(reason=LossReason.REVERSED, unaccepted=True), "a reference that the order does not accept"),
        *((taken(reason=each), "") for each in LossReason if each is not LossReason.PRE_EMPTED),
    ],
    ids=lambda each: str(getattr(each, "loss", each))[:60],
)
def test_what_was_taken_is_told_with_its_reason_and_who_has_it_now(loss: Taken, why: str) -> None:
    told = why_this_much(an_order(reserved=5), [loss])[-1]

    assert (told.kind, told.quantity, told.day, told.order) == (ReasonKind.LOST, 2, TODAY, loss.loss.winner)
    assert told.text.startswith("2 were taken from what was held: ")
    assert why in told.text


def test_a_promise_is_told_with_its_reason_and_every_day_that_it_had_before() -> None:
    days = [None, TODAY, TODAY, LATER, TODAY]
    promised = [Promised(Promise(day, f"reason {n}"), TODAY) for n, day in enumerate(days)]
    order = replace(an_order(reserved=5), promise=promised[-1].promise)

    told = why_not_promised_earlier(order, promised)

    assert [(each.kind, each.day, each.text) for each in told] == [
        (ReasonKind.PROMISED, TODAY, "promised for 2026-11-23: reason 4"),
        (ReasonKind.MOVED, TODAY, "on 2026-11-23 it moved from no day to 2026-11-23: reason 1"),
        (ReasonKind.MOVED, LATER, "on 2026-11-23 it moved from 2026-11-23 to 2026-12-23, 30 days later: reason 3"),
        (ReasonKind.MOVED, TODAY, "on 2026-11-23 it moved from 2026-12-23 to 2026-11-23, 30 days earlier: reason 4"),
    ]


@pytest.mark.parametrize(
    ("demand", "why"),
    [({"reserved": 1}, "neither stock nor source"), ({"cancelled": 5}, "nothing is to come any more")],
)
def test_where_there_is_no_day_it_is_said_why(demand: dict[str, Any], why: str) -> None:
    withdrawn = replace(an_order(**demand), promise=Promise(None, "neither stock nor source"))

    assert [each.text for each in why_not_promised_earlier(withdrawn, [])] == [f"no day is promised: {why}"]


def test_the_same_record_is_explained_in_the_same_words() -> None:
    order = replace(an_order(reserved=2), promise=Promise(date(2027, 1, 1), "lead time of F-01"))
    losses, promised = [taken()], [Promised(Promise(LATER, "in stock"), TODAY)]

    assert why_this_much(order, losses) == why_this_much(order, losses)
    assert why_not_promised_earlier(order, promised) == why_not_promised_earlier(order, promised)
