"""Reports are CloudEvents that keep their identity."""

import json
from datetime import UTC, datetime

from jvtrack.client import Numbering, Report
from shared.events.factory import FactoryLotFinished
from shared.types import Condition

FINISHED = FactoryLotFinished(lot="L-1", part="MI17-SWASHPLATE", quantity=5, condition=Condition.A)


def test_a_report_is_one_line_of_structured_cloudevents() -> None:
    report = Report("/F-01/line-3", FINISHED, id="e-1", time=datetime(2026, 11, 23, tzinfo=UTC), sequence=7)

    written = report.json()

    assert b"\n" not in written
    assert json.loads(written) == {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/F-01/line-3",
        "type": "jvtrack.factory.lot-finished.v1",
        "time": "2026-11-23T00:00:00Z",
        "datacontenttype": "application/json",
        "sequence": "7",
        "data": {"lot": "L-1", "part": "MI17-SWASHPLATE", "quantity": 5},
    }


def test_a_report_sent_twice_is_the_same_event_and_two_reports_are_two() -> None:
    first, second = Report("F-01", FINISHED), Report("F-01", FINISHED)

    assert first.json() == first.json()
    assert first.id != second.id


def test_a_sender_that_numbers_its_reports_counts_without_a_gap() -> None:
    numbering = Numbering("F-01")

    reports = [numbering.report(FINISHED) for _ in range(3)]

    assert [report.sequence for report in reports] == [1, 2, 3]
    assert len({report.id for report in reports}) == 3
