"""One cause one finding, a fixed order, superseding, crashes: on a fourth format that the engine has never seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from dockguard.discover import Discovery
from dockguard.engine import Cause, Judge
from dockguard.finding import Confidence, Finding, Note, Severity
from dockguard.kinds import Kinds
from dockguard.language.expression import parse
from dockguard.pack.declared import declared
from dockguard.pack.page import read
from dockguard.project import Projects, tree_problems
from dockguard.rule import Rule
from dockguard.workspace import Workspace
from tests.engine.toy import FORMAT

Check = Callable[[Any, Mapping[str, Any]], Iterator[Finding]]


def rule(id: str, check: Check, each: str = "toy.pod", **more: Any) -> Rule:
    return Rule(id, id, Severity.HIGH, 7.0, Confidence.HIGH, each, "essential", "", check, **more)


def asks(text: str, each: str = "toy.pod", message: str = "{pod.name} is {pod.user}", fix: str = "") -> Check:
    assert parse(text)
    head = f'---\ntitle: x\neach: {each}\ncheck: "{text}"\nmessage: "{message}"\n{fix}---\n'
    return declared(read("x", head), FORMAT.kinds.get(each))


ROOT = rule("toy/root", asks("pod.user == 'root'"))


def judge(files: dict[str, str], *rules: Rule) -> tuple[list[Cause], Judge, Projects]:
    workspace = Workspace(None, texts=files)
    found = Discovery(workspace, [FORMAT])([""])
    projects = Projects(workspace, [FORMAT], found.files)
    families = {name: [r for r in rules if r.each.startswith(f"{name}.")] for name in ("toy", "stack")}
    engine = Judge(families.__getitem__, Kinds([FORMAT]))
    return engine.causes(projects), engine, projects


def said(causes: list[Cause]) -> list[tuple[str, str, str, list[str]]]:
    return [
        (c.rule.id, c.subject, f"{c.finding.span.source.path}:{c.finding.span.line}", [*c.variants]) for c in causes
    ]


BASE = "pod web user=root\npod db user=app\n"


def test_one_cause_over_its_variants() -> None:
    files = {"a.toy": BASE, "prod.over.toy": "pod web user=app\n", "dev.over.toy": "pod db user=root\n"}
    assert said(judge(files, ROOT)[0]) == [
        ("toy/root", "pods.web", "a.toy:1", ["base", "base + dev.over.toy"]),
        ("toy/root", "pods.db", "dev.over.toy:1", ["base + dev.over.toy"]),
    ]


def test_what_is_said_twice_of_one_place_is_told_once_and_as_the_worse() -> None:
    def twice(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        yield Finding(node.span, "it runs as root", severity=Severity.LOW)
        yield Finding(node.span, "it runs as root")
        yield Finding(node.span, "it is open")

    causes = judge({"a.toy": "pod web user=root\n"}, rule("toy/twice", twice))[0]
    assert [(c.finding.message, c.finding.severity) for c in causes] == [
        ("it runs as root", None),
        ("it is open", None),
    ]


def test_the_order_is_that_of_places() -> None:
    second = rule("toy/a", asks("pod.user"))
    order = said(judge({"b.toy": BASE, "a.toy": "pod x user=root\n"}, ROOT, second)[0])
    assert [(rule_id, place) for rule_id, _, place, _ in order] == [
        ("toy/a", "a.toy:1"), ("toy/root", "a.toy:1"),
        ("toy/a", "b.toy:1"), ("toy/root", "b.toy:1"), ("toy/a", "b.toy:2"),
    ]  # fmt: skip


def test_unknown_is_silent_and_counted() -> None:
    causes, engine, _ = judge({"a.toy": "pod web user=$U\n"}, ROOT)
    assert causes == []
    assert [*engine.undecided] == [("toy/root", "$U is not set")]


def test_a_crash_is_a_problem_and_the_others_go_on() -> None:
    def crash(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        raise ValueError("oops")
        yield

    causes, engine, _ = judge({"a.toy": BASE}, rule("toy/crash", crash), ROOT)
    assert [cause.rule.id for cause in causes] == ["toy/root"]
    assert [problem.code for problem in engine.problems] == ["rule-crashed", "rule-crashed"]
    assert "internal error in rule toy/crash about `pods.web`: ValueError: oops" in engine.problems[0].message


@pytest.mark.parametrize(
    ("place", "left"),
    [("same subject", []), ("a note there", []), ("elsewhere", ["toy/weak"])],
)
def test_supersedes(place: str, left: list[str]) -> None:
    def strong(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        for container in [c for c in [node] if c.name == ("web" if place == "same subject" else "db")]:
            web = container.container.user.span.source
            notes = (Note(web.span(0, 5), "here"),) if place == "a note there" else ()
            yield Finding(container.span, "stronger", notes)

    def weak(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        if node.name == "web":
            yield Finding(node.span.source.span(2, 3), "weaker")

    rules = (rule("stack/strong", strong, "stack.container", supersedes=("toy/weak",)), rule("toy/weak", weak))
    causes, _, _ = judge({"a.toy": BASE}, *rules)
    assert [cause.rule.id for cause in causes if cause.rule.id != "stack/strong"] == left


def test_stack_rules_see_the_new_format() -> None:
    check = asks("container.runs_as_root", "stack.container", "container {container.name} runs as root")
    causes, _, _ = judge({"a.toy": BASE}, rule("stack/root", check, "stack.container"))
    (cause,) = causes
    assert cause.finding.message == "container web runs as root"
    assert cause.finding.span.text == "root"


def test_rules_with_words_are_asked_where_they_matter() -> None:
    asked = []

    def check(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        asked.append(node.name)
        return iter(())

    judge({"a.toy": BASE}, rule("toy/web", check, on=("web",)), rule("toy/both", check, on=("db", "web")))
    assert asked == ["web", "web", "db"]


def test_verbs_become_edits() -> None:
    remove = asks("pod.user == 'root'", fix="fix: remove pod.user\nsafety: safe\n")
    (cause,), _, _ = judge({"a.toy": BASE}, rule("toy/root", remove))
    assert cause.finding.fix is not None
    assert [edit.span.text for edit in cause.finding.fix.edits] == [" user=root"]


def test_problems_of_trees_are_kept() -> None:
    _, _, projects = judge({"a.toy": "!!\n" + BASE})
    assert [(problem.code, problem.span.line if problem.span else 0) for problem in tree_problems(projects)] == [
        ("toy-syntax", 1)
    ]
