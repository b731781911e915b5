"""References and stock numbers as they are matched: look-alike letters in one script, numbers in one form."""

import re

from shared.types import Nsn

# Escapes, because each of these letters looks like the Latin letter that it becomes.
_LATIN = str.maketrans("\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425", "ABCEHKMOPTX")
_DASHED_NSN = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{3})-?([0-9]{4})")


def latin(number: str) -> str:
    """Write a number with Latin letters where Cyrillic ones look alike."""
    return number.translate(_LATIN)


def undashed(nsn: str) -> str:
    """Write a stock number without dashes; what is none stays as it is."""
    match = _DASHED_NSN.fullmatch(nsn)
    return "".join(match.groups()) if match else nsn


def niin(nsn: Nsn) -> str:
    """Give the item's identity within its stock number: the supply class may change, this does not."""
    return nsn[4:]
