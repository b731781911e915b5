"""Staged files in the database: kept in chunks, validated whole, then published in chunks under one id.

The tables `import` and `import_line` are made by the migrations of each service that stages files.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.sql import Statement
from shared.types import Nation

_BEGIN = Statement("""
    INSERT INTO import (import_id, kind, state, actor, nation, is_operator, body_hash)
    VALUES (:id, :kind, 'staging', :actor, :nation, :is_operator, :hash)
    ON CONFLICT (import_id) DO NOTHING
""")
_STAGE = Statement("""
    INSERT INTO import_line (import_id, n, line, record)
    SELECT :id, n, line, record
      FROM unnest(CAST(:n AS integer[]), CAST(:line AS integer[]), CAST(:record AS jsonb[])) AS l (n, line, record)
""")
_VALIDATE = Statement("UPDATE import SET state = 'validated', lines = :lines WHERE import_id = :id")
_LOCK = Statement("SELECT * FROM import WHERE import_id = :id FOR UPDATE")
_NEXT = Statement("""
    SELECT COALESCE(line, n) AS line, record FROM import_line
     WHERE import_id = :id AND n > :after ORDER BY n LIMIT :limit
""")
_ADVANCE = Statement("""
    UPDATE import SET published = :published, overtaken = overtaken || CAST(:overtaken AS jsonb),
           state = CASE WHEN lines = :published THEN 'published' ELSE state END,
           published_at = CASE WHEN lines = :published THEN clock_timestamp() END
     WHERE import_id = :id
""")
_FIND = Statement("""
    SELECT import_id, kind, state, actor, nation, body_hash, lines, published, overtaken, begun_at, published_at
      FROM import WHERE import_id = :id
""")
_FORGET_LINES = Statement("DELETE FROM import_line WHERE import_id = :id")
_LOCK_FILE = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:kind || encode(:hash, 'hex'), 0))")
_SAME = Statement("""
    SELECT import_id, state FROM import
     WHERE kind = :kind AND body_hash = :hash
       AND (state <> 'staging' OR begun_at > clock_timestamp() - make_interval(secs => :seconds))
     ORDER BY state = 'staging', begun_at LIMIT 1
""")
_UNFINISHED = Statement("SELECT import_id FROM import WHERE state = 'validated' ORDER BY begun_at")
_ABANDONED = Statement("""
    DELETE FROM import WHERE state = 'staging' AND begun_at < clock_timestamp() - make_interval(secs => :seconds)
""")


class Import(NamedTuple):
    """Whose import it is, and how far it is."""

    id: UUID
    kind: str
    state: str
    actor: str
    nation: Nation | None
    is_operator: bool
    lines: int = 0
    published: int = 0


class Staged(NamedTuple):
    """A record that waits to be published, and its line in the file."""

    line: int
    record: object


class Same(NamedTuple):
    """An import of the same file."""

    id: UUID
    state: str


class Progress(NamedTuple):
    """How far an import is, whose it is, and the lines that something else overtook."""

    state: str
    actor: str
    nation: Nation | None
    body_hash: bytes
    lines: int
    published: int
    overtaken: list[dict[str, object]]
    begun_at: datetime
    published_at: datetime | None


async def lock_file(session: AsyncSession, *, kind: str, body_hash: bytes) -> None:
    """Let nobody else begin to take the same file until this transaction ends."""
    await _LOCK_FILE.run(session, {"kind": kind, "hash": body_hash})


async def begin(session: AsyncSession, new: Import, *, body_hash: bytes) -> bool:
    """Begin to stage a file; tells whether nobody else has begun an import of this id."""
    values = {"id": new.id, "kind": new.kind, "actor": new.actor, "hash": body_hash}
    return bool(await _BEGIN.run(session, {**values, "nation": new.nation, "is_operator": new.is_operator}))


async def stage(session: AsyncSession, import_id: UUID, lines: Sequence[tuple[int, int, str]]) -> None:
    """Keep records of a file, with their number and their line, until all of it is published."""
    n, line, record = zip(*lines, strict=True)
    await _STAGE.run(session, {"id": import_id, "n": list(n), "line": list(line), "record": list(record)})


async def validate(session: AsyncSession, import_id: UUID, lines: int) -> None:
    """Say that the whole file is good: from now on it will be published, whatever happens."""
    await _VALIDATE.run(session, {"id": import_id, "lines": lines})


async def lock(session: AsyncSession, import_id: UUID) -> Import | None:
    """Lock an import while a chunk of it is published."""
    row = await _LOCK.row(session, {"id": import_id})
    if row is None:
        return None
    whose = (UUID(int=row.import_id.int), row.kind, row.state, row.actor, row.nation, row.is_operator)
    return Import(*whose, lines=row.lines, published=row.published)


async def following(session: AsyncSession, import_id: UUID, *, after: int, limit: int) -> list[Staged]:
    """Give the next records to publish."""
    rows = await _NEXT.rows(session, {"id": import_id, "after": after, "limit": limit})
    return [Staged(row.line, row.record) for row in rows]


async def advance(
    session: AsyncSession, published: Import, *, lines: int, overtaken: Sequence[Mapping[str, object]]
) -> None:
    """Remember how many lines are dealt with, and which were overtaken; at the end the staged ones are forgotten."""
    done = published.published + lines
    await _ADVANCE.run(session, {"id": published.id, "published": done, "overtaken": json.dumps(overtaken)})
    if done == published.lines:
        await _FORGET_LINES.run(session, {"id": published.id})


async def find(session: AsyncSession, import_id: UUID) -> Progress | None:
    """Say how far an import is; none where there is none of this id."""
    row = await _FIND.row(session, {"id": import_id})
    return None if row is None else Progress(**{name: row[name] for name in Progress._fields})


async def same(session: AsyncSession, *, kind: str, body_hash: bytes, seconds: float) -> Same | None:
    """Find the import of the same file; one whose staging broke off so long ago does not count."""
    row = await _SAME.row(session, {"kind": kind, "hash": body_hash, "seconds": seconds})
    return None if row is None else Same(UUID(int=row.import_id.int), row.state)


async def unfinished(session: AsyncSession) -> list[UUID]:
    """List the imports that were validated and not wholly published."""
    return [UUID(int=found.int) for found in await _UNFINISHED.column(session)]


async def forget_abandoned(session: AsyncSession, *, seconds: float) -> None:
    """Forget files whose staging broke off."""
    await _ABANDONED.run(session, {"seconds": seconds})
