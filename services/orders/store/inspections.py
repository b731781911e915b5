"""First articles as they were told: a source's acceptance is judged by them, beside the days that were stated."""

from collections.abc import Sequence
from typing import NamedTuple

from services.orders.store.sources import plan_later
from shared.events.quality import FirstArticleChanged, FirstArticleState
from shared.sql import Statement, Writes

_SAVE = Statement(
    """
    INSERT INTO first_article AS f (name, part, site, nation, version, state, since)
    SELECT * FROM unnest(CAST(:names AS text[]), CAST(:parts AS text[]), CAST(:sites AS text[]),
                         CAST(:nations AS text[]), CAST(:versions AS bigint[]), CAST(:states AS text[]),
                         CAST(:since AS date[])) AS told (name, part, site, nation, version, state, since)
    ORDER BY name
    ON CONFLICT (name) DO UPDATE
    SET version = excluded.version, state = excluded.state, since = excluded.since, heard_at = now()
    WHERE f.version < excluded.version
    """
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
    plan_later(writes, [each.fact.part for each in last if each.fact.state is FirstArticleState.PASSED])
