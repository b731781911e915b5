"""The words that all services share refuse what would look like something else."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.wording import worded
from shared.types import OrderId, PositiveQuantity, Serial, Text

REASON = TypeAdapter(Text)


@pytest.mark.parametrize("text", ["Bent.", "one\ntwo", "one\r\ntwo", "a\tb", "Вал 8МТ", "दोष", "\u200fעוגן"])
def test_a_text_is_what_people_write(text: str) -> None:
    assert REASON.validate_python(text) == text


@pytest.mark.parametrize("bad", ["\0", "\a", "\x1b[2J", "\x7f", "\x85", "over\rwritten", "\u202egnp.exe", "a\u2066b"])
def test_a_text_that_would_look_like_another_is_refused(bad: str) -> None:
    for kind in (REASON, TypeAdapter(Serial)):
        with pytest.raises(ValidationError):
            kind.validate_python(f"x{bad}x")


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (OrderId, "NOPE", "is not written like 7201YA6327A001-2026"),
        (PositiveQuantity, 0, "Input should be greater than 0"),
        (Text, "a\0", "a text holds no null byte"),
    ],
)
def test_who_writes_a_word_wrongly_is_told_how_it_is_written(kind: Any, value: object, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)

    assert worded(refused.value.errors()[0]) == told
