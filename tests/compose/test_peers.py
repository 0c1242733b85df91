"""What the rules say of other people's cases: a peer's own suite, and files that each deviate in one thing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from dockguard.rule import Rule
from dockguard.rulebook import rulebook
from dockguard.run import judge_texts

HERE = Path(__file__).parent


def corpus() -> Path:
    folder = os.environ.get("DOCKGUARD_CORPUS")
    if not folder:
        pytest.skip("DOCKGUARD_CORPUS is not set")
    return Path(folder)


def ours() -> list[Rule]:
    return [rule for rule in rulebook().rules() if rule.family in ("compose", "stack")]


def test_every_disagreement_with_kics_is_explained() -> None:
    folder = corpus() / "cases" / "peers"
    stands: dict[str, list[Rule]] = defaultdict(list)
    for rule in ours():
        for name in rule.peers.get("kics", ()):
            stands[name].append(rule)
    differ, judged = set(), 0
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        if case["file"].startswith("kics-compose/") and stands[case["rule"]]:
            judged += 1
            text = (folder / case["file"]).read_text(encoding="utf-8")
            said = bool(judge_texts({"compose.yaml": text}, stands[case["rule"]]))
            if said != case["flagged"]:
                differ.add((case["rule"], case["file"], "flagged" if case["flagged"] else "clean"))
    entries = tomllib.loads((HERE / "disagreements.toml").read_text(encoding="utf-8"))["disagreement"]
    assert all(len(entry["reason"]) > 40 for entry in entries)
    assert differ == {(entry["rule"], entry["case"], entry["theirs"]) for entry in entries}
    assert judged > 60


def test_rules_tell_variants_apart() -> None:
    """One run over all files; each is a project of its own."""
    folder = corpus() / "cases" / "compose-variants"
    command = [sys.executable, "-m", "dockguard", "check", "--format", "json", "--profile", "audit", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found: dict[str, set[int]] = defaultdict(set)
    for one in json.loads(run.stdout)["findings"]:
        found[one["rule"]].add(int(one["location"]["path"][1:4]))
    expected = tomllib.loads((HERE / "variants.toml").read_text(encoding="utf-8"))
    assert {rule: sorted(numbers) for rule, numbers in found.items()} == expected
    assert not any(0 in numbers for numbers in found.values())
