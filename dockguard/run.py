"""The whole job: from paths and settings to a Run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockguard.discover import Discovery
from dockguard.engine import Judge, reports
from dockguard.formats import load
from dockguard.kinds import all_kinds
from dockguard.project import Projects
from dockguard.report import Report
from dockguard.rule import Rule
from dockguard.workspace import Workspace


def judge_texts(files: Mapping[str, str], rules: Sequence[Rule]) -> list[Report]:
    """What rules say about files that are only texts; raises RuntimeError when a rule crashes."""
    workspace = Workspace(None, texts=files)
    found = Discovery(workspace, load())([""])
    projects = Projects(workspace, load(), found.files)
    judge = Judge(rules, all_kinds())
    causes = judge.causes(projects)
    if judge.problems:
        raise RuntimeError(judge.problems[0].message)
    return reports(causes, {})
