"""Exports of joint-venture parts: both partners, or nothing."""

from collections.abc import Callable

import pytest

from services.orders.domain.export import (
    ApprovalOfAnother,
    EndBeforeApproval,
    Export,
    ExportNotApproved,
    NotExport,
    NotFactory,
    PartnerMissing,
    PartnersUnstated,
    require_end,
    require_export,
    require_partners,
)
from services.orders.domain.override import Naming, name_source
from services.orders.domain.ranking import Ask, why_not
from services.orders.domain.source import Standing
from shared.errors import Refusal
from shared.types import SiteKind
from tests.unit.orders.makers import APPROVED_ON, TODAY, a_market, a_source, an_order, asked

BOTH = ("IND", "RUS")
UNAPPROVED = [Export(BOTH, BOTH), Export(BOTH, ("RUS",)), Export()]


@pytest.mark.parametrize("export", UNAPPROVED, ids=str)
def test_a_factory_is_not_asked_for_what_its_partners_have_not_both_approved(export: Export) -> None:
    source = a_source("F-01", export=export)

    assert source.standing(TODAY) is Standing.EXPORT_NOT_APPROVED
    assert asked(an_order(quantity=5, reserved=2), a_market(source)) == ()


def test_a_factory_is_asked_for_what_both_have_approved() -> None:
    source = a_source("F-01", export=Export(BOTH))

    assert source.standing(TODAY) is Standing.APPROVED
    assert len(asked(an_order(quantity=5, reserved=2), a_market(source))) == 1


@pytest.mark.parametrize("export", UNAPPROVED, ids=str)
def test_no_override_takes_the_place_of_a_partners_approval(export: Export) -> None:
    source = a_source("F-01", export=export)

    with pytest.raises(ExportNotApproved) as refused:
        name_source(an_order(quantity=5, reserved=2), source, Naming("planner@POL", "Grounded."), TODAY)

    assert refused.value.facts["missing"] == export.lacking


def test_an_override_of_before_holds_no_longer_once_an_approval_is_missing() -> None:
    named = a_source("F-01", export=Export(BOTH, ("RUS",)), named=True)

    assert why_not(named, Ask(quantity=1, day=TODAY)) == "export-not-approved"


def test_what_is_missing_is_named() -> None:
    assert [each.lacking for each in UNAPPROVED] == [
        "the approval of IND and RUS",
        "the approval of RUS",
        "who the partners of the joint venture are has not been stated",
    ]


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda: require_partners("S-01", SiteKind.SUPPLIER, "RUS", BOTH), NotFactory),
        (lambda: require_partners("F-01", SiteKind.FACTORY, "IND", ("POL", "RUS")), PartnerMissing),
        (lambda: require_export("F-01", (), "IND", "POL"), PartnersUnstated),
        (lambda: require_export("F-01", BOTH, "POL", "POL"), ApprovalOfAnother),
        (lambda: require_export("F-01", BOTH, "IND", "RUS"), NotExport),
        (lambda: require_end(TODAY, APPROVED_ON), EndBeforeApproval),
    ],
)
def test_what_makes_no_sense_is_refused(ask: Callable[[], None], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        ask()


def test_what_makes_sense_is_not() -> None:
    require_partners("F-01", SiteKind.FACTORY, "IND", BOTH)
    require_export("F-01", BOTH, "RUS", "POL")
    require_end(TODAY, TODAY)
