"""What has happened to an order, as `jvtrack orders show` tells it: when, what, by whom, why, and what it changed."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from rich.markup import escape

from jvtrack.client.answers.orders import Change, OrderDetails
from jvtrack.commands.shown import Table
from shared.events.production import Reference
from shared.events.references import reference_key

_KIND = "jvtrack.orders.order-"
_AUTHORS = ("asked_by", "named_by", "approved_by", "allowed_by", "declined_by")
_REASONS = ("reason", "note")
_CHANGED: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "placed": ((), ("quantity", "urgency", "required_by")),
    "reduction-requested": (("before",), ("quantity",)),
    "rescheduled": (("before",), ("required_by",)),
    "reprioritised": (("urgency_before", "priority_before"), ("urgency", "priority")),
    "references-changed": (("before",), ("references",)),
    "sourced": ((), ("quantity", "source", "due")),
    "source-overridden": ((), ("source",)),
    "source-hurried": (("due",), ("wanted_by",)),
    "sourcing-reduced": ((), ("quantity", "source")),
    "split": ((), ("quantity", "source")),
    "cannibalised": (("before",), ("tail_number",)),
    "lent-asked": ((), ("quantity", "depot")),
    "lent": ((), ("quantity", "depot", "due")),
    "promised": (("before",), ("promised_for",)),
    "promise-overdue": (("promised_for",), ()),
}
"""Which of a fact's members are what was before it, and what is after it."""


def history_table(order: OrderDetails) -> Table:
    """Tell what has happened to an order, oldest first."""
    older = order.history[0].version - 1 if order.history else 0
    title = f"history; {older} earlier changes are not shown" if older else "history"
    table = Table("when", "what", "by", "why", "before -> after", title=title)
    for change in order.history:
        table.add_row(*map(escape, _row(change)))
    return table


def _row(change: Change) -> Sequence[str]:
    told = change.data if isinstance(change.data, dict) else {}
    kind = change.type.removeprefix(_KIND).removesuffix(".v1")
    before, after = ([_shown(told.get(name)) for name in names] for names in _CHANGED.get(kind, ((), ())))
    moved = " -> ".join(" ".join(words) for words in (before, after) if words)
    who = (_first(told, _AUTHORS), _first(told, _REASONS))
    return (f"{change.recorded_at.astimezone():%Y-%m-%d %H:%M}", kind, *who, moved)


def _first(told: Mapping[str, JsonValue], names: Sequence[str]) -> str:
    return next((str(told[name]) for name in names if told.get(name) is not None), "")


def _shown(value: JsonValue) -> str:
    """Show what was or is; no day is none, and no reference is any."""
    if isinstance(value, list):
        return ", ".join(reference_key(Reference.model_validate(each)) for each in value) or "any"
    return "-" if value is None else str(value)
