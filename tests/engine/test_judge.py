"""What the engine remembers, what supersedes what, and where rules count: over variants and shared units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from dockguard.engine import Cause, Judge, places, reports
from dockguard.finding import Confidence, Finding, Note, Problem, Severity
from dockguard.formats.base import Kind
from dockguard.record import dataclass
from dockguard.report import Report
from dockguard.rule import Rule
from dockguard.source import Origin, Source, Span
from dockguard.stack.link import Stack

TEXT = Source("a", "0123456789" * 4)
OTHER = Source("b", "0123456789" * 4)


@dataclass(frozen=True)
class Node:
    subject: str
    span: Span
    words: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Image:
    """A unit that several stacks may share."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Project:
    """A unit of one variant."""

    nodes: tuple[Node, ...]
    variant: str = "v"


KINDS = {
    "image.node": Kind(Node, lambda unit: unit.nodes, key=lambda node: node.words),
    "project.node": Kind(Node, lambda unit: unit.nodes),
    "stack.node": Kind(Node, lambda stack: [node for node in stack.containers if isinstance(node, Node)]),
}


def rule(id: str, say: Any, **more: Any) -> Rule:
    def check(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        found = say(node)
        return iter([found] if isinstance(found, Finding) else found)

    each = f"{id.partition('/')[0]}.node"
    return Rule(id, id, Severity.HIGH, 7.0, Confidence.HIGH, each, "essential", "", check, **more)


def stack(variant: str, containers: Iterable[Any] = (), routes: Iterable[Any] = (), **units: Any) -> Stack:
    found = {name: (unit,) for name, unit in units.items()}
    return Stack("p", variant, found, frozenset(), tuple(containers), tuple(routes))


def judge(*rules: Rule, **more: Any) -> Judge:
    return Judge(lambda family: [r for r in rules if r.family == family], KINDS, **more)


def said(causes: Iterable[Cause]) -> list[tuple[str, str, list[str]]]:
    return [(cause.rule.id, cause.subject, [*cause.variants]) for cause in causes]


def here(node: Node) -> Finding:
    return Finding(node.span, "here")


NODE = Node("one", TEXT.span(0, 5))
TWO = Node("two", TEXT.span(20, 25))

# --- remembering -----------------------------------------------------------------------------------------------------


def test_a_shared_unit_is_asked_once() -> None:
    asked = []

    def say(node: Node) -> Finding:
        asked.append(node.subject)
        return here(node)

    shared = Image((NODE, TWO))
    engine = judge(rule("image/x", say))
    causes = engine.causes([stack("a", image=shared), stack("b", image=shared), stack("c", image=Image((NODE,)))])
    assert asked == ["one", "two", "one"]
    assert said(causes) == [("image/x", "one", ["a", "b", "c"]), ("image/x", "two", ["a", "b"])]


def test_a_crash_in_a_shared_unit_is_told_once() -> None:
    def crash(node: Node) -> Finding:
        raise ValueError("oops")

    shared = Image((NODE,))
    engine = judge(rule("image/x", crash))
    assert engine.causes([stack("a", image=shared), stack("b", image=shared)]) == []
    assert [problem.code for problem in engine.problems] == ["rule-crashed"]


def test_of_one_rule_twenty_crashes_are_told() -> None:
    def crash(node: Node) -> Finding:
        raise ValueError("oops")

    engine = judge(rule("image/x", crash), rule("image/y", here))
    nodes = tuple(Node(f"n{number}", NODE.span) for number in range(30))
    assert len(engine.causes([stack("v", image=Image(nodes))])) == 30
    assert len(engine.problems) == 20


def test_projects_are_not_kept() -> None:
    """A project is one variant's alone; keeping all of them would keep the whole run in memory."""
    engine = judge(rule("project/x", here))
    causes = engine.causes(stack(v, project=Project((NODE,), v)) for v in "abc")
    assert said(causes) == [("project/x", "one", ["a", "b", "c"])]
    assert engine._known == {}


def test_several_findings_of_one_place_stay_apart() -> None:
    def twice(node: Node) -> list[Finding]:
        return [Finding(node.span, "first"), Finding(node.span, "second")]

    causes = judge(rule("image/x", twice)).causes([stack("a", image=Image((NODE,))), stack("b", image=Image((NODE,)))])
    assert [(c.finding.message, [*c.variants]) for c in causes] == [("first", ["a", "b"]), ("second", ["a", "b"])]


def test_rules_of_the_stack_are_asked_where_something_runs() -> None:
    asked: list[str] = []
    families: list[str] = []

    def rules(family: str) -> list[Rule]:
        families.append(family)
        return [rule("stack/x", lambda node: asked.append(node.subject) or ())] if family == "stack" else []

    Judge(rules, KINDS).causes([stack("a", image=Image(()))])
    assert families == ["image"]
    Judge(rules, KINDS).causes([stack("a", containers=[NODE])])
    Judge(rules, KINDS).causes([stack("a", routes=[NODE])])
    assert families[1:] == ["stack", "stack"]
    assert asked == ["one"]


def test_words_ask_nodes_once() -> None:
    asked = []
    nodes = (Node("n", NODE.span, ("a", "b")), Node("m", NODE.span, ("c",)), Node("o", NODE.span, ("b",)))

    def say(node: Node) -> Iterable[Finding]:
        asked.append(node.subject)
        return ()

    judge(rule("image/x", say, on=("b", "a", "b"))).causes([stack("v", image=Image(nodes))])
    assert asked == ["n", "o"]


def test_where_a_rule_counts_and_with_which_options() -> None:
    def by_option(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        yield Finding(options["at"], "x")

    own = Rule("image/x", "", Severity.LOW, 1.0, Confidence.LOW, "image.node", "audit", "", by_option)
    for place, left in [(TEXT.span(1, 2), 1), (OTHER.span(1, 2), 0), (Source("in", "x").span(0, 1), 0)]:
        engine = judge(own, options=lambda rule, place=place: {"at": place}, applies=lambda rule, path: path == "a")
        assert len(engine.causes([stack("v", image=Image((NODE,)))])) == left
    inner = Source("in", "xyz", origin=Origin(TEXT.span(3, 6), ((0, 3, 3),)))
    embedded = judge(own, options=lambda rule: {"at": inner.span(0, 1)}, applies=lambda rule, path: path == "a")
    assert len(embedded.causes([stack("v", image=Image((NODE,)))])) == 1


def test_causes_of_a_root_of_no_stack() -> None:
    rules = (rule("image/b", here), rule("image/a", here), rule("project/c", here))
    causes = judge(*rules).causes_of(Image((TWO, NODE)), "image")
    assert said(causes) == [
        ("image/a", "one", []), ("image/b", "one", []), ("image/a", "two", []), ("image/b", "two", []),
    ]  # fmt: skip


# --- superseding -----------------------------------------------------------------------------------------------------

WEAK = rule("image/weak", here)


def strong(*subjects: str) -> Rule:
    """Says something of the whole project about some nodes."""

    def say(node: Node) -> Iterable[Finding]:
        return [here(node)] if node.subject in subjects else []

    return rule("project/strong", say, supersedes=("image/weak",))


def test_superseded_in_one_variant_alone() -> None:
    shared = Image((NODE, TWO))
    stacks = [
        stack("a", image=shared, project=Project((NODE,))),
        stack("b", image=shared, project=Project(())),
    ]
    assert said(judge(WEAK, strong("one")).causes(stacks)) == [
        ("image/weak", "one", ["b"]), ("project/strong", "one", ["a"]), ("image/weak", "two", ["a", "b"]),
    ]  # fmt: skip


def test_superseded_in_every_variant() -> None:
    shared = Image((NODE,))
    stacks = [stack(v, image=shared, project=Project((NODE,))) for v in "ab"]
    assert said(judge(WEAK, strong("one")).causes(stacks)) == [("project/strong", "one", ["a", "b"])]
    assert said(judge(WEAK, strong()).causes(stacks)) == [("image/weak", "one", ["a", "b"])]


def test_two_nodes_of_one_name_are_two_things() -> None:
    again = Node("one", TEXT.span(10, 15))
    own = rule("image/strong", lambda node: here(node) if node is NODE else [], supersedes=("image/weak",))
    same_file = stack("v", image=Image((NODE, again)))
    assert said(judge(WEAK, own).causes([same_file])) == [("image/strong", "one", ["v"]), ("image/weak", "one", ["v"])]
    units = (Image((NODE,)), Image((Node("one", OTHER.span(0, 5)),)))
    two_files = Stack("p", "v", {"image": units}, frozenset(), (), ())
    assert said(judge(WEAK, own).causes([two_files])) == [("image/strong", "one", ["v"]), ("image/weak", "one", ["v"])]


def span(start: int, end: int, source: Source = TEXT) -> Span:
    return source.span(start, end)


@pytest.mark.parametrize(
    ("place", "notes", "superseded"),
    [
        (span(0, 5), (), True),
        (span(4, 9), (), True),
        (span(5, 9), (), False),  # beside it
        (span(2, 3), (), True),
        (span(0, 0), (), True),
        (span(4, 4), (), True),
        (span(5, 5), (), False),
        (span(0, 5, OTHER), (), False),
        (span(0, 5, OTHER), (span(20, 21), span(4, 5)), True),
        (span(20, 25), (span(30, 31),), False),
    ],
)
def test_places_that_overlap(place: Span, notes: tuple[Span, ...], superseded: bool) -> None:
    say = lambda node: Finding(place, "x", tuple(Note(note, "n") for note in notes))  # noqa: E731
    own = rule("project/strong", say, supersedes=("image/weak",))
    unit = stack("v", image=Image((NODE,)), project=Project((Node("else", TWO.span),)))
    left = [cause.rule.id for cause in judge(WEAK, own).causes([unit])]
    assert ("image/weak" not in left) is superseded
    assert "project/strong" in left


@pytest.mark.parametrize("at", [3, 5, 6])
def test_an_empty_place_is_one_wide(at: int) -> None:
    weak = rule("image/weak", lambda node: Finding(span(at, at), "x"))
    own = rule("project/strong", lambda node: Finding(span(3, 6), "x"), supersedes=("image/weak",))
    unit = stack("v", image=Image((NODE,)), project=Project((Node("else", TWO.span),)))
    assert len(judge(weak, own).causes([unit])) == (2 if at == 6 else 1)


def test_who_supersedes_another_rule_leaves_this_one() -> None:
    own = rule("project/strong", here, supersedes=("image/another",))
    unit = stack("v", image=Image((NODE,)), project=Project((NODE,)))
    assert len(judge(WEAK, own).causes([unit])) == 2


# --- reports ---------------------------------------------------------------------------------------------------------


def test_places_of_a_finding() -> None:
    finding = Finding(span(0, 1), "x", (Note(span(2, 3), "n"), Note(span(1, 2, OTHER), "m")))
    assert list(places(finding)) == [span(0, 1), span(2, 3), span(1, 2, OTHER)]


@pytest.mark.parametrize(
    ("lowered", "configured", "severity"),
    [
        (None, None, Severity.HIGH),
        (Severity.LOW, None, Severity.LOW),
        (Severity.CRITICAL, None, Severity.HIGH),
        (Severity.LOW, Severity.CRITICAL, Severity.CRITICAL),
        (None, Severity.LOW, Severity.LOW),
    ],
)
def test_severities(lowered: Severity | None, configured: Severity | None, severity: Severity) -> None:
    cause = Cause(WEAK, "s", Finding(span(0, 1), "x", severity=lowered), {"": None, "v": None})
    (report,) = reports([cause], {} if configured is None else {WEAK.id: configured})
    assert isinstance(report, Report)
    assert (report.severity, report.variants, report.subject) == (severity, ("v",), "s")


def test_crashes_say_where() -> None:
    def crash(node: Node) -> Finding:
        raise KeyError("k")

    engine = judge(rule("image/x", crash))
    engine.causes([stack("v", image=Image((NODE,)))])
    (problem,) = engine.problems
    assert isinstance(problem, Problem)
    assert (problem.span, problem.code) == (NODE.span, "rule-crashed")
    assert problem.message == "internal error in rule image/x about `one`: KeyError: 'k'"
