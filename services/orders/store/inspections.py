"""First articles as they were told: a source's acceptance is judged by them, beside the days that were stated."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.events.quality import FirstArticleChanged, FirstArticleState
from shared.sql import Statement, Writes

LET_THROUGH_SECONDS = 5
"""How long inventory has to give out what a first article that has passed lets through."""

_SAVE = Statement(
    """
    INSERT INTO first_article AS f (name, part, site, nation, version, state, since)
    SELECT * FROM unnest(CAST(:names AS text[]), CAST(:parts AS text[]), CAST(:sites AS text[]),
                         CAST(:nations AS text[]), CAST(:versions AS bigint[]), CAST(:states AS text[]),
                         CAST(:since AS date[])) AS told (name, part, site, nation, version, state, since)
    ORDER BY name
    ON CONFLICT (name) DO UPDATE SET version = excluded.version, state = excluded.state, since = excluded.since
    WHERE f.version < excluded.version
    """
)
# Inventory hears of it, too: what it lets through needs no source, and only what is open after that is planned. Should
# it take longer, what was asked for too much is asked back once it has given that out.
_ASK_FOR_PLANNING = Statement(
    f"""
    INSERT INTO planning AS p (part, not_before)
    SELECT part, now() + CASE WHEN first_article_required THEN interval '{LET_THROUGH_SECONDS} s' ELSE interval '0' END
    FROM (SELECT DISTINCT unnest(CAST(:parts AS text[])) AS part) AS passed LEFT JOIN part_copy ON part_id = part
    ORDER BY part
    ON CONFLICT (part) DO UPDATE SET asked = p.asked + 1, not_before = least(p.not_before, excluded.not_before)
    """  # noqa: S608  # our own text
)


class Heard(NamedTuple):
    """How a first article stands, and in which version."""

    fact: FirstArticleChanged
    version: int


def save(writes: Writes, heard: Sequence[Heard]) -> None:
    """Write how first articles stand, the last word of each; where one passed, what stays open is planned again."""
    last = list({each.fact.name: each for each in heard}.values())
    if not last:
        return
    writes.add(
        _SAVE,
        {
            "names": [each.fact.name for each in last],
            "parts": [each.fact.part for each in last],
            "sites": [each.fact.factory for each in last],
            "nations": [each.fact.nation for each in last],
            "versions": [each.version for each in last],
            "states": [each.fact.state.value for each in last],
            "since": [each.fact.day for each in last],
        },
    )
    passed = [each.fact.part for each in last if each.fact.state is FirstArticleState.PASSED]
    if passed:
        writes.add(_ASK_FOR_PLANNING, {"parts": passed})
