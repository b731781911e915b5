"""Yield is counted from lots as they stand, in the period in which they were begun."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy.postgres.provision import ServiceDatabase
from services.production import handlers, main
from services.production.commands.posting import FactoryDoor
from services.production.settings import ProductionSettings
from shared import clock
from shared.events.catalogue import Fit, PartDefined, SiteDefined
from shared.events.factory import FactoryFact
from shared.http.tokens import Role
from shared.types import Platform, ScrapStage, SiteKind
from tests.fixtures.databases import Provisioner
from tests.integration.premises import NO_KAFKA, Ear, Premises, door_of, opened
from tests.integration.production.house import a_post, posted
from tests.unit.http.makers import Issuer, slug
from tests.unit.production.makers import a_correction, a_finish, a_principal, a_scrap, a_void

PARTS = {
    "ROTOR-HUB": ("EA", 0, [Platform.MI_17V_5]),
    "GREASE": ("KG", 3, [Platform.MI_17V_5, Platform.T_90]),
    "NUT": ("EA", 0, []),
}
SITES = (
    ("F-01", SiteKind.FACTORY, "IND"),
    ("F-02", SiteKind.FACTORY, "IND"),
    ("F-09", SiteKind.FACTORY, "RUS"),
    ("S-01", SiteKind.SUPPLIER, "IND"),
)


@pytest.fixture(scope="module")
def own_database(provisioner: Provisioner) -> ServiceDatabase:
    """Make a database of production's that no other test posts to."""
    return provisioner.service("production")


@pytest.fixture
async def house(own_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Premises]:
    """Run production with a small catalogue that it has heard of."""
    issuer = Issuer(tmp_path)
    service = main.build(NO_KAFKA, door_of(own_database), issuer.authenticator(), ProductionSettings())
    async with opened(service, own_database) as (door, owner):
        ear = Ear(service.database, *handlers.SUBSCRIPTIONS)
        house = Premises(door=door, issuer=issuer, ear=ear, database=service.database, owner=owner)
        await ear.hear(
            *(_site(*site) for site in SITES),
            *(_part(part, *about) for part, about in PARTS.items()),
        )
        yield house


def _site(site: str, kind: SiteKind, country: str) -> SiteDefined:
    return SiteDefined(site_id=site, name=site, kind=kind, organisation="Any", country=country)


def _part(part: str, unit: str, scale: int, fits: list[Platform]) -> PartDefined:
    platforms = [Fit(platform=each, grounds=True) for each in fits]
    return PartDefined(part_id=part, name=part, unit_of_issue=unit, quantity_scale=scale, platforms=platforms)


async def post(house: Premises, *facts: FactoryFact, site: str = "F-01") -> None:
    """Post facts of a factory, numbered as they come."""
    who = a_principal(Role.FACTORY, site)
    door = FactoryDoor(ProductionSettings())
    for number, fact in enumerate(facts):
        (outcome,) = await posted(house.database, door, a_post(fact, f"{site}-{number}", who, source=site))
        assert not isinstance(outcome, Exception), outcome


async def show(house: Premises, path: str = "", role: str = "planner", *sites: str, **asked: str) -> Any:
    answer = await house.door.get(f"/v1/figures{path}", params=asked, headers=house.bearer(role, *sites))
    assert answer.status_code == 200, answer.text
    return answer.json() if path else answer.json()["rows"]


def made(good: float, in_process: float, finished: float) -> dict[str, Any]:
    begun = good + in_process + finished
    return {
        "good": good,
        "scrapped_in_process": in_process,
        "scrapped_finished": finished,
        "rate": round(good / begun, 4) if begun else None,
    }


async def test_yield_is_what_is_good_out_of_that_and_what_was_scrapped(house: Premises) -> None:
    await post(
        house,
        a_finish(18, lot="L-1"),
        a_scrap(2, lot="L-1"),
        a_scrap(1, lot="L-1", stage=ScrapStage.FINISHED),
        a_finish(1500, lot="L-2", part="GREASE", work_order=None),
    )

    (lot,) = await show(house, "/lots", part="ROTOR-HUB")

    assert await show(house) == [{"lots": 2, **made(18.5, 2, 1)}]
    assert lot.pop("begun_at") <= clock.now().isoformat()
    about = {"lot": "F-01:L-1", "site": "F-01", "part": "ROTOR-HUB", "status": "finished"}
    assert lot == {**about, **made(17, 2, 1)}


