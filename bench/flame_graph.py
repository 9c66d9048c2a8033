#!/usr/bin/env python3
"""A flame graph: `perf script`'s samples from standard input as an SVG to standard output.

Width is the share of samples that a function, with all it calls, was found in; who calls stands below. The picture has no
script: a browser shows a frame's whole name and share under the mouse. README.md has the whole command.
"""

import sys
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, ROW, LETTER = 1600, 17, 6.6
NARROWEST = 0.4  # of a frame that is drawn, in pixels


@dataclass
class Frame:
    name: str
    samples: int = 0
    callees: dict = field(default_factory=dict)

    def depth(self):
        return 1 + max((callee.depth() for callee in self.callees.values()), default=0)


def stacks(lines):
    """Each sample's functions, the innermost last, its thread's name first."""
    thread, frames = None, []
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if thread:
                yield [thread, *reversed(frames)]
            thread, frames = None, []
        elif not line[0].isspace():
            thread = line.split()[0]
        else:
            # "   7f00deadbeef rapport::apply(rapport::ContactRows&, ...)+0x10 (/path/of/program)"
            symbol = line.split(maxsplit=1)[1].rsplit(" (", 1)[0]
            frames.append(symbol.rsplit("+0x", 1)[0].split("(")[0] or "?")
    if thread:
        yield [thread, *reversed(frames)]


def tree(samples):
    root = Frame("all")
    for stack in samples:
        root.samples += 1
        frame = root
        for name in stack:
            frame = frame.callees.setdefault(name, Frame(name))
            frame.samples += 1
    return root


def draw(frame, x, y, scale, total, out):
    width = frame.samples * scale
    if width < NARROWEST:
        return
    hue = 20 + hash_of(frame.name) % 35
    share = f"{escape(frame.name)}: {100 * frame.samples / total:.1f} %"
    out.append(f'<g><title>{share}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}" '
               f'fill="hsl({hue},75%,65%)"/>')
    letters = int((width - 4) / LETTER)
    if letters > 2:
        short = frame.name.removeprefix("rapport::")
        text = short if len(short) <= letters else short[: letters - 1] + "…"
        out.append(f'<text x="{x + 3:.1f}" y="{y + ROW - 5}">{escape(text)}</text>')
    out.append("</g>")
    for callee in sorted(frame.callees.values(), key=lambda callee: callee.name):
        draw(callee, x, y - ROW, scale, total, out)
        x += callee.samples * scale


def hash_of(name):
    """The same colour for the same function in every picture."""
    return sum(ord(letter) * (i + 7) for i, letter in enumerate(name))


def main():
    sys.setrecursionlimit(10_000)
    root = tree(stacks(sys.stdin))
    if not root.samples:
        sys.exit("flame_graph: no samples on standard input: is it what `perf script` prints?")
    height = root.depth() * ROW
    out = []
    draw(root, 0, height - ROW, WIDTH / root.samples, root.samples, out)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">')
    print("\n".join(out))
    print("</svg>")


if __name__ == "__main__":
    main()
