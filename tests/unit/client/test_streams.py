"""Streams go on after the last event that was read, until the caller has enough."""

from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from jvtrack.client import JVTrack, ProblemError, WorkOrderChange
from tests.unit.client.makers import ScriptedService, a_client, a_problem, stream_of

OPENED = "jvtrack.production.work-order-opened.v1"
A_WORK_ORDER = {"work_order": "7201YA6327A001-2026-W1", "factory": "F-01", "part": "MI17-SWASHPLATE", "quantity": 3}
ENVELOPE = {"version": 1, "event_id": str(UUID(int=1)), "recorded_at": "2026-11-23T12:00:00+00:00"}


async def read(jvtrack: JVTrack, count: int, after: str | None = None) -> list[WorkOrderChange]:
    changes: list[WorkOrderChange] = []
    async with aclosing(jvtrack.production.follow_work_orders(after=after, factory="F-01")) as stream:
        async for change in stream:
            changes.append(change)
            if len(changes) == count:
                break
    return changes


async def test_a_stream_that_breaks_goes_on_after_the_last_event() -> None:
    service = ScriptedService(
        stream_of(("0.1", OPENED, {**A_WORK_ORDER, **ENVELOPE})),
        httpx.ConnectError("refused"),
        a_problem("stream-starting", 503, retry_after=0),
        stream_of(("0.2", OPENED, A_WORK_ORDER)),
    )

    async with a_client(service) as jvtrack:
        changes = await read(jvtrack, 2, after="0.0")

    assert [change.position for change in changes] == ["0.1", "0.2"]
    assert (changes[0].quantity, changes[0].version) == (3, 1)
    assert changes[0].recorded_at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert [request.headers["Last-Event-ID"] for request in service.asked] == ["0.0", "0.1", "0.1", "0.1"]
    assert service.asked[0].url.params["factory"] == "F-01"


async def test_a_beat_moves_the_position_without_being_an_event() -> None:
    beat = httpx.Response(200, text=": alive\nid: 0.9\n\n", headers={"Content-Type": "text/event-stream"})
    service = ScriptedService(beat, stream_of(("1.0", OPENED, A_WORK_ORDER)))

    async with a_client(service) as jvtrack:
        changes = await read(jvtrack, 1)

    assert len(changes) == 1
    assert service.asked[1].headers["Last-Event-ID"] == "0.9"


async def test_a_position_that_is_gone_is_raised() -> None:
    service = ScriptedService(a_problem("position-gone", 410))

    async with a_client(service) as jvtrack:
        with pytest.raises(ProblemError, match="position-gone"):
            await read(jvtrack, 1, after="0.0")
