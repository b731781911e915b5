"""The steps of a first-article inspection: which follows from which, when it lapses, and what each tells."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.production.domain.first_article import (
    DayBeforeLastStep,
    DayInFuture,
    FirstArticle,
    FirstArticleNotOpen,
    FirstArticleNotPassed,
    FirstArticleStillPassed,
    FirstArticleUnderWay,
    Step,
)
from shared.errors import Refusal
from shared.events.production import Reference
from shared.events.quality import FirstArticleChanged, FirstArticleState, ReopeningCause, first_article_id
from tests.unit.production.makers import FACTORY, PART

OPENED, PASSED, FAILED, LAPSED, REOPENED = FirstArticleState
TODAY = date(2026, 11, 26)
DAYS = 730
REFERENCE = Reference(maker="3VK1Y", number="VKR-1", revision="B")


def a_step(state: FirstArticleState, day: date = TODAY, **values: object) -> Step:
    """Make a step; a reopening has its cause."""
    causes = {"causes": [ReopeningCause.TOOLING]} if state is REOPENED else {}
    return replace(Step(state, day, "quality-1"), **{**causes, **values})  # type: ignore[arg-type]  # any of its fields


def inspected(*states: FirstArticleState) -> FirstArticle:
    """Lead an inspection through these states."""
    inspection = FirstArticle(FACTORY, PART, REFERENCE)
    for state in states:
        if state is LAPSED:
            inspection, _ = inspection.lapse(None, today=TODAY + timedelta(days=DAYS), lapse_days=DAYS)
        else:
            inspection, _ = take(inspection, a_step(state))
    return inspection


def take(inspection: FirstArticle, step: Step) -> tuple[FirstArticle, object]:
    """Take a step long after everything that tests do."""
    return inspection.take(step, today=TODAY + timedelta(days=2 * DAYS), lapse_days=DAYS)


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ([], OPENED),
        ([OPENED], PASSED),
        ([OPENED], FAILED),
        ([OPENED, FAILED], OPENED),
        ([OPENED, PASSED], REOPENED),
        ([OPENED, PASSED, REOPENED], PASSED),
        ([OPENED, PASSED, REOPENED], FAILED),
        ([OPENED, PASSED, REOPENED, FAILED], OPENED),
    ],
)
def test_a_step_that_follows_is_taken_and_told(before: Sequence[FirstArticleState], step: FirstArticleState) -> None:
    inspection = inspected(*before)

    after, event = take(inspection, a_step(step))

    assert after.version == inspection.version + 1
    assert after.last is event
    assert after.state is step
    assert after.is_open is (step is PASSED)
    assert (after.lapses_on is not None) is (step is PASSED)


def test_an_inspection_that_lapsed_is_opened_anew() -> None:
    later = TODAY + timedelta(days=DAYS + 1)

    after, _ = take(inspected(OPENED, PASSED, LAPSED), a_step(OPENED, later))

    assert (after.state, after.opened_on) == (OPENED, later)


@pytest.mark.parametrize(
    ("before", "step", "refusal"),
    [
        ([], PASSED, FirstArticleNotOpen),
        ([], FAILED, FirstArticleNotOpen),
        ([], REOPENED, FirstArticleNotPassed),
        ([OPENED, FAILED], PASSED, FirstArticleNotOpen),
        ([OPENED, PASSED], FAILED, FirstArticleNotOpen),
        ([OPENED, PASSED, LAPSED], PASSED, FirstArticleNotOpen),
        ([OPENED, PASSED, LAPSED], REOPENED, FirstArticleNotPassed),
        ([OPENED, FAILED], REOPENED, FirstArticleNotPassed),
        ([OPENED], REOPENED, FirstArticleNotPassed),
        ([OPENED, PASSED], OPENED, FirstArticleStillPassed),
        ([OPENED], OPENED, FirstArticleUnderWay),
        ([OPENED, PASSED, REOPENED], OPENED, FirstArticleUnderWay),
    ],
)
def test_a_step_that_does_not_follow_is_refused(
    before: Sequence[FirstArticleState], step: FirstArticleState, refusal: type[Refusal]
) -> None:
    inspection = inspected(*before)
    again = a_step(step, TODAY + timedelta(days=DAYS + 1))

    with pytest.raises(refusal) as refused:
        take(inspection, again)

    assert refused.value.facts == {"first_article": inspection.id, "state": inspection.state}


@pytest.mark.parametrize("states", [[OPENED], [OPENED, PASSED], [OPENED, FAILED], [OPENED, PASSED, REOPENED]])
def test_the_last_step_again_changes_nothing(states: Sequence[FirstArticleState]) -> None:
    inspection = inspected(*states)

    assert take(inspection, a_step(states[-1])) == (inspection, None)


def test_a_day_lies_neither_in_the_future_nor_before_the_last_step() -> None:
    opened = inspected(OPENED)

    with pytest.raises(DayInFuture):
        opened.take(a_step(PASSED, TODAY + timedelta(days=1)), today=TODAY, lapse_days=DAYS)
    with pytest.raises(DayBeforeLastStep):
        opened.take(a_step(PASSED, TODAY - timedelta(days=1)), today=TODAY, lapse_days=DAYS)


def test_a_passed_inspection_lapses_once_when_nothing_was_made() -> None:
    passed, due = inspected(OPENED, PASSED), TODAY + timedelta(days=DAYS)

    early, nothing = passed.lapse(None, today=due - timedelta(days=1), lapse_days=DAYS)
    lapsed, event = passed.lapse(None, today=due, lapse_days=DAYS)

    assert (early, nothing) == (passed, None)
    assert (lapsed.state, lapsed.version, lapsed.lapses_on) == (LAPSED, passed.version + 1, None)
    assert event is not None
    assert (event.day, event.causes, event.decided_by) == (due, (ReopeningCause.LAPSE,), None)


def test_what_was_made_lately_moves_the_day_on_which_it_lapses() -> None:
    passed = inspected(OPENED, PASSED)
    made_on = TODAY + timedelta(days=100)

    kept, nothing = passed.lapse(made_on, today=TODAY + timedelta(days=DAYS), lapse_days=DAYS)

    assert nothing is None
    assert (kept.state, kept.version, kept.lapses_on) == (PASSED, passed.version, made_on + timedelta(days=DAYS))


def test_a_step_that_is_reopened_in_part_says_what_is_to_be_inspected_again() -> None:
    step = a_step(REOPENED, characteristics="12 to 18", reason="New hob.", causes=[ReopeningCause.TOOLING])

    _, event = inspected(OPENED, PASSED).take(step, today=TODAY, lapse_days=DAYS)

    assert event is not None
    assert (event.characteristics, event.reason, event.causes) == ("12 to 18", "New hob.", (ReopeningCause.TOOLING,))


@pytest.mark.parametrize(
    ("number", "revision", "name"),
    [
        ("VKR-1", "B", "VKR-1/B"),
        ("VKR-1", None, "VKR-1/-"),
        ("VKR-1", "-", "VKR-1/-"),
        ("\u0412\u0420-14/2", "03", "BP-14%2F2/03"),
        ("8 A", "1", "8%20A/1"),
    ],
)
def test_an_inspection_is_named_by_its_reference_as_it_is_matched(number: str, revision: str | None, name: str) -> None:
    reference = Reference(maker="3VK1Y", number=number, revision=revision)

    assert first_article_id(FACTORY, PART, reference) == f"{FACTORY}/{PART}/3VK1Y/{name}"


@given(st.lists(st.tuples(st.sampled_from(FirstArticleState), st.integers(0, 400), st.booleans()), max_size=25))
def test_a_gate_is_open_if_and_only_if_the_last_step_that_was_told_is_a_pass(
    tries: list[tuple[FirstArticleState, int, bool]],
) -> None:
    inspection, today, told = FirstArticle(FACTORY, PART, REFERENCE), TODAY, 0
    for state, days, made in tries:
        today += timedelta(days=days)
        before = inspection
        try:
            if state is not LAPSED:
                inspection, event = before.take(a_step(state, today), today=today, lapse_days=DAYS)
            elif before.lapses_on is not None:
                inspection, event = before.lapse(today if made else None, today=today, lapse_days=DAYS)
            else:
                continue
        except Refusal:
            continue
        told += event is not None
        assert event is None or event is inspection.last
        assert event is not None or inspection.last == before.last

    assert inspection.version == told
    assert inspection.is_open is (inspection.state is PASSED) is (inspection.lapses_on is not None)


def test_a_nations_own_inspection_says_whose_it_is_and_stands_beside_the_others() -> None:
    own, fact = FirstArticle(FACTORY, PART, REFERENCE, nation="IND").take(a_step(OPENED), today=TODAY, lapse_days=DAYS)
    others = FirstArticle(FACTORY, PART, REFERENCE)

    assert isinstance(fact, FirstArticleChanged)
    assert (fact.nation, fact.first_article, fact.key) == ("IND", others.id, f"first-article:{others.id}/IND")
    assert (own.name, others.name) == (f"{others.id}/IND", others.id)
