"""Instructions whose arguments nobody means: no rule stumbles over them."""

from __future__ import annotations

import os
import re

from dockguard import testing
from dockguard.pack import builtin, read
from dockguard.rulebook import rulebook
from dockguard.run import judge_texts

LINE = re.compile(r"^([ \t]*[A-Za-z]+)([ \t]+[^\n]*)$", re.M)
ODD = (
    *(
        "",
        " \\",
        " []",
        ' [""]',
        " [1]",
        " --from",
        " --x=y z",
        " --mount=type=secret true",
        " --mount= x",
        " $X",
        " a=",
    ),
    *(" ${X:-}", " <<E\nE", ' "a', " 'a", " =", " [", " 0:0", " :", " --chmod= a b", " NONE", " @", " a@sha256:"),
)


def _examples() -> list[tuple[str, str]]:
    pages = (read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(builtin().glob("dockerfile/*.md")))
    files = (item for page in pages for case in testing.cases(page) for item in testing.bare(case.example).items())
    return [(path, text) for path, text in files if "ockerfile" in path]


def test_no_rule_crashes_on_arguments_that_nobody_means() -> None:
    rules = rulebook().rules(("dockerfile", "stack"))
    found = sorted(
        {
            (path, f"{text[: line.start(2)]}{odd}{text[line.end(2) :]}")
            for path, text in _examples()
            for line in LINE.finditer(text)
            for odd in ODD
        }
    )
    assert len(found) > 40_000
    for path, text in found[:: 1 if os.environ.get("DOCKGUARD_LONG") else 150]:
        judge_texts({path: text}, rules)  # raises what a rule raises
