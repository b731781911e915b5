"""What production tells of a lot's reference and certificate: the whole lot's, as they stand after each fact."""

from services.production.domain.floor import Floor
from services.production.domain.lot import Discrepancy
from shared.events.production import LotEventVoided, LotFinished, MadeAs, Reference
from tests.unit.production.makers import a_correction, a_finish, a_floor, a_posted, a_start, a_void, folded

OLD = Reference(maker="3VK1Y", number="VKR-1", revision="A")
NEW = Reference(maker="3VK1Y", number="VKR-1", revision="B")


def told(floor: Floor) -> list[MadeAs | None]:
    """List what was told that the lot is, fact by fact."""
    events = [telling.event for telling in floor.told]
    return [event.made_as for event in events if isinstance(event, LotFinished | LotEventVoided)]


def test_each_finish_and_void_tells_the_reference_on_which_all_that_stand_agree() -> None:
    floor = a_floor()

    floor.decide(a_posted(a_finish(5, reference=NEW), "first"), None)
    floor.decide(a_posted(a_finish(5), "second"), None)
    floor.decide(a_posted(a_finish(5, reference=OLD), "third"), None)
    floor.decide(a_posted(a_void("first")), None)
    floor.decide(a_posted(a_void("third")), None)

    named = [told_as and told_as.reference for told_as in told(floor)]
    assert named == [NEW, NEW, None, OLD, None]


def test_a_lot_of_which_nothing_was_ever_said_tells_nothing() -> None:
    floor = a_floor()

    floor.decide(a_posted(a_start(5, reference=NEW)), None)
    floor.decide(a_posted(a_finish(5), "first"), None)
    floor.decide(a_posted(a_void("first")), None)

    assert told(floor) == [None, None]


def test_a_certificate_that_is_posted_later_by_a_correction_is_told() -> None:
    floor = a_floor()
    floor.decide(a_posted(a_finish(5, reference=NEW), "first"), None)
    corrected = a_finish(5, reference=NEW, certificate="COC-2026-7")

    floor.decide(a_posted(a_correction("first", corrected)), corrected)

    assert told(floor)[-1] == MadeAs(reference=NEW, certificate="COC-2026-7")


def test_look_alike_letters_and_a_dash_for_no_revision_make_no_other_reference() -> None:
    cyrillic = Reference(maker="3VK1Y", number="\u0412\u0420-14", revision="-")
    latin = Reference(maker="3VK1Y", number="BP-14")

    lot = folded(a_finish(5, reference=cyrillic), a_finish(5, reference=latin))

    assert lot.made_as == MadeAs(reference=latin)
    assert Discrepancy.REFERENCES_DIFFER not in lot.discrepancies(None)


def test_finishes_that_name_different_references_are_a_visible_contradiction() -> None:
    lot = folded(a_finish(5, reference=OLD), a_finish(5, reference=NEW))

    assert Discrepancy.REFERENCES_DIFFER in lot.discrepancies(None)
