"""Which lots and work orders a principal may see."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from services.production.tables import lot, part_copy, site_copy, work_order
from shared.http.rights import Reach
from shared.types import SiteKind


def visible(site: ColumnElement[Any], reach: Reach) -> ColumnElement[bool]:
    """Keep to the sites that a principal may see in full; a partner nation's are never among them."""
    own = site.in_(sorted(reach.sites)) if reach.sites else false()
    if reach.nation is None:
        return own
    return or_(own, site.in_(select(site_copy.c.site_id).where(site_copy.c.country == reach.nation)))


def bought(reach: Reach) -> ColumnElement[bool]:
    """Keep to the work orders by which a nation's depots buy of suppliers, whatever nation these are of."""
    if reach.nation is None:
        return false()
    depots = select(site_copy.c.site_id).where(site_copy.c.country == reach.nation)
    suppliers = select(site_copy.c.site_id).where(site_copy.c.kind == SiteKind.SUPPLIER)
    return and_(work_order.c.depot.in_(depots), work_order.c.factory.in_(suppliers))


def visible_lots(reach: Reach) -> Select[Any]:
    """Select the lots that a principal may see: of his sites, and what his nation's depots have bought."""
    joined = lot.outerjoin(part_copy, part_copy.c.part_id == lot.c.part)
    # A lot of which everything was voided names its work order no longer; whose it was, its history knows.
    named = func.jsonb_object_keys(lot.c.named["work_orders"]).table_valued("name")
    at = work_order.c.work_order_id == named.c.name
    of_buyers = select(work_order.c.version).select_from(named.join(work_order, at)).where(bought(reach))
    seen = or_(visible(lot.c.factory, reach), of_buyers.correlate(lot).exists())
    return select(lot, part_copy.c.quantity_scale).select_from(joined).where(seen)
