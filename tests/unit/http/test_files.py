"""A file is read whole, and whatever is wrong with it is told by line and field, in words of the file."""

import pytest
from pydantic import BaseModel, ConfigDict, Field

from shared.http.files import (
    Bounds,
    Imported,
    ImportInvalid,
    ImportTooLong,
    ImportUnreadable,
    meanings_of,
    read_records,
    read_table,
    typed,
)

HEADER = b"part,quantity,note\n"


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    part: str
    quantity: int = Field(gt=0)
    note: str | None = None


def imported(content: bytes, *, lines_max: int = 10, errors_max: int = 10) -> Imported[Line]:
    table = read_table(content)
    table.require(Line.model_fields)
    bounds = Bounds(lines_max, errors_max)
    return read_records(table.rows, Line.model_validate_strings, key=("part",), bounds=bounds, errors=table.errors)


def test_a_record_knows_the_line_on_which_it_begins() -> None:
    read = imported(HEADER + b'HUB,1,"two\nlines"\n\nROTOR,2,\n')

    assert [(line, record.part, record.note) for line, record in read.numbered()] == [
        (2, "HUB", "two\nlines"),
        (5, "ROTOR", None),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEADER + b"HUB\n", "3 columns expected, 1 found"),
        (HEADER + b"HUB,1,,,\n", "3 columns expected, 5 found"),
        (b"part\nHUB,1\n", "1 column expected, 2 found"),
    ],
)
def test_a_line_with_other_columns_than_the_header_says_how_many(content: bytes, told: str) -> None:
    with pytest.raises(ImportInvalid) as refused:
        imported(content)

    assert refused.value.facts["errors"] == [{"line": 2, "field": "line 2: line", "message": told}]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (b"HUB,0,\n", "1 error in 1 line"),
        (b"HUB,0,\nROTOR,1,\n", "1 error in 2 lines"),
        (b"HUB,0,\nROTOR\nHUB,1,\n", "2 errors in 3 lines"),
    ],
)
def test_errors_and_lines_are_counted_as_people_count(lines: bytes, said: str) -> None:
    with pytest.raises(ImportInvalid) as refused:
        imported(HEADER + lines)

    assert refused.value.detail() == said


def test_every_error_is_told_in_the_order_of_the_file_as_far_as_errors_are_told() -> None:
    with pytest.raises(ImportInvalid) as refused:
        imported(HEADER + b"HUB,many,\nROTOR\nHUB,1,\nHUB,2,\n", errors_max=3)

    told = refused.value.facts["errors"]
    assert [each["field"] for each in told] == ["line 2: quantity", "line 3: line", "line 5: part"]  # type: ignore[attr-defined]  # a JSON list
    assert refused.value.facts["wrong"] == 3


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'part,quantity\n"half', b"part,colour\nHUB,red\n"], ids=str)
def test_what_is_no_table_of_known_columns_is_unreadable(content: bytes) -> None:
    with pytest.raises(ImportUnreadable):
        imported(content)


def test_a_file_has_a_bounded_number_of_lines() -> None:
    with pytest.raises(ImportTooLong):
        imported(HEADER + b"HUB,1,\nROTOR,2,\n", lines_max=1)


class Listed(BaseModel):
    """A line that holds a list, and a field of a form."""

    name: str = Field(pattern="^[A-Z]{3}$", description="Three capitals.\n\nMore is said here.")
    kept: list[str] | None = None


def test_a_cell_that_holds_a_list_is_parted_by_semicolons() -> None:
    assert typed({"name": "ABC", "kept": "A; C"}, Listed) == {"name": "ABC", "kept": ["A", "C"]}


def test_what_has_not_the_form_of_its_field_is_told_what_the_field_means() -> None:
    with pytest.raises(ImportInvalid) as refused:
        read_records(
            [(2, {"name": "ab"})],
            Listed.model_validate,
            key=("name",),
            bounds=Bounds(10, 10),
            meanings=meanings_of(Listed),
        )

    assert refused.value.facts["errors"] == [
        {"line": 2, "field": "line 2: name", "message": "is not written like IND or INR: Three capitals."}
    ]
