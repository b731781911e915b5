"""Imports: a file is checked whole, staged in chunks, and published in chunks that somebody always finishes."""

import asyncio
import hashlib
from collections.abc import Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.catalogue import check_nation, define_parts, define_sites
from services.inventory.commands.request import goods_of
from services.inventory.commands.work import open_work
from services.inventory.domain.catalogue import Known, UnitFixed, check_change
from services.inventory.domain.ledger import Cause, Holding, Reason, Transfer
from services.inventory.schemas.imports import ImportKind, ImportRead, Lines, StockRecord
from services.inventory.settings import InventorySettings
from services.inventory.store import catalogue, imports
from services.inventory.store.imports import Import
from services.inventory.store.touches import Touched
from services.inventory.store.transfers import Slip
from shared import clock
from shared.db import Database
from shared.errors import Refusal
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import new_event_id
from shared.http import rights
from shared.http.files import LineError
from shared.http.tokens import Principal
from shared.observe.logs import get_log
from shared.types import Shelf

log = get_log()

Chunk = Sequence[tuple[int, Any]]
"""Records with the numbers of their lines; each kind has its own record."""


class Importer:
    """Takes files, and finishes what a stopped process left."""

    def __init__(self, database: Database, settings: InventorySettings) -> None:
        self._database = database
        self._settings = settings

    async def take(self, lines: Lines, principal: Principal, *, content: bytes, dry_run: bool) -> ImportRead:
        """Import a file: all of it or nothing. The same file of opening stock again changes nothing."""
        body_hash = hashlib.sha256(content).digest()
        if lines.kind is ImportKind.STOCK:
            async with self._database.transaction() as session:
                before = await imports.same(session, kind=lines.kind, body_hash=body_hash)
            if before is not None:
                return await self._done(before, lines, dry_run=dry_run)
        await self._check(lines, principal)
        import_id = new_event_id()
        if dry_run:
            return ImportRead(import_id=import_id, kind=lines.kind, lines=len(lines.imported.records), dry_run=True)
        await self._stage(import_id, lines, actor=principal.subject, body_hash=body_hash)
        await self.publish(import_id)
        return await self._done(import_id, lines, dry_run=False)

    async def finish(self) -> None:
        """Publish what was validated and not finished, and forget what was never validated."""
        async with self._database.transaction() as session:
            await imports.forget_abandoned(session)
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
                await self._publish(session, found, records)
                await imports.advance(session, found, lines=len(records))
            log.info("import_published", import_id=str(import_id), lines=found.published + len(records))

    async def _stage(self, import_id: UUID, lines: Lines, *, actor: str, body_hash: bytes) -> None:
        async with self._database.transaction() as session:
            await imports.begin(session, import_id, kind=lines.kind, actor=actor, body_hash=body_hash)
        numbered = iter(enumerate(lines.imported.records, start=1))
        while chunk := list(islice(numbered, self._settings.import_chunk)):
            staged = await asyncio.to_thread(_dumped, chunk)
            async with self._database.transaction() as session:
                await imports.stage(session, import_id, staged)
        async with self._database.transaction() as session:
            await imports.validate(session, import_id, len(lines.imported.records))

    async def _publish(self, session: AsyncSession, found: Import, records: Sequence[object]) -> None:
        match ImportKind(found.kind):
            case ImportKind.PARTS:
                parts = [PartDefined.model_validate(record) for record in records]
                await define_parts(session, await _still_allowed(session, parts))
            case ImportKind.SITES:
                await define_sites(session, [SiteDefined.model_validate(record) for record in records])
            case ImportKind.STOCK:
                await self._open_stock(session, found, [StockRecord.model_validate(record) for record in records])

    async def _open_stock(self, session: AsyncSession, found: Import, records: Sequence[StockRecord]) -> None:
        goods = [_goods(record) for record in records]
        work = await open_work(session, Touched.of({each.lot_key for each in goods}), self._settings)
        now = clock.now()
        by_site: dict[str, Cause] = {}
        for record, holding in zip(records, goods, strict=True):
            if record.site not in by_site:
                by_site[record.site] = work.begin(Cause(new_event_id(), now, found.actor), None)
            cause = by_site[record.site]
            work.book.learn(record.part, holding.lot, record.expires_on)
            opening, on_hand = holding.on(Shelf.OPENING), holding.on(Shelf.ON_HAND)
            work.book.post(Transfer(cause, opening, on_hand, record.quantity, Reason.OPENED))
        note = f"import {found.id}"
        work.slips.extend(
            Slip(cause.id, "opening", site, found.actor, None, note, None, "[]") for site, cause in by_site.items()
        )
        await work.settle()

    async def _check(self, lines: Lines, principal: Principal) -> None:
        errors: list[LineError] = []
        numbered = lines.imported.numbered()
        while chunk := list(islice(numbered, self._settings.import_chunk)):
            async with self._database.transaction() as session:
                errors.extend(await _CHECKS[lines.kind](session, chunk, principal))
        if errors:
            raise lines.imported.invalid(errors)

    async def _done(self, import_id: UUID, lines: Lines, *, dry_run: bool) -> ImportRead:
        async with self._database.transaction() as session:
            published_at = await imports.published_at(session, import_id)
        return ImportRead(
            import_id=import_id,
            kind=lines.kind,
            lines=len(lines.imported.records),
            dry_run=dry_run,
            published_at=published_at,
        )


