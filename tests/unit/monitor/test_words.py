"""A time and a number of things are written as people say them."""

import pytest

from services.monitor.domain.words import many, span


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0.0 s"),
        (0.25, "0.2 s"),
        (9.94, "9.9 s"),
        (45.4, "45 s"),
        (119.0, "119 s"),
        (180.0, "3 min"),
        (7_140.0, "119 min"),
        (7_200.0, "2 h"),
        (200_000.0, "2 d"),
    ],
)
def test_a_time_is_told_in_the_largest_unit_that_it_fills_twice(seconds: float, said: str) -> None:
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("number", "things", "said"),
    [(1, None, "1 key"), (1_200, None, "1,200 keys"), (0, None, "0 keys"), (2, "keyen", "2 keyen")],
)
def test_one_is_not_many(number: int, things: str | None, said: str) -> None:
    assert many(number, "key", things) == said
