"""Requests to the ledger in groups: one transaction, one book, each request its own answer or refusal.

The order of locks is the same in every transaction: idempotency keys, stock, shipments.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.request import Command
from services.inventory.commands.work import Work, open_work
from services.inventory.domain.catalogue import Known
from services.inventory.domain.ledger import Account, Cause, Transfer
from services.inventory.schemas.movements import DiscrepancyOpened, End, MovementRead, TransferRead
from services.inventory.settings import InventorySettings
from services.inventory.store import catalogue, places
from services.inventory.store.touches import Touched
from shared import clock
from shared.errors import Refusal
from shared.events.envelope import Stream
from shared.http import rights
from shared.http.idempotency import Claim, StoredAnswer, decide_once
from shared.http.tokens import Role
from shared.http.versions import TOKENS_MAX, VERSION_HEADER, Token

AnyCommand = Command[Any]  # of any body: each command knows its own


class Mover:
    """Decides groups of requests."""

    def __init__(self, settings: InventorySettings) -> None:
        self._settings = settings

    async def decide(self, session: AsyncSession, asked: Sequence[AnyCommand]) -> list[StoredAnswer | Refusal]:
        """Answer each request: as it was answered before, or as it is decided now."""
        return await decide_once(session, asked, self._decide)

    async def _decide(
        self, session: AsyncSession, commands: Sequence[AnyCommand]
    ) -> dict[Claim, StoredAnswer | Refusal]:
        touched = Touched.of(chain.from_iterable(command.touches() for command in commands))
        await places.add(session, touched)
        work = await open_work(session, touched, self._settings)
        known = await _known(work, commands)
        refusals: dict[Claim, Refusal] = {}
        for command in commands:
            try:
                work.slips.append(await command.decide(work, known, _begin(work, command)))
            except Refusal as refusal:
                refusals[command.claim] = refusal
        await work.settle()
        return {command.claim: refusals.get(command.claim) or _answer(work, known, command) for command in commands}


def _begin(work: Work, command: AnyCommand) -> Cause:
    return work.begin(Cause(command.id, clock.now(), command.principal.subject), command.trace)


async def _known(work: Work, commands: Sequence[AnyCommand]) -> Known:
    stocks = work.locks.versions.keys()
    parts = {part for command in commands for part in command.parts()} | {stock.part for stock in stocks}
    sites = {site for command in commands for site in command.sites()} | {stock.site for stock in stocks}
    return await catalogue.known(work.session, parts, sites | work.book.shipments.senders())


def _answer(work: Work, known: Known, command: AnyCommand) -> StoredAnswer:
    booked = work.book.caused(command.id)
    versions = ",".join(map(str, _versions(work, command, booked)))
    names_order = rights.sees_orders(command.principal)
    lines = enumerate(booked, start=1)
    answer = MovementRead(
        movement=command.id,
        kind=command.kind,
        transfers=[_transfer(line, transfer, known, names_order=names_order) for line, transfer in lines],
        discrepancies=[
            DiscrepancyOpened(
                discrepancy=each.id,
                kind=each.kind,
                part=each.account.part,
                lot=each.account.lot,
                quantity=each.quantity,
            )
            for each in work.book.suspense.opened
            if each.cause == command.id
        ],
    )
    body = answer.model_dump_json(exclude_none=True).encode()
    return StoredAnswer(command.status, body, {VERSION_HEADER: versions} if versions else {})


def _transfer(line: int, transfer: Transfer, known: Known, *, names_order: bool) -> TransferRead:
    unit = known.parts.get(transfer.source.part)
    return TransferRead(
        line=line,
        part=transfer.source.part,
        unit_of_issue=unit and unit.unit_of_issue,
        quantity_scale=unit and unit.quantity_scale,
        lot=transfer.source.lot,
        source=_end(transfer.source),
        target=_end(transfer.target),
        quantity=transfer.quantity,
        reason=transfer.reason,
        order=transfer.order if names_order else None,
        shipment=transfer.shipment,
    )


def _end(account: Account) -> End:
    return End(site=account.site, condition=account.condition, shelf=account.shelf)


def _versions(work: Work, command: AnyCommand, booked: Sequence[Transfer]) -> list[Token]:
    """Name the versions that a request has made, or found, as many as a reader may wait for at once."""
    topic = Stream.STOCK.topic
    moved = [end.stock for transfer in booked for end in (transfer.source, transfer.target)]
    touched = Touched.of(() if moved else command.touches())
    stocks = dict.fromkeys(moved or sorted(touched.stocks))
    if command.principal.role is Role.DEPOT:  # what a depot sends to another moves that one's stock, too
        stocks = {key: None for key in stocks if key.site in command.principal.sites}
    versions = {f"{key.site}/{key.part}": work.locks.versions.get(key, 0) for key in stocks}
    versions |= {f"shipment:{each}": work.book.shipments.get(each).version for each in sorted(touched.shipments)}
    tokens = [Token(topic, key, version) for key, version in versions.items() if version]
    order = command.order()
    demand = work.book.demands.find(order) if order else None
    if demand is not None:
        tokens.insert(0, Token(topic, f"demand:{demand.order}", demand.version))
    return tokens[:TOKENS_MAX]
