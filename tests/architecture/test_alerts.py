"""Every alert leads to a section of the runbook, every rule stands on metrics that there are, and each is tried."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "deploy" / "prometheus" / "rules.yml").read_text()
TRIED = (ROOT / "deploy" / "prometheus" / "rules_test.yml").read_text()
RUNBOOK = (ROOT / "RUNBOOK.md").read_text()
METRICS = (ROOT / "docs" / "metrics.md").read_text()


def test_every_alert_leads_to_a_section_of_the_runbook() -> None:
    sections = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        for title in re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    }

    alerts = re.findall(r"^ +- alert: (\w+)$", RULES, re.MULTILINE)
    named = re.findall(r'^ +runbook: "RUNBOOK\.md#([\w-]+)"$', RULES, re.MULTILINE)

    assert len(named) == len(alerts) > 0
    assert set(named) - sections == set()


def test_every_rule_stands_on_metrics_that_are_written_down() -> None:
    known = set(re.findall(r"`(jvtrack_\w+)`", METRICS))

    asked = {name.removesuffix("_bucket") for name in re.findall(r"(?<![\w:])jvtrack_\w+", RULES)}

    assert asked - known == set()


def test_every_alert_is_tried() -> None:
    alerts = set(re.findall(r"^ +- alert: (\w+)$", RULES, re.MULTILINE))

    fired = set(re.findall(r"alertname: (\w+)\n +exp_alerts:", TRIED))

    assert fired == alerts
