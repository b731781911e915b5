"""What whole-system chaos stands on: its schedule can be repeated, its ways disturb, its judge finds what is wrong."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.brokers import NUMBERS
from deploy.local.ports import HOST
from tests.faults.chaos import report
from tests.faults.chaos.journal import Entry, Journal, entries
from tests.faults.chaos.judge import Booked, contradictions, workbook
from tests.faults.chaos.progress import Done, Progress, recall, remember
from tests.faults.chaos.scale import QUICK, Kind, whole
from tests.faults.chaos.schedule import schedule
from tests.faults.chaos.watch import memory, read
from tests.fixtures.silence import Way, way

EVENT, LOT = "/F-01/line-1 C7-lot-started", "lot:F-01:C7"
FAULTS_MIN = 330


def an_answer(status: int = 201, *, door: str = "event", name: str = EVENT, told: str = "one") -> Entry:
    return Entry(1.0, door, name, status, told, tries=1)


def a_booking(*, door: str = "event", name: str = EVENT, told: str = "one", times: int = 1) -> Booked:
    return Booked(door, name, told, times)


def judged(answers: list[Entry], booked: list[Booked]) -> list[tuple[str, str]]:
    with workbook() as book:
        return [(each.says, each.key) for each in contradictions(book, answers, booked)]


def test_answers_that_the_books_bear_out_are_no_contradiction() -> None:
    answers = [
        an_answer(),
        an_answer(200),
        an_answer(202, door="cancel", name="O-1", told="O-1"),
        an_answer(409, door="slip", name="D-01-issues-3", told="not-reserved"),
    ]

    assert judged(answers, [a_booking(), a_booking(door="cancel", name="O-1", told="O-1")]) == []


def test_what_was_booked_and_never_answered_is_no_contradiction() -> None:
    assert judged([], [a_booking()]) == []


@pytest.mark.parametrize(
    ("answers", "booked", "found"),
    [
        ([an_answer()], [], "is not in the books"),
        ([an_answer()], [a_booking(told="another")], "was answered as one, and stands in the books as another"),
        ([an_answer(422, told="invalid")], [a_booking()], "was refused for good"),
        ([an_answer()], [a_booking(times=2)], "stands in the books 2 times"),
        ([an_answer()], [a_booking(times=0)], "stands in the books 0 times"),
        ([], [a_booking(), a_booking(told="two")], "stands in the books as 2: one,two"),
        ([], [a_booking(door="slip", name="nobody's m-1", told="m-1")], "no answer names it"),
    ],
)
def test_whatever_was_lost_doubled_changed_or_made_up_is_found(
    answers: list[Entry], booked: list[Booked], found: str
) -> None:
    ((says, key),) = judged(answers, booked)

    assert found in says
    assert key in {LOT, "nobody's m-1"}


def test_memory_grows_only_if_a_process_that_has_long_been_warm_still_holds_more_and_more() -> None:
    filling = [(60.0 * minute, 100.0 + min(minute, 10)) for minute in range(30)]
    leaking = [(60.0 * minute, 100.0 + minute) for minute in range(30)]
    young = [(10_000.0, 90.0), (10_060.0, 120.0)]

    still, grows = memory("orders.1", [filling, young]), memory("orders.2", [young, leaking])

    assert (still.samples, still.most_mib, still.longest_minutes, still.mib_per_hour) == (32, 120.0, 29.0, 0.0)
    assert grows.mib_per_hour == pytest.approx(60)


def test_an_event_that_was_answered_two_ways_contradicts_itself() -> None:
    found = judged([an_answer(told="one"), an_answer(200, told="two")], [a_booking(told="one")])

    assert [key for _, key in found] == [LOT]


def test_a_schedule_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert schedule(QUICK, 7) == schedule(QUICK, 7)
    assert schedule(QUICK, 7) != schedule(QUICK, 8)


def test_the_quick_schedule_has_fifteen_faults_and_every_kind() -> None:
    planned = schedule(QUICK, 1)

    assert len(planned) == 15
    assert {fault.kind for fault in planned} == set(Kind)


def test_the_halves_of_a_whole_run_strike_leaders_and_followers_of_every_service_and_both_ways() -> None:
    halves = [schedule(whole(brokers), 1) for brokers in NUMBERS]
    planned = [fault for half in halves for fault in half]
    struck = Counter((fault.kind, fault.target) for fault in planned)

    assert len(planned) >= FAULTS_MIN
    assert sum(whole(brokers).events for brokers in NUMBERS) == 1_000_000
    assert struck[Kind.RESET, "kafka"] == struck[Kind.RESET, "postgres"] == 50
    assert all({fault.kind for fault in half} == set(Kind) for half in halves)
    assert {target for kind, target in struck if kind is Kind.FREEZE} == {"orders", "production", "inventory"}
    for kind in (Kind.KILL_ORDERS, Kind.KILL_PRODUCTION, Kind.KILL_INVENTORY):
        assert sum(fault.leads for fault in planned if fault.kind is kind) == 26, "the odd one of each half, too"


def test_a_journal_goes_on_after_an_interruption_and_forgets_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.note("event", EVENT, 201, told="one", tries=1)
    journal.note("event", EVENT, 200, told="one", tries=2)
    journal.note("slip", "D-01-issues-3", 409, told="not-reserved", tries=1)
    journal.close()
    with path.open("a") as file:
        file.write('[1.0, "event", "/F-01/')

    again = Journal(path)
    again.note("order", "O-1", 201, told="O-1", tries=1)
    again.close()

    assert (again.accepted, again.lines) == (2, 4)
    assert [entry.name for entry in entries(path)] == [EVENT, EVENT, "D-01-issues-3", "O-1"]


def test_a_run_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    done = Done(number=1, fault="1. kill orders", at_event=10, measured={"seconds": 1.5})
    progress = Progress(scale="quick", seed=7, starts=1, seconds=12.5, done=(done,), counted={"fences": 2})

    remember(tmp_path, progress)

    assert recall(tmp_path) == progress
    assert recall(tmp_path / "elsewhere") is None


def test_what_a_service_counts_is_read_off_its_metrics() -> None:
    shown = (
        "# HELP jvtrack_fenced_batches_total Batches\n"
        'jvtrack_fenced_batches_total{group="a.b.c",topic="stock.v1"} 3.0\n'
        "jvtrack_relay_leader 1.0\n"
    )

    found = [(each.name, each.labels.get("topic"), each.value) for each in read(shown)]

    assert found == [("jvtrack_fenced_batches_total", "stock.v1", 3.0), ("jvtrack_relay_leader", None, 1.0)]


def test_a_runs_tables_take_the_place_of_the_last_runs(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- whole run begins -->\nold\n<!-- whole run ends -->\nbelow\n")

    report.replace_part(page, "whole run", "new")

    assert page.read_text() == "above\n<!-- whole run begins -->\n\nnew\n\n<!-- whole run ends -->\nbelow\n"


@asynccontextmanager
async def an_echo() -> AsyncIterator[tuple[Way, asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a way to a server that says what it hears."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100):
                writer.write(data)
        except ConnectionResetError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    async with server, way(HOST, server.sockets[0].getsockname()[1]) as opened:
        reader, writer = await asyncio.open_connection(HOST, opened.port)
        writer.write(b"there")
        assert await reader.readexactly(5) == b"there"
        yield opened, reader, writer
        writer.close()


async def test_a_way_that_is_reset_tells_both_ends_at_once() -> None:
    async with an_echo() as (opened, reader, _):
        assert opened.reset() == 1

        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(1), 10)


async def test_a_way_tells_the_server_that_a_client_was_killed_with_answers_that_it_had_not_read() -> None:
    gone = asyncio.Event()

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(5)
        writer.write(b"answer")
        try:
            await reader.read(1)
        except ConnectionResetError:
            pass
        finally:
            gone.set()
            writer.close()

    server = await asyncio.start_server(answers, HOST, 0)
    async with server, way(HOST, server.sockets[0].getsockname()[1]) as opened:
        client = await asyncio.to_thread(socket.create_connection, (HOST, opened.port))
        client.sendall(b"there")
        await asyncio.to_thread(client.recv, 1, socket.MSG_PEEK)
        client.close()  # the kernel sends a reset, for there is something unread

        await asyncio.wait_for(gone.wait(), 10)


async def test_a_slow_way_carries_everything_late_both_there_and_back() -> None:
    async with an_echo() as (opened, reader, writer):
        opened.delay_seconds = 0.1
        begun = time.perf_counter()

        writer.write(b"late")

        assert await asyncio.wait_for(reader.readexactly(4), 10) == b"late"
        assert time.perf_counter() - begun >= 0.2


async def test_a_silent_way_holds_back_what_it_carries_until_it_speaks_again() -> None:
    async with an_echo() as (opened, reader, writer):
        opened.fall_silent()
        writer.write(b"held")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(4), 0.2)

        opened.speak()

        assert await asyncio.wait_for(reader.readexactly(4), 10) == b"held"
