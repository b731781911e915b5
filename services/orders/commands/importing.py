"""Files of orders: checked whole by the guards of the order door, staged, then placed in chunks.

A line that was placed before is recognised, so the same file again changes nothing, and nor does an export of orders
that have changed since they were placed, of which it asks for what is still to come.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands import files, placing
from services.orders.commands.placing import DocumentNumberReused
from services.orders.commands.request import Outcome, Request
from services.orders.domain.catalogue import CatalogueBehind
from services.orders.schemas.imports import ImportProgress, ImportState, OrderRow
from services.orders.settings import OrdersSettings
from services.orders.store import lookups
from shared import clock
from shared.db import Database
from shared.errors import Kind, Refusal
from shared.http import staging_store
from shared.http.files import Imported, LineError
from shared.http.staging import ImportUnderWay, Staging
from shared.http.staging_store import Import, Staged
from shared.http.tokens import Principal, Role, Scope
from shared.observe import tracing

_KIND = "orders"
Decide = Callable[[AsyncSession, Sequence[Request]], Awaitable[list[Outcome | Refusal]]]


class ImportUnknown(Refusal):
    """There is no such import."""

    kind = Kind.NOT_FOUND


class ImportIdReused(Refusal):
    """The id names the import of another file: choose a new one for each file."""


class FirstPromiseStands(Refusal):
    """The order was placed before, and what was promised of it first is kept for ever: name that day, or none."""

    field = "promised_for"


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file of orders as it came, from whom, and the id that names its import."""

    import_id: UUID
    imported: Imported[OrderRow]
    body_hash: bytes
    principal: Principal

    @classmethod
    def of(cls, import_id: UUID, imported: Imported[OrderRow], content: bytes, principal: Principal) -> "OrderFile":
        """Take a file that was read."""
        return cls(import_id, imported, hashlib.sha256(content).digest(), principal)


class Importer:
    """Takes files of orders, and finishes what a stopped process left."""

    def __init__(self, database: Database, settings: OrdersSettings) -> None:
        self._database = database
        self._chunk = settings.placing_chunk
        self._units_max = settings.order_units_max
        self._staging = Staging(database, _place, chunk=self._chunk, seconds_max=settings.import_staging_seconds_max)

    async def check(self, file: OrderFile) -> None:
        """Refuse a file of which any line could not be placed now, with every error by line."""
        lines = list(file.imported.numbered())
        wrong: list[LineError] = []
        unknown: list[LineError] = []
        for start in range(0, len(lines), self._chunk):
            part = lines[start : start + self._chunk]
            async with self._database.transaction() as session:
                for refused in await _refused(session, part, file.principal, self._judge):
                    errors = unknown if isinstance(refused.refusal, CatalogueBehind) else wrong
                    errors.append(_error(refused))
        files.refuse(file.imported, wrong, unknown)

    async def _judge(self, session: AsyncSession, requests: Sequence[Request]) -> list[Outcome | Refusal]:
        bounded = [replace(request, units_max=self._units_max) for request in requests]
        return await placing.check(session, bounded)

    async def take(self, file: OrderFile) -> None:
        """Place every order of a file, or none; sent again under its id, it is the same import."""
        if not await self._has_begun(file):
            await self.check(file)
            await self._begin(file)
            await self._staging.stage(file.import_id, file.imported)
        await self._staging.publish(file.import_id)
        await self._staging.done(file.import_id)

    async def finish(self) -> None:
        """Place what a stopped process left of files that were checked."""
        await self._staging.finish()

    async def progress(self, import_id: UUID, principal: Principal) -> ImportProgress:
        """Say how far an import of one's own is."""
        async with self._database.transaction() as session:
            found = await staging_store.find(session, import_id)
        if found is None or (found.actor, found.nation) != (principal.subject, principal.nation):
            raise ImportUnknown(import_id=import_id)
        return ImportProgress(
            import_id=import_id,
            state=ImportState(found.state),
            lines=found.lines,
            published=found.published,
            overtaken=len(found.overtaken),
            begun_at=found.begun_at,
            published_at=found.published_at,
        )

    async def _begin(self, file: OrderFile) -> None:
        by = file.principal
        new = Import(file.import_id, _KIND, "staging", by.subject, by.nation, is_operator=by.role is Role.OPERATOR)
        async with self._database.transaction() as session:
            if not await staging_store.begin(session, new, body_hash=file.body_hash):
                raise ImportUnderWay(import_id=file.import_id)

    async def _has_begun(self, file: OrderFile) -> bool:
        async with self._database.transaction() as session:
            found = await staging_store.find(session, file.import_id)
        if found is None:
            return False
        if (found.body_hash, found.actor) != (file.body_hash, file.principal.subject):
            raise ImportIdReused(import_id=file.import_id)
        if found.state == "staging":
            raise ImportUnderWay(import_id=file.import_id)
        return True


