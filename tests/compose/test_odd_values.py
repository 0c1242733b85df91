"""Values that nobody means: no rule stumbles over them, and what Docker Compose refuses is refused."""

from __future__ import annotations

import os
import re

import pytest

from dockguard import testing
from dockguard.pack import builtin, read
from dockguard.rulebook import rulebook
from dockguard.run import judge_texts
from tests.compose.projects import project

LINE = re.compile(r"^([ \t]*(?:- )?(?:[\w.-]+:)?)([ \t]*[^\n#]*)$", re.M)
ODD = (
    *("", " null", " []", " {}", " [[]]", " {a: {b: c}}", " 0", " -1", " true", ' ""', " ${X}", " ${X:-}", " [null]"),
    *(" [{}]", " !reset null", " 1e400", " .nan", " -.inf", " 2026-01-01", " 9223372036854775808", " [a, [b]]"),
)
NUMBERS = (
    *("mem_limit: X", "memswap_limit: X", "mem_reservation: X", "mem_swappiness: X", "shm_size: X", "cpus: X"),
    *("cpu_count: X", "cpu_percent: X", "cpu_period: X", "cpu_quota: X", "cpu_shares: X", "pids_limit: X", "scale: X"),
    *("oom_score_adj: X", "deploy: {replicas: X}", "deploy: {resources: {limits: {cpus: X, memory: X, pids: X}}}"),
    *("ulimits: {nofile: X}", "blkio_config: {weight: X}", "healthcheck: {test: a, retries: X}", "ports: [X]"),
)


def _examples() -> list[tuple[str, str]]:
    pages = (read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(builtin().glob("*/*.md")))
    files = (item for page in pages for case in testing.cases(page) for item in testing.bare(case.example).items())
    return [(path, text) for path, text in files if path.endswith((".yml", ".yaml"))]


def test_no_rule_crashes_on_a_value_that_nobody_means() -> None:
    rules = rulebook().rules(("compose", "stack"))
    found = sorted(
        {
            (path, f"{text[: line.start(2)]}{odd}{text[line.end(2) :]}")
            for path, text in _examples()
            for line in LINE.finditer(text)
            for odd in ODD
        }
    )
    assert len(found) > 50_000
    for path, text in found[:: 1 if os.environ.get("DOCKGUARD_LONG") else 200]:
        judge_texts({path: text}, rules)  # raises what a rule raises


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "1e400"])
def test_what_is_not_finite_is_refused(value: str) -> None:
    rules = rulebook().rules(("compose", "stack"))
    for written in NUMBERS:
        text = f"services:\n  web:\n    image: nginx:1.27\n    {written.replace('X', value)}\n"
        assert project(text).refusals, written
        judge_texts({"compose.yaml": text}, rules)
