"""A projection is rebuilt from Kafka's first offset beside the live one: what is wrong is found, and mended at once."""

import asyncio

import pytest

from shared.messaging.rebuild.rebuild import NotTakenOver, Wish
from tests.fixtures.copying import Copying, parts

COMPARE = Wish(swaps=False)
_DEFINITION = """
SELECT (SELECT array_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), attnotnull) ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = 'part_copy'::regclass AND attnum > 0),
  (SELECT array_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid::regclass::text)
   FROM pg_index WHERE indrelid = 'part_copy'::regclass),
  (SELECT array_agg(conname || pg_get_constraintdef(oid) ORDER BY conname)
   FROM pg_constraint WHERE conrelid = 'part_copy'::regclass),
  (SELECT array_agg(a::text ORDER BY a::text) FROM pg_class, unnest(relacl) AS a WHERE oid = 'part_copy'::regclass),
  (SELECT relowner::regrole::text FROM pg_class WHERE oid = 'part_copy'::regclass)
"""


async def test_a_right_copy_is_found_right_and_nothing_is_left_of_the_rebuild(copy: Copying) -> None:
    async with copy.live():
        await copy.tell(*parts(50))
        await copy.heard()

        outcome = await copy.rebuild()

    assert (outcome.differences, outcome.is_swapped, outcome.events) == ([], False, 50)
    assert await copy.is_tidy()


async def test_rows_altered_added_and_removed_by_hand_are_found_and_mended_while_facts_come_in(copy: Copying) -> None:
    ended = asyncio.Event()
    async with copy.live():
        await copy.tell(*parts(300))
        await copy.heard()
        await copy.alter("P-00007")
        await copy.owner.execute("DELETE FROM part_copy WHERE part_id = 'P-00008'")
        await copy.owner.execute("INSERT INTO part_copy VALUES ('P-99999', 'made up', 0, '{}')")
        load = asyncio.create_task(tell_until(copy, ended, but={"P-00007", "P-00008"}))
        reading = asyncio.create_task(read_until(copy, ended))

        outcome = await copy.rebuild()
        ended.set()
        await load
        await copy.heard()

    assert {one.key[0] for one in outcome.differences} == {"P-00007", "P-00008", "P-99999"}
    assert outcome.is_swapped
    assert await copy.names() == copy.told()
    assert await reading == {300}, "a reader saw the copy with a gap"


async def tell_until(copy: Copying, ended: asyncio.Event, *, but: set[str]) -> None:
    """Define parts anew, over and over."""
    names = [name for name in parts(300) if name not in but]
    while not ended.is_set():
        await copy.tell(*names[:20])
        names = [*names[20:], *names[:20]]
        await asyncio.sleep(0.02)


async def read_until(copy: Copying, ended: asyncio.Event) -> set[int]:
    """Count the parts, over and over, as the service's own role; gives every count that was seen."""
    seen = set()
    async with copy.reader() as reader:
        while not ended.is_set():
            seen.add(await reader.fetchval("SELECT count(*) FROM part_copy"))
            await asyncio.sleep(0.002)
    return seen


async def test_comparing_alone_tells_what_differs_and_changes_nothing(copy: Copying) -> None:
    async with copy.live():
        await copy.tell(*parts(20))
        await copy.heard()
        await copy.alter("P-00003")

        first, second = await copy.rebuild(COMPARE), await copy.rebuild(COMPARE)

    assert [one.key for one in first.differences] == [("P-00003",)]
    assert first.differences == second.differences
    assert not second.is_swapped
    assert (await copy.names())["P-00003"] == "altered"
    assert await copy.is_tidy()


async def test_a_swapped_table_is_what_the_live_one_was_to_everybody(copy: Copying) -> None:
    before = await copy.owner.fetchrow(_DEFINITION)
    async with copy.live():
        await copy.tell(*parts(20))
        await copy.heard()
        await copy.alter("P-00003")

        assert (await copy.rebuild()).is_swapped
        await copy.tell(*parts(30))
        await copy.heard()

    assert await copy.owner.fetchrow(_DEFINITION) == before
    assert await copy.names() == copy.told()


async def test_a_position_altered_by_hand_is_found_and_mended_with_its_row_left_alone(copy: Copying) -> None:
    async with copy.live():
        await copy.tell(*parts(20), *parts(20))
        await copy.heard()
        await copy.owner.execute("UPDATE stream_position SET key_seq = 1 WHERE key = 'part:P-00003'")
        await copy.owner.execute("DELETE FROM stream_position WHERE key = 'part:P-00004'")

        outcome = await copy.rebuild()

    assert {one.key[1] for one in outcome.differences} == {"part:P-00003", "part:P-00004"}
    assert await copy.positions() == copy.versions


async def test_a_copy_that_is_wrong_altogether_is_swapped_as_a_whole(
    copy: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.rebuild.differences.PAGE", 7)
    monkeypatch.setattr("shared.messaging.rebuild.differences.SUSPECTS_MAX", 10)
    async with copy.live():
        await copy.tell(*parts(60))
        await copy.heard()
        await copy.alter(*parts(60))

        outcome = await copy.rebuild()

    assert outcome.totals == ["part_copy"]
    assert await copy.names() == copy.told()


async def test_a_fact_that_an_operator_discarded_is_discarded_in_the_rebuild_too(copy: Copying) -> None:
    async with copy.live() as backbone:
        await copy.tell(*parts(5))
        await copy.tell("P-00002", broken=True)
        await copy.tell("P-00004", "P-00002")
        await copy.discard(backbone, "part:P-00002")
        await copy.heard()
        await copy.alter("P-00001")

        outcome = await copy.rebuild()

    assert [one.key for one in outcome.differences] == [("P-00001",)]
    assert await copy.names() == copy.told()


async def test_a_service_that_has_never_heard_anything_is_not_rebuilt(copy: Copying) -> None:
    await copy.tell(*parts(5))

    with pytest.raises(NotTakenOver):
        await copy.rebuild()


async def test_a_service_that_stands_still_is_compared_where_it_stands(copy: Copying) -> None:
    async with copy.live():
        await copy.tell(*parts(20))
        await copy.heard()
    await copy.tell(*parts(40))
    await copy.alter("P-00003")

    outcome = await copy.rebuild()

    assert [one.key for one in outcome.differences] == [("P-00003",)]
    assert outcome.events == 20
    assert set((await copy.names()).values()) == {f"{name} as of 1" for name in parts(20)}
