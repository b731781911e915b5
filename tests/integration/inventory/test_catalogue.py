"""Parts and sites, and the files that bring them and opening stock."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.schemas.files import read_csv
from services.inventory.schemas.imports import ImportKind
from shared.http.files import Bounds, LineError
from shared.http.staging import Staging
from shared.http.staging_store import Import, Staged
from shared.http.tokens import Principal, Role
from tests.integration.inventory.house import House
from tests.unit.http.makers import a_principal, slug
from tests.unit.inventory.makers import DEPOT, PART, a_finish

DATA = Path(__file__).parents[3] / "data"
CSV = {"Content-Type": "text/csv"}


def an_operator() -> Principal:
    """Make an operator of the nation."""
    return a_principal(Role.OPERATOR, sites=())


async def post_file(house: House, path: str, name: str) -> dict[str, object]:
    """Post one of the illustrative files."""
    kind = CSV if name.endswith(".csv") else {"Content-Type": "application/json"}
    content = (DATA / name).read_bytes()  # a small file
    answer = await house.door.post(path, content=content, headers={**house.bearer("operator"), **kind})
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


async def test_the_illustrative_files_are_taken_and_told(house: House) -> None:
    # The files have the partner's suppliers, which are the partner's to define once it is at home here.
    await house.owner.execute("DELETE FROM site WHERE country = 'RUS'")
    sites = await post_file(house, "/v1/catalogue/import", "sites.csv")
    parts = await post_file(house, "/v1/catalogue/import", "parts.json")
    checked = await post_file(house, "/v1/stock/import?dry_run=true", "stock.csv")
    stock = await post_file(house, "/v1/stock/import", "stock.csv")
    again = await post_file(house, "/v1/stock/import", "stock.csv")
    await post_file(house, "/v1/catalogue/import", "sites.csv")

    assert (sites["kind"], parts["kind"], checked["dry_run"]) == ("sites", "parts", True)
    assert again["import_id"] == stock["import_id"]
    assert await house.owner.fetchval("SELECT sum(on_hand) FROM balance") == await house.owner.fetchval(
        "SELECT sum(quantity) FROM transfer WHERE source_shelf = 'opening'"
    )
    assert await house.told("part:MI17-MAIN-GEARBOX") == ["part-defined"]
    assert await house.told("site:S-01") == ["site-defined"]
    assert await house.owner.fetchval("SELECT count(*) FROM import_line") == 0
    await house.balances()


async def test_a_file_with_a_wrong_line_is_not_taken_at_all(house: House) -> None:
    lines = [
        "site,part,lot,condition,quantity,expiry",
        f"{DEPOT},{PART},F-01:L-1,A,5,",
        f"{DEPOT},NO-SUCH,F-01:L-1,A,5,",
        f"D-77,{PART},F-01:L-1,A,-1,",
        f"{DEPOT},{PART},F-01:L-1,A,7,",
        f"{DEPOT},{PART},,A,7,2030-01-01",
    ]
    headers = {**house.bearer("operator"), **CSV}

    refused = await house.door.post("/v1/stock/import", content="\n".join(lines), headers=headers)
    unknown = await house.door.post("/v1/stock/import", content="\n".join(lines[:3]), headers=headers)

    assert slug(refused) == "import-invalid"
    assert [(each["line"], each["field"]) for each in refused.json()["errors"]] == [
        (4, "line 4: quantity"),
        (5, "line 5: site, part, lot, condition"),
        (6, "line 6: expiry"),
    ]
    assert [each["message"] for each in unknown.json()["errors"]] == ["is not in the catalogue"]
    assert await house.owner.fetchval("SELECT count(*) FROM transfer") == 0
    assert await house.owner.fetchval("SELECT count(*) FROM import") == 0


async def test_opening_stock_is_opened_once(house: House) -> None:
    await house.stock(5)
    line = {"site": DEPOT, "part": PART, "lot": "F-01:L-1", "quantity": 6}

    refused = await house.door.post("/v1/stock/import", json={"stock": [line]}, headers=house.bearer("operator"))

    assert slug(refused) == "import-invalid"
    assert await house.stands() == {"on_hand": 5}


async def test_an_import_that_broke_off_is_finished_by_the_next_start(house: House) -> None:
    rows = "\n".join(f"{DEPOT},{PART},F-01:L-{n},A,1," for n in range(25))
    content = f"site,part,lot,condition,quantity,expiry\n{rows}".encode()
    lines = read_csv(content, ImportKind.STOCK, Bounds(lines_max=100, errors_max=10))

    class Stopped(Exception):  # the process, not an error
        pass

    published = 0
    publish = house.importer._publish

    async def stops_in_the_middle(session: AsyncSession, found: Import, staged: Sequence[Staged]) -> list[LineError]:
        nonlocal published
        published += 1
        if published == 2:
            raise Stopped
        return await publish(session, found, staged)

    seconds = house.settings.import_staging_seconds_max
    house.importer._staging = Staging(house.database, stops_in_the_middle, chunk=10, seconds_max=seconds)
    with pytest.raises(Stopped):
        await house.importer.take(lines, an_operator(), content=content, dry_run=False)
    before = await house.owner.fetchval("SELECT sum(on_hand) FROM balance")
    await house.tidier.tidy()
    await house.importer.finish()

    assert before == 10
    assert await house.owner.fetchval("SELECT sum(on_hand) FROM balance") == 25
    assert await house.owner.fetchval("SELECT state FROM import") == "published"
    await house.balances()


@pytest.mark.parametrize(
    ("path", "content", "media_type", "problem"),
    [
        ("/v1/catalogue/import", b"\xff\xfe", "text/csv", "import-unreadable"),
        ("/v1/catalogue/import", b"part_id,colour\nP-1,red", "text/csv", "import-unreadable"),
        ("/v1/catalogue/import", b"", "text/csv", "import-unreadable"),
        ("/v1/catalogue/import", b"[1]", "application/json", "import-unreadable"),
        ("/v1/catalogue/import", b'{"stock": []}', "application/json", "import-unreadable"),
        ("/v1/catalogue/import?kind=stock", b"site,part\n", "text/csv", "import-unreadable"),
        ("/v1/catalogue/import", b'{"parts": [{"part_id": "P-1"}]}', "application/json", "import-invalid"),
        (
            "/v1/catalogue/import",
            b"site_id,name,kind,organisation,country,cage\nD-50,X,depot,X,RUS,",
            "text/csv",
            "import-invalid",
        ),
        ("/v1/stock/import", b"{}", "application/xml", "media-type-unsupported"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_by_name(
    house: House, path: str, content: bytes, media_type: str, problem: str
) -> None:
    headers = {**house.bearer("operator"), "Content-Type": media_type}

    answer = await house.door.post(path, content=content, headers=headers)

    assert slug(answer) == problem


async def test_parts_come_in_csv_with_their_platforms_and_references(house: House) -> None:
    references = json.dumps([{"maker": "3VK1Y", "number": "X-1"}]).replace('"', '""')
    header = "part_id,name,unit_of_issue,platforms,grounded_platforms,references"
    content = f'{header}\nP-1,Pump,EA,T-90;SU-30MKI,T-90,"{references}"'

    answer = await house.door.post("/v1/catalogue/import", content=content, headers={**house.bearer("planner"), **CSV})
    part = await house.get("/v1/parts/P-1", role="factory", at="F-01")

    assert answer.status_code == 200, answer.text
    assert part["platforms"] == [{"platform": "T-90", "grounds": True}, {"platform": "SU-30MKI", "grounds": False}]
    assert part["references"][0]["number"] == "X-1"


async def test_a_part_that_moved_keeps_its_unit(house: House) -> None:
    await house.ear.hear(a_finish(1))
    record = {"name": "Gearbox", "unit_of_issue": "KG"}

    fixed = await house.door.put(f"/v1/parts/{PART}", json=record, headers=house.bearer("operator"))
    renamed = await house.door.put(
        f"/v1/parts/{PART}", json={**record, "unit_of_issue": "EA"}, headers=house.bearer("operator")
    )
    imported = await house.door.post(
        "/v1/catalogue/import", json={"parts": [{"part_id": PART, **record}]}, headers=house.bearer("operator")
    )

    assert slug(fixed) == "unit-fixed"
    assert renamed.headers["JVTrack-Version"] == f"catalogue.v1/part:{PART}@2"
    assert slug(imported) == "import-invalid"
    assert (await house.get(f"/v1/parts/{PART}"))["version"] == 2


async def test_the_catalogue_is_listed_and_filtered(house: House) -> None:
    first = await house.door.get("/v1/sites?limit=2", headers=house.bearer("auditor"))
    second = await house.door.get(first.links["next"]["url"], headers=house.bearer("auditor"))
    parts = await house.door.get("/v1/parts?limit=1&platform=T-90", headers=house.bearer("auditor"))
    others = await house.door.get(parts.links["next"]["url"], headers=house.bearer("auditor"))

    assert [site["site_id"] for site in (*first.json(), *second.json())] == ["D-01", "D-02", "D-09", "F-01"]
    assert [part["part_id"] for part in (*parts.json(), *others.json())] == ["BLADE", "GEARBOX"]
    assert [site["site_id"] for site in await house.get("/v1/sites", kind="factory", country="IND")] == ["F-01"]
    assert await house.get("/v1/parts", nsn="1615722683884") == []
    missing = await house.door.get("/v1/parts/NONE", headers=house.bearer("auditor"))
    nowhere = await house.door.get("/v1/sites/NONE", headers=house.bearer("auditor"))
    assert (slug(missing), slug(nowhere)) == ("part-unknown", "site-unknown")


async def test_a_foreign_depot_is_not_yours_to_define(house: House) -> None:
    record = {"name": "X", "kind": "depot", "organisation": "X", "country": "RUS"}

    refused = await house.door.put("/v1/sites/D-88", json=record, headers=house.bearer("operator"))

    assert slug(refused) == "foreign-site"