async def _place(session: AsyncSession, found: Import, staged: Sequence[Staged]) -> list[LineError]:
    """Place orders that were checked; tells those that may no longer be placed.

    Whose they may be, and that urgent needs are approved, was checked of the sender when the file came.
    """
    by = Principal(found.actor, Role.OPERATOR, frozenset(), found.nation or "", frozenset({Scope.APPROVE_URGENCY}))
    lines = [(each.line, OrderRow.model_validate(each.record)) for each in staged]
    return [_error(refused) for refused in await _refused(session, lines, by, placing.decide)]


@dataclass(frozen=True, slots=True)
class _Refused:
    """A line that may not be placed, and why."""

    line: int
    refusal: Refusal


async def _refused(
    session: AsyncSession, lines: Sequence[tuple[int, OrderRow]], by: Principal, decide: Decide
) -> list[_Refused]:
    trace = tracing.current.get()
    requests = [Request(row, by, trace, row.placed_on, row.promised_for) for _, row in lines]
    outcomes = await decide(session, requests)
    reused = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, DocumentNumberReused)]
    same = await _as_they_stand(session, {n: requests[n] for n in reused})
    refused = {n: each for n, each in enumerate(outcomes) if isinstance(each, Refusal) and n not in same}
    again = {n: requests[n] for n, each in enumerate(outcomes) if n in same or _is_again(each)}
    refused |= await _promised_otherwise(session, again)
    return [_Refused(lines[n][0], refused[n]) for n in sorted(refused)]


def _is_again(outcome: Outcome | Refusal) -> bool:
    return isinstance(outcome, Outcome) and outcome.placed is None


async def _promised_otherwise(session: AsyncSession, again: Mapping[int, Request]) -> dict[int, Refusal]:
    """Refuse lines of orders that were placed before, of which another day was promised first than they say."""
    today = clock.now().date()
    told = {n: (each.order_id(today), each.promised_for) for n, each in again.items() if each.promised_for is not None}
    if not told:
        return {}
    first = await lookups.first_promises(session, {name for name, _ in told.values()})
    return {
        n: FirstPromiseStands(first_promised_for=first.get(name), promised_for=day)
        for n, (name, day) in told.items()
        if first.get(name) != day
    }


async def _as_they_stand(session: AsyncSession, reused: Mapping[int, Request]) -> set[int]:
    """Tell which of these say what their order has become since it was placed, as an export does."""
    today = clock.now().date()
    names = {n: each.order_id(today) for n, each in reused.items()}
    found = await lookups.as_ordered(session, {names[n]: each.body.quantity for n, each in reused.items()})
    return {
        n
        for n, each in reused.items()
        if names[n] in found and replace(each, body=found[names[n]]).digest() == each.digest()
    }


def _error(refused: _Refused) -> LineError:
    return LineError(refused.line, refused.refusal.about or "ordered_by", str(refused.refusal))
