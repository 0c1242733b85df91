"""Where other tools' suites test what our rules stand for, we agree, or `disagreements.toml` says why not."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from dockguard.rulebook import rulebook
from dockguard.run import judge_texts
from tests.dockerfile.helpers import corpus, image, tree_of

HERE = Path(__file__).parent
SUITES = ("checkov", "hadolint", "kics-dockerfile", "trivy")


def known() -> set[str]:
    entries = tomllib.loads((HERE / "disagreements.toml").read_text(encoding="utf-8"))["disagreement"]
    assert all(entry["reason"] and entry["theirs"] in ("flagged", "clean") for entry in entries)
    return {f"{entry['case']} {entry['theirs']}" for entry in entries}


def test_the_disagreements_are_the_ones_that_are_explained() -> None:
    folder = corpus() / "cases" / "peers"
    rules = [rule for rule in rulebook().rules(("dockerfile",)) if rule.family == "dockerfile"]
    ours = defaultdict(list)
    for rule in rules:
        for peer, theirs in rule.peers.items():
            for one in theirs:
                ours[peer, one.lower().replace("_", "-")].append(rule)
    found, agreed = set(), 0
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        standing = ours[case["peer"], case["rule"].lower().replace("_", "-")]
        if case["file"].split("/")[0] in SUITES and standing:
            text = (folder / case["file"]).read_text(encoding="utf-8")
            said = bool(judge_texts({"Dockerfile": text}, standing))
            if said != case["flagged"]:
                found.add(f"{case['file']} {'flagged' if case['flagged'] else 'clean'}")
            agreed += said == case["flagged"]
    assert found == known()
    assert agreed > 400


@pytest.mark.parametrize("folder", ["awesome-compose", "learning-coach", "compose-examples"])
def test_every_dockerfile_of_the_corpus_has_a_user_or_a_reason(folder: str) -> None:
    """The table of who each image ends as; `-s` prints it."""
    count = 0
    for path in sorted((corpus() / "corpus" / folder).rglob("*ockerfile*")):
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if not text or tree_of(text).problems:
            continue
        user = image(text).user
        why = "; ".join(step.how for step in user.via or ())
        said = user.known.name if user.known else str(user.value)
        print(f"{path.relative_to(corpus())}:{user.span.line}: {said} ({why or user.span.text})")
        assert user.span.text
        assert user.known is None or user.known.declared or user.via is not None
        count += 1
    assert count or folder == "compose-examples"
