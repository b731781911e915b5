"""The `jvtrack` command: its words, and one plain sentence for whatever its user can put right."""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
import typer

from deploy.local.settings import StackSettings
from jvtrack.cli import MODULES, command_for
from jvtrack.invocation import again
from tests.fixtures import in_process

ROOT = Path(__file__).parents[2]
UNWRITABLE = "/sys/jvtrack"
NOBODY = {f"JVTRACK_{name}_PORT": str(port) for port, name in enumerate(("ORDERS", "PRODUCTION", "INVENTORY"), 2)}
NUMBER = "7201YA6327A001"
ORDER = f"{NUMBER}-2026"
PLACE = ("orders", "place", *("--depot", "D-01", "--part", "HUB", "--quantity", "1", "--required-by", "2026-12-20"))
STOOD = ("--site", "D-01", "--part", "HUB", "--reason", "Rust.")
EXPORTS = [[what, "export"] for what in ("orders", "sources", "platforms")]
IMPORTS = [
    *(["import", kind] for kind in ("catalogue", "stock", "orders", "sources", "activities")),
    ["platforms", "import"],
]
TOKEN = ("token", "--role", "depot", "--site", "D-01")


@pytest.mark.parametrize("module", MODULES)
def test_a_sub_command_is_found_by_its_word(module: str) -> None:
    own = import_module(f"jvtrack.commands.{module}").app

    assert sorted(words_of(own)) == sorted(MODULES[module])
    assert {*words_of(command_for([MODULES[module][0]]))} == {*MODULES[module]}


def test_help_lists_every_sub_command() -> None:
    assert words_of(command_for(["--help"])) == [word for words in MODULES.values() for word in words]


def test_a_token_needs_neither_database_nor_web_framework_nor_kafka() -> None:
    code = "import sys; from jvtrack.cli import command_for; command_for(['token']); print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert {"sqlalchemy", "alembic", "asyncpg", "fastapi", "aiokafka", "httpx"} & {*done.stdout.split()} == set()


