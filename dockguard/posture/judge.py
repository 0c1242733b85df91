"""Rules asked node by node, so that each answer, an undecided one too, belongs to the service it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dockguard.engine import Said, crash, superseded
from dockguard.finding import Finding, Problem, Severity
from dockguard.formats.base import Kind
from dockguard.formats.compose.credentials import Credential
from dockguard.formats.compose.model import Service
from dockguard.formats.compose.refusal import Refusal
from dockguard.formats.compose.view import View
from dockguard.record import dataclass, field
from dockguard.rule import Rule
from dockguard.source import Undecided
from dockguard.stack.link import Running, Stack

EVERYBODY = ""  # the owner of what concerns every service of a project


@dataclass(frozen=True, slots=True)
class Heard:
    """One finding, or a rule that could not decide (`finding` is None and `unknown` says why)."""

    rule: Rule
    node: Any
    finding: Finding | None = None
    unknown: str = ""

    @property
    def severity(self) -> Severity:
        """The rule's, or what the finding lowers it to."""
        own = self.finding.severity if self.finding is not None else None
        return min(self.rule.severity, own or self.rule.severity)

    @property
    def doubtful(self) -> bool:
        """Whether the finding itself says that it is less sure than its rule."""
        return self.finding is not None and self.finding.confidence is not None


Options = Callable[[Rule], Mapping[str, Any]]


@dataclass(slots=True)
class Asker:
    """Rules with their options, and what went wrong while they were asked."""

    kinds: Mapping[str, Kind]
    problems: list[Problem] = field(default_factory=list)

    def services(self, stack: Stack, rules: Iterable[Rule], options: Options) -> dict[str, list[Heard]]:
        """What rules say, by the service's name; what concerns everybody under each.

        Rules of the family dockerfile speak of the services that run the image; those of nginx of no service. A
        service that nothing is said of has what EVERYBODY has.
        """
        found: dict[str, list[Heard]] = defaultdict(list)
        for rule in rules:
            for root, names in _roots(stack, rule.family):
                for heard in self._all(root, rule, options(rule)):
                    for name in owners(heard.node, root) if names is None else names:
                        found[name].append(heard)
        common = found.setdefault(EVERYBODY, [])
        return {name: _spoken(some if some is common else [*some, *common]) for name, some in found.items()}

    def sites(self, stack: Stack, rules: Iterable[Rule], options: Options) -> dict[int, list[Heard]]:
        """What rules of the family nginx say, by the identity of the site."""
        rules = tuple(rules)
        return {
            id(site): [heard for rule in rules for heard in self._all(site, rule, options(rule))]
            for site in stack.units.get("nginx", ())
        }

    def _all(self, root: Any, rule: Rule, options: Mapping[str, Any]) -> Iterable[Heard]:
        kind = self.kinds[rule.each]
        for node in kind.nodes(root):
            if kind.key is None or not rule.on or not set(rule.on).isdisjoint(kind.key(node)):
                yield from self._one(rule, node, options)

    def _one(self, rule: Rule, node: Any, options: Mapping[str, Any]) -> list[Heard]:
        found = []
        try:
            for finding in rule.check(node, options):
                found.append(Heard(rule, node, finding))
        except Undecided as error:
            found.append(Heard(rule, node, unknown=str(error) or "only the run time knows"))
        except Exception as error:
            self.problems.append(crash(rule, node, error))
        return found


def _spoken(heard: Sequence[Heard]) -> list[Heard]:
    """Without what a rule says better that supersedes another, as in `check`; what is undecided stays."""
    said = [Said(one.rule, one.node, one.finding) for one in heard if one.finding is not None]
    left = {id(one.finding) for one in superseded(said)}
    return [one for one in heard if one.finding is None or id(one.finding) in left]


def _roots(stack: Stack, family: str) -> Iterator[tuple[Any, tuple[str, ...] | None]]:
    """What the rules of a family are asked about, and the services that all of it is about, if it is the same ones."""
    if family == "stack":
        yield stack, None
    elif family == "compose":
        for project in stack.units.get(family, ()):
            yield project, None
    elif family == "dockerfile":
        for image in stack.units.get(family, ()):
            key = image.request.key if image.request is not None else None
            builds = ((one.name, one.container.build) for one in stack.containers)
            names = tuple(name for name, build in builds if build is not None and build.key == key)
            if names:
                yield image, names


def owners(node: Any, root: Any) -> tuple[str, ...]:
    """The services that a node of a project or a stack is about; EVERYBODY for the project itself."""
    container = getattr(node, "container", None)
    node = container if isinstance(container, Running) else node
    if isinstance(node, Running | Service):
        return (node.name,)
    if isinstance(node, Refusal):
        return (EVERYBODY,)  # Docker Compose loads all of a project, or nothing
    service = getattr(node, "service", None)
    if service is not None:
        return (str(service.name),)
    if isinstance(node, View) and node.path[0] == "services":
        return (node.path[1],)
    return tuple(_readers(node, root)) if isinstance(node, Credential) else (EVERYBODY,)


def _readers(credential: Credential, project: Any) -> Iterator[str]:
    """The services that are given a config or a secret that is written in the project."""
    section, _, name = credential.owner.partition(".")
    for service in project.services:
        if any(mount.source.known == name for mount in getattr(service, section, ())):
            yield service.name
