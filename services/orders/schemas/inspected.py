"""How first articles of a part stand at a source, as it is shown."""

from datetime import date

from shared.events.quality import FirstArticleState
from shared.http.forms import Answer
from shared.types import FirstArticleId, Nation


class InspectedRead(Answer):
    """The first article of one reference of the part there."""

    first_article: FirstArticleId
    """The inspection, which names the reference."""
    nation: Nation | None
    """Whose own inspection of a supplier abroad it is; none for the site's nation, whose word holds for all."""
    state: FirstArticleState
    """How it stands."""
    since: date
    """Since when."""
