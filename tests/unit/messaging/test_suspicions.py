"""When Kafka refuses a batch for good, its rows go one by one until the culprit is known."""

import asyncio

from shared.messaging.publisher import Batch, Suspicions
from shared.messaging.relay_store import Row
from tests.unit.messaging.makers import a_row

PLACE, ELSEWHERE = (3, 0), (3, 1)


async def a_batch(*seqs: int) -> Batch:
    """Make a batch that Kafka was sent."""
    return Batch(PLACE, rows(*seqs), asyncio.get_running_loop().create_future())


def rows(*seqs: int) -> list[Row]:
    """Make rows of the outbox."""
    return [a_row(seq) for seq in seqs]


def chosen(suspicions: Suspicions, place: tuple[int, int], *seqs: int) -> list[int]:
    """Name the rows that are sent of those pending."""
    return [row.seq for row in suspicions.careful(place, rows(*seqs))]


async def test_without_suspicion_all_rows_go_together() -> None:
    assert chosen(Suspicions(), PLACE, 1, 2, 3) == [1, 2, 3]


async def test_the_rows_of_a_refused_batch_go_alone_and_those_elsewhere_together() -> None:
    suspicions = Suspicions()

    suspicions.refused(await a_batch(1, 2, 3))

    assert chosen(suspicions, PLACE, 1, 2, 3, 4) == [1]
    assert chosen(suspicions, PLACE, 3, 4, 5) == [3]
    assert chosen(suspicions, ELSEWHERE, 6, 7) == [6, 7]


async def test_behind_the_refused_batch_rows_go_together_again() -> None:
    suspicions = Suspicions()

    suspicions.refused(await a_batch(1, 2, 3))

    assert chosen(suspicions, PLACE, 4, 5) == [4, 5]
    assert chosen(suspicions, PLACE, 1, 2) == [1, 2], "the suspicion is gone with its rows"


async def test_only_a_row_that_fails_alone_is_counted() -> None:
    suspicions = Suspicions()

    counts = [suspicions.refused(await a_batch(*seqs)) for seqs in ((1, 2, 3), (1,), (1,), (2,), (1,))]

    assert counts == [0, 1, 2, 1, 3]
