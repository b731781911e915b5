"""A version token names what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.versions import Token, TokenMalformed, parse

LOT = Token("production.v1", "lot:F-01:L-2026-0042", 3)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("production.v1/lot:F-01:L-2026-0042@3", LOT),
        ("stock.v1/D-01/ROTOR-HUB@17", Token("stock.v1", "D-01/ROTOR-HUB", 17)),
        ("orders.v1/order:a@b@2", Token("orders.v1", "order:a@b", 2)),
        (" stock.v1/D-01/HUB@1 ", Token("stock.v1", "D-01/HUB", 1)),
    ],
)
def test_the_stream_ends_at_the_first_slash_and_the_key_at_the_last_at_sign(text: str, token: Token) -> None:
    assert parse(text) == token
    assert str(token) == text.strip()


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@given(KEYS, st.integers(min_value=1, max_value=10**17))
def test_every_key_survives_the_way_through_a_header(key: str, key_seq: int) -> None:
    token = Token("stock.v1", key, key_seq)

    assert parse(str(token)) == token
    assert "," not in str(token)


@pytest.mark.parametrize(
    "text",
    [
        *("", "stock.v1", "stock.v1/", "stock.v1/key", "stock.v1/key@", "stock.v1/key@0", "stock.v1/key@-1"),
        *("stock.v1/key@1.5", "stock.v1/@1", "stock/key@1", "Stock.v1/key@1", "stock.v0/key@1", "stock.v1/a b@1"),
        *("stock.v1/key@99999999999999999999", "/key@1", "stock.v1/key@\u0661", "stock.v1/" + "k" * 601 + "@1"),
    ],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenMalformed):
        parse(text)
