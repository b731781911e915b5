"""What planning line by line costs, and what it loses: `python -m bench.greedy [LINES ...]`.

The first table plans open lines of 100 parts from 500 sources by the product's own rules, in the order in which stock
is given out. The second compares that with the best of all ways to give small random lines to sources, each line whole
to one source and queued in the same order: by how many days of waiting, all lines together, greedy is worse.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random
from statistics import mean
from time import process_time

from bench.what_if import _TODAY, _line
from services.orders.domain.ranking import Ask, Market, expected_on, rank
from services.orders.domain.source import Source
from services.orders.domain.whatif import Snapshot, project

_LINES = (1_000, 10_000)
_CASES = 500
_SEED = 7


def main() -> None:
    """Print how long planning takes by open lines, and how far greedy is from the best in small random cases."""
    print("| open lines | sources | seconds | lines a second |")
    print("| --- | --- | --- | --- |")
    for lines in [int(word) for word in sys.argv[1:]] or _LINES:
        snapshot = Snapshot(_TODAY, [_line(number) for number in range(lines)], (), 365)
        started = process_time()
        project(snapshot)
        seconds = process_time() - started
        print(f"| {lines:,} | 500 | {seconds:.2f} | {lines / seconds:,.0f} |")
    gaps = [gap(*a_case(Random(_SEED + number))) for number in range(_CASES)]
    print(f"\n{_CASES} random cases of up to 4 lines and 3 sources, seed {_SEED}:")
    print(f"greedy is the best in {sum(not each for each in gaps)}, on average {100 * mean(gaps):.1f} % worse,")
    print(f"at worst {100 * max(gaps):.1f} %.")


def a_case(random: Random) -> tuple[list[int], list[Source]]:
    """Make up to four quantities and three sources."""
    quantities = [random.randint(1, 6) for _ in range(random.randint(1, 4))]
    template = _line(0).market.sources[0]
    sources = [
        replace(
            template,
            site=f"F-{number}",
            lead_time_days=random.randint(5, 40),
            capacity_per_week=random.choice([None, 1, 2, 4]),
            unit_cost=None,
        )
        for number in range(random.randint(1, 3))
    ]
    return quantities, sources


def gap(quantities: Sequence[int], sources: Sequence[Source]) -> float:
    """Tell by what share of the best sum of days greedy is worse than it."""
    best = min(_days(quantities, sources, ways) for ways in product(range(len(sources)), repeat=len(quantities)))
    return _greedy(quantities, sources) / best - 1


def _greedy(quantities: Sequence[int], sources: Sequence[Source]) -> int:
    """Give each line to the source that is ranked first when it is its turn."""
    now, days = list(sources), 0
    for quantity in quantities:
        first = rank(Market(now), Ask(quantity=quantity, day=_TODAY))[0]
        days += (first.expected_on - _TODAY) // timedelta(days=1)
        now = [replace(each, load=each.load + quantity) if each.site == first.source.site else each for each in now]
    return days


def _days(quantities: Sequence[int], sources: Sequence[Source], ways: Sequence[int]) -> int:
    now, days = list(sources), 0
    for quantity, way in zip(quantities, ways, strict=True):
        days += (expected_on(now[way], quantity, _TODAY) - _TODAY) // timedelta(days=1)
        now[way] = replace(now[way], load=now[way].load + quantity)
    return days


if __name__ == "__main__":
    main()
