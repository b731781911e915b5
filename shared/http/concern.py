"""Whose a fact that waits for an operator is, by the sites that its key and data name.

A fact that has to be looked after may be one that nobody can read, so this goes by words alone, not by the contract. A
fact concerns every nation that it names a site of: a lot on its way from one to the other concerns both. One that names
no known site may be looked after by anybody, and its data are shown to nobody.
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal
from shared.types import Nation, SiteId

NationsOf = Callable[[AsyncSession, Collection[SiteId]], Awaitable[Mapping[SiteId, Nation]]]
"""Tells which nation each site belongs to, as far as the service has heard of them."""

_SITE_FIELDS = ("site", "site_id", "factory", "depot", "filling_site", "ordered_by", "source")
_KEY = re.compile(r"^(?:(?:lot|shipment|site|first-article):)?(?P<site>[A-Z0-9][A-Z0-9.-]{0,39})(?:[:/]|$)")


def sites_named(key: str, payload: bytes | None) -> set[SiteId]:
    """List the sites that a fact seems to name."""
    found = set()
    in_key = _KEY.match(key)
    if in_key is not None:
        found.add(in_key["site"])
    try:
        data = json.loads(payload or b"")
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        found.update(data[name] for name in _SITE_FIELDS if isinstance(data.get(name), str))
    return found


class Concern:
    """Tells an operator's own facts from a partner nation's."""

    def __init__(self, nations_of: NationsOf) -> None:
        self._nations_of = nations_of

    async def nations(
        self, session: AsyncSession, facts: Collection[tuple[str, bytes | None]]
    ) -> list[frozenset[Nation]]:
        """Tell the nations that each fact, given by key and data, concerns."""
        named = [sites_named(key, payload) for key, payload in facts]
        known = await self._nations_of(session, set().union(*named))
        return [frozenset(known[site] for site in sites if site in known) for sites in named]

    async def require(self, session: AsyncSession, operator: Principal, key: str, payload: bytes | None) -> None:
        """Refuse an operator whose nation a fact does not concern."""
        (nations,) = await self.nations(session, [(key, payload)])
        if nations and operator.nation not in nations:
            raise SiteForbidden(key=key)
