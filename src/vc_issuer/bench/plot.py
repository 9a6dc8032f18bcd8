"""The plot of a run as SVG: one bar a row on a logarithmic scale, those of the peers below it."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

from vc_issuer.bench.row import Row

_LEFT, _WIDTH, _TOP, _BAR, _BETWEEN = 190, 560, 18, 11, 12
_INK, _GRID, _OURS = "#222", "#ddd", "#1b6ca8"
_THEIRS = ("#c0733c", "#5b8c5a", "#8a63a8")  # in the order in which peers first appear
_LEAST = 0.5  # units: the left end of the scale


def draw_plot(rows: Sequence[Row], unit_us: float) -> str:
    """Return an SVG document that says what each row costs in Ed25519 signatures."""
    costs = [row.cost.units for row in rows] + [peer.units for row in rows for peer in row.peers]
    decades = max(1, int(log10(max([*costs, 10.0]) / _LEAST)) + 1)
    names = list(dict.fromkeys(peer.name for row in rows for peer in row.peers))
    colours = {name: _THEIRS[place % len(_THEIRS)] for place, name in enumerate(names)}
    height = _TOP + sum(map(_height, rows)) + 56
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
    top = _TOP
    for row in rows:
        parts += _bars(row, top, decades, colours)
        top += _height(row)
    legend = f'<tspan fill="{_OURS}">vc_issuer</tspan>'
    for name, colour in colours.items():
        legend += f', <tspan fill="{colour}">{escape(name)}</tspan>'
    said = "Ed25519 signatures of the same run: "
    parts.append(f'<text x="{_LEFT - 180}" y="{height - 8}">{said}{legend}</text></g></svg>')
    return "\n".join(parts) + "\n"


def _height(row: Row) -> int:
    return _BAR * (1 + len(row.peers)) + _BETWEEN


def _bars(row: Row, y: int, decades: int, colours: Mapping[str, str]) -> list[str]:
    bars = [(row.cost.units, _OURS), *((peer.units, colours[peer.name]) for peer in row.peers)]
    parts = [f'<text x="{_LEFT - 8}" y="{y + 10}" text-anchor="end">{escape(row.work)}</text>']
    for number, (units, colour) in enumerate(bars):
        width, top = _x(units, decades) - _LEFT, y + _BAR * number
        parts.append(f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR - 1}" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + width + 5:.1f}" y="{top + 9}" font-size="10">{units:,.1f}</text>')
    return parts


def _x(units: float, decades: int) -> float:
    return _LEFT + max(0.0, log10(units / _LEAST)) / decades * _WIDTH
