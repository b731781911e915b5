"""Judges a run from its data alone: what was answered against what the three databases hold, and I1 to I9."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from deploy.postgres.provision import connect
from shared.events.expediting import OrderLentAsked, OrderSourceHurried, OrderSplit
from shared.events.orders import OrderCancelRequested, OrderPlaced, OrderReprioritised, OrderRescheduled
from shared.events.platforms import PlatformDown, PlatformUp
from shared.events.quality import FirstArticleChanged
from shared.events.stock import ProtectedMinimumSet
from tests.faults.chaos.journal import Entry
from tests.fixtures.system import System

SHOWN_MAX = 20
_PAGE = 5_000


class Booked(NamedTuple):
    """Something that a service holds under a name that a client gave it."""

    door: str
    name: str
    told: str
    """What it became."""
    times: int
    """How often that stands in the books."""


@dataclass(frozen=True, slots=True)
class Offence:
    """An answer that the books contradict."""

    says: str
    key: str
    """The key that it is about; the request's own name where no key is known."""


_BOOKED: Mapping[str, Sequence[tuple[str, str]]] = {
    "production": (
        (
            "event",
            """
            SELECT a.source || ' ' || a.id, a.event_id::text,
              (SELECT count(*) FROM event_log e WHERE e.event_id = a.event_id)
            FROM accepted_event a
            """,
        ),
        (
            "inspection",
            f"SELECT convert_from(payload, 'UTF8')::json ->> 'report', key_seq::text, count(*) FROM event_log WHERE type = '{FirstArticleChanged.TYPE}' GROUP BY 1, 2",  # noqa: E501, S608  # our own type
        ),
    ),
    "orders": (
        (
            "order",
            f"SELECT substr(key, 7), substr(key, 7), count(*) FROM event_log WHERE type = '{OrderPlaced.TYPE}' GROUP BY 1",  # noqa: E501, S608  # our own type
        ),
        (
            "cancel",
            f"SELECT substr(key, 7), substr(key, 7), count(*) FROM event_log WHERE type = '{OrderCancelRequested.TYPE}' GROUP BY 1",  # noqa: E501, S608  # our own type
        ),
        (
            "expedite",
            f"""
            SELECT convert_from(payload, 'UTF8')::json ->> 'reason', order_id, count(*)
            FROM event_log JOIN orders ON order_id = substr(key, 7) AND supplies IS NULL
            WHERE type IN ('{OrderSourceHurried.TYPE}', '{OrderSplit.TYPE}', '{OrderLentAsked.TYPE}', '{OrderReprioritised.TYPE}',
                           '{OrderRescheduled.TYPE}')
            GROUP BY 1, 2
            """,  # noqa: E501, S608  # our own types
        ),
        (
            "platform",
            f"""
            SELECT coalesce(i.key, 'nobody''s ' || e.key || '@' || e.key_seq), e.key_seq::text, count(*)
            FROM event_log e
            LEFT JOIN (
              SELECT key, said ->> 'version' AS version, 'platform:' || (said ->> 'platform') || '/' || (said ->> 'tail_number') AS tail
              FROM (SELECT key, split_part(convert_from(response, 'UTF8'), E'\\n', 2)::json AS said FROM idempotency
                WHERE route LIKE '%/v1/platforms/%' AND status < 300) answered) i
            ON i.tail = e.key AND i.version = e.key_seq::text
            WHERE e.type IN ('{PlatformDown.TYPE}', '{PlatformUp.TYPE}')
            GROUP BY 1, 2
            """,  # noqa: E501, S608  # our own types
        ),
    ),
    "inventory": (
        (
            "slip",
            """
            SELECT coalesce(i.key, 'nobody''s ' || s.cause_id), s.cause_id::text, count(*)
            FROM slip s
            LEFT JOIN (
              SELECT key, split_part(convert_from(response, 'UTF8'), E'\\n', 2)::json ->> 'movement' AS movement
              FROM idempotency) i ON i.movement = s.cause_id::text
            WHERE s.kind <> 'opening'
            GROUP BY 1, 2
            """,
        ),
        (
            "minimum",
            f"SELECT (convert_from(payload, 'UTF8')::json ->> 'reason') || '@' || key_seq, key_seq::text, count(*) FROM event_log WHERE type = '{ProtectedMinimumSet.TYPE}' GROUP BY 1, 2",  # noqa: E501, S608  # our own type
        ),
    ),
}
_OFFENCES = (
    """
    SELECT printf('%s %s was answered %d (%s), and is not in the books', j.door, j.name, j.status, j.told),
      j.door, j.name
    FROM answer j LEFT JOIN booked b ON b.door = j.door AND b.name = j.name WHERE j.status < 300 AND b.name IS NULL
    """,
    """
    SELECT printf('%s %s was answered as %s, and stands in the books as %s', j.door, j.name, j.told, b.told),
      j.door, j.name
    FROM answer j JOIN booked b ON b.door = j.door AND b.name = j.name WHERE j.status < 300 AND b.told <> j.told
    """,
    """
    SELECT printf('%s %s was refused for good (%d %s), and is in the books', j.door, j.name, j.status, j.told),
      j.door, j.name
    FROM answer j JOIN booked b ON b.door = j.door AND b.name = j.name
    WHERE j.status >= 300 AND NOT EXISTS (
      SELECT 1 FROM answer k WHERE k.door = j.door AND k.name = j.name AND k.status < 300)
    """,
    """
    SELECT printf('%s %s is in the books, and no answer names it', door, told), door, name
    FROM booked WHERE name LIKE 'nobody''s %'
    """,
    """
    SELECT printf('%s %s (%s) stands in the books %d times', door, name, told, times), door, name
    FROM booked WHERE times <> 1
    """,
    """
    SELECT printf('%s %s stands in the books as %d: %s', door, name, count(*), group_concat(told)), door, name
    FROM booked GROUP BY door, name HAVING count(*) > 1
    """,
)


