"""What was told of a purchase, as it should have been: what was posted, with some of its fields otherwise."""

from collections.abc import AsyncIterator, Sequence

from deploy.errors import SetupError
from jvtrack.client import Purchase
from jvtrack.client.answers.production import HistoryEntry
from jvtrack.commands.facts import made
from jvtrack.commands.named import read_reference
from shared.events.factory import FactoryFact
from shared.events.purchases import PURCHASE_FACTS, PurchaseEventCorrected, PurchaseEventVoided

_FLAGS = {"true": True, "false": False}
_CORRECTABLE = {
    name: fact
    for name, fact in PURCHASE_FACTS.items()
    if not issubclass(fact, PurchaseEventCorrected | PurchaseEventVoided)
}


async def as_it_was(purchase: Purchase, event: str, changes: Sequence[str]) -> FactoryFact:
    """Take an event as it was posted, and set some of its fields: FIELD=VALUE, or FIELD= to take one out."""
    posted = await _find(purchase, event)
    kind = _CORRECTABLE[str(posted.posted_type)]
    data: dict[str, object] = {**(posted.posted or {})}
    for change in changes:
        field, is_set, value = change.partition("=")
        if not is_set:
            raise SetupError(f"--set {change}: write FIELD=VALUE, such as quantity=3.")
        data.pop(field, None)
        if value:
            data[field] = _read(kind, field, value)
    return made(lambda: kind.model_validate(data))


def _read(kind: type[FactoryFact], field: str, value: str) -> object:
    """Read a value as its field takes it: a reference as people write it, a number or flag as such, else text."""
    if field == "reference":
        return made(lambda: read_reference(value))
    known = kind.model_fields.get(field)
    if known is not None and known.annotation is int and value.isdecimal():
        return int(value)
    if known is not None and known.annotation is bool and value in _FLAGS:
        return _FLAGS[value]
    return value


async def _find(purchase: Purchase, event: str) -> HistoryEntry:
    """Find what was posted under an id among the newest of the purchase and of its lots."""
    async for entry in _told(purchase):
        if entry.id == event and entry.posted_type in _CORRECTABLE:
            return entry
    raise SetupError(
        f"Nothing that can be corrected was told of {purchase.work_order.work_order} under {event}: a correction is "
        "voided, and told anew."
    )


async def _told(purchase: Purchase) -> AsyncIterator[HistoryEntry]:
    production, name = purchase.production, purchase.work_order.work_order
    for entry in (await production.work_order(name)).history:
        yield entry
    async for lot in production.lots(work_order=name):
        for entry in (await production.lot(lot.lot)).history:
            yield entry
