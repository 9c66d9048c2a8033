"""The ratios of the parts as a bar chart, in SVG: a row a title, a bar a peer, on a logarithmic scale around 1."""

import math
from xml.sax.saxutils import escape

from compare.results import POSTGRES, STREAMS_OFF, STREAMS_ON

COLOURS = {STREAMS_ON: "#c2571a", STREAMS_OFF: "#e3a06f", POSTGRES: "#336791"}
LEFT, WIDTH, BAR, GAP = 430, 520, 11, 9
LEAST, GREATEST = 0.1, 1_000


def chart(parts):
    groups = [(title, [(who, results.ratio(title, who)) for who in COLOURS])
              for results in parts for title in results.rows]
    groups = [(title, [bar for bar in bars if bar[1]]) for title, bars in groups]
    groups = [(title, bars) for title, bars in groups if bars]
    parts, y = [], 60
    for title, bars in groups:
        height = BAR * len(bars)
        parts.append(_text(LEFT - 10, y + height / 2 + 4, title, "end"))
        for who, ratio in bars:
            begin, end = sorted((_x(1), _x(ratio)))
            parts.append(_bar(begin, y, max(end - begin, 1), BAR - 1, COLOURS[who]))
            parts.append(_text(max(end, _x(1)) + 4, y + BAR - 2, f"{ratio:.2g}", size=9))
            y += BAR
        y += GAP
    return "\n".join([_open(y + 10), *_scale(y), *_legend(), *parts, "</svg>\n"])


def _x(ratio):
    share = math.log(min(max(ratio, LEAST), GREATEST) / LEAST) / math.log(GREATEST / LEAST)
    return LEFT + share * WIDTH


def _open(height):
    size = f'width="{LEFT + WIDTH + 50}" height="{height}"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">\n'
            f'<rect width="100%" height="100%" fill="#ffffff"/>')


def _scale(height):
    for ratio in (0.1, 1, 10, 100, 1_000):
        colour = "#222222" if ratio == 1 else "#dddddd"
        yield f'<line x1="{_x(ratio):.1f}" x2="{_x(ratio):.1f}" y1="50" y2="{height}" stroke="{colour}"/>'
        yield _text(_x(ratio), 45, f"{ratio:g}x", "middle", 10)


def _legend():
    yield _text(10, 20, "How many times better Rapport is than (below 1: worse)", size=13)
    for place, (who, colour) in enumerate(COLOURS.items()):
        x = LEFT + place * 190
        yield _bar(x, 11, 10, 10, colour)
        yield _text(x + 14, 20, who, size=11)


def _text(x, y, text, anchor="start", size=11):
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="#222222">{escape(text)}</text>'


def _bar(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>'
