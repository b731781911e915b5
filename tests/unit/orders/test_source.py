"""Whether a source may be chosen on a day, by its approval and by the acceptance of what comes from it."""

from datetime import date, timedelta

import pytest

from services.orders.domain.source import Inspected, Source, Span, Standing
from tests.unit.orders.makers import TODAY, a_source, a_supplier

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LAST_YEAR, NEXT_YEAR = date(2025, 11, 23), date(2027, 11, 23)


@pytest.mark.parametrize(
    ("source", "standing"),
    [
        (a_source(), Standing.APPROVED),
        (a_source(approved=False), Standing.NOT_APPROVED),
        (a_source(approval=Span()), Standing.NOT_APPROVED),
        (a_source(approval=Span(TODAY, TODAY)), Standing.APPROVED),
        (a_source(approval=Span(TOMORROW)), Standing.NOT_APPROVED),
        (a_source(approval=Span(LAST_YEAR, YESTERDAY)), Standing.APPROVAL_ENDED),
        (a_source(acceptance=Span()), Standing.APPROVED),
        (a_supplier(), Standing.APPROVED),
        (a_supplier(approved=False), Standing.NOT_APPROVED),
        (a_supplier(acceptance=Span()), Standing.NOT_ACCEPTED),
        (a_supplier(acceptance=Span(TOMORROW)), Standing.NOT_ACCEPTED),
        (a_supplier(acceptance=Span(LAST_YEAR, YESTERDAY)), Standing.ACCEPTANCE_ENDED),
        (a_supplier(acceptance=Span(LAST_YEAR, TODAY)), Standing.APPROVED),
        (a_supplier(approval=Span(TODAY, NEXT_YEAR), acceptance=Span(LAST_YEAR)), Standing.APPROVED),
        (a_supplier(approval=Span(LAST_YEAR), acceptance=Span(TODAY)), Standing.APPROVED),
    ],
)
def test_a_source_may_be_chosen_while_its_approval_holds_and_a_supplier_while_its_acceptance_does(
    source: Source, standing: Standing
) -> None:
    assert source.standing(TODAY) is standing


def test_a_name_given_for_one_order_approves_nothing() -> None:
    assert a_supplier(approved=False, named=True).standing(TODAY) is Standing.NOT_APPROVED


@pytest.mark.parametrize(
    ("inspected", "stated", "accepted"),
    [
        (Inspected(), Span(LAST_YEAR, NEXT_YEAR), Span(LAST_YEAR, NEXT_YEAR)),
        (Inspected(passed_on=YESTERDAY), Span(), Span(YESTERDAY)),
        (Inspected(passed_on=YESTERDAY), Span(LAST_YEAR, YESTERDAY), Span(LAST_YEAR)),
        (Inspected(passed_on=YESTERDAY, ended_on=TODAY), Span(), Span(YESTERDAY)),
        (Inspected(ended_on=TODAY), Span(), Span(YESTERDAY, YESTERDAY)),
        (Inspected(ended_on=TODAY), Span(LAST_YEAR, NEXT_YEAR), Span(LAST_YEAR, YESTERDAY)),
        (Inspected(ended_on=TODAY), Span(LAST_YEAR, LAST_YEAR), Span(LAST_YEAR, LAST_YEAR)),
        (Inspected(ended_on=YESTERDAY), Span(TODAY, NEXT_YEAR), Span(TODAY, NEXT_YEAR)),
    ],
    ids=str,
)
def test_a_passed_first_article_is_an_acceptance_and_one_that_ended_ends_it_until_a_later_word(
    inspected: Inspected, stated: Span, accepted: Span
) -> None:
    assert inspected.accept(stated) == accepted
