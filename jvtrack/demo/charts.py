"""Charts of what changes by steps over time, drawn as SVG without a library."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 220, 40, 50
_TICKS = 5
# Told apart by people who see few colours, too.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MARK_RADIUS = 3


@dataclass(frozen=True, slots=True)
class Steps:
    """What holds from each moment on until the next."""

    name: str
    points: Sequence[tuple[float, float]]
    """Moments, earliest first, and what holds from then on."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Several lines of steps over the same time."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Steps]
    until: float
    """The moment at which all lines end."""

    def svg(self) -> str:
        """Draw it."""
        y_max = _rounded(max((y for line in self.lines for _, y in line.points), default=0))
        x_max = _rounded(self.until)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            _text(_LEFT, _TOP - 16, self.title, size=15),
            *self._axes(x_max, y_max),
        ]
        for number, line in enumerate(self.lines):
            parts += _line(line, number, until=self.until, scale=_Scale(x_max, y_max))
        return "\n".join([*parts, "</svg>"]) + "\n"

    def _axes(self, x_max: float, y_max: float) -> list[str]:
        scale = _Scale(x_max, y_max)
        parts = []
        for tick in range(_TICKS + 1):
            x, y = x_max * tick / _TICKS, y_max * tick / _TICKS
            parts += [
                f'<path d="M{_LEFT} {scale.y(y):.1f}H{WIDTH - _RIGHT}" stroke="#dddddd"/>',
                _text(_LEFT - 8, scale.y(y) + 4, f"{y:g}", anchor="end"),
                _text(scale.x(x), HEIGHT - _BOTTOM + 18, f"{x:g}", anchor="middle"),
            ]
        turned = f"translate(16 {(_TOP + HEIGHT - _BOTTOM) / 2}) rotate(-90)"
        return [
            *parts,
            _text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 12, self.x_label, anchor="middle"),
            f'<g transform="{turned}">{_text(0, 0, self.y_label, anchor="middle")}</g>',
        ]


@dataclass(frozen=True, slots=True)
class _Scale:
    x_max: float
    y_max: float

    def x(self, value: float) -> float:
        return _LEFT + value / self.x_max * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - value / self.y_max * (HEIGHT - _TOP - _BOTTOM)


def _line(line: Steps, number: int, *, until: float, scale: _Scale) -> list[str]:
    """Draw a line, a mark at each of its steps, and its name beside the chart."""
    colour = _COLOURS[number % len(_COLOURS)]
    path = "".join(
        f"{'V' if place else f'M{scale.x(x):.1f} '}{scale.y(y):.1f}H{scale.x(then):.1f}"
        for place, ((x, y), then) in enumerate(zip(line.points, [*(x for x, _ in line.points[1:]), until], strict=True))
    )
    marks = [
        f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="{_MARK_RADIUS}" fill="{colour}"/>'
        for x, y in line.points
    ]
    here = _TOP + 18 * number
    return [
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *marks,
        f'<path d="M{WIDTH - _RIGHT + 16} {here}h18" stroke="{colour}" stroke-width="2"/>',
        _text(WIDTH - _RIGHT + 40, here + 4, line.name),
    ]


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'


def _rounded(value: float) -> float:
    """Give the end of an axis: whole steps between its ticks."""
    return max(1, ceil(value / _TICKS)) * _TICKS
