"""What one transaction takes of a fetch: all of it if it fits, a fair share of each partition if it does not."""

from collections.abc import Mapping

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.applying import Record
from shared.messaging.rounds import Fetched, cut

FETCHES = st.dictionaries(st.integers(0, 30), st.integers(1, 60), max_size=12)


def a_fetch(sizes: Mapping[int, int]) -> dict[TopicPartition, list[Record]]:
    return {
        TopicPartition("stock.v1", part): [Record(offset, None, None, (), 0) for offset in range(size)]
        for part, size in sizes.items()
    }


def sizes(fetched: Fetched) -> dict[int, int]:
    return {place.partition: len(records) for place, records in fetched.items()}


def test_what_fits_goes_whole() -> None:
    now, rest = cut(a_fetch({0: 3, 1: 4, 2: 3}), 10)

    assert sizes(now) == {0: 3, 1: 4, 2: 3}
    assert rest == {}


def test_a_partition_with_little_is_not_held_up_by_one_with_much() -> None:
    now, rest = cut(a_fetch({0: 1000, 1: 2, 2: 5}), 10)

    assert sizes(now) == {0: 4, 1: 2, 2: 4}
    assert sizes(rest) == {0: 996, 2: 1}


@given(FETCHES, st.integers(1, 100))
def test_nothing_is_left_out_reordered_or_taken_twice(parts: dict[int, int], size: int) -> None:
    left: Fetched = a_fetch(parts)
    taken: dict[int, list[int]] = {part: [] for part in parts}

    while left:
        now, left = cut(left, size)
        for place, records in now.items():
            taken[place.partition] += [record.offset for record in records]
        assert sum(map(len, now.values())) <= max(size, len(now))
        assert all(now.values())

    assert taken == {part: list(range(count)) for part, count in parts.items()}
