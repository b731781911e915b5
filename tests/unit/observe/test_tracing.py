"""A trace is followed only where its header is valid."""

import asyncio

import pytest

from shared.observe import tracing

ID, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    ("header", "flags"),
    [
        (f"00-{ID}-{SPAN}-01", 1),
        (f"00-{ID}-{SPAN}-00", 0),
        (f"00-{ID}-{SPAN}-ff", 1),
        (f"01-{ID}-{SPAN}-01", 1),
        (f"cc-{ID}-{SPAN}-01-what-comes-later", 1),
    ],
)
def test_a_valid_header_is_followed(header: str, flags: int) -> None:
    assert tracing.parse(header) == tracing.Trace(ID, SPAN, flags)


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "00", f"ff-{ID}-{SPAN}-01", f"00-{ID}-{SPAN}-01-more", f"00-{ID.upper()}-{SPAN}-01"),
        *(f"00-{'0' * 32}-{SPAN}-01", f"00-{ID}-{'0' * 16}-01", f"00-{ID[1:]}-{SPAN}-01", f"00-{ID}-{SPAN}"),
        *(f"00-{ID}-{SPAN}-1", f"00-{ID}-{SPAN}-01 ", f"01-{ID}-{SPAN}-01.more", f"01-{ID}-{SPAN}-01-" + "x" * 300),
    ],
)
def test_an_invalid_header_is_ignored(header: str | None) -> None:
    assert tracing.parse(header) is None


def test_a_child_is_another_step_of_the_same_trace() -> None:
    parent = tracing.new()
    child = parent.child()

    assert child.trace_id == parent.trace_id
    assert child.span_id != parent.span_id
    assert tracing.parse(child.header()) == child


def test_a_task_enters_a_trace_of_its_own() -> None:
    async def work(header: str | None) -> tracing.Trace | None:
        tracing.enter(header)
        await asyncio.sleep(0)
        return tracing.current.get()

    async def both() -> tuple[tracing.Trace | None, tracing.Trace | None]:
        first = asyncio.create_task(work(f"00-{ID}-{SPAN}-01"))
        second = asyncio.create_task(work(None))
        return await first, await second

    before = tracing.current.get()
    followed, begun = asyncio.run(both())

    assert followed is not None
    assert begun is not None
    assert followed.trace_id == ID
    assert begun.trace_id != ID
    assert tracing.current.get() is before
