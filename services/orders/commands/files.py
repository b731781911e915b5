"""Imported files: what the catalogue makes of their lines, beside what is wrong with their form."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from services.orders.domain.catalogue import CatalogueBehind
from shared.http.files import Imported, LineError

R = TypeVar("R", bound=BaseModel)


def refuse(imported: Imported[R], wrong: Sequence[LineError], unknown: Sequence[LineError]) -> None:
    """Refuse a file for good if any line is wrong, and for now if the catalogue may yet hear of what it names."""
    if wrong or imported.wrong:
        raise imported.invalid([*wrong, *unknown])
    if unknown:
        raise CatalogueBehind(unknown=len(unknown), errors=imported.told(unknown))
