"""Which variables an instruction sees: ARG and ENV in the order of a stage, inherited ones, global ones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from dockguard.formats.dockerfile.text.tree import Word
from dockguard.formats.dockerfile.variables.expand import Doubt, Expansion, Value, expand
from dockguard.record import dataclass, field
from dockguard.source import Fact, Span, Unknown, Via

PLATFORM = frozenset(
    "TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT BUILDPLATFORM BUILDOS BUILDARCH BUILDVARIANT".split()
)
# Base images whose configuration sets PATH and nothing else.
_BARE = frozenset("scratch alpine debian ubuntu busybox rockylinux almalinux oraclelinux amazonlinux".split())
_MAX_PARENTS = 500  # stages that stand on each other
_MAX_STEPS = 4  # places that the history of one expansion names
END = 1 << 60  # after every instruction


@dataclass(frozen=True, slots=True)
class Expanded:
    """A word after replacement. `unset` have no value in scope; of these, `undeclared` no ARG declares."""

    fact: Fact[str]
    used: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    error: str = ""


@dataclass(slots=True, eq=False)
class Scope:
    """The variables of one stage (or the ones before the first FROM), each with the places in order where it changes.

    `open` says why the base image may set more; "" when it surely does not.
    """

    parent: Scope | None = None
    outer: Mapping[str, Fact[str]] = field(default_factory=dict)  # ARGs before the first FROM
    open: str = ""
    log: dict[str, tuple[list[int], list[Fact[str]]]] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)  # by ARG, with or without a value
    compared: int = 0  # undeclared names of the file that were compared with declared ones

    def set(self, name: str, at: int, fact: Fact[str]) -> None:
        """From instruction `at` on, a variable has a value."""
        places, facts = self.log.setdefault(name, ([], []))
        places.append(at)
        facts.append(fact)

    def get(self, name: str, at: int = END) -> Fact[str] | None:
        """What a variable is just before instruction `at`; None when nothing in the file sets it."""
        scope: Scope | None = self
        for _ in range(_MAX_PARENTS):
            if scope is None:
                return None
            entry = scope.log.get(name)
            index = bisect_right(entry[0], at - 1) if entry else 0
            if entry and index:
                return entry[1][index - 1]
            scope, at = scope.parent, END
        return None

    def declares(self, name: str) -> bool:
        """Whether an ARG of this stage, or of one that it stands on, names it."""
        scope: Scope | None = self
        for _ in range(_MAX_PARENTS):
            if scope is None:
                return False
            if name in scope.declared:
                return True
            scope = scope.parent
        return False

    def names(self) -> Iterable[str]:
        """Every variable that the stage or its parents set or declare."""
        scope: Scope | None = self
        for _ in range(_MAX_PARENTS):
            if scope is None:
                return
            yield from scope.log
            yield from scope.declared
            scope = scope.parent

    def expand(self, word: Word, at: int, escape: str, *, more: Mapping[str, Fact[str]] | None = None) -> Expanded:
        """A word as instruction `at` sees it; `more` are variables that stand in for unset ones."""
        facts: dict[str, Fact[str]] = {}

        def lookup(name: str) -> Value | None:
            fact = self.get(name, at)
            fact = (more or {}).get(name) if fact is None else fact
            if fact is not None:
                facts[name] = fact
                return fact.value
            return self.missing(name)

        found = expand(word.text, lookup, escape)
        return self._expanded(word.span, found, facts)

    def missing(self, name: str) -> Unknown | None:
        """What a variable is that the file does not set: nothing, or perhaps the base image's."""
        if name == "PATH":
            return Unknown("the base image sets `PATH`")  # BuildKit sets it where the image does not
        if self.open and name not in self.outer and not self.declares(name):
            return Doubt(f"`{name}` may be set by the base image {self.open}".rstrip())
        return None

    def _expanded(self, span: Span, found: Expansion, facts: Mapping[str, Fact[str]]) -> Expanded:
        value: Value = Unknown(found.error) if found.error else found.value
        via = None
        for name in reversed(list(facts)[:_MAX_STEPS]):
            via = history(facts[name], f"`{name}` is set here", via)
        if not found.used and not facts:
            return Expanded(Fact(value, span), error=found.error)
        unset, unknown = set(found.unset), [name for name in dict.fromkeys(found.used) if name not in facts]
        missing = [name for name in unknown if name in unset]
        maybe = [name for name in unknown if name not in unset]
        undeclared = [name for name in [*missing, *maybe] if not self.declares(name)]
        return Expanded(Fact(value, span, via), tuple(found.used), tuple(missing), tuple(undeclared), found.error)


def history(fact: Fact[str], how: str, rest: Via | None = None) -> Via:
    """The place of a fact and then its own history, before `rest`."""
    steps = [(fact.span, how), *((step.span, step.how) for step in fact.via or ())][:_MAX_STEPS]
    for span, text in reversed(steps):
        rest = Via(span, text, rest)
    assert rest is not None
    return rest


def is_bare(image: str) -> bool:
    """Whether an image is known to set no variable but PATH."""
    name = image.partition("@")[0]
    head, _, tail = name.rpartition("/")
    return head in ("", "library", "docker.io/library") and tail.partition(":")[0] in _BARE
