"""A rebuild that is interrupted is over or goes on: only the next run hears of it, and the live copy stays whole."""

import asyncio
from itertools import count

import pytest

from shared.messaging.rebuild import filling
from shared.messaging.rebuild.program import AnotherRebuild
from shared.messaging.rebuild.rebuild import Wish
from tests.fixtures.copying import SWAP, Copying, parts
from tests.fixtures.crash import killed, leaves_wreckage

STRIDE = 13
"""A rebuild is killed at every so many of its suspensions."""


@leaves_wreckage
@pytest.mark.timeout(400)
async def test_a_rebuild_killed_at_any_step_is_ended_by_the_next_run(copy: Copying) -> None:
    async with copy.live():
        await copy.tell(*parts(30))
        await copy.heard()
        for step in count(1, STRIDE):
            await copy.alter("P-00003")
            await copy.owner.execute("DELETE FROM part_copy WHERE part_id = 'P-00004'")

            was_killed = await killed(copy.rebuild(), at=step)
            left = await copy.names()
            await copy.rebuild()

            assert left == copy.told() or left["P-00003"] == "altered", f"half a swap, killed at {step}"
            assert await copy.names() == copy.told(), f"killed at {step}"
            assert await copy.is_tidy()
            await copy.tell("P-00005")
            await copy.heard()
            if not was_killed:
                break

    assert step > 100, "a rebuild has more steps than that"


@leaves_wreckage
async def test_an_interrupted_rebuild_goes_on_where_it_was_and_from_the_first_offset_only_when_asked_to(
    copy: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "BATCH_MAX", 20)
    async with copy.live():
        await copy.tell(*parts(200))
        await copy.heard()

        step = 150
        assert await killed(copy.rebuild(Wish(swaps=False)), at=step)
        filled = await copy.filled()
        assert await killed(copy.rebuild(Wish(swaps=False)), at=40)
        resumed = await copy.rebuild()
        assert await killed(copy.rebuild(), at=step)
        anew = await copy.rebuild(Wish(anew=True))

    assert 0 < filled < 200
    assert filled + resumed.events <= 200
    assert anew.events == 200


async def test_a_service_that_is_restarted_in_the_middle_of_a_rebuild_goes_on_and_is_mended(
    copy: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "BATCH_MAX", 10)
    async with copy.live():
        await copy.tell(*parts(400))
        await copy.heard()
    await copy.alter("P-00003")

    rebuilding = asyncio.create_task(copy.rebuild())
    for _ in range(2):
        async with copy.live():
            await copy.tell(*parts(100)[50:])
            await asyncio.sleep(0.5)
    async with copy.live():
        outcome = await rebuilding
        await copy.heard()

    assert outcome.is_swapped
    assert await copy.names() == copy.told()


async def test_the_earlier_of_two_rebuilds_gives_way(copy: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "BATCH_MAX", 5)
    async with copy.live():
        await copy.tell(*parts(300))
        await copy.heard()
        await copy.alter("P-00003")

        earlier = asyncio.create_task(copy.rebuild(SWAP))
        while await copy.filled() == 0:
            await asyncio.sleep(0.005)
        later = await copy.rebuild(SWAP)

        with pytest.raises(AnotherRebuild):
            await earlier

    assert later.is_swapped
    assert await copy.names() == copy.told()
