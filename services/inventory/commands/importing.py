"""Imports: a file is checked whole, staged in chunks, and published in chunks that somebody always finishes."""

import asyncio
import hashlib
from collections.abc import Sequence
from itertools import islice
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.catalogue import definer, judge_parts, judge_sites, keep_parts, keep_sites
from services.inventory.commands.checking import STOCKED, check, goods, refused
from services.inventory.commands.work import open_work
from services.inventory.domain.keepers import Definer
from services.inventory.domain.ledger import Cause, Reason, Transfer
from services.inventory.schemas.imports import (
    ImportKind,
    ImportOvertaken,
    ImportRead,
    ImportUnderWay,
    Lines,
    StockRecord,
)
from services.inventory.settings import InventorySettings
from services.inventory.store import imports
from services.inventory.store.imports import Import, Staged
from services.inventory.store.touches import Touched
from services.inventory.store.transfers import Slip
from shared import clock
from shared.db import Database
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import new_event_id
from shared.http.files import LineError, told
from shared.http.tokens import Principal
from shared.observe.logs import get_log
from shared.types import Shelf

log = get_log()


class Importer:
    """Takes files, and finishes what a stopped process left."""

    def __init__(self, database: Database, settings: InventorySettings) -> None:
        self._database = database
        self._settings = settings

    async def take(self, lines: Lines, principal: Principal, *, content: bytes, dry_run: bool) -> ImportRead:
        """Import a file: all of it or nothing. The same file of opening stock again changes nothing."""
        body_hash = hashlib.sha256(content).digest()
        taken = await self._same(lines, body_hash, dry_run=dry_run)
        if taken is not None:
            return taken
        errors = await self._check(lines, principal)
        if errors:
            # What stands in the way may be this very file, taken by somebody else while it was looked at.
            taken = await self._same(lines, body_hash, dry_run=dry_run)
            if taken is not None:
                return taken
            raise lines.imported.invalid(errors)
        if dry_run:
            return ImportRead(
                import_id=new_event_id(), kind=lines.kind, lines=len(lines.imported.records), dry_run=True
            )
        import_id = await self._stage(lines, principal, body_hash)
        await self.publish(import_id)
        return await self._done(import_id, lines, dry_run=False)

    async def finish(self) -> None:
        """Publish what was validated and not finished, and forget what was never validated."""
        async with self._database.transaction() as session:
            await imports.forget_abandoned(session, seconds=self._settings.import_staging_seconds_max)
            left = await imports.unfinished(session)
        for import_id in left:
            log.info("import_resumed", import_id=str(import_id))
            await self.publish(import_id)

    async def publish(self, import_id: UUID) -> None:
        """Publish what is left of a validated import, a chunk in each transaction."""
        while True:
            async with self._database.transaction() as session:
                found = await imports.lock(session, import_id)
                if found is None or found.state != "validated":
                    return
                chunk = self._settings.import_chunk
                records = await imports.following(session, import_id, after=found.published, limit=chunk)
                overtaken = await self._publish(session, found, records)
                await imports.advance(session, found, lines=len(records), overtaken=told(overtaken))
            log.info("import_published", import_id=str(import_id), lines=found.published + len(records))
            for each in overtaken:
                log.warning("import_line_overtaken", import_id=str(import_id), line=each.line, field=each.field)

    async def _same(self, lines: Lines, body_hash: bytes, *, dry_run: bool) -> ImportRead | None:
        """Answer as before if this very file of opening stock has been taken, after finishing what is left of it."""
        if lines.kind is not ImportKind.STOCK:
            return None
        async with self._database.transaction() as session:
            found = await self._find(session, lines, body_hash)
        if found is None:
            return None
        await self.publish(found)
        return await self._done(found, lines, dry_run=dry_run)

    async def _find(self, session: AsyncSession, lines: Lines, body_hash: bytes) -> UUID | None:
        seconds = self._settings.import_staging_seconds_max
        found = await imports.same(session, kind=lines.kind, body_hash=body_hash, seconds=seconds)
        if found is not None and found.state == "staging":
            raise ImportUnderWay(import_id=found.id)
        return None if found is None else found.id

    async def _stage(self, lines: Lines, principal: Principal, body_hash: bytes) -> UUID:
        """Keep a file that may be published; the import that was there first, if it came in between."""
        by, import_id = definer(principal), new_event_id()
        async with self._database.transaction() as session:
            if lines.kind is ImportKind.STOCK:
                await imports.lock_file(session, kind=lines.kind, body_hash=body_hash)
                before = await self._find(session, lines, body_hash)
                if before is not None:
                    return before
            new = Import(import_id, lines.kind, "staging", principal.subject, by.nation, by.is_operator)
            await imports.begin(session, new, body_hash=body_hash)
        numbered = iter(enumerate(lines.imported.numbered(), start=1))
        while chunk := list(islice(numbered, self._settings.import_chunk)):
            staged = await asyncio.to_thread(_dumped, chunk)
            async with self._database.transaction() as session:
                await imports.stage(session, import_id, staged)
        async with self._database.transaction() as session:
            await imports.validate(session, import_id, len(lines.imported.records))
        return import_id

    async def _publish(self, session: AsyncSession, found: Import, staged: Sequence[Staged]) -> list[LineError]:
        """Put lines into force; answers those that something else has overtaken since they were checked."""
        by = Definer(found.nation or "", is_operator=found.is_operator)
        match ImportKind(found.kind):
            case ImportKind.PARTS:
                parts = [(each.line, PartDefined.model_validate(each.record)) for each in staged]
                judged = await judge_parts(session, [part for _, part in parts], by)
                await keep_parts(session, judged)
                return refused([(line, part.part_id) for line, part in parts], judged.refusals)
            case ImportKind.SITES:
                sites = [(each.line, SiteDefined.model_validate(each.record)) for each in staged]
                ruled = await judge_sites(session, [site for _, site in sites], by)
                await keep_sites(session, ruled)
                return refused([(line, site.site_id) for line, site in sites], ruled.refusals)
            case ImportKind.STOCK:
                return await self._open_stock(session, found, staged)

    async def _open_stock(self, session: AsyncSession, found: Import, staged: Sequence[Staged]) -> list[LineError]:
        lines = [(each.line, StockRecord.model_validate(each.record)) for each in staged]
        work = await open_work(session, Touched.of({goods(record).lot_key for _, record in lines}), self._settings)
        now, overtaken = clock.now(), []
        by_site: dict[str, Cause] = {}
        for line, record in lines:
            holding = goods(record)
            if work.book.known(holding):
                overtaken.append(LineError(line, "lot", STOCKED))
                continue
            if record.site not in by_site:
                by_site[record.site] = work.begin(Cause(new_event_id(), now, found.actor), None)
            cause = by_site[record.site]
            if record.expires_on is not None:
                work.book.lives.mark(holding.lot_key, cause.id, record.expires_on)
            opening, on_hand = holding.on(Shelf.OPENING), holding.on(Shelf.ON_HAND)
            work.book.post(Transfer(cause, opening, on_hand, record.quantity, Reason.OPENED))
        note = f"import {found.id}"
        work.slips.extend(
            Slip(cause.id, "opening", site, found.actor, None, note, None, "[]") for site, cause in by_site.items()
        )
        await work.settle()
        return overtaken

    async def _check(self, lines: Lines, principal: Principal) -> list[LineError]:
        errors: list[LineError] = []
        numbered = lines.imported.numbered()
        while chunk := list(islice(numbered, self._settings.import_chunk)):
            async with self._database.transaction() as session:
                errors.extend(await check(session, lines.kind, chunk, principal))
        return errors

    async def _done(self, import_id: UUID, lines: Lines, *, dry_run: bool) -> ImportRead:
        async with self._database.transaction() as session:
            found = await imports.find(session, import_id)
        if found.overtaken:
            raise ImportOvertaken(import_id=import_id, overtaken=len(found.overtaken), errors=found.overtaken)
        return ImportRead(
            import_id=import_id,
            kind=lines.kind,
            lines=len(lines.imported.records),
            dry_run=dry_run,
            published_at=found.published_at,
        )


def _dumped(chunk: Sequence[tuple[int, tuple[int, BaseModel]]]) -> list[tuple[int, int, str]]:
    return [(n, line, record.model_dump_json(by_alias=True)) for n, (line, record) in chunk]
