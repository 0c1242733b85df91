"""Values that nobody means: no rule stumbles over them, and what Docker Compose refuses is refused."""

from __future__ import annotations

import re

import pytest

from dockguard.rulebook import rulebook
from dockguard.run import judge_texts
from tests.compose.projects import project
from tests.examples import changed, judge

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


def test_no_rule_crashes_on_a_value_that_nobody_means() -> None:
    found = changed(lambda path: path.endswith((".yml", ".yaml")), LINE, ODD)
    assert len(found) > 50_000
    judge(("compose", "stack"), found, 200)


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "1e400"])
def test_what_is_not_finite_is_refused(value: str) -> None:
    rules = rulebook().rules(("compose", "stack"))
    for written in NUMBERS:
        text = f"services:\n  web:\n    image: nginx:1.27\n    {written.replace('X', value)}\n"
        assert project(text).refusals, written
        judge_texts({"compose.yaml": text}, rules)
