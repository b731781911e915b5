"""What a year is drawn from: the same for the same names, and as often and as much as it says."""

from statistics import mean, median

import pytest

from jvtrack.simulate.chances import arrivals, batch, dice_for, poisson, spoilt_of, spread

DRAWS = 4_000


def test_dice_fall_the_same_way_for_the_same_names_alone() -> None:
    first, second, other = (dice_for(7, "demand", name) for name in ("D-01", "D-01", "D-02"))

    assert [first.random() for _ in range(5)] == [second.random() for _ in range(5)]
    assert first.random() != other.random()


def test_arrivals_come_in_order_within_the_year_and_as_often_as_asked() -> None:
    years = [list(arrivals(dice_for(number), 12.0, 365)) for number in range(DRAWS // 10)]

    assert all(year == sorted(year) and all(0 < moment < 365 for moment in year) for year in years)
    assert mean(map(len, years)) == pytest.approx(12, rel=0.05)


def test_what_never_happens_has_no_arrival() -> None:
    assert list(arrivals(dice_for(1), 0, 365)) == []


@pytest.mark.parametrize("wanted", [1.0, 1.5, 4.0])
def test_batches_are_at_least_one_and_as_large_as_asked_on_average(wanted: float) -> None:
    dice = dice_for("batches", wanted)
    drawn = [batch(dice, wanted) for _ in range(DRAWS)]

    assert min(drawn) == 1
    assert mean(drawn) == pytest.approx(wanted, rel=0.06)


def test_a_poisson_number_is_as_large_as_asked_on_average() -> None:
    dice = dice_for("poisson")

    assert mean(poisson(dice, 3.5) for _ in range(DRAWS)) == pytest.approx(3.5, rel=0.05)
    assert poisson(dice, 0) == 0


def test_half_of_what_is_spread_lies_below_the_median() -> None:
    dice = dice_for("spread")
    drawn = [spread(dice, 40, 0.3) for _ in range(DRAWS)]

    assert median(drawn) == pytest.approx(40, rel=0.05)
    assert min(drawn) > 0


def test_no_more_is_spoilt_than_there_is() -> None:
    assert (spoilt_of(dice_for(1), 5, 1.0), spoilt_of(dice_for(1), 5, 0.0)) == (5, 0)
