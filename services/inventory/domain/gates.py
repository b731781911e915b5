"""Gates: what a lot must show before it may be reserved and issued, where its part asks for it.

A first article of its reference must have passed at its factory, or its maker's certificate be there. What a nation
has found at a supplier abroad itself holds at its own depots, and goes before what the supplier's nation has found.
What stood on a shelf when the books were opened had been accepted before, and has no gate; what comes without a lot
after that is kept apart from it (`Book.incoming`), and is held back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.inventory.domain.ledger import LotKey
from shared.events.production import MadeAs
from shared.events.quality import FirstArticleChanged, first_article_id
from shared.events.stock import Gate
from shared.types import FirstArticleId, LotId, PartId, ReferenceKey, SiteId


class Made(NamedTuple):
    """What is known of how a lot was made."""

    first_article: FirstArticleId | None
    """The inspection of the reference that it was made as."""
    certificate: str | None

    @property
    def reference(self) -> ReferenceKey | None:
        """The reference that it was made as: the inspection's name has it after factory and part."""
        return self.first_article and self.first_article.split("/", 2)[2]


class Inspected(NamedTuple):
    """How a first-article inspection stands, and in which version."""

    part: PartId
    version: int
    state: str
    is_open: bool


@dataclass(slots=True)
class Gates:
    """The gates of the lots that a batch looks at, as the store found them, and what the batch hears about them."""

    _gated: set[tuple[PartId, LotId]] = field(default_factory=set)
    _references: dict[tuple[PartId, LotId], ReferenceKey | None] = field(default_factory=dict)
    _sought: set[PartId] = field(default_factory=set)
    _held_back: dict[LotKey, Gate] = field(default_factory=dict)
    _made: dict[tuple[PartId, LotId], Made] = field(default_factory=dict)
    _inspected: dict[str, Inspected] = field(default_factory=dict)

    # ---- what the store found

    def load(self, lot: LotKey, closed: Gate | None) -> None:
        """Take in which gate is closed on a lot, at its site, of a part that asks for one, or that all are open."""
        self._gated.add((lot.part, lot.lot))
        if closed is not None:
            self._held_back[lot] = closed

    def load_reference(self, part: PartId, lot: LotId, reference: ReferenceKey | None) -> None:
        """Take in what a lot was made as, unless it is known and may have changed since."""
        self._references.setdefault((part, lot), reference)

    def load_sought(self, part: PartId) -> None:
        """Know that some order names which references of a part it takes."""
        self._sought.add(part)

    # ---- what may be asked

    def reference(self, lot: LotKey) -> ReferenceKey | None:
        """Say what a lot was made as, where its factory has told."""
        return self._references.get((lot.part, lot.lot))

    def asks(self, lot: LotKey) -> bool:
        """Tell whether a lot is of a part that asks for something."""
        return (lot.part, lot.lot) in self._gated

    def closed(self, lot: LotKey) -> Gate | None:
        """Say which gate holds a lot back at its site, if one does."""
        return self._held_back.get(lot)

    def stirred(self) -> frozenset[PartId]:
        """List the parts of which some lot may be held back or let through, or accepted or not, by what was heard."""
        made = {part for part, lot in self._made if (part, lot) in self._gated or part in self._sought}
        return frozenset(made | {each.part for each in self._inspected.values()})

    # ---- what may be heard

    def make(self, part: PartId, lot: LotId, factory: SiteId, made_as: MadeAs) -> None:
        """Keep what a lot is, as all that its factory has told of it now says."""
        reference = made_as.reference
        first_article = first_article_id(factory, part, reference) if reference else None
        self._made[part, lot] = Made(first_article, made_as.certificate)
        self._references[part, lot] = self._made[part, lot].reference

    def inspect(self, changed: FirstArticleChanged, version: int, *, is_open: bool) -> None:
        """Keep how a first-article inspection stands, of whichever nation."""
        self._inspected[changed.name] = Inspected(changed.part, version, changed.state.value, is_open)

    # ---- what is to be written

    def made(self) -> Mapping[tuple[PartId, LotId], Made]:
        """Give what was heard of lots, in order of part and lot."""
        return {lot: self._made[lot] for lot in sorted(self._made)}

    def inspected(self) -> Mapping[str, Inspected]:
        """Give what was heard of inspections, in order of their names."""
        return {each: self._inspected[each] for each in sorted(self._inspected)}
