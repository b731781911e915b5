"""First-article inspections at their door, in their history, and as they lapse."""

import json
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from deploy.postgres.provision import ServiceDatabase
from services.production.commands import inspecting
from services.production.commands.inspecting import Lapser
from services.production.commands.posting import FactoryDoor
from services.production.schemas.first_articles import OpenFirstArticle, PassFirstArticle
from services.production.settings import ProductionSettings
from shared.db import Database
from shared.events.production import Reference
from shared.http.forms import NamedReference
from shared.http.tokens import Role
from tests.fixtures.databases import owner_connection
from tests.fixtures.days import today
from tests.fixtures.system import System
from tests.integration.production.house import a_client, a_lot, a_post, posted, rows, told
from tests.unit.http.makers import slug
from tests.unit.production.makers import FACTORY, PART, a_finish, a_principal, a_void

DOOR = "/v1/first-articles"
REFERENCE = {"maker": "3VK1Y", "number": "VKR-1", "revision": "B"}
DAYS = ProductionSettings().first_article_days


@pytest.fixture
async def quality(production: System) -> Any:
    """Speak as quality of India."""
    async with a_client(production, "quality") as client:
        yield client


def an_opening(**more: object) -> dict[str, object]:
    return {"factory": "F-02", "part": PART, "reference": REFERENCE, **more}


async def test_an_inspection_is_opened_passed_reopened_and_shows_who_did_it(
    quality: httpx.AsyncClient, production: System
) -> None:
    opened = await quality.post(DOOR, json=an_opening())
    name = opened.json()["first_article"]
    again = await quality.post(DOOR, json=an_opening())
    passed = await quality.post(f"{DOOR}/{name}/pass", json={"report": "FAIR-1", "version": 1})
    reopened = await quality.post(
        f"{DOOR}/{name}/reopen", json={"causes": ["tooling"], "characteristics": "12 to 18", "reason": "New hob."}
    )
    shown = (await quality.get(f"{DOOR}/{name}")).json()

    assert [each.status_code for each in (opened, again, passed, reopened)] == [201, 201, 200, 200]
    assert name == f"F-02/{PART}/3VK1Y/VKR-1/B"
    assert opened.headers["jvtrack-version"] == again.headers["jvtrack-version"]
    assert (passed.json()["state"], passed.json()["open"]) == ("passed", True)
    assert passed.json()["lapses_on"] == str(today() + timedelta(days=DAYS))
    assert (shown["state"], shown["open"], shown["causes"]) == ("reopened", False, ["tooling"])
    assert [entry["data"]["state"] for entry in shown["history"]] == ["opened", "passed", "reopened"]
    assert {entry["data"]["decided_by"] for entry in shown["history"]} == {shown["decided_by"]}
    waited = await quality.get(DOOR, headers={"JVTrack-After": reopened.headers["jvtrack-version"]})
    assert waited.status_code == 200
    async with a_client(production, "factory", "F-02") as maker, a_client(production, "factory", FACTORY) as other:
        assert (await maker.get(f"{DOOR}/{name}")).status_code == 200
        assert slug(await other.get(f"{DOOR}/{name}")) == "first-article-unknown"
        assert slug(await maker.post(f"{DOOR}/{name}/pass", json={})) == "role-forbidden"


