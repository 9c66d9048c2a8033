"""Runs the commands of README.md's "Sixty seconds" and compares what they say with what stands there.

In what stands there "..." is whatever comes, on its line or over several; seconds, digests and the program's own numbers of records
are whatever they are.
"""
import re
import subprocess
import sys

LOOSE = [(r"\d+(\.\d+)? s\b", "N s"), (r"\b[0-9a-f]{32}\b", "DIGEST"), (r"\b\d+ records\b", "N records")]


def shown(readme):
    """[(command, what it says)] of the section, in order."""
    section = readme.split("\n## Sixty seconds\n")[1].split("\n## ")[0]
    out = []
    for block in re.findall(r"(?:^    .*\n)+", section, re.M):
        for line in block.splitlines():
            line = line[4:]
            if line.startswith("$ "):
                out.append((line[2:], []))
            elif out:
                out[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in out]


def loosened(text):
    for pattern, put in LOOSE:
        text = re.sub(pattern, put, text)
    return text.strip()


def fits(wanted, got):
    pattern = r"[\s\S]*".join(re.escape(piece) for piece in loosened(wanted).split("..."))
    return re.fullmatch(pattern, loosened(got)) is not None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        commands = shown(file.read())
    assert len(commands) >= 9, f"only {len(commands)} commands"
    assert fits("a ...\nz", "a b\nc\nz") and not fits("a\nb", "a\nc"), "the comparison itself"
    for command, wanted in commands:
        if command == "cat events.ndjson":
            with open("events.ndjson", "w", encoding="utf-8") as file:
                file.write(wanted + "\n")
        ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
        got = ran.stdout + ran.stderr
        if ran.returncode != 0 or not fits(wanted, got):
            print(f"$ {command}\nREADME.md says:\n{wanted}\n\nand it said (exit {ran.returncode}):\n{got}", file=sys.stderr)
            return 1
    print(f"{len(commands)} commands say what README.md says")
    return 0


sys.exit(main())