@contextmanager
def workbook() -> Iterator[sqlite3.Connection]:
    """Make an empty file for one judgement, and forget it at the end."""
    with tempfile.TemporaryDirectory(prefix="jvtrack-chaos-") as folder:
        book = sqlite3.connect(Path(folder) / "answers", isolation_level=None, check_same_thread=False)
        try:
            book.execute("PRAGMA journal_mode = OFF")
            book.execute("CREATE TABLE answer (at, door, name, status, told, tries)")
            book.execute("CREATE TABLE booked (door, name, told, times)")
            yield book
        finally:
            book.close()


def contradictions(book: sqlite3.Connection, answers: Iterable[Entry], booked: Iterable[Booked]) -> list[Offence]:
    """Name every answer that the books contradict, a sentence each."""
    book.execute("BEGIN")
    book.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", answers)
    book.executemany("INSERT INTO booked VALUES (?, ?, ?, ?)", booked)
    book.execute("COMMIT")
    book.execute("CREATE INDEX answer_name ON answer (door, name)")
    book.execute("CREATE INDEX booked_name ON booked (door, name)")
    return [Offence(says, _key(door, name)) for query in _OFFENCES for says, door, name in book.execute(query)]


def _key(door: str, name: str) -> str:
    if door in {"order", "cancel"}:
        return f"order:{name}"
    source, _, event = name.partition(" ")
    if door != "event" or not event.startswith("C"):
        return name
    return f"lot:{source.split('/')[1]}:{event.partition('-')[0]}"


async def judge_answers(system: System, answers: Iterable[Entry]) -> list[Offence]:
    """Compare a journal with the books of a system that has come to rest."""
    booked = [each async for each in _all_booked(system)]
    with workbook() as book:
        return await asyncio.to_thread(contradictions, book, answers, booked)


async def _all_booked(system: System) -> AsyncIterator[Booked]:
    for service, queries in _BOOKED.items():
        connection = await connect(system.environment.database(service).owner)
        try:
            for door, query in queries:
                async with connection.transaction(readonly=True):
                    async for row in connection.cursor(query, prefetch=_PAGE):
                        yield Booked(door, *row)
        finally:
            await connection.close()
