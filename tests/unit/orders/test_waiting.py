"""How long each band may wait."""

from datetime import timedelta

import pytest

from services.orders.domain.waiting import BANDS, Limit, limits
from tests.unit.orders.makers import NOW


def test_every_priority_has_one_band() -> None:
    assert [priority for band in BANDS for priority in band] == list(range(1, 16))


def test_each_band_waits_as_long_as_is_said() -> None:
    assert limits((7, 11, 28), NOW) == [
        Limit(1, 1, 3, 7, NOW - timedelta(days=7)),
        Limit(2, 4, 8, 11, NOW - timedelta(days=11)),
        Limit(3, 9, 15, 28, NOW - timedelta(days=28)),
    ]


def test_a_band_without_a_limit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="shorter"):
        limits((7, 11), NOW)
