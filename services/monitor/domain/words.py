"""Times and numbers of things, in words that are read at a glance."""

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_WHOLE_FROM = 10


def span(seconds: float) -> str:
    """Write a time as people say it, in the largest unit that it fills twice: `0.3 s`, `45 s`, `3 min`, `2 d`."""
    size, unit = next((each for each in _UNITS if seconds >= 2 * each[0]), _UNITS[-1])
    amount = seconds / size
    return f"{amount:.1f} {unit}" if unit == "s" and amount < _WHOLE_FROM else f"{amount:.0f} {unit}"


def many(number: int, thing: str, things: str | None = None) -> str:
    """Say how many there are: `1 key`, `1,200 keys`, `2 processes`."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"
