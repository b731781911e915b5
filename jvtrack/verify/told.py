"""What facts say, as far as an invariant asks: one row of the workbook each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from jvtrack.verify.lots import said_of_lot
from jvtrack.verify.workbook import Value
from shared.events import expediting, orders, platforms, production, progress, quality, replenishment, stock
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import Event, Stream, by_type
from shared.events.references import reference_key
from shared.events.weighing import CANDIDATES_TOLD_MAX
from shared.types import ScrapStage

_KINDS = by_type(
    [
        production.LotFinished,
        production.LotScrapped,
        production.LotDispatched,
        production.LotEventVoided,
        production.WorkOrderOpened,
        production.WorkOrderAccepted,
        production.WorkOrderRefused,
        production.WorkOrderReduced,
        production.WorkOrderQuantityChanged,
        production.DelayReported,
        progress.MaterialConsumed,
        progress.WorkOrderCountered,
        progress.KitMissing,
        progress.KitArrived,
        progress.WorkInProgressDecided,
        expediting.WorkOrderHurried,
        quality.FirstArticleChanged,
        orders.OrderPlaced,
        orders.OrderSourced,
        orders.OrderSourceOverridden,
        orders.OrderPromised,
        orders.OrderPromiseOverdue,
        orders.OrderReferencesChanged,
        expediting.OrderEmergencyUseAllowed,
        platforms.PlatformRegistered,
        platforms.PlatformDown,
        platforms.PlatformUp,
        replenishment.ReplenishmentReleased,
        stock.DemandReserved,
        stock.DemandIssued,
        stock.DemandReduced,
        stock.DemandSupplied,
        stock.DemandClosed,
        stock.ReservationLost,
        stock.ShipmentChanged,
    ]
)
Row = tuple[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as an event log holds it."""

    seq: int
    event_id: str
    topic: int
    key: str
    key_seq: int
    type: str
    payload: bytes
    recorded_at: int
    """In microseconds since 1970."""

    @property
    def day(self) -> str:
        """Say on which day it was recorded, in UTC."""
        return datetime.fromtimestamp(self.recorded_at // 1_000_000, UTC).date().isoformat()

    def row(self) -> tuple[Value, ...]:
        """Give what is kept of every fact; the payload as a digest that only this process understands."""
        named = (self.seq, self.event_id, self.topic, self.key, self.key_seq, self.type)
        return (*named, hash(self.payload), self.recorded_at)


def read_told(told: Told) -> Iterator[Row]:
    """Read what a fact says; one that no model can read says nothing, as for its hearers."""
    kind = _KINDS.get(told.type)
    event = None if kind is None else read(kind, told.payload)
    if event is not None:
        yield from _rows(told, event)


def read(kind: type[Event], payload: bytes) -> Event | None:
    """Read a payload as its hearers do; nothing if it breaks the contract."""
    try:
        return kind.model_validate_json(payload, extra="ignore")
    except ValueError:
        return None


def _rows(told: Told, event: Event) -> Iterator[Row]:
    match event.STREAM:
        case Stream.PRODUCTION:
            return _rows_of_production(told, event)
        case Stream.ORDERS:
            return _rows_of_orders(told, event)
    return _rows_of_stock(told, event)


def _rows_of_production(told: Told, event: Event) -> Iterator[Row]:
    match event:
        case production.LotScrapped() if event.stage is ScrapStage.IN_PROCESS:
            yield "told_scrap", (told.key, told.key_seq, told.event_id, event.quantity)
        case production.LotFinished() | production.LotScrapped() | production.LotDispatched():
            said = said_of_lot(event, told.day)
            yield "told_lot", (told.key, told.key_seq, told.event_id, told.type, event.quantity, None, None, said)
        case progress.MaterialConsumed():
            said = said_of_lot(event, told.day)
            yield "told_lot", (told.key, told.key_seq, told.event_id, told.type, None, None, None, said)
        case production.LotEventVoided():
            voided = (str(event.voided), event.voided_type)
            yield "told_lot", (told.key, told.key_seq, told.event_id, told.type, None, *voided, None)
        case production.WorkOrderEvent():
            yield "told_work_order", (told.key, told.key_seq, event.quantity, told.day)
        case quality.FirstArticleChanged():
            yield "told_first_article", (event.name, told.key_seq, event.part, event.state.value)


def _said_of_tail(event: platforms.PlatformEvent) -> tuple[Value, ...]:
    """Read whether a fact registers a platform, then its home, since when it stands so, and how."""
    match event:
        case platforms.PlatformRegistered():
            return True, event.site, event.illustrative, event.in_service_since.isoformat(), None, False, False
        case platforms.PlatformDown():
            how = (event.since.isoformat(), event.cause, event.awaiting_parts, event.corrects)
            return False, event.site, None, *how
        case platforms.PlatformUp():
            return False, event.site, None, event.since.isoformat(), None, False, event.corrects
    raise AssertionError(f"{event.TYPE} is no fact about a platform that is known here")


def _rows_of_orders(told: Told, event: Event) -> Iterator[Row]:
    yield from _rows_of_acceptance(told, event)
    match event:
        case orders.OrderPlaced():
            yield "told_order", (told.key, told.key_seq, event.order, event.quantity, event.for_stock, event.partial)
        case orders.OrderSourced() | orders.OrderSourceOverridden():
            yield _of_source(told, event)
        case orders.OrderPromised():
            days = (event.promised_for, event.first)
            yield "told_promise", (event.order, told.key_seq, event.number, *map(_day, days), event.reason)
        case orders.OrderPromiseOverdue():
            yield "told_overdue", (event.order, told.key_seq, event.number, _day(event.promised_for))
        case platforms.PlatformEvent():
            yield "told_tail", (event.platform.value, event.tail_number, told.key_seq, *_said_of_tail(event))
        case replenishment.ReplenishmentReleased():
            yield "told_release", (event.order, event.quantity)


def _rows_of_acceptance(told: Told, event: Event) -> Iterator[Row]:
    match event:
        case orders.OrderPlaced() | orders.OrderReferencesChanged():
            yield "told_references", (event.order, told.key_seq, _accepted(event.references))
        case expediting.OrderEmergencyUseAllowed():
            yield "told_emergency", (event.order, told.key_seq)


def _of_source(told: Told, event: orders.OrderSourced | orders.OrderSourceOverridden) -> Row:
    if isinstance(event, orders.OrderSourceOverridden):
        return "told_override", (told.key, told.key_seq, event.source)
    course = (_day(event.asked_on), event.due.isoformat(), event.waiting_days)
    return "told_sourcing", (told.key, told.key_seq, event.work_order, event.source, *course, _may_be_asked(event))


def _may_be_asked(event: orders.OrderSourced) -> bool | None:
    """Read whether the source has a rank among those that were weighed; none where the fact does not tell of it."""
    ranks = {each.site: each.rank for each in event.candidates}
    if event.weighing is None or (event.source not in ranks and len(ranks) == CANDIDATES_TOLD_MAX):
        return None
    return ranks.get(event.source) is not None


def _accepted(references: Iterable[production.Reference]) -> str:
    return " ".join(sorted(map(reference_key, references)))


def _rows_of_stock(told: Told, event: Event) -> Iterator[Row]:
    key_seq = told.key_seq
    match event:
        case stock.DemandEvent():
            said = (*_totals(event), told.day, event.unsettled, told.recorded_at)
            yield "told_demand", (event.order, key_seq, *said)
            if isinstance(event, stock.ReservationLost):
                yield "told_loss", (event.order, key_seq, told.seq, event.taken, event.reason.value, *_whither(event))
        case stock.ShipmentChanged():
            yield "told_shipment", (event.shipment, key_seq, event.closed)
            for line in event.lines:
                goods = (line.depot, line.part, line.lot, line.condition.value)
                totals = (line.dispatched, line.received, line.lost)
                yield "told_shipment_line", (event.shipment, key_seq, *goods, *totals)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _whither(event: stock.ReservationLost) -> tuple[Value, ...]:
    return event.winner, event.gate and event.gate.value, event.unaccepted


def _totals(event: stock.DemandEvent) -> tuple[Value, ...]:
    return (
        event.quantity,
        event.reserved,
        event.issued,
        event.cancelled,
        event.released,
        event.arrived,
        event.lost,
        event.closed,
    )


def read_moved(key_seq: int, moved: stock.StockMoved) -> Iterator[tuple[Value, ...]]:
    """Read the halves of transfers that one fact of the ledger tells, in their order."""
    for place, each in enumerate(moved.postings):
        yield (
            moved.site,
            moved.part,
            key_seq,
            place,
            str(each.cause),
            each.line,
            each.reason,
            each.lot,
            each.condition.value,
            each.shelf.value,
            each.change,
            each.balance,
            each.order,
        )


def read_catalogue(key_seq: int, event: PartDefined | SiteDefined) -> Row:
    """Read what is kept of a part or site: by copies a few columns, by inventory the whole record."""
    record = event.model_dump_json()
    if isinstance(event, SiteDefined):
        return "told_site", (event.site_id, key_seq, event.kind.value, event.country, record)
    platforms = ",".join(fit.platform.value for fit in event.platforms)
    grounds = ",".join(fit.platform.value for fit in event.platforms if fit.grounds)
    return (
        "told_part",
        (event.part_id, key_seq, event.name, event.unit_of_issue, event.quantity_scale, platforms, grounds, record),
    )