async def test_lists_narrow_by_factory_state_and_whether_lots_may_be_issued(quality: httpx.AsyncClient) -> None:
    name = (await quality.post(DOOR, json=an_opening(factory="S-01"))).json()["first_article"]

    listed = (await quality.get(DOOR, params={"factory": "S-01", "open": "false"})).json()
    passed = (await quality.get(DOOR, params={"factory": "S-01", "state": "passed"})).json()

    assert [each["first_article"] for each in listed] == [name]
    assert passed == []


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"factory": "F-77"}, 409, "catalogue-behind"),
        ({"factory": "F-09"}, 403, "inspected-by-its-own-nation"),
        ({"factory": "D-01"}, 403, "site-not-factory"),
        ({"part": "NO-SUCH"}, 409, "catalogue-behind"),
        ({"part": "TAIL-BLADE"}, 409, "catalogue-behind"),
        ({"reference": {**REFERENCE, "revision": "Z"}}, 422, "reference-unknown"),
        ({"day": str(today() + timedelta(days=9))}, 422, "day-in-future"),
        ({"factory": "S-01", "reference": {**REFERENCE, "number": "VKR-3"}, "version": 7}, 409, "version-stale"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
async def test_what_cannot_be_opened_is_refused_and_leaves_nothing(
    quality: httpx.AsyncClient, body: dict[str, object], status: int, problem: str
) -> None:
    # A part of its own reference at a factory that no other test inspects.
    answer = await quality.post(DOOR, json={**an_opening(factory=FACTORY), **body})

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert (await quality.get(DOOR, params={"factory": FACTORY})).json() == []


async def test_a_step_that_does_not_follow_is_refused(quality: httpx.AsyncClient) -> None:
    unknown = await quality.post(f"{DOOR}/F-01/{PART}/3VK1Y/VKR-9/B/pass", json={})
    nowhere = await quality.post(f"{DOOR}/F-77/{PART}/3VK1Y/VKR-1/B/pass", json={})
    foreign = await quality.post(f"{DOOR}/F-09/{PART}/3VK1Y/VKR-1/B/pass", json={})

    assert [slug(each) for each in (unknown, nowhere)] == ["first-article-unknown"] * 2
    assert slug(foreign) == "inspected-by-its-own-nation"


async def test_a_passed_inspection_lapses_once_and_is_told(database: Database) -> None:
    name = await passed_on(database, "F-01", "VKR-5", today() - timedelta(days=DAYS))
    lapser = Lapser(database, ProductionSettings())

    await lapser.lapse(today())
    await lapser.lapse(today())

    assert await states(database, name) == ["passed", "lapsed"]
    assert [number for number, _ in await told(database, f"first-article:{name}")] == [1, 2, 3]


async def test_what_was_made_lately_puts_the_lapse_off_unless_it_was_voided(
    database: Database, door: FactoryDoor
) -> None:
    lot, voided = a_lot(), a_lot()
    kept = await passed_on(database, "F-01", "VKR-6", today() - timedelta(days=DAYS))
    gone = await passed_on(database, "F-02", "VKR-6", today() - timedelta(days=DAYS))
    made = {"reference": Reference.model_validate({**REFERENCE, "number": "VKR-6"}), "work_order": None}
    await posted(database, door, a_post(a_finish(3, lot=lot, **made), f"{lot}-1"))
    other = a_principal(Role.FACTORY, "F-02")
    await posted(
        database,
        door,
        a_post(a_finish(3, lot=voided, **made), f"{voided}-1", other, source="F-02"),
        a_post(a_void(f"{voided}-1"), f"{voided}-2", other, source="F-02"),
    )

    await Lapser(database, ProductionSettings()).lapse(today())

    assert await states(database, kept) == ["passed"]
    assert await states(database, gone) == ["passed", "lapsed"]
    (row,) = await rows(database, "SELECT lapses_on FROM first_article WHERE first_article = :name", name=kept)
    assert row.lapses_on == today() + timedelta(days=DAYS)


async def test_a_voided_finish_is_no_sign_of_life_of_a_lot_that_was_made_long_ago(
    database: Database, production_database: ServiceDatabase, door: FactoryDoor
) -> None:
    lot = a_lot()
    name = await passed_on(database, FACTORY, "VKR-7", today() - timedelta(days=DAYS))
    made = {"reference": Reference.model_validate({**REFERENCE, "number": "VKR-7"}), "work_order": None, "lot": lot}
    posts = [a_post(a_finish(3, **made), f"{lot}-{number}") for number in (1, 2)]
    await posted(database, door, *posts, a_post(a_void(f"{lot}-2"), f"{lot}-3"))
    owner = await owner_connection(production_database)
    long_ago = "UPDATE event_log SET recorded_at = recorded_at - interval '800 days' WHERE key = $1 AND key_seq = 1"
    await owner.execute(long_ago, f"lot:{FACTORY}:{lot}")
    await owner.close()

    await Lapser(database, ProductionSettings()).lapse(today())

    assert await states(database, name) == ["passed", "lapsed"]


async def passed_on(database: Database, factory: str, number: str, day: date) -> str:
    """Let an inspection have passed on a day."""
    reference = NamedReference.model_validate({**REFERENCE, "number": number})
    opening = OpenFirstArticle(factory=factory, part=PART, reference=reference, day=day)
    settings, inspector = ProductionSettings(), a_principal(Role.QUALITY)
    async with database.transaction() as session:
        opened = await inspecting.open_first_article(session, opening, principal=inspector, settings=settings)
    async with database.transaction() as session:
        passed = PassFirstArticle(day=day)
        await inspecting.step_first_article(session, opened.id, passed, principal=inspector, settings=settings)
    return opened.id


async def states(database: Database, name: str) -> list[str]:
    """List what an inspection has come to since it was opened."""
    found = await rows(
        database,
        "SELECT convert_from(payload, 'UTF8')::jsonb ->> 'state' AS state FROM event_log WHERE key = :key ORDER BY seq",
        key=f"first-article:{name}",
    )
    return [row.state for row in found][1:]


@pytest.fixture
async def partner(production: System) -> Any:
    """Speak as quality of Russia."""
    async with a_client(production, "quality", nation="RUS") as client:
        yield client


async def test_each_nation_inspects_a_supplier_abroad_for_itself_and_sees_no_others(
    quality: httpx.AsyncClient, partner: httpx.AsyncClient
) -> None:
    own = await quality.post(DOOR, json=an_opening(factory="S-02"))
    name = own.json()["first_article"]
    unopened = await partner.post(f"{DOOR}/{name}/pass", json={})
    theirs = await partner.post(DOOR, json=an_opening(factory="S-02"))
    passed = await quality.post(f"{DOOR}/{name}/pass", json={"report": "FAIR-PL-1"})

    assert (own.status_code, own.json()["nation"], name) == (201, "IND", f"S-02/{PART}/3VK1Y/VKR-1/B")
    assert slug(unopened) == "first-article-unknown"
    assert (theirs.status_code, theirs.json()["nation"], theirs.json()["state"]) == (201, None, "opened")
    assert (passed.json()["state"], passed.json()["version"]) == ("passed", 2)
    assert passed.headers["jvtrack-version"] == f"production.v1/first-article:{name}/IND@2"
    shown = [(await client.get(f"{DOOR}/{name}")).json() for client in (quality, partner)]
    assert [(each["nation"], each["state"], len(each["history"])) for each in shown] == [
        ("IND", "passed", 2),
        (None, "opened", 1),
    ]
    listed = (await quality.get(DOOR, params={"factory": "S-02", "limit": 1})).json()
    assert [each["nation"] for each in listed] == ["IND"]
    waited = await quality.get(DOOR, headers={"JVTrack-After": passed.headers["jvtrack-version"]})
    assert waited.status_code == 200
    not_theirs = await partner.get(DOOR, headers={"JVTrack-After": passed.headers["jvtrack-version"]})
    assert not_theirs.status_code >= 400


async def test_a_factory_abroad_is_its_own_nations_to_inspect(partner: httpx.AsyncClient) -> None:
    refused = await partner.post(DOOR, json=an_opening(factory="F-02"))

    assert (refused.status_code, slug(refused)) == (403, "inspected-by-its-own-nation")
    assert (refused.json()["site"], refused.json()["nation"]) == ("F-02", "IND")
