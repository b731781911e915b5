"""Stock numbers as they are matched: in one form, whatever their supply class."""

import re

from shared.types import Nsn

_DASHED_NSN = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{3})-?([0-9]{4})")


def undashed(nsn: str) -> str:
    """Write a stock number without dashes; what is none stays as it is."""
    match = _DASHED_NSN.fullmatch(nsn)
    return "".join(match.groups()) if match else nsn


def niin(nsn: Nsn) -> str:
    """Give the item's identity within its stock number: the supply class may change, this does not."""
    return nsn[4:]
