"""What one transaction takes of a fetch: all of it if it fits, a fair share of each partition if it does not."""

from collections.abc import Mapping

import pytest
from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.applying import Record
from shared.messaging.rounds import BatchSize, Fetched, cut, gathering
from shared.messaging.settings import BackboneSettings

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


def test_a_transaction_that_lasts_too_long_is_followed_by_smaller_ones_until_they_are_quick_again() -> None:
    size = BatchSize(500, records_min=1, seconds_max=0.2)
    taken = [size.records]

    for records, seconds in [(500, 0.9), (250, 0.5), (125, 0.15), (125, 0.09), (250, 0.09), (500, 0.09)]:
        size.learn(records, seconds)
        taken.append(size.records)

    assert taken == [500, 250, 125, 125, 250, 500, 500]


def test_a_few_records_that_were_quick_say_nothing_about_many() -> None:
    size = BatchSize(500, records_min=1, seconds_max=0.2)
    size.learn(500, 1.0)

    size.learn(3, 0.001)

    assert size.records == 250


def test_one_record_is_always_taken_however_long_it_lasts() -> None:
    size = BatchSize(2, records_min=1, seconds_max=0.2)

    for _ in range(3):
        size.learn(1, 1.0)

    assert size.records == 1


def test_a_machine_on_which_every_transaction_is_slow_does_not_end_with_a_record_at_a_time() -> None:
    size = BatchSize(500, records_min=100, seconds_max=0.2)

    for _ in range(10):
        size.learn(size.records, 0.3)

    assert size.records == 100


def test_after_a_few_records_others_come_together_for_thrice_as_long_as_they_took_but_not_for_long() -> None:
    settings = BackboneSettings(consumer_batch_max=10, consumer_gather_seconds_max=0.05)

    assert gathering(a_fetch({0: 3, 1: 1}), 0.004, settings) == pytest.approx(0.012)
    assert gathering(a_fetch({0: 3, 1: 1}), 3.0, settings) == 0.05
    assert gathering(a_fetch({0: 7, 1: 3}), 0.004, settings) == 0.0, "whoever is behind does not wait"
