"""Where a rule of ours stands for a peer's, it agrees with the peer's own cases, or says why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

CORPUS = os.environ.get("DOCKGUARD_CORPUS", "")
SUITES = ("gixy-ng", "gixy-next", "nginx-lint")
pytestmark = pytest.mark.skipif(not CORPUS, reason="DOCKGUARD_CORPUS does not name the shared corpus")


def _ask(*arguments, cwd):
    command = [sys.executable, "-m", "dockguard", *arguments]
    return json.loads(subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False).stdout)


def _stands():
    found = defaultdict(set)
    for rule in _ask("rules", "--format", "json", cwd=".")["rules"]:
        for peer, names in (rule.get("peers") or {}).items():
            for name in names:
                found[peer, name.lower().replace("_", "-")].add(rule["id"])
    return found


def test_the_rest_is_explained():
    folder, stands = Path(CORPUS) / "cases/peers", _stands()
    cases = json.loads((folder / "cases.json").read_text())
    reasons = tomllib.loads((Path(__file__).parent / "disagreements.toml").read_text())
    differ, judged = set(), 0
    for suite in SUITES:
        said = defaultdict(set)
        for one in _ask("check", "--format", "json", "--profile", "audit", suite, cwd=folder)["findings"]:
            said[os.path.normpath(one["location"]["path"])].add(one["rule"])
        for case in cases:
            ours = stands[case["peer"], case["rule"].lower().replace("_", "-")]
            if case["file"].startswith(f"{suite}/") and ours:
                judged += 1
                if bool(ours & said[os.path.normpath(case["file"])]) != case["flagged"]:
                    differ.add(str(Path(case["file"]).parent))
    assert differ == set(reasons)
    assert judged > 200
