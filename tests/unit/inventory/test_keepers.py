"""Who may define what of the catalogue: nobody changes what another nation keeps."""

from dataclasses import dataclass

import pytest

from services.inventory.domain.keepers import CountryFixed, Definer, ForeignPart, ForeignSite, check_part, check_site
from shared.errors import Refusal
from shared.events.catalogue import SiteDefined
from shared.types import Nation, SiteKind

AT_HOME = {"IND", "RUS"}
INDIAN, RUSSIAN = Definer("IND", is_operator=False), Definer("RUS", is_operator=False)
OPERATOR = Definer("IND", is_operator=True)


@dataclass(frozen=True)
class Kept:
    """A site as it is kept."""

    record: SiteDefined
    kept_by: Nation | None = None


def a_site(country: str = "IND", kind: SiteKind = SiteKind.DEPOT) -> SiteDefined:
    """Define a site."""
    return SiteDefined(site_id="X-01", name="Somewhere", organisation="Army", kind=kind, country=country)


def a_supplier(country: str = "FRA") -> SiteDefined:
    """Define a supplier of a third country."""
    return a_site(country, SiteKind.SUPPLIER)


@pytest.mark.parametrize(
    ("before", "after", "by"),
    [
        (None, a_site(), INDIAN),
        (None, a_supplier(), RUSSIAN),
        (Kept(a_site()), a_site(), INDIAN),
        (Kept(a_supplier(), "IND"), a_supplier(), INDIAN),
        (Kept(a_supplier()), a_supplier(), RUSSIAN),
        (Kept(a_supplier("POL"), "IND"), a_supplier("FRA"), OPERATOR),
    ],
    ids=["its own", "a third country's", "its own again", "that it keeps", "that nobody keeps", "moved by an operator"],
)
def test_a_nation_defines_what_it_keeps_or_nobody_does(before: Kept | None, after: SiteDefined, by: Definer) -> None:
    check_site(before, after, by, AT_HOME)


@pytest.mark.parametrize(
    ("before", "after", "by", "refusal"),
    [
        (None, a_site("RUS"), INDIAN, ForeignSite),
        (None, a_site("FRA"), INDIAN, ForeignSite),
        (Kept(a_site("RUS")), a_site("IND"), OPERATOR, ForeignSite),
        (Kept(a_supplier(), "RUS"), a_supplier(), INDIAN, ForeignSite),
        (Kept(a_supplier("POL"), "IND"), a_supplier("FRA"), INDIAN, CountryFixed),
    ],
    ids=["another's", "a third country's depot", "taken from another", "that another keeps", "moved by anybody"],
)
def test_what_another_nation_keeps_is_not_defined(
    before: Kept | None, after: SiteDefined, by: Definer, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        check_site(before, after, by, AT_HOME)


def test_a_part_is_kept_by_who_defined_it_first() -> None:
    check_part("GEARBOX", None, RUSSIAN)
    check_part("GEARBOX", "RUS", RUSSIAN)

    with pytest.raises(ForeignPart, match="RUS"):
        check_part("GEARBOX", "RUS", INDIAN)
