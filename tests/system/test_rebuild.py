"""`jvtrack rebuild` on the running system: it says what is wrong, mends it, and is refused in one sentence."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import books
from tests.fixtures.own_stack import jvtrack

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
SECONDS_MAX = 200

_ALTER = "UPDATE site_copy SET country = 'ZZZ' WHERE site_id = 'D-02'"


@pytest_asyncio.fixture(loop_scope="session")
async def altered(trade: Trade) -> AsyncIterator[Trade]:
    """Alter what production has copied of a site; it is right again afterwards."""
    await trade.quiet()
    await books(trade.system, "production", _ALTER)
    yield trade
    await command(trade, "rebuild", "production")


async def command(trade: Trade, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a `jvtrack` command against the system, as its operator does."""
    return await asyncio.to_thread(jvtrack, trade.system.settings, *words, seconds_max=SECONDS_MAX)


async def test_a_row_altered_by_hand_is_shown_then_mended_and_then_all_is_equal(altered: Trade) -> None:
    compared = await command(altered, "rebuild", "production", "--compare-only")
    mended = await command(altered, "rebuild", "production")
    again = await command(altered, "rebuild", "production")

    assert (compared.returncode, mended.returncode, again.returncode) == (1, 0, 0), compared.stderr + mended.stderr
    assert "site_copy D-02: live (ZZZ," in compared.stdout
    assert "1 row differed; nothing was changed." in compared.stdout
    assert "1 row differed; the rebuilt ones are live now." in mended.stdout
    assert "the live rows equal the rebuilt ones." in again.stdout
    proof = await altered.proof()
    assert [offence for result in proof.results for offence in result.offences] == []


async def test_a_service_without_projections_says_so_in_one_sentence(trade: Trade) -> None:
    refused = await command(trade, "rebuild", "inventory")

    assert refused.returncode == 2
    assert "The service keeps no projection" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
