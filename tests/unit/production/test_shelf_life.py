"""What production tells of a lot's shelf life: the whole lot's, as it stands after each fact."""

from datetime import date

from services.production.domain.floor import Floor
from shared.events.production import LotEventVoided, LotFinished
from tests.unit.production.makers import a_correction, a_finish, a_floor, a_posted, a_void

EARLY, LATE = date(2027, 1, 1), date(2028, 1, 1)


def told(floor: Floor) -> list[date | None]:
    """List the last days that were told, fact by fact."""
    events = [telling.event for telling in floor.told]
    lives = [event.shelf_life for event in events if isinstance(event, LotFinished | LotEventVoided)]
    return [life.expires_on for life in lives if life is not None]


def test_each_finish_and_void_tells_the_earliest_day_that_still_stands() -> None:
    floor = a_floor()

    floor.decide(a_posted(a_finish(5, expires_on=LATE), "first"), None)
    floor.decide(a_posted(a_finish(5, expires_on=EARLY), "second"), None)
    floor.decide(a_posted(a_finish(5)), None)
    floor.decide(a_posted(a_void("second")), None)
    floor.decide(a_posted(a_void("first")), None)

    assert told(floor) == [LATE, EARLY, EARLY, LATE, None]


def test_a_corrected_finish_tells_its_new_day_and_not_the_old_one() -> None:
    floor = a_floor()
    floor.decide(a_posted(a_finish(5, expires_on=EARLY), "first"), None)
    corrected = a_finish(5, expires_on=LATE)

    floor.decide(a_posted(a_correction("first", corrected)), corrected)

    assert told(floor) == [EARLY, None, LATE]
