"""The proof of the whole system holds after a day of business, and at every moment of it."""

import json
import os
import subprocess
import sys

from deploy.local.ports import free_port
from tests.integration.verify.books import Books


def test_every_invariant_holds_after_a_day_of_business(books: Books) -> None:
    checked = {result.name: result.checked for result in books.healthy.results}

    assert {result.name: result.offences for result in books.healthy.results if not result.holds} == {}
    assert all(checked.values()), checked


def test_every_cut_of_the_running_system_holds(books: Books) -> None:
    violated = [result.offences for proof in books.meanwhile for result in proof.results if not result.holds]

    assert violated == []
    assert sum(result.in_flight for proof in books.meanwhile for result in proof.results) > 0


def test_the_command_proves_a_system_and_says_by_its_exit_code_whether_it_holds(books: Books) -> None:
    done = _command(books)

    said = json.loads(done.stdout)
    assert (done.returncode, said["holds"]) == (0, True)
    assert [result["name"] for result in said["results"]] == [f"I{number}" for number in range(1, 10)]


def test_the_command_names_a_server_that_does_not_answer(books: Books) -> None:
    done = _command(books, JVTRACK_KAFKA=f"127.0.0.1:{free_port()}")

    assert done.returncode == 2
    assert "correct JVTRACK_KAFKA" in done.stderr


def _command(books: Books, **variables: str) -> subprocess.CompletedProcess[str]:
    settings = books.system.settings
    known = {
        "JVTRACK_NAMESPACE": settings.namespace,
        "JVTRACK_HOME": str(settings.home),
        "JVTRACK_KAFKA": settings.kafka_address,
        "JVTRACK_POSTGRES": str(settings.postgres),
    }
    return subprocess.run(
        [sys.executable, "-m", "jvtrack.cli", "verify", "--json"],
        env={**os.environ, **known, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
