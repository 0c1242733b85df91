"""Every finding of the default profile on real projects, with the verdict of somebody who read it.

    python tools/reading.py CORPUS [--write]

Verdicts stand in docs/ten-projects.toml, by project, rule and file; the table is drawn into docs/ten-projects.md.
A finding without a verdict and a verdict without a finding are told, and the exit code is 1: whoever changes a rule
reads what it now says about projects that are not ours.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dockguard.render.places import from_here
from dockguard.run import check
from dockguard.settings import Ask

ROOT = Path(__file__).resolve().parents[1]
VERDICTS = ROOT / "docs" / "ten-projects.toml"
TABLE = ROOT / "docs" / "ten-projects.md"
WORDS = {"true": "to fix", "minor": "true, small", "noise": "noise"}
DAY = datetime.date(2026, 11, 24)  # ends of life go by the calendar
Key = tuple[str, str, str]  # project, rule, file


def found(corpus: Path, project: str) -> dict[Key, list[int]]:
    """The lines at which each rule speaks, by file."""
    folder = Path(os.path.realpath(corpus / project))
    run = check(Ask(paths=(str(folder),), isolated=True, today=DAY))
    lines: dict[Key, list[int]] = {}
    for report in run.active:
        span = report.span.outer
        path = os.path.relpath(from_here(span.source.path, run), folder).replace(os.sep, "/")
        lines.setdefault((project, report.rule.id, path), []).append(span.line)
    return lines


def judged(document: Mapping[str, Any]) -> dict[Key, tuple[str, str]]:
    """The verdicts with their reasons."""
    given = document.get("verdict", [])
    return {(one["project"], one["rule"], one["file"]): (one["verdict"], one["reason"]) for one in given}


def table(
    lines: Mapping[Key, list[int]], verdicts: Mapping[Key, tuple[str, str]], gone: Sequence[str]
) -> Iterator[str]:
    """The document."""
    counts = Counter[str]()
    for key, places in lines.items():
        counts[verdicts.get(key, ("noise", ""))[0]] += len(places)
    total = sum(counts.values())
    yield "# Ten real projects, read finding by finding\n"
    yield (
        "What `dockguard check` says by default about ten public projects: each finding was read beside the file and "
        "judged. `tools/reading.py` draws this page; a rule that says more or less tomorrow fails the test until "
        "somebody has read it again.\n"
    )
    words = ", ".join(f"{counts[word]} {label}" for word, label in WORDS.items())
    yield f"{total} findings: {words}. Noise that earlier readings found, and that is gone:\n"
    yield from (f"- {one}" for one in gone)
    yield ""
    for project in dict.fromkeys(key[0] for key in lines):
        yield f"## {project}\n"
        yield "| rule | file: lines | verdict | reason |"
        yield "|---|---|---|---|"
        for key, places in sorted(lines.items()):
            if key[0] == project:
                verdict, reason = verdicts.get(key, ("", "nobody has read this"))
                where = ", ".join(map(str, sorted(set(places))))
                yield f"| `{key[1]}` | `{key[2]}`: {where} | {WORDS.get(verdict, '?')} | {reason} |"
        yield ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws the table, or says what it lacks."""
    parser = argparse.ArgumentParser(description="every finding of the default profile on real projects, judged")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true", help=f"draw {TABLE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    document = tomllib.loads(VERDICTS.read_text(encoding="utf-8"))
    verdicts = judged(document)
    lines = {key: at for project in document["projects"] for key, at in found(given.corpus, project).items()}
    text = "\n".join(table(lines, verdicts, document["gone"]))
    if given.write:
        TABLE.write_text(text, encoding="utf-8", newline="\n")
    unread = sorted(lines.keys() - verdicts.keys())
    gone = sorted(verdicts.keys() - lines.keys())
    for word, keys in (("not judged", unread), ("no such finding", gone)):
        for key in keys:
            print(f"{word}: {' '.join(key)} {lines.get(key, '')}", file=sys.stderr)
    if not given.write and TABLE.read_text(encoding="utf-8") != text:
        print("docs/ten-projects.md is not what a run says: --write draws it", file=sys.stderr)
        return 1
    return int(bool(unread or gone))


if __name__ == "__main__":
    sys.exit(main())