async def test_a_voided_or_corrected_fact_counts_as_it_now_stands_in_the_month_of_its_lot(house: Premises) -> None:
    await post(house, a_finish(10, lot="L-1"), a_scrap(5, lot="L-1"), a_scrap(3, lot="L-1"))
    await house.owner.execute("UPDATE lot SET begun_at = '2026-09-30T23:59:59.999Z'")
    late = a_principal(Role.FACTORY, "F-01")
    await posted(
        house.database,
        FactoryDoor(ProductionSettings()),
        a_post(a_void("F-01-1"), "v", late, source="F-01"),
        a_post(a_correction("F-01-2", a_scrap(1, lot="L-1")), "c", late, source="F-01"),
    )

    assert await show(house, by="month") == [{"month": "2026-09", "lots": 1, **made(10, 1, 0)}]
    assert await show(house, **{"from": "2026-10-01"}) == [{"lots": 0, **made(0, 0, 0)}]


async def test_a_lot_heard_of_before_that_was_kept_counts_by_its_first_fact(house: Premises) -> None:
    await post(house, a_finish(10, lot="L-1"))
    await house.owner.execute("UPDATE lot SET begun_at = NULL")

    assert await show(house, by="month") == [{"month": f"{clock.now():%Y-%m}", "lots": 1, **made(10, 0, 0)}]


async def test_yield_is_shown_apart_by_part_factory_and_platform(house: Premises) -> None:
    greased, nuts = a_finish(1000, lot="L-2", part="GREASE"), a_finish(3, lot="L-3", part="NUT")
    await post(house, a_finish(10, lot="L-1"), greased, nuts)
    await post(house, a_finish(4, lot="L-1"), site="F-02")

    by_platform = await show(house, by="platform")
    by_site = await show(house, by="site,part", platform="MI-17V-5")
    page = await house.door.get("/v1/figures", params={"by": "part", "limit": 2}, headers=house.bearer("planner"))
    rest = await house.door.get(page.headers["Link"][1:].partition(">")[0], headers=house.bearer("planner"))

    assert [(row["platform"], row["lots"], row["good"]) for row in by_platform] == [
        ("MI-17V-5", 3, 15.0),
        ("T-90", 1, 1.0),
        ("none", 1, 3.0),
    ]
    assert [(row["part"], row["site"], row["good"]) for row in by_site] == [
        ("GREASE", "F-01", 1.0),
        ("ROTOR-HUB", "F-01", 10.0),
        ("ROTOR-HUB", "F-02", 4.0),
    ]
    assert [row["part"] for each in (page, rest) for row in each.json()["rows"]] == ["GREASE", "NUT", "ROTOR-HUB"]


async def test_yield_is_shown_of_the_lots_that_may_be_seen_and_never_of_suppliers(house: Premises) -> None:
    for site in ("F-01", "F-02", "F-09", "S-01"):
        await post(house, a_finish(4, lot="L-1"), site=site)
    seen = {
        ("planner", "IND"): ["F-01:L-1", "F-02:L-1"],
        ("quality", "IND"): ["F-01:L-1", "F-02:L-1"],
        ("operator", "RUS"): ["F-09:L-1"],
    }

    for (role, nation), lots in seen.items():
        headers = house.bearer(role, nation=nation)
        listed = (await house.door.get("/v1/figures/lots", headers=headers)).json()
        rows = (await house.door.get("/v1/figures", headers=headers)).json()["rows"]
        assert ([each["lot"] for each in listed], rows[0]["lots"]) == (lots, len(lots))
    assert [each["lot"] for each in await show(house, "/lots", "factory", "F-02")] == ["F-02:L-1"]
    depot = await house.door.get("/v1/figures", headers=house.bearer("depot", "D-01"))
    assert depot.status_code == 403


@pytest.mark.parametrize("query", [{"by": "priority"}, {"from": "2026-1-1"}, {"site": "f-01"}, {"factory": "F-01"}])
async def test_what_cannot_be_meant_of_yield_is_refused_by_name(house: Premises, query: dict[str, str]) -> None:
    answer = await house.door.get("/v1/figures", params=query, headers=house.bearer("planner"))

    assert (answer.status_code, slug(answer)) == (422, "request-invalid")
    assert next(iter(query)) in answer.text