async def _check_parts(session: AsyncSession, chunk: Chunk, _: Principal) -> list[LineError]:
    found = await catalogue.lock_parts(session, [part.part_id for _, part in chunk])
    moved = await catalogue.moved(session, list(found))
    errors = []
    for line, part in chunk:
        if part.part_id in found:
            try:
                check_change(found[part.part_id].record, part, has_moved=part.part_id in moved)
            except UnitFixed as refusal:
                errors.append(LineError(line, "unit_of_issue", refusal.title()))
    return errors


async def _check_sites(_: AsyncSession, chunk: Chunk, principal: Principal) -> list[LineError]:
    errors = []
    for line, site in chunk:
        try:
            check_nation(principal, site)
        except Refusal as refusal:
            errors.append(LineError(line, "country", refusal.title()))
    return errors


async def _check_stock(session: AsyncSession, chunk: Chunk, principal: Principal) -> list[LineError]:
    records: list[tuple[int, StockRecord]] = list(chunk)
    parts, sites = {record.part for _, record in records}, {record.site for _, record in records}
    known = await catalogue.known(session, parts, sites)
    stocked = await imports.stocked(session, [_goods(record) for _, record in records])
    errors: list[LineError] = []
    for line, record in records:
        errors.extend(LineError(line, field, message) for field, message in _wrong(record, known, principal))
        if _goods(record) in stocked:
            errors.append(LineError(line, "lot", "has been in stock here already: correct it by a count"))
    return errors


def _wrong(record: StockRecord, known: Known, principal: Principal) -> list[tuple[str, str]]:
    wrong = []
    if record.part not in known.parts:
        wrong.append(("part", "is not in the catalogue"))
    place = known.sites.get(record.site)
    if place is None:
        wrong.append(("site", "is not in the catalogue"))
    elif not rights.may_write(principal, record.site, place.country, place.kind):
        wrong.append(("site", "is not yours to write"))
    return wrong


async def _still_allowed(session: AsyncSession, parts: Sequence[PartDefined]) -> list[PartDefined]:
    """Leave out parts whose unit became fixed between the check and now; that is logged, and the rest goes on."""
    found = await catalogue.lock_parts(session, [part.part_id for part in parts])
    moved = await catalogue.moved(session, list(found))
    allowed = []
    for part in parts:
        try:
            if part.part_id in found:
                check_change(found[part.part_id].record, part, has_moved=part.part_id in moved)
        except UnitFixed:
            log.warning("import_line_overtaken", part=part.part_id)
            continue
        allowed.append(part)
    return allowed


def _goods(record: StockRecord) -> Holding:
    return goods_of(record.site, record.part, record.lot, record.condition)


def _dumped(chunk: Sequence[tuple[int, BaseModel]]) -> list[tuple[int, str]]:
    return [(n, record.model_dump_json(by_alias=True)) for n, record in chunk]


_CHECKS = {
    ImportKind.PARTS: _check_parts,
    ImportKind.SITES: _check_sites,
    ImportKind.STOCK: _check_stock,
}
