"""Before anything is decided, a batch's records are told apart: new, seen before, forked, with a hole, unreadable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.applying import Item, ParkCause, Sorted, Sorter
from shared.messaging.positions import Position
from shared.messaging.relay_store import DISCARDED_TYPE
from shared.types import EventId
from tests.unit.messaging.makers import a_deaf_registry, a_header, a_registry, an_id, an_item

FORGOTTEN = "jvtrack.toy.forgotten.v1"


def sort(
    items: Sequence[Item],
    *,
    known: Mapping[str, Position] | None = None,
    parked: Mapping[str, ParkCause] | None = None,
    refused: Mapping[EventId, str] | None = None,
    compacted: bool = False,
) -> Sorted:
    """Sort items with the toy's registry."""
    sorter = Sorter(
        registry=a_registry(), known=known or {}, parked=parked or {}, refused=refused or {}, compacted=compacted
    )
    return sorter.sort(items)


@dataclass(frozen=True)
class Case:
    """A batch of one counter, by its numbers, and what it turns out to be."""

    numbers: Sequence[int]
    reached: int = 0
    parked: ParkCause | None = None
    refused: Sequence[int] = ()
    compacted: bool = False
    applied: Sequence[int] = ()
    waits: Sequence[int] = ()
    causes: Sequence[ParkCause] = ()
    duplicates: int = 0
    healed: bool = False
    position: int | None = field(default=None)


