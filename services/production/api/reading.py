"""From bytes to an event at the door: small enough, readable, and from a site that the sender may speak for."""

import json

from services.production.commands.posting import Post
from services.production.schemas.events import ID_LENGTH_MAX, EventTooLarge, read_event, refuse_far_days
from services.production.settings import ProductionSettings
from shared import clock
from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal, Role
from shared.observe import tracing


def id_of(raw: bytes) -> str | None:
    """Read the sender's id of an event that was refused, if that at least can be read."""
    try:
        sent = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    found = sent.get("id") if isinstance(sent, dict) else None
    return found if isinstance(found, str) and 0 < len(found) <= ID_LENGTH_MAX else None


def read_post(raw: bytes, principal: Principal, settings: ProductionSettings) -> Post:
    """Read one event, or refuse it; what needs the catalogue is decided with the group."""
    if len(raw) > settings.event_bytes_max:
        raise EventTooLarge(event_bytes_max=settings.event_bytes_max)
    posted = read_event(raw, principal)
    refuse_far_days(posted.fact, clock.now().date(), "data")
    if principal.role is Role.FACTORY and posted.site not in principal.sites:
        raise SiteForbidden(site=posted.site)
    return Post(posted, principal, tracing.parse(posted.traceparent) or tracing.current.get())
