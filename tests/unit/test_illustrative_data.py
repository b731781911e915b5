"""The illustrative data in `data/` keep to the trade's formats and to each other."""

import csv
import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

DATA = Path(__file__).parents[2] / "data"
NAME = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,39}")
LOT = re.compile(rf"({NAME.pattern}):({NAME.pattern})")
NSN = re.compile(r"(\d{4})-?(\d{2})-?(\d{3})-?(\d{4})")
CAGE_OF_NATION = {
    "IND": re.compile(r"[0-9][0-9A-Z]{3}Y"),
    "RUS": re.compile(r"S[0-9A-Z]{3}[0-9]"),
    "POL": re.compile(r"[0-9][0-9A-Z]{3}H"),
    "CZE": re.compile(r"[0-9][0-9A-Z]{3}G"),
    "GEO": re.compile(r"A[0-9A-Z]{3}R"),
}
CODIFICATION_BUREAUS = {"72", "43", "16", "68"}
CONDITIONS_ON_HAND = set("ABCDEFGHJKLMNPQR")
UNITS_THAT_DIVIDE = {"KG", "LTR", "MTR"}
# Escapes, because each of these letters looks like the Latin letter below it.
LOOK_ALIKES = str.maketrans(
    "\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425",
    "ABCEHKMOPTX",
)


class Fit(TypedDict):
    """A platform that the part fits."""

    platform: str
    grounds: bool


class Reference(TypedDict):
    """An item of production that is the part."""

    maker: str
    number: str
    original_number: str | None
    revision: str
    approved_on: str
    approved_by: str
    interchange: str


class Part(TypedDict):
    """An item of supply as the file has it."""

    part_id: str
    name: str
    nsn: str | None
    unit_of_issue: str
    quantity_scale: int
    platforms: list[Fit]
    references: list[Reference]
    shelf_life_type: str | None
    shelf_life_months: int | None
    illustrative: NotRequired[bool]


def read_rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_parts() -> list[Part]:
    document: dict[str, list[Part]] = json.loads((DATA / "parts.json").read_text(encoding="utf-8"))
    return document["parts"]


PARTS = read_parts()
SITES = read_rows("sites.csv")
STOCK = read_rows("stock.csv")
SOURCES = read_rows("sources.csv")
ACTIVITIES = read_rows("activities.csv")
FLEET = read_rows("platforms.csv")
PART_BY_ID = {part["part_id"]: part for part in PARTS}
SITE_BY_ID = {site["site_id"]: site for site in SITES}
REFERENCES = [(part, reference) for part in PARTS for reference in part["references"]]


@pytest.mark.parametrize(
    "rows",
    [SITES, STOCK, SOURCES, ACTIVITIES, FLEET],
    ids=["sites", "stock", "sources", "activities", "fleet"],
)
def test_every_row_says_that_it_is_illustrative(rows: list[dict[str, str]]) -> None:
    assert rows
    assert [row for row in rows if row["illustrative"] != "true"] == []


def test_every_part_says_that_it_is_illustrative() -> None:
    assert [part["part_id"] for part in PARTS if part.get("illustrative") is not True] == []


def test_there_are_four_factories_five_depots_and_suppliers_of_five_nations() -> None:
    ids = {kind: {site["site_id"] for site in SITES if site["kind"] == kind} for kind in ("factory", "depot")}
    nations = {site["country"] for site in SITES if site["kind"] == "supplier"}

    assert ids["factory"] == {f"F-0{number}" for number in range(1, 5)}
    assert ids["depot"] == {f"D-0{number}" for number in range(1, 6)}
    assert nations == {"IND", "RUS", "POL", "GEO", "CZE"}


def test_sites_and_parts_are_named_once_and_in_the_catalogue_s_alphabet() -> None:
    names = [site["site_id"] for site in SITES] + [part["part_id"] for part in PARTS]

    assert len(names) == len(set(names))
    assert [name for name in names if not NAME.fullmatch(name)] == []


def test_a_site_s_code_has_the_shape_of_its_nation_and_is_its_own() -> None:
    codes = [site["cage"] for site in SITES]

    assert len(codes) == len(set(codes))
    assert [site for site in SITES if not CAGE_OF_NATION[site["country"]].fullmatch(site["cage"])] == []


def test_at_least_sixty_parts_cover_every_platform_and_some_ground_it() -> None:
    fits = [fit for part in PARTS for fit in part["platforms"]]
    grounding = {fit["platform"] for fit in fits if fit["grounds"]}

    assert len(PARTS) >= 60
    assert grounding == {fit["platform"] for fit in fits} == {"MI-17V-5", "SU-30MKI", "T-90"}
    assert any(not fit["grounds"] for fit in fits)


def test_a_stock_number_has_thirteen_digits_of_a_known_bureau_and_names_one_item() -> None:
    numbers = [part["nsn"] for part in PARTS if part["nsn"] is not None]
    matches = [NSN.fullmatch(number) for number in numbers]

    assert all(len(number) == 13 for number in numbers)
    assert all(match and match[2] in CODIFICATION_BUREAUS for match in matches)
    assert len({number[4:] for number in numbers}) == len(numbers) < len(PARTS)


def test_only_units_that_divide_have_a_scale() -> None:
    assert {part["quantity_scale"] for part in PARTS} == {0, 3}
    assert [
        part["part_id"]
        for part in PARTS
        if (part["quantity_scale"] == 3) != (part["unit_of_issue"] in UNITS_THAT_DIVIDE)
    ] == []


