"""The words that all services share refuse what would look like something else."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.types import Serial, Text

REASON = TypeAdapter(Text)


@pytest.mark.parametrize("text", ["Bent.", "one\ntwo", "one\r\ntwo", "a\tb", "Вал 8МТ", "दोष", "\u200fעוגן"])
def test_a_text_is_what_people_write(text: str) -> None:
    assert REASON.validate_python(text) == text


@pytest.mark.parametrize("bad", ["\0", "\a", "\x1b[2J", "\x7f", "\x85", "over\rwritten", "\u202egnp.exe", "a\u2066b"])
def test_a_text_that_would_look_like_another_is_refused(bad: str) -> None:
    for kind in (REASON, TypeAdapter(Serial)):
        with pytest.raises(ValidationError):
            kind.validate_python(f"x{bad}x")
