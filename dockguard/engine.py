"""Stacks in, causes out: every node judged by every rule of its kind, one cause one report over all variants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dockguard.finding import Finding, Problem, Severity
from dockguard.formats.base import Kind
from dockguard.record import dataclass, field
from dockguard.report import Report
from dockguard.rule import Rule
from dockguard.source import Span, Undecided
from dockguard.stack.link import Stack

MAX_CRASHES = 20  # of one rule that are told
Place = tuple[str, int, int]
Key = tuple[str, str, Place, int]  # rule, subject, deciding place, ordinal among findings there


@dataclass(slots=True)
class Cause:
    """One rule, one subject, one place; `variants` are those that it holds in, in the order of judging."""

    rule: Rule
    subject: str
    finding: Finding
    variants: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule says of one node."""

    rule: Rule
    node: Any
    finding: Finding

    @property
    def subject(self) -> str:
        """What the node is called; two nodes may have one name (two RUN of a stage, the stages of two files)."""
        return str(self.node.subject)

    @property
    def severity(self) -> Severity:
        """The rule's, or the lower one that the finding gives."""
        return _severity(self.rule, self.finding)


@dataclass(slots=True)
class Judge:
    """Rules against stacks. `rules` gives those of a family, which is asked for when there is something to judge.

    `options` gives a rule's option values; `applies` whether a rule counts at a path.
    """

    rules: Callable[[str], Sequence[Rule]]
    kinds: Mapping[str, Kind]
    options: Callable[[Rule], Mapping[str, Any]] = lambda rule: rule.options
    applies: Callable[[Rule, str], bool] = lambda rule, path: True
    problems: list[Problem] = field(default_factory=list)
    undecided: dict[tuple[str, str], None] = field(default_factory=dict)
    _crashes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _known: dict[int, tuple[Any, list[Said]]] = field(default_factory=dict)
    _sorted: dict[int, tuple[Sequence[Rule], tuple[_Questions, ...]]] = field(default_factory=dict)

    def causes(self, stacks: Iterable[Stack]) -> list[Cause]:
        """Every cause in a fixed order: by path, place, rule, subject."""
        found: dict[Key, Cause] = {}
        for stack in stacks:
            for number, said in _numbered(superseded(list(self.judge(stack)))):
                key = (said.rule.id, said.subject, said.finding.span.outer.key, number)
                cause = found.setdefault(key, Cause(said.rule, said.subject, said.finding))
                cause.variants.setdefault(stack.variant)
        return [found[key] for key in sorted(found, key=lambda key: (key[2], key[0], key[1], key[3]))]

    def causes_of(self, root: Any, family: str) -> list[Cause]:
        """The causes below one root that belongs to no stack (suppressions, for the family `meta`)."""
        found = [Cause(said.rule, said.subject, said.finding) for said in self._root(root, self.rules(family))]
        return sorted(found, key=lambda cause: (cause.finding.span.outer.key, cause.rule.id, cause.subject))

    def judge(self, stack: Stack) -> Iterator[Said]:
        """What the rules say of one stack."""
        if stack.containers or stack.routes:
            yield from self._root(stack, self.rules("stack"))
        for name, units in stack.units.items():
            for unit in units:
                yield from self._remembered(unit, name, keep=not hasattr(unit, "variant"))

    def _remembered(self, unit: Any, family: str, keep: bool) -> list[Said]:
        """A unit that several variants share (an image, a site) is judged once."""
        if id(unit) in self._known:
            return self._known[id(unit)][1]
        said = list(self._root(unit, self.rules(family)))
        if keep:
            self._known[id(unit)] = (unit, said)
        return said

    def _root(self, root: Any, rules: Sequence[Rule]) -> Iterator[Said]:
        for questions in self._questions(rules):
            nodes = list(questions.kind.nodes(root))
            for question, asked in questions.of(nodes) if nodes else ():
                rule, options = question.rule, question.options
                for node in asked if rule.sift is None else rule.sift(asked, options):
                    yield from self._ask(rule, node, options)

    def _questions(self, rules: Sequence[Rule]) -> Iterable[_Questions]:
        """The rules by their kinds, sorted once for all roots."""
        if id(rules) not in self._sorted:
            found: dict[str, _Questions] = {}
            for rule in rules:
                asked = found.setdefault(rule.each, _Questions(self.kinds[rule.each]))
                asked.add(_Question(rule, self.options(rule)))
            self._sorted[id(rules)] = (rules, tuple(found.values()))
        return self._sorted[id(rules)][1]

    def _ask(self, rule: Rule, node: Any, options: Mapping[str, Any]) -> list[Said]:
        """One rule about one node; a crash is a problem, and the others go on."""
        said = []
        try:
            for finding in rule.check(node, options):
                if self.applies(rule, finding.span.outer.source.path):
                    said.append(Said(rule, node, finding))
        except Undecided as error:
            self.undecided.setdefault((rule.id, str(error)))
        except Exception as error:
            self._crashes[rule.id] += 1
            if self._crashes[rule.id] <= MAX_CRASHES:
                self.problems.append(crash(rule, node, error))
        return said


