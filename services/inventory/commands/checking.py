"""What is wrong with the lines of a file, as the books stand: looked at before anything is taken, and when it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.catalogue import definer, judge_parts, judge_sites
from services.inventory.commands.request import goods_of
from services.inventory.domain.catalogue import Known
from services.inventory.domain.ledger import Holding
from services.inventory.schemas.imports import ImportKind, StockRecord
from services.inventory.store import catalogue, imports
from shared.errors import Refusal
from shared.http import rights
from shared.http.files import LineError
from shared.http.tokens import Principal

Chunk = Sequence[tuple[int, Any]]
"""Records with the numbers of their lines; each kind has its own record."""
STOCKED = "has been in stock here already: correct it by a count"


async def check(session: AsyncSession, kind: ImportKind, chunk: Chunk, principal: Principal) -> list[LineError]:
    """List what is wrong with some lines of a file."""
    records = [record for _, record in chunk]
    match kind:
        case ImportKind.PARTS:
            parts = await judge_parts(session, records, definer(principal))
            return refused([(line, part.part_id) for line, part in chunk], parts.refusals)
        case ImportKind.SITES:
            sites = await judge_sites(session, records, definer(principal))
            return refused([(line, site.site_id) for line, site in chunk], sites.refusals)
        case ImportKind.STOCK:
            return await _check_stock(session, chunk, principal)


def refused(lines: Sequence[tuple[int, str]], refusals: Mapping[str, Refusal]) -> list[LineError]:
    """Say by line and field why records may not be defined so."""
    return [_error(line, refusals[name]) for line, name in lines if name in refusals]


def goods(record: StockRecord) -> Holding:
    """Name the goods of a line of opening stock."""
    return goods_of(record.site, record.part, record.lot, record.condition)


def _error(line: int, refusal: Refusal) -> LineError:
    assert refusal.about is not None, "what is refused of a record is one of its fields"
    return LineError(line, refusal.about, refusal.title())


async def _check_stock(session: AsyncSession, chunk: Chunk, principal: Principal) -> list[LineError]:
    records: list[tuple[int, StockRecord]] = list(chunk)
    parts, sites = {record.part for _, record in records}, {record.site for _, record in records}
    known = await catalogue.known(session, parts, sites)
    stocked = await imports.stocked(session, [goods(record) for _, record in records])
    errors: list[LineError] = []
    for line, record in records:
        errors.extend(LineError(line, field, message) for field, message in _wrong(record, known, principal))
        if goods(record) in stocked:
            errors.append(LineError(line, "lot", STOCKED))
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
