"""The company's papers: every number is of the trade's form, and none is used twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from jvtrack.demo.findings import NeverSeenError, seen
from jvtrack.demo.papers import Papers, edition_of
from shared.types import DocumentNumber, FactoryNumber

TODAY = date(2026, 11, 23)


def test_document_numbers_are_todays_and_all_different() -> None:
    papers = Papers(TODAY, "00")

    numbers = [papers.document_number("7201YA") for _ in range(100)]

    assert numbers[:2] == ["7201YA63270000", "7201YA63270001"]
    assert len({TypeAdapter(DocumentNumber).validate_python(number) for number in numbers}) == 100


def test_lots_and_consignments_are_numbered_by_their_factory() -> None:
    papers = Papers(TODAY, "T5")

    numbers = [papers.lot("F-01"), papers.lot("F-01"), papers.lot("F-02"), papers.shipment("F-01")]

    assert numbers == ["L-T5-00001", "L-T5-00002", "L-T5-00001", "S-T5-00001"]
    assert all(TypeAdapter(FactoryNumber).validate_python(number) for number in numbers)


def test_purchases_are_numbered_by_their_supplier_and_edition() -> None:
    papers = Papers(TODAY, "T5")

    numbers = [papers.purchase("S-01"), papers.purchase("S-01"), papers.purchase("S-10")]

    assert numbers == ["PO-S-01-T5-00001", "PO-S-01-T5-00002", "PO-S-10-T5-00001"]


def test_the_editions_of_a_day_differ() -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)

    editions = {edition_of(midnight + timedelta(seconds=67 * number)) for number in range(86_400 // 67 + 1)}

    assert len(editions) == 86_400 // 67 + 1


async def test_what_never_comes_is_named() -> None:
    async def nothing() -> None:
        return None

    with pytest.raises(NeverSeenError, match="the moon: not seen"):
        await seen("the moon", nothing, seconds_max=0.0)