CASES = {
    "a new counter begins at one": Case([1, 2, 3], applied=[1, 2, 3], position=3),
    "a known counter goes on": Case([5, 6], reached=4, applied=[5, 6], position=6),
    "what was applied is dropped": Case([3, 4, 5], reached=4, applied=[5], duplicates=2, position=5),
    "what comes twice in a batch is dropped": Case([1, 1, 2, 1, 2], applied=[1, 2], duplicates=3, position=2),
    "a counter that does not begin at one has a hole": Case([2, 3], waits=[2, 3], causes=[ParkCause.HOLE]),
    "a hole parks what follows": Case([1, 3, 4], applied=[1], waits=[3, 4], causes=[ParkCause.HOLE], position=1),
    "a hole filled within a batch heals": Case(
        [1, 3, 2, 4], applied=[1, 2], waits=[3, 4], causes=[ParkCause.HOLE], healed=True, position=2
    ),
    "a hole filled by a later batch heals": Case(
        [2, 4], reached=1, parked=ParkCause.HOLE, applied=[2], waits=[4], healed=True, position=2
    ),
    "a hole that is not yet filled stays": Case([4, 3], reached=1, parked=ParkCause.HOLE, waits=[4, 3]),
    "a hole filled by what is refused is refused": Case(
        [2, 3], reached=1, parked=ParkCause.HOLE, refused=[2], waits=[2, 3], causes=[ParkCause.REFUSED]
    ),
    "what is refused parks what follows": Case(
        [1, 2, 3], refused=[2], applied=[1], waits=[2, 3], causes=[ParkCause.REFUSED], position=1
    ),
    "behind a refused fact everything waits": Case([2, 3], reached=1, parked=ParkCause.REFUSED, waits=[2, 3]),
    "a parked counter's duplicates are dropped": Case(
        [1, 2], reached=1, parked=ParkCause.REFUSED, waits=[2], duplicates=1
    ),
    "a compacted topic has holes by nature": Case([4, 9], reached=1, applied=[4, 9], compacted=True, position=9),
    "a compacted topic does not go back": Case([3], reached=4, duplicates=1, compacted=True),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_counters_facts_are_applied_dropped_or_parked(case: Case) -> None:
    items = [an_item("counter", number) for number in case.numbers]
    reached = {"counter": Position(case.reached, an_item("counter", case.reached).header.id)} if case.reached else {}

    out = sort(
        items,
        known=reached,
        parked={"counter": case.parked} if case.parked else {},
        refused={an_item("counter", number).header.id: "no" for number in case.refused},
        compacted=case.compacted,
    )

    assert [event.key_seq for event in out.events] == list(case.applied)
    assert [one.item.header.key_seq for one in out.parked] == list(case.waits)
    assert [one.cause for one in out.parked if one.cause] == list(case.causes)
    assert out.duplicates == case.duplicates
    assert out.healed == (["counter"] if case.healed else [])
    assert (out.positions["counter"].key_seq if out.positions else None) == case.position


def test_the_same_number_with_another_id_is_a_fork_and_parks_its_counter() -> None:
    other = an_item(header=a_header("counter", 2, id=an_id(7)))

    out = sort([an_item("counter", 1), an_item("counter", 2), other, an_item("counter", 3), an_item("other", 1)])

    assert [(event.key, event.key_seq) for event in out.events] == [("counter", 1), ("counter", 2), ("other", 1)]
    assert [(one.item.header.key_seq, one.cause) for one in out.parked] == [(2, ParkCause.FORK), (3, None)]
    assert out.forks == 1


def test_a_type_that_nobody_listed_parks_and_one_that_is_ignored_goes_by() -> None:
    unlisted = an_item(header=a_header("counter", 1, type=FORGOTTEN))
    deaf = Sorter(registry=a_deaf_registry(), known={}, parked={}, refused={}, compacted=False)

    parked, ignored = sort([unlisted]), deaf.sort([an_item("counter", 1), an_item("counter", 2)])

    assert [one.cause for one in parked.parked] == [ParkCause.UNLISTED]
    assert ignored.events == []
    assert ignored.parked == []
    assert ignored.positions["counter"].key_seq == 2


def test_a_tombstone_moves_its_counter_on_without_a_word() -> None:
    tombstone = an_item(payload=b"{}", header=a_header("counter", 2, type=DISCARDED_TYPE))

    out = sort([an_item("counter", 1), tombstone, an_item("counter", 3)])

    assert [event.key_seq for event in out.events] == [1, 3]
    assert out.positions["counter"].key_seq == 3


def test_data_of_another_shape_parks_its_counter() -> None:
    out = sort([an_item("counter", 1, payload=b'{"name": "counter"}'), an_item("counter", 2)])

    assert [one.cause for one in out.parked] == [ParkCause.CONTRACT, None]
    assert out.positions == {}


def test_fields_added_since_are_no_reason_to_park() -> None:
    out = sort([an_item("counter", 1, payload=b'{"name": "counter", "by": 1, "colour": "green"}')])

    assert [event.data.model_dump() for event in out.events] == [{"name": "counter", "by": 1}]


DELIVERIES = st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(1, 6)), min_size=1, max_size=20)


def as_delivered(choices: list[tuple[str, bool, int]]) -> list[tuple[str, int]]:
    """Make of choices what Kafka may deliver of some counters: interleaved, repeated, first deliveries in order."""
    reached: dict[str, int] = dict.fromkeys("abc", 0)
    delivered = []
    for key, is_new, number in choices:
        if is_new or number > reached[key]:
            number = reached[key] = reached[key] + 1  # noqa: PLW2901  # a repeat of nothing is the next
        delivered.append((key, number))
    return delivered


@given(DELIVERIES, st.lists(st.integers(1, 8), min_size=20, max_size=20))
def test_whatever_is_repeated_and_however_it_is_cut_into_batches_the_same_is_applied(
    choices: list[tuple[str, bool, int]], sizes: list[int]
) -> None:
    delivered = as_delivered(choices)
    left = [an_item(key, number, offset=offset) for offset, (key, number) in enumerate(delivered)]
    known: dict[str, Position] = {}
    applied: list[tuple[str, int]] = []

    for size in sizes:
        out = sort(left[:size], known=known)
        assert out.parked == []
        applied += [(event.key, event.key_seq) for event in out.events]
        known.update(out.positions)
        left = left[size:]

    assert left == []
    assert applied == list(dict.fromkeys(delivered))
