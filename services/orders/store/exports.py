"""Joint ventures, approvals of exports, and exports without them in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.schemas.exports import ExportTerms
from shared.events.envelope import CloudEvent
from shared.events.production import LotDispatched
from shared.http.tokens import Principal
from shared.sql import Statement, Writes
from shared.types import EventId, Nation, PartId, SiteId

_PARTNERS = Statement("SELECT partners FROM joint_venture WHERE site = :site")
_SAVE_VENTURE = Statement(
    """
    INSERT INTO joint_venture (site, partners, changed_by) VALUES (:site, :partners, :changed_by)
    ON CONFLICT (site) DO UPDATE
    SET partners = excluded.partners, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """
)
_LOCK = Statement(
    """
    SELECT approved_on FROM export_approval
    WHERE site = :site AND part = :part AND country = :country AND nation = :nation FOR UPDATE
    """
)
_SAVE = Statement(
    """
    INSERT INTO export_approval (site, part, country, nation, approved_on, approved_until, approved_by, changed_by)
    VALUES (:site, :part, :country, :nation, :approved_on, :approved_until, :approved_by, :changed_by)
    ON CONFLICT (site, part, country, nation) DO UPDATE
    SET approved_on = excluded.approved_on, approved_until = excluded.approved_until,
        approved_by = excluded.approved_by, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """
)
_END = Statement(
    """
    UPDATE export_approval SET approved_until = :until, changed_by = :changed_by, changed_at = clock_timestamp()
    WHERE site = :site AND part = :part AND country = :country AND nation = :nation
    """
)
# A factory that nobody has stated the partners of is its own nation's alone.
_SAVE_UNAPPROVED = Statement(
    """
    INSERT INTO unapproved_export (event_id, lot, part, factory, depot, country, shipment, quantity, order_id,
                                   dispatched_on, partners, missing)
    SELECT event_id, lot, part, factory, depot, country, shipment, quantity, order_id, dispatched_on, partners, missing
    FROM (
      SELECT d.*, there.country, coalesce(venture.partners, '{}') AS partners,
             ARRAY(SELECT partner FROM unnest(venture.partners) AS partner WHERE NOT EXISTS (
               SELECT FROM export_approval e
               WHERE e.site = d.factory AND e.part = d.part AND e.country = there.country AND e.nation = partner
                 AND e.approved_on <= d.dispatched_on AND coalesce(e.approved_until >= d.dispatched_on, true))
             ) AS missing
      FROM unnest(CAST(:event_ids AS uuid[]), CAST(:lots AS text[]), CAST(:parts AS text[]),
                  CAST(:factories AS text[]), CAST(:depots AS text[]), CAST(:shipments AS text[]),
                  CAST(:quantities AS bigint[]), CAST(:orders AS text[]), CAST(:days AS date[]))
           AS d (event_id, lot, part, factory, depot, shipment, quantity, order_id, dispatched_on)
      JOIN site_copy maker ON maker.site_id = d.factory AND maker.kind = 'factory'
      JOIN site_copy there ON there.site_id = d.depot
      LEFT JOIN joint_venture venture ON venture.site = d.factory
      WHERE there.country <> ALL(coalesce(venture.partners, ARRAY[maker.country]))
    ) AS exported
    WHERE partners = '{}' OR missing <> '{}'
    ON CONFLICT DO NOTHING
    """
)
_VOID = Statement("UPDATE unapproved_export SET voided = true WHERE event_id = ANY(CAST(:event_ids AS uuid[]))")


@dataclass(frozen=True, slots=True)
class Path:
    """What leaves a joint venture, and for which nation."""

    site: SiteId
    part: PartId
    country: Nation


async def partners(session: AsyncSession, site: SiteId) -> Sequence[Nation]:
    """Name the partners of a factory's joint venture; nobody where they were not stated."""
    found: Sequence[Nation] | None = await _PARTNERS.value(session, {"site": site})
    return found or ()


async def save_venture(session: AsyncSession, site: SiteId, named: Collection[Nation], planner: Principal) -> None:
    """Write whose a joint venture is, while no decision is under way."""
    await _SAVE_VENTURE.run(session, {"site": site, "partners": sorted(named), "changed_by": planner.subject})


async def lock(session: AsyncSession, path: Path, nation: Nation) -> date | None:
    """Lock a partner's approval, and tell its first day; none where there is none."""
    found: date | None = await _LOCK.value(session, _of(path, nation))
    return found


async def save(session: AsyncSession, path: Path, terms: ExportTerms, planner: Principal) -> None:
    """Write a partner's approval, while no decision is under way."""
    await _SAVE.run(session, {**_of(path, planner.nation), **dict(terms), "changed_by": planner.subject})


async def end(session: AsyncSession, path: Path, until: date, planner: Principal) -> None:
    """Write when a partner's approval ends, while no decision is under way."""
    await _END.run(session, {**_of(path, planner.nation), "until": until, "changed_by": planner.subject})


def save_dispatches(writes: Writes, dispatched: Sequence[CloudEvent[LotDispatched]]) -> None:
    """Keep those of these dispatches that leave a joint venture without the approval of both partners."""
    if not dispatched:
        return
    lots = [each.data for each in dispatched]
    writes.add(
        _SAVE_UNAPPROVED,
        {
            "event_ids": [each.id for each in dispatched],
            "lots": [lot.lot for lot in lots],
            "parts": [lot.part for lot in lots],
            "factories": [lot.factory for lot in lots],
            "depots": [lot.depot for lot in lots],
            "shipments": [lot.shipment for lot in lots],
            "quantities": [lot.quantity for lot in lots],
            "orders": [lot.order for lot in lots],
            "days": [each.recorded_at.date() for each in dispatched],
        },
    )


async def void(session: AsyncSession, event_ids: Sequence[EventId]) -> None:
    """Mark what did not happen; what was kept by the same transaction must have been written before."""
    if event_ids:
        await _VOID.run(session, {"event_ids": event_ids})


def _of(path: Path, nation: Nation) -> dict[str, str]:
    return {"site": path.site, "part": path.part, "country": path.country, "nation": nation}