@dataclass(frozen=True, slots=True)
class _Question:
    """A rule with its option values."""

    rule: Rule
    options: Mapping[str, Any]


class _Questions:
    """The rules of one kind: those that ask every node, and those that ask nodes with one of their words."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._every: list[_Question] = []
        self._words: dict[str, list[_Question]] = defaultdict(list)

    def add(self, question: _Question) -> None:
        """One more rule."""
        if not question.rule.on or self.kind.key is None:
            self._every.append(question)
        for word in dict.fromkeys(question.rule.on):
            self._words[word].append(question)

    def of(self, nodes: Sequence[Any]) -> Iterator[tuple[_Question, Sequence[Any]]]:
        """Each rule that has something to ask, with its nodes in their order."""
        for question in self._every:
            yield question, nodes
        if self.kind.key is not None and self._words:
            for question, asked in self._indexed(nodes, self.kind.key):
                yield question, list(asked.values())

    def _indexed(
        self, nodes: Iterable[Any], key: Callable[[Any], Iterable[str]]
    ) -> Iterable[tuple[_Question, dict[int, Any]]]:
        found: dict[int, tuple[_Question, dict[int, Any]]] = {}
        for node in nodes:
            for word in key(node):
                for question in self._words.get(word, ()):
                    found.setdefault(id(question), (question, {}))[1][id(node)] = node
        return found.values()


def _numbered(said: Iterable[Said]) -> Iterator[tuple[int, Said]]:
    """With the ordinal among the findings of one rule, subject and place. What is said again is left out, as of a
    Dockerfile that several services build with arguments of their own: the most severe is kept.
    """
    spots: dict[tuple[str, str, Place], dict[str, Said]] = defaultdict(dict)
    for one in said:
        same = spots[one.rule.id, one.subject, one.finding.span.outer.key]
        before = same.get(one.finding.message)
        if before is None or one.severity > before.severity:
            same[one.finding.message] = one
    for same in spots.values():
        yield from enumerate(same.values(), 1)


def superseded(said: list[Said]) -> list[Said]:
    """Without what a superseding rule says better about the same node, name or place."""
    stronger: dict[str, _Stronger] = defaultdict(_Stronger)
    for one in said:
        for name in one.rule.supersedes:
            stronger[name].add(one)
    if not stronger:
        return said
    return [one for one in said if one.rule.id not in stronger or not stronger[one.rule.id].says(one)]


class _Stronger:
    """What the rules say that supersede one: by node, by the files of their places, and by subject for other families.

    What a rule about the stack is about has another node than what the file's own rule is about, but its name. In one
    family two nodes of one name are two things: two RUN of a stage, the first stages of two Dockerfiles.
    """

    def __init__(self) -> None:
        self._nodes: set[int] = set()
        self._subjects: dict[str, set[str]] = defaultdict(set)
        self._places: dict[str, list[Span]] = defaultdict(list)

    def add(self, strong: Said) -> None:
        """One more."""
        self._nodes.add(id(strong.node))
        self._subjects[strong.subject].add(strong.rule.family)
        for span in places(strong.finding):
            self._places[span.outer.source.path].append(span.outer)

    def says(self, weak: Said) -> bool:
        """Whether it says the same as a superseded rule, and says it better."""
        if id(weak.node) in self._nodes or self._names(weak):
            return True
        place = weak.finding.span.outer
        return any(_overlap(place, span) for span in self._places.get(place.source.path, ()))

    def _names(self, weak: Said) -> bool:
        return not self._subjects.get(weak.subject, set()) <= {weak.rule.family}


def _overlap(a: Span, b: Span) -> bool:
    return a.start < max(b.end, b.start + 1) and b.start < max(a.end, a.start + 1)


def places(finding: Finding) -> Iterator[Span]:
    """The deciding place, then those of the notes."""
    yield finding.span
    for note in finding.notes:
        yield note.span


def crash(rule: Rule, node: Any, error: Exception) -> Problem:
    """The problem that a rule's crash is."""
    what = f"internal error in rule {rule.id} about `{node.subject}`: {type(error).__name__}: {error}"
    return Problem("rule-crashed", what, node.span.outer, help="a bug of the rule, not of your file; the others ran")


def _severity(rule: Rule, finding: Finding) -> Severity:
    return min(rule.severity, finding.severity or rule.severity)


def reports(causes: Iterable[Cause], severities: Mapping[str, Any]) -> list[Report]:
    """Causes as reports: levels lowered by the finding, or set by the configuration (rule id to Severity)."""
    found = []
    for cause in causes:
        severity = severities.get(cause.rule.id, _severity(cause.rule, cause.finding))
        variants = tuple(variant for variant in cause.variants if variant)
        found.append(Report(cause.rule, cause.subject, cause.finding, severity, variants))
    return found
