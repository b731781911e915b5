"""What a gate holds back is neither reserved nor issued, and what is heard of lots and first articles is kept."""

from typing import Any

import pytest

from services.inventory.domain import bookings, slip
from services.inventory.domain.allocation import lose, offers
from services.inventory.domain.book import Book
from services.inventory.domain.gates import Inspected, Made
from services.inventory.domain.issue import NotReserved, issue
from services.inventory.domain.ledger import Cause, LotKey, Reason, StockKey, Transfer
from services.inventory.domain.unfit import give_up
from shared.events.production import MadeAs, Reference
from shared.events.quality import FirstArticleChanged, FirstArticleState, first_article_id
from shared.events.stock import Gate, LossReason, ReservationLost
from shared.types import Shelf
from tests.unit.inventory.makers import (
    DEPOT,
    FACTORY,
    LOT,
    NOW,
    PART,
    a_book,
    a_cause,
    a_finish,
    a_void,
    allocated,
    an_order_id,
    goods,
    heard,
    held,
    on,
    stocked,
    the_demand,
)

REFERENCE = Reference(maker="3VK1Y", number="VKR-1", revision="B")
NAME = first_article_id(FACTORY, PART, REFERENCE)
STOCK = StockKey(DEPOT, PART)


def a_change(state: FirstArticleState = FirstArticleState.PASSED) -> FirstArticleChanged:
    """Tell how the inspection stands."""
    return FirstArticleChanged(
        first_article=NAME, factory=FACTORY, part=PART, reference=REFERENCE, state=state, day=NOW.date()
    )


def closed(book: Book, gate: Gate | None = Gate.FIRST_ARTICLE, lot: str = LOT) -> None:
    """Let the store have found a gate of a lot."""
    book.gates.load(LotKey(DEPOT, PART, lot), gate)


def test_what_is_held_back_is_not_offered() -> None:
    book = a_book([LOT, "F-01:L-2"])
    stocked(book, 1)
    stocked(book, 1, at=goods(lot="F-01:L-2"))
    closed(book)
    closed(book, None, "F-01:L-2")

    assert [offer.holding.lot for offer in offers(book, STOCK)] == ["F-01:L-2"]


@pytest.mark.parametrize("gate", Gate)
def test_what_is_reserved_and_held_back_is_not_issued_and_the_refusal_says_so(gate: Gate) -> None:
    book = a_book()
    held(book, 5)
    closed(book, gate)

    with pytest.raises(NotReserved) as refused:
        issue(book, a_cause(), an_order_id(), 1)

    assert (refused.value.facts["expired"], refused.value.facts["held_back"]) == (0, 5)


def test_an_order_that_loses_what_is_held_back_is_told_which_gate_has_closed() -> None:
    book = a_book()
    held(book, 5)
    cause = Cause(a_cause().id, NOW, "inventory")
    back = Transfer(cause, goods().on(Shelf.RESERVED), goods().on(Shelf.ON_HAND), 5, Reason.RELEASED)

    lose(book, back, an_order_id(), LossReason.CONDITION_CHANGED, gate=Gate.FIRST_ARTICLE)

    fact = book.demands.told()[-1].event
    assert isinstance(fact, ReservationLost)
    assert (fact.taken, fact.gate, fact.reason) == (5, Gate.FIRST_ARTICLE, LossReason.CONDITION_CHANGED)


def test_only_what_is_held_back_is_given_up_and_says_why() -> None:
    lots = [LOT, "F-01:L-2"]
    book = a_book(lots)
    for lot in lots:
        stocked(book, 1, at=goods(lot=lot))
    heard(book, 2)
    allocated(book)
    closed(book)

    give_up(book, a_cause(), an_order_id())

    lost = [fact.event for fact in book.demands.told() if isinstance(fact.event, ReservationLost)]
    assert [(each.reason, each.gate) for each in lost] == [
        (LossReason.CONDITION_CHANGED, Gate.FIRST_ARTICLE),
    ]
    assert the_demand(book).reserved == 1


def test_an_issue_that_is_undone_holds_nothing_that_is_held_back() -> None:
    book, cause = a_book(), a_cause()
    held(book, 5)
    issue(book, cause, an_order_id(), 5)
    closed(book)

    slip.reverse(book, a_cause(), cause.id)

    assert (the_demand(book).reserved, on(book, Shelf.ON_HAND)) == (0, 5)


def test_a_lot_is_kept_as_its_last_fact_says_and_stirs_where_its_part_asks_for_something() -> None:
    book, finished = a_book(), a_cause()
    closed(book)

    bookings.finish(book, finished, a_finish(5, made_as=MadeAs(reference=REFERENCE, certificate="COC-1")))
    made = dict(book.gates.made())
    bookings.void(book, a_cause(), a_void(finished.id).model_copy(update={"made_as": MadeAs()}))

    assert made == {(PART, LOT): Made(NAME, "COC-1")}
    assert book.gates.made() == {(PART, LOT): Made(None, None)}
    assert book.gates.stirred() == {PART}


def test_a_lot_of_a_part_that_asks_for_nothing_stirs_nobody() -> None:
    book = a_book()

    bookings.finish(book, a_cause(), a_finish(5, made_as=MadeAs(reference=REFERENCE)))

    assert book.gates.stirred() == frozenset()


@pytest.mark.parametrize(
    ("named", "made"),
    [
        ({"reference": REFERENCE}, Made(NAME, None)),
        ({"certificate": "COC-1"}, Made(None, "COC-1")),
    ],
)
def test_a_finish_told_before_it_spoke_of_whole_lots_says_what_it_names(named: dict[str, Any], made: Made) -> None:
    book = a_book()

    bookings.finish(book, a_cause(), a_finish(5, **named))

    assert book.gates.made() == {(PART, LOT): made}


def test_a_finish_that_names_nothing_leaves_nothing_to_write() -> None:
    book = a_book()

    bookings.finish(book, a_cause(), a_finish(5))

    assert book.gates.made() == {}


def test_the_last_word_about_a_first_article_is_kept_and_stirs_its_part() -> None:
    book = a_book()

    book.gates.inspect(a_change(), 2, is_open=True)
    book.gates.inspect(a_change(FirstArticleState.REOPENED), 3, is_open=False)

    assert book.gates.inspected() == {NAME: Inspected(PART, 3, "reopened", is_open=False)}
    assert book.gates.stirred() == {PART}


def test_what_was_let_through_is_reserved() -> None:
    book = a_book()
    stocked(book, 5)
    heard(book, 3)
    closed(book, None)

    allocated(book)

    assert book.gates.closed(LotKey(DEPOT, PART, LOT)) is None
    assert the_demand(book).reserved == 3
