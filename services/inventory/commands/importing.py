"""Imports: a file is checked whole, staged in chunks, and published in chunks that somebody always finishes."""

import hashlib
from collections.abc import Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.catalogue import definer, judge_parts, judge_sites, keep_parts, keep_sites
from services.inventory.commands.checking import STOCKED, check, goods, refused
from services.inventory.commands.work import open_work
from services.inventory.domain.keepers import Definer
from services.inventory.domain.ledger import Cause, Reason, Transfer
from services.inventory.schemas.imports import (
    ImportKind,
    ImportRead,
    Lines,
    StockRecord,
)
from services.inventory.settings import InventorySettings
from services.inventory.store.touches import Touched
from services.inventory.store.transfers import Slip
from shared import clock
from shared.db import Database
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import new_event_id
from shared.http import staging_store
from shared.http.files import LineError
from shared.http.staging import ImportUnderWay, Staging
from shared.http.staging_store import Import, Staged
from shared.http.tokens import Principal
from shared.types import Shelf


class Importer:
    """Takes files, and finishes what a stopped process left."""

    def __init__(self, database: Database, settings: InventorySettings) -> None:
        self._database = database
        self._settings = settings
        self._staging = Staging(
            database,
            self._publish,
            chunk=settings.import_chunk,
            seconds_max=settings.import_staging_seconds_max,
        )

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
        await self._staging.finish()

    async def publish(self, import_id: UUID) -> None:
        """Publish what is left of a validated import, a chunk in each transaction."""
        await self._staging.publish(import_id)

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
        found = await staging_store.same(session, kind=lines.kind, body_hash=body_hash, seconds=seconds)
        if found is not None and found.state == "staging":
            raise ImportUnderWay(import_id=found.id)
        return None if found is None else found.id

    async def _stage(self, lines: Lines, principal: Principal, body_hash: bytes) -> UUID:
        """Keep a file that may be published; the import that was there first, if it came in between."""
        by, import_id = definer(principal), new_event_id()
        async with self._database.transaction() as session:
            if lines.kind is ImportKind.STOCK:
                await staging_store.lock_file(session, kind=lines.kind, body_hash=body_hash)
                before = await self._find(session, lines, body_hash)
                if before is not None:
                    return before
            new = Import(import_id, lines.kind, "staging", principal.subject, by.nation, by.is_operator)
            await staging_store.begin(session, new, body_hash=body_hash)
        await self._staging.stage(import_id, lines.imported)
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
        found = await self._staging.done(import_id)
        return ImportRead(
            import_id=import_id,
            kind=lines.kind,
            lines=len(lines.imported.records),
            dry_run=dry_run,
            published_at=found.published_at,
        )
