"""What versions are of, by the words of their keys."""

from shared.http.named import name
from shared.http.versions import Token

FIRST_ARTICLE = "first-article:S-20/ROTOR-HUB/3VK1Y/VKR-1/B"


def test_a_first_article_that_holds_for_all_is_of_its_site() -> None:
    named = name([Token("production.v1", FIRST_ARTICLE, 2)])

    assert (named.inspected, named.inspectors) == (frozenset({"S-20"}), frozenset())


def test_a_nations_own_first_article_is_of_that_nation_wherever_the_supplier_is() -> None:
    named = name([Token("production.v1", f"{FIRST_ARTICLE}/IND", 2)])

    assert (named.inspected, named.inspectors) == (frozenset(), frozenset({"IND"}))
