"""A reader of a stream goes on exactly where it left off, at any replica, or is told that it cannot."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from shared.events.envelope import Stream
from shared.http import tail as tail_module
from shared.http.places import ANY_LOG, Place, PositionGone, PositionMalformed, Vector
from shared.http.sse import TailEvent
from shared.http.tail import LogWentBack, StreamStarting, StreamTail, _Kept
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import Topics

KEPT_MAX = 4


def a_tail(*heard: tuple[int, int], begins: tuple[int, ...] = (0, 0)) -> StreamTail:
    """Make the tail of a stream of two partitions that has heard some facts, by partition and offset."""
    tail = StreamTail(Topics("nowhere", "test"), Stream.STOCK, BackboneSettings(tail_events_max=KEPT_MAX))
    tail._log, tail._first, tail._next, tail._ends = "0a", list(begins), list(begins), list(begins)
    hear(tail, *heard)
    return tail


def at(*offsets: int, stream: str = "stock.v1", log: str = "0a") -> Place:
    """Make a place in that stream."""
    return Place(stream, log, offsets)


def hear(tail: StreamTail, *heard: tuple[int, int]) -> None:
    """Let a tail hear facts, as it does from Kafka."""
    for part, offset in heard:
        headers = [("ce_type", b"fact"), ("ce_sequence", b"7"), ("ce_id", b"id"), ("ce_recordedtime", b"then")]
        tail._keep(_Kept(part, offset, headers, f"{part}:{offset}".encode()))
    tail._signal.set()


async def read(events: AsyncGenerator[TailEvent, None], count: int) -> list[tuple[str, Vector]]:
    """Read so many events: what they say, and the position after each."""
    found = []
    async with asyncio.timeout(1):
        for _ in range(count):
            event = await anext(events)
            found.append((event.data.decode(), event.position.vector))
    return found


async def test_a_reader_from_now_hears_only_what_comes() -> None:
    tail = a_tail((0, 0), (1, 0))

    events = await tail.subscribe(None)
    hear(tail, (0, 1))

    assert await read(events, 1) == [("0:1", (2, 1))]


async def test_a_reader_goes_on_after_the_event_it_read_last() -> None:
    tail = a_tail((0, 0), (1, 0), (0, 1))
    (_, position), *_ = await read(await tail.subscribe(at(0, 0)), 1)

    rest = await read(await tail.subscribe(at(*position)), 2)

    assert rest == [("1:0", (1, 1)), ("0:1", (2, 1))]


async def test_a_reader_goes_on_at_a_replica_that_heard_the_partitions_in_another_order() -> None:
    here, there = a_tail((0, 0), (0, 1), (1, 0), (1, 1)), a_tail((1, 0), (1, 1), (0, 0), (0, 1))
    read_here = await read(await here.subscribe(at(0, 0)), 3)

    read_there = await read(await there.subscribe(at(*read_here[-1][1])), 1)

    assert sorted(data for data, _ in read_here + read_there) == ["0:0", "0:1", "1:0", "1:1"]
    assert read_there == [("1:1", (2, 2))]


async def test_a_place_no_longer_kept_is_gone() -> None:
    tail = a_tail(*((0, offset) for offset in range(KEPT_MAX + 1)))

    with pytest.raises(PositionGone):
        await tail.subscribe(at(0, 0))
    assert [data for data, _ in await read(await tail.subscribe(at(1, 0)), KEPT_MAX)] == ["0:1", "0:2", "0:3", "0:4"]


async def test_an_idle_partition_keeps_its_place_however_busy_the_others_are() -> None:
    tail = a_tail(*((0, offset) for offset in range(3 * KEPT_MAX)), begins=(0, 5))

    assert len(await read(await tail.subscribe(at(2 * KEPT_MAX, 5)), KEPT_MAX)) == KEPT_MAX


async def test_what_is_dropped_between_the_asking_and_the_first_reading_is_not_passed_over() -> None:
    tail = a_tail((0, 0))
    events = await tail.subscribe(at(0, 0))

    hear(tail, *((0, offset) for offset in range(1, KEPT_MAX + 1)))

    with pytest.raises(PositionGone):
        await read(events, 1)


async def test_a_reader_that_starts_near_the_end_is_not_cut_when_old_facts_are_dropped() -> None:
    tail = a_tail(*((0, offset) for offset in range(KEPT_MAX)))
    events = await tail.subscribe(at(KEPT_MAX - 1, 0))

    hear(tail, (0, KEPT_MAX), (0, KEPT_MAX + 1))

    assert [data for data, _ in await read(events, 3)] == ["0:3", "0:4", "0:5"]


async def test_a_slow_reader_is_cut_when_it_falls_behind_what_is_kept() -> None:
    tail = a_tail((0, 0))
    events = await tail.subscribe(at(0, 0))
    await read(events, 1)

    hear(tail, *((0, offset) for offset in range(1, KEPT_MAX + 3)))

    with pytest.raises(PositionGone):
        await read(events, 1)


async def test_a_place_that_another_replica_has_reached_is_waited_for() -> None:
    tail = a_tail((0, 0))
    asking = asyncio.create_task(tail.subscribe(at(2, 0)))
    await asyncio.sleep(0)

    hear(tail, (0, 1), (0, 2))

    assert await read(await asking, 1) == [("0:2", (3, 0))]


async def test_a_place_that_the_stream_does_not_reach_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "REACH_SECONDS_MAX", 0.05)

    with pytest.raises(PositionGone):
        await a_tail((0, 0)).subscribe(at(900, 0))


async def test_readers_are_let_go_when_the_tail_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "CONNECT_SECONDS_MAX", 0.05)
    tail = a_tail((0, 0))
    events = await tail.subscribe(None)
    reading = asyncio.create_task(read(events, 1))
    await asyncio.sleep(0)

    tail._end_term()

    with pytest.raises(StopAsyncIteration):
        await reading
    with pytest.raises(StreamStarting):
        await tail.subscribe(None)


async def test_a_log_that_goes_back_ends_the_term() -> None:
    with pytest.raises(LogWentBack):
        hear(a_tail((0, 0), (0, 1)), (0, 0))


async def test_a_reader_from_now_hears_nothing_that_stood_in_the_log_when_the_tail_was_connected() -> None:
    tail = a_tail()
    tail._ends = [2, 0]
    events = await tail.subscribe(None)

    hear(tail, (0, 0), (0, 1), (0, 2))

    assert await read(events, 1) == [("0:2", (3, 0))]


async def test_what_stood_in_the_log_when_the_tail_was_connected_need_not_be_waited_for() -> None:
    tail = a_tail()
    tail._ends = [2, 0]

    async with asyncio.timeout(1):
        events = await tail.subscribe(at(1, 0))
    hear(tail, (0, 0), (0, 1))

    assert await read(events, 1) == [("0:1", (2, 0))]


@pytest.mark.parametrize("place", [at(0, log=ANY_LOG), at(0), at(0, 0)], ids=str)
async def test_partitions_that_a_position_does_not_name_are_read_from_their_beginning(place: Place) -> None:
    tail = a_tail((0, 0), (1, 0))

    assert [data for data, _ in await read(await tail.subscribe(place), 2)] == ["0:0", "1:0"]


async def test_a_place_before_the_first_fact_is_gone_as_soon_as_that_fact_is() -> None:
    tail = a_tail(*((0, offset) for offset in range(KEPT_MAX + 1)))

    with pytest.raises(PositionGone):
        await tail.subscribe(at(0, log=ANY_LOG))


@pytest.mark.parametrize("elsewhere", [at(0, 0, 0), at(0, 0, stream="production.v1")], ids=str)
async def test_a_position_of_another_stream_is_malformed(elsewhere: Place) -> None:
    with pytest.raises(PositionMalformed):
        await a_tail().subscribe(elsewhere)


async def test_a_position_of_a_log_that_was_replaced_is_gone() -> None:
    with pytest.raises(PositionGone):
        await a_tail((0, 0)).subscribe(at(0, 0, log="0b"))


async def test_an_event_carries_its_version_its_identity_and_its_time() -> None:
    event = await anext(await a_tail((0, 0)).subscribe(at(0, 0)))

    assert (event.version, event.event_id, event.recorded_at) == (7, "id", "then")
    assert str(event.position) == "stock.v1:0a:1.0"
