"""The proof names what breaks a rule of sourcing or giving out: who may be asked, all or nothing, what is free."""

import pytest

from tests.integration.verify.books import Books, offences

_SAID_OTHERWISE = "UPDATE event_log SET payload = convert_to(replace(convert_from(payload, 'UTF8'), {this}), 'UTF8')"
_WAITS_WHERE_SOME_IS_FREE = (
    "UPDATE demand SET site = 'D-03' WHERE site = 'D-05' AND partial AND NOT closed "
    "AND quantity > reserved + issued + cancelled;"
)
_AN_HOUR_LATER = "UPDATE event_log SET recorded_at = recorded_at + interval '1 hour' WHERE key = 'site:F-02';"


@pytest.mark.parametrize(
    ("service", "broken", "named", "said"),
    [
        pytest.param(
            "orders",
            _SAID_OTHERWISE.format(this="""'"rank":1,', '"rank":null,'"""),
            ["I8", "I2"],
            "which has no rank among the sources weighed, and nobody has named it",
            id="a source was asked that may not be",
        ),
        pytest.param(
            "orders",
            _SAID_OTHERWISE.format(this="""'"partial":true', '"partial":false'"""),
            ["I9", "I2"],
            "takes all or nothing; word ",
            id="an order that takes all or nothing was given a part",
        ),
        pytest.param(
            "inventory",
            "UPDATE demand SET partial = false WHERE order_id = (SELECT min(order_id) FROM demand WHERE partial)",
            ["I9"],
            "takes all or nothing, and its order was placed so that it takes a part",
            id="a demand takes all or nothing and its order a part",
        ),
        pytest.param(
            "inventory",
            _WAITS_WHERE_SOME_IS_FREE + _AN_HOUR_LATER,
            ["I9"],
            "at D-03, and 3 are free, 3 of them of lot D-03:NO-LOT, condition A",
            id="somebody waits beside what is free",
        ),
    ],
)
async def test_a_rule_that_was_broken_by_hand_is_named(
    books: Books, service: str, broken: str, named: list[str], said: str
) -> None:
    report = await books.broken(service, broken)

    assert report.violated() == sorted(named)
    assert said in offences(report, named[0])


async def test_who_waits_beside_what_has_just_been_moved_is_being_served(books: Books) -> None:
    report = await books.broken("inventory", _WAITS_WHERE_SOME_IS_FREE)

    served = next(result for result in report.results if result.name == "I9")
    assert (report.violated(), served.in_flight) == ([], 1)
