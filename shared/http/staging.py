"""Long files: a checked file is staged in chunks, and published in chunks that somebody always finishes.

From the moment it is validated all of it will be in force, whoever stops: another process publishes what is left.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.errors import Refusal
from shared.http import staging_store as store
from shared.http.files import Imported, LineError, told
from shared.http.staging_store import Import, Progress, Staged
from shared.observe.logs import get_log

log = get_log()
Write = Callable[[AsyncSession, Import, Sequence[Staged]], Awaitable[Sequence[LineError]]]
"""Puts records into force; tells those that something else has overtaken since they were checked."""


class ImportUnderWay(Refusal):
    """This very file is being imported; ask again for what became of it."""

    retry_after_seconds = 2


class ImportOvertaken(Refusal):
    """What some lines are about changed while the file was imported: all others are in force."""

    def detail(self) -> str:
        """Say how many lines are not in force; `errors` tells which and why."""
        return f"{self.facts['overtaken']} lines are not in force"


@dataclass(frozen=True, slots=True)
class Staging:
    """Stages and publishes the files of a service."""

    database: Database
    write: Write
    chunk: int
    seconds_max: float
    """How long a file may be staged; what takes longer has broken off and is forgotten."""

    async def stage(self, import_id: UUID, imported: Imported[Any]) -> None:
        """Keep the records of an import that has begun; from then on it will be published."""
        numbered = iter(enumerate(imported.numbered(), start=1))
        while chunk := list(islice(numbered, self.chunk)):
            staged = await asyncio.to_thread(_dumped, chunk)
            async with self.database.transaction() as session:
                await store.stage(session, import_id, staged)
        async with self.database.transaction() as session:
            await store.validate(session, import_id, len(imported.records))

    async def publish(self, import_id: UUID) -> None:
        """Publish what is left of a validated import, a chunk in each transaction."""
        while True:
            async with self.database.transaction() as session:
                found = await store.lock(session, import_id)
                if found is None or found.state != "validated":
                    return
                records = await store.following(session, import_id, after=found.published, limit=self.chunk)
                overtaken = await self.write(session, found, records)
                await store.advance(session, found, lines=len(records), overtaken=told(overtaken))
            log.info("import_published", import_id=str(import_id), lines=found.published + len(records))
            for each in overtaken:
                log.warning("import_line_overtaken", import_id=str(import_id), line=each.line, field=each.field)

    async def finish(self) -> None:
        """Publish what was validated and not finished, and forget what was never validated."""
        async with self.database.transaction() as session:
            await store.forget_abandoned(session, seconds=self.seconds_max)
            left = await store.unfinished(session)
        for import_id in left:
            log.info("import_resumed", import_id=str(import_id))
            await self.publish(import_id)

    async def done(self, import_id: UUID) -> Progress:
        """Say what became of a published import, or refuse with the lines that are not in force."""
        async with self.database.transaction() as session:
            found = await store.find(session, import_id)
        assert found is not None, "a published import is kept"
        if found.overtaken:
            raise ImportOvertaken(import_id=import_id, overtaken=len(found.overtaken), errors=found.overtaken)
        return found


def _dumped(chunk: Sequence[tuple[int, tuple[int, BaseModel]]]) -> list[tuple[int, int, str]]:
    return [(n, line, record.model_dump_json(by_alias=True)) for n, (line, record) in chunk]
