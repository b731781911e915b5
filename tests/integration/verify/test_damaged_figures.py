"""The proof names what figures are counted from, where it is not what a count anew would find."""

import pytest

from tests.integration.verify.books import Books, offences


@pytest.mark.parametrize(
    ("service", "broken", "said"),
    [
        pytest.param(
            "orders",
            "UPDATE orders SET met_at = met_at - interval '1 day' WHERE met_at IS NOT NULL",
            "and received at",
            id="it had all a day earlier",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET received_at = met_at WHERE received_at IS NULL",
            "and no time",
            id="it was received, and not issued",
        ),
        pytest.param("orders", "UPDATE orders SET backorders = 7 WHERE backorders = 0", "short 7 times", id="short"),
        pytest.param(
            "orders",
            "UPDATE backorder SET ended_at = ended_at + interval '1 second'",
            "and inventory's words make it one from",
            id="it was short for longer",
        ),
        pytest.param(
            "orders",
            "INSERT INTO backorder SELECT order_id, 9, placed_at FROM orders WHERE heard > 0",
            "make it one from no time to no time",
            id="it was short once more",
        ),
        pytest.param("orders", "DELETE FROM backorder", "and has no backorder of it", id="it was never short"),
        pytest.param(
            "orders",
            "UPDATE orders SET answered_at = NULL WHERE answered_at = (SELECT max(answered_at) FROM orders)",
            "and has no fulfilment",
            id="its fulfilment is gone",
        ),
        pytest.param(
            "production",
            "UPDATE lot SET scrapped_in_process = scrapped_in_process + 1 WHERE lot_id = 'F-01:L-1'",
            "F-01:L-1@",
            id="more was scrapped",
        ),
        pytest.param(
            "production",
            "UPDATE lot SET begun_at = begun_at - interval '40 days' WHERE lot_id = 'F-01:L-1'",
            "lot F-01:L-1 was begun at",
            id="it was begun in another month",
        ),
    ],
)
async def test_what_figures_are_counted_from_is_named_where_it_was_altered_by_hand(
    books: Books, service: str, broken: str, said: str
) -> None:
    report = await books.broken(service, broken)

    assert report.violated() == ["I7"]
    assert said in offences(report, "I7")
