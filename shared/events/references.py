"""References by name: an item of production written as one word, as lots, orders and inspections are matched by it."""

from urllib.parse import quote, unquote

from shared.events.production import NO_REVISION, Reference
from shared.types import ReferenceKey


def reference_key(reference: Reference) -> ReferenceKey:
    """Name a reference as it is matched, such as `3VK1Y/VKR-1/B`; no revision is written as a dash."""
    matched = reference.matched
    number, revision = (quote(each, safe="") for each in (matched.number, matched.revision or NO_REVISION))
    return f"{matched.maker}/{number}/{revision}"


def read_reference(key: ReferenceKey) -> Reference:
    """Give the reference that a name stands for."""
    maker, number, revision = (unquote(each) for each in key.split("/"))
    return Reference(maker=maker, number=number, revision=revision).matched
