"""Priority designators: looked up, never entered."""

import pytest

from services.orders.domain.priority import Activity, Designator, priority
from shared.types import Urgency

TABLE = {"I": (1, 4, 11), "II": (2, 5, 12), "III": (3, 6, 13), "IV": (7, 9, 14), "V": (8, 10, 15)}


@pytest.mark.parametrize("designator", list(Designator))
def test_the_priority_follows_from_designator_and_urgency(designator: Designator) -> None:
    found = tuple(priority(designator, urgency) for urgency in Urgency)

    assert found == TABLE[designator]


def test_a_designator_holds_at_the_activity_s_own_site() -> None:
    assert Activity("D-01", Designator.I).at("D-01") is Designator.I


def test_a_depot_gains_nothing_from_another_s_activity_code() -> None:
    assert Activity("D-01", Designator.I).at("D-02") is Designator.V
