"""The demo says what it starts, touches nobody's stack but its own, and tells at once what went wrong."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from deploy.errors import SetupError
from deploy.local import state
from deploy.local.settings import StackSettings
from jvtrack.client import UnreachableError
from jvtrack.demo.ending import tell_what_starts, tell_what_stays
from jvtrack.demo.findings import Finding, NeverSeenError
from jvtrack.demo.play import show_scene
from jvtrack.demo.stage import Stage, demo_settings, require_nobody_there


@pytest.fixture(autouse=True)
def elsewhere_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no variable of whoever runs the tests reach the demo."""
    for name in ("NAMESPACE", "KAFKA", "POSTGRES"):
        monkeypatch.delenv(f"JVTRACK_{name}", raising=False)


@pytest.mark.parametrize("variable", ["JVTRACK_KAFKA", "JVTRACK_POSTGRES"])
def test_on_servers_of_others_every_play_has_a_namespace_of_its_own(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "kafka:9092" if variable == "JVTRACK_KAFKA" else "postgresql://a:b@db/c")

    assert demo_settings().namespace.startswith("demo_2")


def test_without_servers_of_others_the_demo_has_one_namespace() -> None:
    assert demo_settings().namespace == "demo"


@pytest.mark.parametrize("kafka", [{}, {"JVTRACK_KAFKA": "kafka:9092"}])
def test_the_demo_never_plays_on_a_namespace_that_may_be_somebodys(
    kafka: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"JVTRACK_NAMESPACE": "jvtrack", **kafka}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SetupError, match="name one that begins with demo"):
        demo_settings()


def test_a_demo_that_runs_already_is_named_in_what_is_advised(tmp_path: Path) -> None:
    settings = StackSettings(namespace="demo_2", home=tmp_path)

    require_nobody_there(settings)
    with state.hold(settings), pytest.raises(SetupError) as refused:
        require_nobody_there(settings)

    for words in ("down", "demo --against"):
        assert f"JVTRACK_NAMESPACE=demo_2 JVTRACK_HOME={tmp_path} " in str(refused.value)
        assert f" {words}`" in str(refused.value)


@pytest.mark.parametrize(
    "failure",
    [
        NeverSeenError("a lot [in] stock: not seen within 30 s"),
        UnreachableError("inventory", "gone", was_sent=True),
        SetupError("No PostgreSQL answers at 127.0.0.1:1."),
    ],
)
async def test_why_a_scene_failed_is_told_at_once(failure: Exception) -> None:
    console = a_console()

    async def scene() -> Sequence[Finding]:
        raise failure

    findings = await show_scene("1/1", "a scene", scene(), console)

    assert [finding.holds for finding in findings] == [False]
    assert f"a scene: {failure}" in shown(console)


async def test_a_finding_that_is_not_as_it_must_be_is_told_at_once() -> None:
    console = a_console()

    async def scene() -> Sequence[Finding]:
        return [Finding("stock", "right"), Finding("books", "wrong by 1", holds=False)]

    await show_scene("1/1", "a scene", scene(), console)

    assert "books: wrong by 1" in shown(console)
    assert "stock: right" not in shown(console)


@pytest.mark.parametrize(
    ("settings", "starts", "stays"),
    [
        (StackSettings(), "starting Kafka, PostgreSQL and four services from nothing\n", ""),
        (
            StackSettings(namespace="demo_1", kafka="k:1", postgres="postgresql://a:secret@db/c"),
            "starting four services with Kafka at k:1 and PostgreSQL at db:5432, in namespace demo_1\n",
            "Kafka at k:1 and PostgreSQL at db:5432 keep what the demo put there, under demo_1; with the same",
        ),
        (
            StackSettings(namespace="demo_1", kafka="k:1"),
            "starting PostgreSQL and four services with Kafka at k:1, in namespace demo_1\n",
            "Kafka at k:1 keeps what the demo put there, under demo_1; with the same variables set",
        ),
    ],
)
def test_what_starts_and_what_stays_is_told_truthfully(settings: StackSettings, starts: str, stays: str) -> None:
    before, after = a_console(), a_console()

    tell_what_starts(settings, before)
    tell_what_stays(Stage(settings, {}), after)

    assert shown(before) == starts
    assert shown(after).startswith(stays)
    assert bool(shown(after)) is bool(stays)


def a_console() -> Console:
    """Make a console that remembers what it shows."""
    return Console(file=io.StringIO(), width=200)


def shown(console: Console) -> str:
    """Read what a console has shown."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
