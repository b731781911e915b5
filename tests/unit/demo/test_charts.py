"""Charts show each step where and when it was, name their lines, and are well-formed whatever is drawn."""

from pathlib import Path
from xml.etree import ElementTree

from deploy.local.settings import StackSettings
from jvtrack.demo.charts import Chart, Steps
from jvtrack.demo.stage import Stage

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*lines: Steps, until: float = 20) -> ElementTree.Element:
    chart = Chart("Promises <over> time", "seconds", "days", lines, until=until)
    return ElementTree.fromstring(chart.svg())  # noqa: S314  # what was drawn just now


def test_a_line_goes_on_until_its_next_step_and_the_last_until_the_end() -> None:
    picture = drawn(Steps("an order", [(0, 30), (10, 120)]))

    (line,) = [path.get("d") for path in picture.iter(f"{SVG}path") if path.get("fill") == "none"]
    marks = [(mark.get("cx"), mark.get("cy")) for mark in picture.iter(f"{SVG}circle")]
    assert line == "M60.0 257.5H300.0V40.0H540.0"
    assert marks == [("60.0", "257.5"), ("300.0", "40.0")]


def test_every_line_is_named_in_a_colour_of_its_own() -> None:
    picture = drawn(Steps("7312YA & 02", [(0, 1)]), Steps("7507YC & 13", [(0, 2)]))

    words = [text.text for text in picture.iter(f"{SVG}text")]
    colours = {path.get("stroke") for path in picture.iter(f"{SVG}path") if path.get("fill") == "none"}
    assert {"Promises <over> time", "7312YA & 02", "7507YC & 13"} <= {*words}
    assert len(colours) == 2


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    assert not list(drawn(until=0).iter(f"{SVG}circle"))


def test_a_stack_of_this_machine_has_its_plots_beside_its_data(tmp_path: Path) -> None:
    settings = StackSettings(namespace="demo_1", home=tmp_path)

    assert Stage(settings, {}).output() == tmp_path / "demo_1" / "plots"
    assert (tmp_path / "demo_1" / "plots").is_dir()
    elsewhere = Stage(settings, {}, is_local=False).output()
    assert tmp_path not in elsewhere.parents
    assert elsewhere.is_dir()
    elsewhere.rmdir()
