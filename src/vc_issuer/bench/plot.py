"""The plot of a run as SVG: one bar a row on a logarithmic scale, the peer's beside it."""

from collections.abc import Sequence
from html import escape
from math import log10

from vc_issuer.bench.row import Row

_LEFT, _WIDTH, _LINE = 190, 560, 34
_OURS, _THEIRS, _INK, _GRID = "#1b6ca8", "#c0733c", "#222", "#ddd"
_LEAST = 0.5  # units: the left end of the scale


def draw_plot(rows: Sequence[Row], unit_us: float) -> str:
    """Return an SVG document that says what each row costs in Ed25519 signatures."""
    costs = [row.cost.units for row in rows] + [row.peer.units for row in rows if row.peer]
    decades = max(1, int(log10(max([*costs, 10.0]) / _LEAST)) + 1)
    height = _LINE * len(rows) + 70
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 70} {height}" role="img">',
        f'<g font-family="sans-serif" font-size="13" fill="{_INK}">',
        f"<title>Cost in Ed25519 signatures ({unit_us:.0f} µs each in this run), logarithmic</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for power in range(decades + 1):
        x = _x(_LEAST * 2 * 10**power, decades)
        if x <= _LEFT + _WIDTH:
            parts.append(f'<line x1="{x:.0f}" y1="12" x2="{x:.0f}" y2="{height - 44}" stroke="{_GRID}"/>')
            parts.append(f'<text x="{x:.0f}" y="{height - 28}" text-anchor="middle">{10**power:,}</text>')
    for number, row in enumerate(rows):
        parts += _bars(row, 18 + number * _LINE, decades)
    legend = f'<tspan fill="{_OURS}">vc_issuer</tspan>'
    for name in [row.peer.name for row in rows if row.peer][:1]:
        legend += f', <tspan fill="{_THEIRS}">{escape(name)}</tspan>'
    said = "Ed25519 signatures of the same run: "
    parts.append(f'<text x="{_LEFT}" y="{height - 8}">{said}{legend}</text></g></svg>')
    return "\n".join(parts) + "\n"


def _bars(row: Row, y: int, decades: int) -> list[str]:
    bars = [(row.cost.units, _OURS)] + ([(row.peer.units, _THEIRS)] if row.peer else [])
    parts = [f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(row.work)}</text>']
    for number, (units, colour) in enumerate(bars):
        width, top = _x(units, decades) - _LEFT, y + 11 * number
        parts.append(f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + width + 5:.1f}" y="{top + 9}" font-size="10">{units:,.1f}</text>')
    return parts


def _x(units: float, decades: int) -> float:
    return _LEFT + max(0.0, log10(units / _LEAST)) / decades * _WIDTH
