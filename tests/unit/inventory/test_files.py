"""How files are read: each error names its line and its field, and nothing is taken for something else."""

import pytest

from services.inventory.schemas.files import read_csv, read_json
from services.inventory.schemas.imports import ImportKind, Lines
from shared.http.files import Bounds, ImportInvalid, ImportTooLong, ImportUnreadable

BOUNDS = Bounds(lines_max=10, errors_max=10)
PARTS = "part_id,name,unit_of_issue,quantity_scale,platforms,grounded_platforms,illustrative,references"
STOCK = "site,part,lot,condition,quantity,expiry,illustrative"


def csv(kind: ImportKind, *rows: str) -> Lines:
    """Read a file of CSV."""
    return read_csv("\n".join(rows).encode(), kind, BOUNDS)


def wrong(kind: ImportKind, *rows: str) -> list[tuple[str, str]]:
    """Read a file that is refused; answers its errors by line and field."""
    with pytest.raises(ImportInvalid) as refused:
        csv(kind, *rows)
    errors = refused.value.facts["errors"]
    assert isinstance(errors, list)
    return [(each["field"], each["message"]) for each in errors]


def test_a_line_is_counted_as_an_editor_counts_it() -> None:
    text = 'site,part,lot,condition,quantity\n\nD-01,P,,A,1\nD-01,"Q\n",,A,1\n\nD-01,R,,A,none\n'

    errors = wrong(ImportKind.STOCK, *text.split("\n"))

    assert [field for field, _ in errors] == ["line 4: part", "line 7: quantity"]


def test_the_records_of_a_good_file_know_their_lines() -> None:
    lines = csv(ImportKind.STOCK, STOCK, "", "D-01,P,F-01:L,A,7,2030-01-31,true", "", "D-01,Q,,A,8,,false")

    assert [line for line, _ in lines.imported.numbered()] == [3, 5]
    assert [record.quantity for _, record in lines.imported.numbered()] == [7, 8]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("D-01,P,,A,1_0,,", "quantity"),
        ("D-01,P,,A, 1,,", "quantity"),
        ("D-01,P,,A,+1,,", "quantity"),
        ("D-01,P,,A,1.0,,", "quantity"),
        ("D-01,P,,A,\u0661,,", "quantity"),
        ("D-01,P,,A,1e3,,", "quantity"),
        ("D-01,P,,A," + "9" * 5000 + ",,", "quantity"),
        ("D-01,P,F-01:L,A,1,1893456000,", "expiry"),
        ("D-01,P,F-01:L,A,1,2030-01-01T00:00:00,", "expiry"),
        ("D-01,P,F-01:L,A,1,01.01.2030,", "expiry"),
        ("D-01,P,,A,1,,yes", "illustrative"),
        ("D-01,P,,A,1,,1", "illustrative"),
    ],
)
def test_a_cell_holds_what_its_column_says_and_nothing_like_it(row: str, field: str) -> None:
    assert [each for each, _ in wrong(ImportKind.STOCK, STOCK, row)] == [f"line 2: {field}"]


def test_a_row_with_too_few_or_too_many_cells_is_named() -> None:
    errors = wrong(ImportKind.SITES, "site_id,name,kind", "S-1", "S-1,Works,supplier,more")

    assert errors == [
        ("line 2: line", "3 columns expected, 1 found"),
        ("line 3: line", "3 columns expected, 4 found"),
    ]


def test_a_grounded_platform_that_the_part_does_not_fit_is_an_error() -> None:
    errors = wrong(ImportKind.PARTS, PARTS, "P-1,Pump,EA,0,,T-90,,", "P-2,Pump,EA,0,SU-30MKI,T-90;SU-30MKI,,")

    assert errors == [
        ("line 2: grounded_platforms", "T-90 is not among its platforms"),
        ("line 3: grounded_platforms", "T-90 is not among its platforms"),
    ]


def test_a_line_with_several_errors_is_counted_once() -> None:
    with pytest.raises(ImportInvalid) as refused:
        csv(ImportKind.PARTS, PARTS, "P-1,Pump,EA,many,,T-90,,", "P-2,Pump,EA,0,,,,")

    assert refused.value.detail() == "2 errors in 2 lines"


def test_two_parts_of_one_file_do_not_share_a_niin() -> None:
    rows = ("part_id,name,unit_of_issue,nsn", "P-1,Pump,EA,1615-72-268-3884", "P-2,Pump,EA,9999722683884")

    assert wrong(ImportKind.PARTS, *rows) == [("line 3: nsn", "is on line 2 already")]


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (b'part_id,name,unit_of_issue\nP-1,"Pump" x,EA\n', {"line": 2}),
        (b"part_id,name,name\n", {"columns": "name"}),
        (b"part_id,colour\n", {"columns": "colour"}),
    ],
)
def test_a_file_that_cannot_be_read_says_where(content: bytes, facts: dict[str, object]) -> None:
    with pytest.raises(ImportUnreadable) as refused:
        read_csv(content, None, BOUNDS)

    assert facts.items() <= refused.value.facts.items()


def test_references_nested_without_end_are_an_error_of_their_line() -> None:
    row = f"P-1,Pump,EA,0,,,,{'[' * 100_000}"

    assert [field for field, _ in wrong(ImportKind.PARTS, PARTS, row)] == ["line 2: references"]


def test_a_file_of_another_kind_than_was_said_is_not_taken() -> None:
    with pytest.raises(ImportUnreadable):
        read_json(b'{"parts": []}', [ImportKind.SITES], BOUNDS)
    with pytest.raises(ImportTooLong):
        read_json(b'{"sites": [1,1,1,1,1,1,1,1,1,1,1]}', [ImportKind.SITES], BOUNDS)
