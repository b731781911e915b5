"""Which references an order accepts: those that it names, and what may replace them."""

from datetime import date, timedelta

import pytest

from services.orders.domain.substitutes import ReferenceUnknown, Wanted, accepted, made_by
from shared.events.catalogue import Interchange, MakerReference
from shared.events.production import Reference
from tests.unit.orders.makers import TODAY

OLD, NEW, CLAIM = "S1KH4/BP-1/03", "3VK1Y/VKR-1/B", "0VR3H/WRS-1/-"


def a_reference(
    key: str, *, one_way: bool = False, approved: date | None = TODAY, replaces: str = ""
) -> MakerReference:
    """Make a reference of the catalogue."""
    return MakerReference(
        **named(key).model_dump(),
        approved_on=approved,
        interchange=Interchange.ONE_WAY if one_way else Interchange.TWO_WAY,
        replaces=tuple(map(named, replaces.split())),
    )


def named(key: str) -> Reference:
    """Name a reference as a depot does."""
    maker, number, revision = key.split("/")
    return Reference(maker=maker, number=number, revision=revision)


def takes(catalogue: list[MakerReference], *keys: str, substitutes: bool = True) -> set[str]:
    """Say what an order accepts that names these."""
    return set(accepted("P", catalogue, Wanted([named(key) for key in keys], substitutes), TODAY))


def test_who_names_no_reference_takes_any_and_needs_no_list() -> None:
    assert accepted("P", [a_reference(OLD)], Wanted(), TODAY) == ()


def test_who_wants_no_substitutes_takes_what_is_named_approved_or_not() -> None:
    catalogue = [a_reference(OLD, approved=None), a_reference(NEW)]

    assert takes(catalogue, OLD, substitutes=False) == {OLD}


def test_a_two_way_reference_is_replaced_by_all_others_that_are_approved() -> None:
    late = a_reference("AKW7R/LATE/1", approved=TODAY + timedelta(days=1))
    never = a_reference("AKW7R/NEVER/1", approved=None)
    catalogue = [a_reference(OLD), a_reference(NEW), a_reference(CLAIM, one_way=True), late, never]

    assert takes(catalogue, OLD) == {OLD, NEW, CLAIM}


def test_nothing_replaces_a_one_way_reference_that_no_other_names() -> None:
    catalogue = [a_reference(OLD), a_reference(NEW), a_reference(CLAIM, one_way=True)]

    assert takes(catalogue, CLAIM) == {CLAIM}


def test_a_one_way_reference_replaces_those_that_it_names_and_what_these_replace() -> None:
    first, second, third = "3VK1Y/X/A", "3VK1Y/X/B", "3VK1Y/X/C"
    catalogue = [
        a_reference(OLD),
        a_reference(first, one_way=True, replaces=OLD),
        a_reference(second, one_way=True, replaces=first),
        a_reference(third, one_way=True, replaces=second),
        a_reference(NEW),
    ]

    assert takes(catalogue, first) == {first, second, third}
    assert takes(catalogue, third) == {third}
    assert takes(catalogue, NEW) == {NEW, OLD, first, second, third}, "OLD is as good as NEW"


def test_what_replaces_a_reference_that_the_catalogue_has_dropped_goes_no_further() -> None:
    catalogue = [a_reference(OLD), a_reference(NEW, one_way=True, replaces="3VK1Y/GONE/A")]

    assert takes(catalogue, OLD) == {OLD}


def test_a_reference_is_found_however_its_letters_and_no_revision_are_written() -> None:
    wanted = Reference(maker="S1KH4", number="\u0412\u0420-1")

    assert accepted("P", [a_reference("S1KH4/BP-1/-")], Wanted([wanted]), TODAY) == ("S1KH4/BP-1/-",)


def test_a_reference_that_the_part_does_not_have_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(ReferenceUnknown) as refused:
        takes([a_reference(OLD), a_reference(NEW)], OLD, CLAIM)

    assert refused.value.facts == {"part": "P", "references": CLAIM, "known": f"{NEW}, {OLD}"}


def test_a_maker_makes_the_references_of_its_code_and_who_has_none_is_known_to_make_nothing() -> None:
    catalogue = [a_reference(OLD), a_reference(NEW), a_reference("3VK1Y/VKR-2/-")]

    assert made_by("3VK1Y", catalogue) == {NEW, "3VK1Y/VKR-2/-"}
    assert made_by(None, catalogue) == frozenset()