@pytest.mark.parametrize(
    ("words", "variables", "said"),
    [
        (["up"], {"JVTRACK_POSTGRES": "127.0.0.1:5432"}, "jvtrack: JVTRACK_POSTGRES: it names no PostgreSQL; write"),
        (["topics"], {"JVTRACK_KAFKA": "foo:bar"}, "jvtrack: JVTRACK_KAFKA: it names no Kafka; write HOST:PORT"),
        (
            ["topics"],
            {"JVTRACK_KAFKA": "127.0.0.1:1"},
            "jvtrack: JVTRACK_KAFKA names 127.0.0.1:1, where no Kafka answers",
        ),
        (
            ["migrate"],
            {"JVTRACK_POSTGRES": "postgresql://a:b@127.0.0.1:1/c"},
            "jvtrack: JVTRACK_POSTGRES names 127.0.0.1:1, where no PostgreSQL answers",
        ),
        (["parked", "list"], NOBODY, "jvtrack: No service answers (orders at http://127.0.0.1:2, production at"),
        (["import", "stock", "data/stock.csv"], NOBODY, "jvtrack: No service answers (orders at http://127.0.0.1:2,"),
        (["demo", "--against"], NOBODY, "jvtrack: No service answers (orders at http://127.0.0.1:2, production at"),
        (["demo"], {"JVTRACK_NAMESPACE": "jvtrack"}, "jvtrack: JVTRACK_NAMESPACE=jvtrack may be a stack that somebody"),
        (["up", "--detach"], {"JVTRACK_HOME": UNWRITABLE}, f"jvtrack: {UNWRITABLE} may not be read or written by this"),
        (["env"], {"JVTRACK_NAMESPACE": "My-Stack"}, "jvtrack: JVTRACK_NAMESPACE: is not written like jvtrack."),
        (["drop"], {}, "jvtrack: A stack's own servers are emptied with `jvtrack up --fresh`"),
        (["restart", "kafka"], {}, "jvtrack: No stack of namespace jvtrack is running: start one with `jvtrack up`."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_its_user_can_put_right_is_one_sentence(
    words: list[str], variables: Mapping[str, str], said: str, tmp_path: Path
) -> None:
    done = jvtrack(tmp_path, *words, **variables)

    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*PLACE, "BAD"], "DOCUMENT_NUMBER: is not written like 7201YA6327A001."),
        ([*PLACE, NUMBER, "--quantity", "0"], "--quantity: Input should be greater than 0."),
        ([*PLACE, NUMBER, "--depot", "d 1"], "--depot: is not written like ROTOR-HUB or D-01 or L-2026-0042."),
        ([*PLACE, NUMBER, "--from", "d 1"], "--from: is not written like ROTOR-HUB or D-01 or L-2026-0042."),
        ([*PLACE, NUMBER, "--tail", " "], "--tail: is not written like ZP-5104."),
        ([*PLACE, NUMBER, "--accept-reference", "X"], "X is no reference: write 3VK1Y/VKR-1 or 3VK1Y/VKR-1/B."),
        (
            [*PLACE, "BAD", "--quantity", "-1"],
            "DOCUMENT_NUMBER: is not written like 7201YA6327A001; --quantity: Input should be greater than 0.",
        ),
        (
            ["orders", "amend", ORDER, "--quantity", "0", "--reason", "Found."],
            "--quantity: Input should be greater than 0.",
        ),
        (
            ["orders", "expedite", ORDER, "--reason", "Late.", "--hurry", "W1", "--by", "2026-12-20"],
            "--hurry: is not written like 7201YA6327A001-2026-W1.",
        ),
        (
            ["orders", "expedite", ORDER, "--reason", "Late.", "--split", "?", "--quantity", "1"],
            "--split: is not written like ROTOR-HUB or D-01 or L-2026-0042.",
        ),
        (
            ["conditions", "change", *STOOD, "--from", "A", "--to", "F", "--quantity", "1", "--lot", "L-1"],
            "--lot: is not written like F-01:L-2026-0042 or F-01:S-77.",
        ),
        (
            ["conditions", "change", *STOOD, "--from", "A", "--to", "F", "--quantity", "0"],
            "--quantity: Input should be greater than 0.",
        ),
        (["work-orders", "accept", "bogus"], "work_order: is not written like 7201YA6327A001-2026-W1."),
        (["stock", "list", "--site", "d 1"], "--site: is not written like ROTOR-HUB or D-01 or L-2026-0042."),
        (
            ["platforms", "down", "MI-17V-5", "ZP-5104", "--cause", ""],
            "--cause: String should have at least 1 character.",
        ),
        (
            ["exports", "approve", "F-01", "HUB", "POL", "--by", "", "--on", "2026-11-01"],
            "--by: String should have at least 1 character.",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_typed_wrongly_is_told_by_its_option_and_an_example(
    words: list[str], said: str, tmp_path: Path
) -> None:
    done = jvtrack(tmp_path, *words)

    assert (done.stderr, done.returncode) == (f"jvtrack: {said}\n", 2)


@pytest.mark.parametrize("words", [*EXPORTS, *IMPORTS], ids=" ".join)
def test_a_file_whose_name_does_not_say_what_it_holds_is_told_how_to_name_it(words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "orders.txt"
    file.touch()

    done = jvtrack(tmp_path, *words, str(file))

    said = f"jvtrack: {file}: the name of a file to import or export must end in .csv or .json.\n"
    assert (done.stderr, done.returncode) == (said, 2)


@pytest.mark.parametrize("words", [*EXPORTS, ["simulate", "--dry-run", "--to"]], ids=" ".join)
def test_a_file_that_is_to_be_written_where_there_is_no_folder_is_refused_before_anything_is_asked(
    words: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "nowhere" / "plan.csv"

    done = jvtrack(tmp_path, *words, str(file))

    said = f"jvtrack: {file}: there is no folder {file.parent}: make it, or name another file.\n"
    assert (done.stderr, done.returncode) == (said, 2)


def test_a_detached_stack_that_may_not_write_says_so_in_a_sentence() -> None:
    command = [sys.executable, "-m", "deploy.local"]

    done = subprocess.run(
        command, cwd=ROOT, env=environment(JVTRACK_HOME=UNWRITABLE), capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr == ""
    assert f"{UNWRITABLE} may not be read or written" in done.stdout


def test_a_token_for_a_stack_that_never_ran_comes_with_a_warning(tmp_path: Path) -> None:
    first = jvtrack(tmp_path, *TOKEN, JVTRACK_NAMESPACE="typo")
    second = jvtrack(tmp_path, *TOKEN, JVTRACK_NAMESPACE="typo")

    assert first.stderr.startswith("jvtrack: no stack of namespace typo has run here yet")
    assert second.stderr == ""
    assert len(first.stdout.split(".")) == len(second.stdout.split(".")) == 3


@pytest.mark.parametrize(
    ("typed", "settings", "words"),
    [
        (".venv/bin/jvtrack", {}, ".venv/bin/jvtrack down"),
        (".venv/bin/jvtrack", {"namespace": "demo"}, "JVTRACK_NAMESPACE=demo .venv/bin/jvtrack down"),
        (
            "/opt/my venv/bin/jvtrack",
            {"home": Path("/data/my home")},
            "JVTRACK_HOME='/data/my home' '/opt/my venv/bin/jvtrack' down",
        ),
        ("/app/jvtrack/cli.py", {}, f"{sys.executable} -m jvtrack.cli down"),
    ],
)
def test_a_command_is_written_so_that_it_runs_from_any_terminal(
    typed: str, settings: Mapping[str, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [typed])
    monkeypatch.setenv("PATH", "")

    assert again(StackSettings().model_copy(update=settings), "down") == words


def words_of(command: typer.Typer) -> list[str]:
    """Name the sub-commands of a command."""
    groups = [group.name for group in command.registered_groups if group.name]
    unnamed = [group.typer_instance for group in command.registered_groups if not group.name]
    inner = [word for typer_instance in unnamed if typer_instance for word in words_of(typer_instance)]
    own = [each.name or each.callback.__name__ for each in command.registered_commands if each.callback]
    return [*own, *groups, *inner]


def jvtrack(home: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as on a machine on which nothing runs."""
    unset = {name: None for name in os.environ if name.startswith("JVTRACK_")}
    return in_process.run(words, {**unset, "COLUMNS": "300", "JVTRACK_HOME": str(home), **variables})


def environment(**variables: str) -> Mapping[str, str]:
    """Give an environment with only these variables of JVTrack."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JVTRACK_")}
    return {**kept, "COLUMNS": "300", **variables}
