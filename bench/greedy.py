"""What planning line by line costs, and what it loses: `python -m bench.greedy [LINES ...]`.

The first table plans open lines of 100 parts from 500 sources by the product's own rules, in the order in which stock
is given out: with lead times as they are stated, and as they are learned from a hundred deliveries of each source.
Seconds are of one core, the learning included, the median of three. The second compares that with the best of all ways
to give small random lines to sources, each line whole to one source and queued in the same order: by how many days of
waiting, all lines together, greedy is worse. The third compares how a need is shared out, where it is needed at once,
with the best of all ways to share it: by how many days the last share comes later.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random
from statistics import mean, median
from time import process_time

from bench.what_if import _RUNS, _TODAY, _line, _mebibytes
from services.orders.domain.lead_time import DELIVERIES_MAX, Prior, Seen, learn
from services.orders.domain.ranking import Ask, Market, expected_on, rank
from services.orders.domain.source import Source
from services.orders.domain.splitting import share_out
from services.orders.domain.whatif import OpenLine, Snapshot, project

_LINES = (1_000, 10_000)
_CASES = 500
_SEED = 7


def main() -> None:
    """Print how long planning takes by open lines, and how far greedy is from the best in small random cases."""
    print("| open lines | sources | lead times | seconds | lines a second | MiB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for lines in [int(word) for word in sys.argv[1:]] or _LINES:
        waiting = [_line(number) for number in range(lines)]
        for name, known in _KNOWN.items():
            seconds = median(_seconds(waiting, known) for _ in range(_RUNS))
            mebibytes = _mebibytes(_snapshot(waiting, known), ())
            print(f"| {lines:,} | 500 | {name} | {seconds:.2f} | {lines / seconds:,.0f} | {mebibytes:.0f} |")
    gaps = [gap(*a_case(Random(_SEED + number))) for number in range(_CASES)]
    print(f"\n{_CASES} random cases of up to 4 lines and 3 sources, seed {_SEED}:")
    print(f"greedy is the best in {sum(not each for each in gaps)}, on average {100 * mean(gaps):.1f} % worse,")
    print(f"at worst {100 * max(gaps):.1f} %.")
    late = [split_gap(*a_need(Random(_SEED + number))) for number in range(_CASES)]
    print(f"\n{_CASES} random needs of up to 12 and 3 sources that share them, seed {_SEED}:")
    print(f"none could be there sooner in {sum(not each for each in late)}, on average {mean(late):.2f} days too late,")
    print(f"at worst {max(late)}: shares that gain less than a week are not worth another work order,")
    print("and a least lot may be more than what is left for it.")


def _seconds(waiting: Sequence[OpenLine], known: Callable[[Source], Source]) -> float:
    started = process_time()
    project(_snapshot(waiting, known))
    return process_time() - started


def _snapshot(waiting: Sequence[OpenLine], known: Callable[[Source], Source]) -> Snapshot:
    """Let lines wait at sources as they are known, each part's looked up once."""
    by_part = {line.order.part: line.market for line in waiting}
    markets = {
        part: replace(market, sources=[known(each) for each in market.sources]) for part, market in by_part.items()
    }
    return Snapshot(_TODAY, [replace(line, market=markets[line.order.part]) for line in waiting], (), 365)


def _experienced(source: Source) -> Source:
    """Learn a source's lead time from as many deliveries as are learned from at most."""
    random = Random(_SEED)
    came = [max(1, round(source.lead_time_days * random.uniform(0.7, 1.6))) for _ in range(DELIVERIES_MAX)]
    learned = learn(source.lead_time_days, Seen(came), Prior())
    return replace(source, lead_time=learned, lead_time_days=learned.days)


_KNOWN: dict[str, Callable[[Source], Source]] = {"as stated": lambda source: source, "as learned": _experienced}


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


def a_need(random: Random) -> tuple[int, list[Source]]:
    """Make a need, and one to three sources of which most are busy."""
    _, sources = a_case(random)
    return random.randint(1, 12), [
        replace(each, load=random.randint(0, 8), minimum_lot=random.choice([None, None, 2])) for each in sources
    ]


def split_gap(quantity: int, sources: Sequence[Source]) -> int:
    """Tell by how many days a need that is shared out comes later than in the best of all ways to share it."""
    chosen = share_out(Market(sources), Ask(quantity=quantity, day=_TODAY), _TODAY).chosen
    if not chosen:
        return 0
    ways = product(range(quantity + 1), repeat=len(sources))
    best = min(_last_day(sources, way) for way in ways if sum(way) == quantity and _is_made(sources, way))
    return (max(share.offer.expected_on for share in chosen) - best).days


def _last_day(sources: Sequence[Source], way: Sequence[int]) -> date:
    return max(expected_on(source, asked, _TODAY) for source, asked in zip(sources, way, strict=True) if asked)


def _is_made(sources: Sequence[Source], way: Sequence[int]) -> bool:
    """Tell whether no source is asked for less than it makes."""
    return all(not asked or asked >= (source.minimum_lot or 0) for source, asked in zip(sources, way, strict=True))


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
