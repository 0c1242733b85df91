"""Instructions whose arguments nobody means: no rule stumbles over them."""

from __future__ import annotations

import re

from tests.examples import changed, judge

LINE = re.compile(r"^([ \t]*[A-Za-z]+)([ \t]+[^\n]*)$", re.M)
ODD = (
    *("", " \\", " []", ' [""]', " [1]", " --from", " --x=y z", " --mount=type=secret true", " --mount= x", " $X"),
    *(" a=", " ${X:-}", " <<E\nE", ' "a', " 'a", " =", " [", " 0:0", " :", " --chmod= a b", " NONE", " @"),
    " a@sha256:",
)


def test_no_rule_crashes_on_arguments_that_nobody_means() -> None:
    found = changed(lambda path: "ockerfile" in path, LINE, ODD)
    assert len(found) > 40_000
    judge(("dockerfile", "stack"), found, 150)
