#!/usr/bin/env python3
"""Joins a target's sources into units of up to UNIT_LINES lines that are compiled as one: what they include is parsed once.

    join_sources.py TOP TARGETS OUT

TARGETS has a line "target;folder for its units;source;source..." for each target, with absolute paths. OUT becomes CMake
code that gives each target its units. A source that fits into no unit is compiled alone.

Names of an unnamed namespace, which two sources may both have, would meet in one unit. So sources that declare the same name
there stand apart, unless it is an alias of the same thing; and so do one that declares a name there and one that has it within a
function, which -Wshadow would tell.
"""

import os
import re
import sys

UNIT_LINES = 1200
# So that an edit seldom moves a source from one unit to another: both would be compiled again.
LINES_STEP = 50

UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.DOTALL | re.MULTILINE)
ALIAS = re.compile(r"^(?:namespace (\w+) = |using (\w+) = |using [\w:]+::(\w+);)[^;\n]*", re.MULTILINE)
TYPE = re.compile(r"^(?:template <.*> )?(?:class|struct|union|enum class|enum|concept) (\w+)", re.MULTILINE)
# What stands before parameters, a value or the end, in a line that is not indented. Some of these names are not declared
# there, which costs a little and is never wrong.
OTHER = re.compile(r"\b([A-Za-z_]\w*)(?= ?[({=;\[])")
BODY = re.compile(r"\)(?: const)?(?: noexcept)? \{")
TEST = re.compile(r"(?:TEST|INSTANTIATE)\w*\(")
# Of the whole file: macros, GoogleTest's names of suites with parameters, and what is static.
FILE_WIDE = re.compile(r"^(?:#define |INSTANTIATE_\w+\(|static [^({=;\[]*\b(?=\w+ ?[({=;\[]))(\w+)", re.MULTILINE)
# Constants and types within a function or a class.
LOCAL = re.compile(r"^ +(?:(?:static )?constexpr [^=;{(]*?\b(k[A-Z]\w*)|using (\w+) =|(?:struct|class|enum class) (\w+))", re.MULTILINE)


def names_within(text):
    """The names that a global one of another source would be shadowed by."""
    return {match[match.lastindex] for match in LOCAL.finditer(text)}


def names_declared(text):
    """Each name that meets those of another source in a unit, and the alias that it is, or None."""
    names = {match[1]: None for match in FILE_WIDE.finditer(text)}
    for block in UNNAMED.findall(text):
        for line in block.splitlines():
            line = line.removeprefix("[[nodiscard]] ")
            if line[:1].isidentifier() and not TEST.match(line) and not ALIAS.match(line):
                names.update((name, None) for name in TYPE.findall(line) or OTHER.findall(BODY.split(line)[0]))
    for match in ALIAS.finditer(text):
        names[match[match.lastindex]] = match[0]
    return names


class Unit:
    def __init__(self):
        self.sources, self.names, self.within, self.lines = [], {}, set(), 0

    def takes(self, names, within, lines):
        met = self.names.keys() & names.keys()
        shadowed = (self.names.keys() & within) | (self.within & names.keys())
        one_thing = all(names[name] and names[name] == self.names[name] for name in met)
        return self.lines + lines <= UNIT_LINES and one_thing and not shadowed

    def add(self, source, names, within, lines):
        self.sources.append(source)
        self.names.update(names)
        self.within |= within
        self.lines += lines


def units_of(sources):
    units = []
    for source in sources:
        with open(source, encoding="utf-8") as file:
            text = file.read()
        names, within = names_declared(text), names_within(text)
        lines = -(-text.count("\n") // LINES_STEP) * LINES_STEP
        unit = next((unit for unit in units if unit.takes(names, within, lines)), None)
        if unit is None:
            unit = Unit()
            units.append(unit)
        unit.add(source, names, within, lines)
    return units


def write_if_changed(path, text):
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main(top, targets, out):
    code, joined = [], set()
    with open(targets, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        target, folder, *sources = line.split(";")
        if len(sources) < 2:
            continue
        joined.update(sources)
        compiled = []
        for number, unit in enumerate(units_of(sources), 1):
            if len(unit.sources) == 1:
                compiled += unit.sources
                continue
            # Relative to the top, so that the text is the same in every clone: ccache knows it again.
            path = f"{folder}/{target}_{number}.cc"
            write_if_changed(path, "".join(f'#include "{os.path.relpath(source, top)}"\n' for source in unit.sources))
            compiled.append(path)
        code.append(f'set_property(TARGET {target} PROPERTY SOURCES "{";".join(compiled)}")\n')
    # Which sources fit together depends on what they declare.
    code.append(f'set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "{";".join(sorted(joined))}")\n')
    write_if_changed(out, "".join(code))


if __name__ == "__main__":
    main(*sys.argv[1:])
