"""Planning line by line against the best of all ways, in small random cases."""

from random import Random
from statistics import mean

import pytest

from bench.greedy import a_case, gap

WORSE_MAX = 0.03
"""How much worse than the best it may be on average."""


@pytest.mark.parametrize("seed", range(20))
def test_a_line_alone_is_given_to_the_best_source(seed: int) -> None:
    quantities, sources = a_case(Random(seed))

    assert gap(quantities[:1], sources) == 0


def test_lines_that_compete_are_given_out_little_worse_than_the_best_of_all_ways() -> None:
    gaps = [gap(*a_case(Random(seed))) for seed in range(200)]

    assert min(gaps) >= 0
    assert mean(gaps) < WORSE_MAX
