"""Imports: staged in chunks, validated whole, then published in chunks under one id; a validated one is finished."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.ledger import Holding
from services.inventory.store.rows import Columns
from shared.sql import Statement
from shared.types import Condition

_LINES = Columns(n="integer", record="jsonb")
_GOODS = Columns(site="text", part="text", lot="text", condition="text")
_BEGIN = Statement("""
    INSERT INTO import (import_id, kind, state, actor, body_hash) VALUES (:id, :kind, 'staging', :actor, :hash)
""")
_STAGE = Statement(
    f"INSERT INTO import_line (import_id, n, record) SELECT :id, n, record FROM {_LINES.unnest('l')}"  # noqa: S608
)
_VALIDATE = Statement("UPDATE import SET state = 'validated', lines = :lines WHERE import_id = :id")
_LOCK = Statement("SELECT * FROM import WHERE import_id = :id FOR UPDATE")
_NEXT = Statement("SELECT record FROM import_line WHERE import_id = :id AND n > :after ORDER BY n LIMIT :limit")
_ADVANCE = Statement("""
    UPDATE import SET published = :published,
           state = CASE WHEN lines = :published THEN 'published' ELSE state END,
           published_at = CASE WHEN lines = :published THEN clock_timestamp() END
     WHERE import_id = :id
""")
_DONE = Statement("SELECT published_at FROM import WHERE import_id = :id")
_FORGET_LINES = Statement("DELETE FROM import_line WHERE import_id = :id")
_SAME = Statement("SELECT import_id FROM import WHERE kind = :kind AND body_hash = :hash AND state <> 'staging'")
_UNFINISHED = Statement("SELECT import_id FROM import WHERE state = 'validated' ORDER BY begun_at")
_ABANDONED = Statement("""
    DELETE FROM import WHERE state = 'staging' AND begun_at < clock_timestamp() - interval '1 hour'
""")
_STOCKED = Statement(f"""
    SELECT site, part, lot, condition FROM {_GOODS.unnest("g")} JOIN balance b USING (site, part, lot, condition)
""")  # noqa: S608  # names of columns only


class Import(NamedTuple):
    """How far an import is."""

    id: UUID
    kind: str
    state: str
    actor: str
    lines: int
    published: int


async def begin(session: AsyncSession, import_id: UUID, *, kind: str, actor: str, body_hash: bytes) -> None:
    """Begin to stage a file."""
    await _BEGIN.run(session, {"id": import_id, "kind": kind, "actor": actor, "hash": body_hash})


async def stage(session: AsyncSession, import_id: UUID, lines: Sequence[tuple[int, str]]) -> None:
    """Keep lines of a file until all of it is published."""
    await _STAGE.run(session, {**_LINES.bind(lines), "id": import_id})


async def validate(session: AsyncSession, import_id: UUID, lines: int) -> None:
    """Say that the whole file is good: from now on it will be published, whatever happens."""
    await _VALIDATE.run(session, {"id": import_id, "lines": lines})


async def lock(session: AsyncSession, import_id: UUID) -> Import | None:
    """Lock an import while a chunk of it is published."""
    row = await _LOCK.row(session, {"id": import_id})
    if row is None:
        return None
    return Import(UUID(int=row.import_id.int), row.kind, row.state, row.actor, row.lines, row.published)


async def following(session: AsyncSession, import_id: UUID, *, after: int, limit: int) -> list[object]:
    """Give the next records to publish."""
    return await _NEXT.column(session, {"id": import_id, "after": after, "limit": limit})


async def advance(session: AsyncSession, published: Import, *, lines: int) -> None:
    """Remember how many lines are published; after the last one the staged lines are forgotten."""
    done = published.published + lines
    await _ADVANCE.run(session, {"id": published.id, "published": done})
    if done == published.lines:
        await _FORGET_LINES.run(session, {"id": published.id})


async def published_at(session: AsyncSession, import_id: UUID) -> datetime | None:
    """Say when all of an import was in force."""
    found: datetime | None = await _DONE.value(session, {"id": import_id})
    return found


async def same(session: AsyncSession, *, kind: str, body_hash: bytes) -> UUID | None:
    """Find the import of the same file, if it was taken before."""
    row = await _SAME.row(session, {"kind": kind, "hash": body_hash})
    return None if row is None else UUID(int=row.import_id.int)


async def unfinished(session: AsyncSession) -> list[UUID]:
    """List the imports that were validated and not wholly published."""
    return [UUID(int=found.int) for found in await _UNFINISHED.column(session)]


async def forget_abandoned(session: AsyncSession) -> None:
    """Forget files whose staging broke off."""
    await _ABANDONED.run(session)


async def stocked(session: AsyncSession, goods: Collection[Holding]) -> set[Holding]:
    """Say of which goods something has been in stock."""
    rows = await _STOCKED.rows(session, _GOODS.bind(goods))
    return {Holding(row.site, row.part, row.lot, Condition(row.condition)) for row in rows}
