"""Whose a fact is, when all that is known of it are its key and data that perhaps nobody can read."""

from collections.abc import Collection, Mapping
from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.http.concern import Concern, sites_named
from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal, Role

NATIONS = {"F-01": "IND", "D-01": "IND", "F-90": "RUS", "D-90": "RUS"}
NO_SESSION = cast("AsyncSession", None)


async def nations_of(_: AsyncSession, sites: Collection[str]) -> Mapping[str, str]:
    return {site: NATIONS[site] for site in sites if site in NATIONS}


def an_operator(nation: str) -> Principal:
    return Principal(subject="olga", role=Role.OPERATOR, sites=frozenset(), nation=nation)


@pytest.mark.parametrize(
    ("key", "payload", "sites"),
    [
        ("lot:F-01:L-1", b"no json at all", {"F-01"}),
        ("shipment:F-01:S-1", None, {"F-01"}),
        ("D-01/HUB", b"{}", {"D-01"}),
        ("site:D-01", b'{"site_id": "D-01"}', {"D-01"}),
        ("demand:7201YA6327A001-2026", b'{"site": "D-01", "quantity": 3}', {"D-01"}),
        ("order:7201YA6327A001-2026", b'{"ordered_by": "D-01", "site": "D-90"}', {"D-01", "D-90"}),
        ("order:7201YA6327A001-2026", b'{"site": 13, "depot": null}', set()),
        ("part:HUB", b'["site"]', set()),
        ("unreadable:jvtrack.stock.v1/3@17", b"{", set()),
        ("lot:F-01:L-1", b"[" * 100_000, {"F-01"}),
    ],
)
def test_a_fact_names_sites_in_its_key_and_its_data(key: str, payload: bytes | None, sites: set[str]) -> None:
    assert sites_named(key, payload) == sites


async def test_a_lot_on_its_way_between_two_nations_concerns_both() -> None:
    (nations,) = await Concern(nations_of).nations(NO_SESSION, [("lot:F-90:L-1", b'{"depot": "D-01"}')])

    assert nations == {"IND", "RUS"}


@pytest.mark.parametrize("nation", ["IND", "RUS"])
async def test_what_names_no_known_site_may_be_looked_after_by_anybody(nation: str) -> None:
    await Concern(nations_of).require(NO_SESSION, an_operator(nation), "lot:F-77:L-1", b"{}")


async def test_what_concerns_a_partner_alone_is_not_ours_to_touch() -> None:
    with pytest.raises(SiteForbidden):
        await Concern(nations_of).require(NO_SESSION, an_operator("IND"), "lot:F-90:L-1", b"{}")
