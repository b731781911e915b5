"""Which of several counts of a shelf holds: the one that was taken last."""

import pytest

from services.inventory.domain import slip
from services.inventory.domain.count import Counted, CountSuperseded, check_latest, correct
from tests.unit.inventory.makers import OTHER_DEPOT, a_book, a_cause, goods, stocked


def test_a_count_taken_before_one_that_stands_is_refused_and_one_that_was_undone_is_none() -> None:
    book, later, elsewhere = a_book(), a_cause(), a_cause()
    holding = stocked(book, 10)
    correct(book, later, holding, -2)
    counts = [Counted(later.id, holding, 5, 8), Counted(elsewhere.id, goods(OTHER_DEPOT), 9, 0)]

    with pytest.raises(CountSuperseded) as refused:
        check_latest(book, counts, holding, 4)
    check_latest(book, counts, holding, 5)
    slip.reverse(book, a_cause(), later.id)
    check_latest(book, counts, holding, 4)

    assert (refused.value.facts["superseded_by"], refused.value.facts["taken_at"]) == (later.id, 5)