def test_a_shelf_life_has_a_type_and_months_or_neither() -> None:
    lives = {(part["shelf_life_type"], part["shelf_life_months"] is not None) for part in PARTS}

    assert lives == {("I", True), ("II", True), (None, False)}


def test_a_reference_is_approved_and_its_maker_is_a_site() -> None:
    makers = {site["cage"] for site in SITES if site["kind"] != "depot"}

    assert {reference["maker"] for _, reference in REFERENCES} <= makers
    assert {reference["interchange"] for _, reference in REFERENCES} == {"two-way", "one-way"}
    assert all(reference["approved_by"] and reference["revision"] for _, reference in REFERENCES)
    assert all(date.fromisoformat(reference["approved_on"]) for _, reference in REFERENCES)


def test_a_reference_names_one_part_and_most_parts_have_several() -> None:
    names = [(reference["maker"], reference["number"]) for _, reference in REFERENCES]
    several = [part for part in PARTS if len(part["references"]) > 1]

    assert len(names) == len(set(names))
    assert all(part["references"] for part in PARTS)
    assert len(several) > len(PARTS) * 0.9


def test_a_number_is_the_maker_s_own_in_latin_letters() -> None:
    originals = [
        (reference["number"], reference["original_number"])
        for _, reference in REFERENCES
        if reference["original_number"] is not None
    ]

    assert originals
    assert all(reference["number"].isascii() for _, reference in REFERENCES)
    assert all(number == original.translate(LOOK_ALIKES) != original for number, original in originals)


def test_opening_stock_lies_in_a_depot_and_names_a_known_part_and_a_lot_of_its_maker() -> None:
    for row in STOCK:
        lot = LOT.fullmatch(row["lot"])
        makers = {reference["maker"] for reference in PART_BY_ID[row["part"]]["references"]}

        assert SITE_BY_ID[row["site"]]["kind"] == "depot"
        assert lot is not None, row
        assert SITE_BY_ID[lot[1]]["cage"] in makers, row


def test_a_lot_is_of_one_part_and_stated_once_for_each_site_and_condition() -> None:
    places = [(row["site"], row["lot"], row["condition"]) for row in STOCK]

    assert len({(row["part"], row["lot"]) for row in STOCK}) == len({row["lot"] for row in STOCK})
    assert len(places) == len(set(places))


def test_opening_quantities_are_whole_quanta_in_a_condition_that_may_be_on_hand() -> None:
    assert [row for row in STOCK if not re.fullmatch(r"[1-9]\d{0,11}", row["quantity"])] == []
    assert {row["condition"] for row in STOCK} <= CONDITIONS_ON_HAND


def test_only_a_part_with_a_shelf_life_has_an_expiry() -> None:
    for row in STOCK:
        assert bool(row["expiry"]) == (PART_BY_ID[row["part"]]["shelf_life_type"] is not None), row
        if row["expiry"]:
            date.fromisoformat(row["expiry"])


def test_a_source_is_a_maker_stated_once_and_approved_on_a_day_or_not_at_all() -> None:
    pairs = [(row["part"], row["site"]) for row in SOURCES]

    assert len(pairs) == len(set(pairs))
    assert {row["part"] for row in SOURCES} == set(PART_BY_ID)
    assert {SITE_BY_ID[row["site"]]["kind"] for row in SOURCES} == {"factory", "supplier"}
    assert {(row["approved"], bool(row["approved_on"])) for row in SOURCES} == {("true", True), ("false", False)}


def test_an_approved_source_makes_a_reference_that_was_approved_before_it() -> None:
    approved_on = {(part["part_id"], made["maker"]): made["approved_on"] for part, made in REFERENCES}
    approved = [row for row in SOURCES if row["approved"] == "true"]

    assert [
        row for row in approved if approved_on[row["part"], SITE_BY_ID[row["site"]]["cage"]] > row["approved_on"]
    ] == []


def test_a_source_s_terms_are_whole_days_and_quanta_and_exact_decimals() -> None:
    for row in SOURCES:
        assert int(row["lead_time_days"]) > 0
        assert int(row["capacity_per_week"]) > 0
        assert re.fullmatch(r"\d+\.\d{2}", row["unit_cost"])
        assert Decimal(row["unit_cost"]) > 0
        assert row["currency"] in {"INR", "RUB", "EUR", "USD"}
        assert Decimal(0) <= Decimal(row["import_content"]) <= Decimal(1)


def test_an_activity_has_six_characters_a_depot_and_a_designator() -> None:
    codes = [row["activity"] for row in ACTIVITIES]

    assert len(codes) == len(set(codes))
    assert [code for code in codes if not re.fullmatch(r"[A-Z0-9]{6}", code)] == []
    assert {row["site"] for row in ACTIVITIES} == {site["site_id"] for site in SITES if site["kind"] == "depot"}
    assert {row["force_activity_designator"] for row in ACTIVITIES} == {"I", "II", "III", "IV", "V"}


def test_a_dozen_of_each_platform_are_at_home_at_depots_each_under_a_number_of_its_own() -> None:
    names = [(row["platform"], row["tail_number"]) for row in FLEET]
    kinds = [platform for platform, _ in names]

    assert len(set(names)) == len(names)
    assert {kind: kinds.count(kind) for kind in kinds} == {"MI-17V-5": 12, "SU-30MKI": 12, "T-90": 12}
    assert {SITE_BY_ID[row["site"]]["kind"] for row in FLEET} == {"depot"}
    assert [row for row in FLEET if not re.fullmatch(r"[A-Z0-9][A-Z0-9.-]{0,19}", row["tail_number"])] == []
    assert [row for row in FLEET if datetime.fromisoformat(row["in_service_since"]).tzinfo is None] == []
