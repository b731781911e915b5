"""The proof names what orders keeps of lots, where it is not what production has told of them."""

import pytest

from tests.integration.verify.books import Books, offences


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(
            "UPDATE lot_fact SET unit_cost = 39 WHERE kind = 'consumed'",
            "currency INR, recorded_on",
            id="a material has another price than was told",
        ),
        pytest.param(
            "UPDATE lot_fact SET depot = 'D-09' WHERE lot = 'F-01:L-1' AND kind = 'dispatched'",
            "depot D-09",
            id="a lot went to another depot",
        ),
        pytest.param(
            "DELETE FROM lot_fact WHERE kind = 'consumed'",
            "and keeps nothing of it",
            id="nothing is kept of what went into a lot",
        ),
        pytest.param(
            "INSERT INTO lot_fact (event_id, kind, lot, factory, part, recorded_on, quantity) "
            "SELECT gen_random_uuid(), kind, lot, factory, part, recorded_on, quantity FROM lot_fact "
            "WHERE lot = 'F-01:L-1' AND kind = 'finished'",
            "and production.v1 says nothing",
            id="a lot was finished once more",
        ),
    ],
)
async def test_what_orders_keeps_of_lots_is_named_where_it_was_altered_by_hand(
    books: Books, broken: str, said: str
) -> None:
    report = await books.broken("orders", broken)

    assert report.violated() == ["I7"]
    assert said in offences(report, "I7")
