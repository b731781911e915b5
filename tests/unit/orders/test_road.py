"""What has left its source and not arrived, by work order."""

import pytest

from services.orders.domain.road import on_road
from tests.unit.orders.makers import ORDER, a_work_order, an_order

FIRST, SECOND = f"{ORDER}-W1", f"{ORDER}-W2"


@pytest.mark.parametrize(
    ("sent", "come", "road"),
    [
        ({}, 0, {}),
        ({FIRST: 3}, 0, {1: 3}),
        ({FIRST: 3}, 2, {1: 1}),
        ({FIRST: 5, SECOND: 2}, 0, {1: 5, 2: 2}),
        ({FIRST: 5, SECOND: 2}, 5, {2: 2}),
        ({FIRST: 5, SECOND: 2}, 7, {}),
        ({SECOND: 5}, 5, {}),
        ({SECOND: 5}, 0, {2: 5}),
        ({FIRST: 9}, 0, {1: 5}),
    ],
    ids=str,
)
def test_what_was_dispatched_and_has_not_arrived_is_on_the_road(
    sent: dict[str, int], come: int, road: dict[int, int]
) -> None:
    order = an_order(10, work_orders=(a_work_order(1), a_work_order(2)), arrived=come, reserved=come)

    assert on_road(order, sent) == road


def test_what_was_lost_is_not_on_the_road() -> None:
    order = an_order(5, work_orders=(a_work_order(1),), lost=1)

    assert on_road(order, {FIRST: 3}) == {1: 2}
