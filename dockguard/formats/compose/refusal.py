"""What Docker Compose would stop at, as the node that rules are asked about."""

from __future__ import annotations

from dockguard.formats.compose.text.tree import Path, Value
from dockguard.record import dataclass, field
from dockguard.source import Fact, Span, Via


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why Docker Compose does not load the project.

    `kind` is syntax, duplicate-key, unknown-key, type, missing, value, duplicate, merge, variable, include, extends,
    file or reference.
    """

    span: Span
    message: str
    kind: str
    path: Path = ()
    near: str = ""  # the key that was meant
    history: tuple[tuple[Span, str], ...] = ()

    @property
    def subject(self) -> str:
        """Where in the model: `services.web.ports`."""
        return ".".join(self.path) or "project"


@dataclass(frozen=True, slots=True)
class Noop:
    """A null, an empty list or an empty mapping in an overlay or a child that clears nothing of what it stands over."""

    over: Value
    base: Value
    path: Path


@dataclass(frozen=True)
class Difference:
    """Something that Docker Compose loads today and that an older version refuses."""

    span: Span
    path: Path
    message: Fact[str]

    @property
    def subject(self) -> str:
        """Where in the model."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Requirement:
    """A variable that a file requires (`${NAME:?}`) and that no env file of the project sets."""

    span: Span
    name: str

    @property
    def subject(self) -> str:
        """The variable."""
        return f"variable {self.name}"


# Lists whose items the schema wants unique and that Docker Compose 2 appended as they were.
_ONCE = frozenset(("security_opt", "group_add", "device_cgroup_rules", "external_links", "volumes_from"))


@dataclass
class Journal:
    """What happened while a project was loaded."""

    refusals: list[Refusal] = field(default_factory=list)
    noops: list[Noop] = field(default_factory=list)
    required: list[tuple[str, Value]] = field(default_factory=list)
    opened: list[tuple[Path, str]] = field(default_factory=list)  # what is not known to be complete, and why
    versions: list[Value] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    resets: dict[Path, Span] = field(default_factory=dict)  # what `!reset` and `!override` clear, the last one
    remotes: list[Value] = field(default_factory=list)  # files at URLs that Docker Compose would fetch
    about: Path = ()  # what is worked on while files are read for it
    _seen: set[tuple[int, int, int, str]] = field(default_factory=set)

    def refuse(self, span: Span, message: str, kind: str, path: Path = (), near: str = "") -> None:
        """Note a refusal, each once however many files lead to it."""
        key = (id(span.source), span.start, span.end, message)
        if key not in self._seen:
            self._seen.add(key)
            self.refusals.append(Refusal(span, message, kind, path or self.about, near))

    def forget_inactive(self, active: frozenset[str]) -> None:
        """Docker Compose reads no env files of services whose profile is off."""
        self.refusals = [one for one in self.refusals if not _of_inactive(one, active)]

    def refuser(self, kind: str):  # type: ignore[no-untyped-def]
        """A `refuse(value, path, message)` that notes refusals of one kind."""

        def refuse(value: Value, path: Path, message: str) -> None:
            self.refuse(value.place, message, kind, path)

        return refuse

    def collides(self, mine: Value, theirs: Value, path: Path) -> None:
        """Note a resource that is declared here and in an included file, which Docker Compose 2 refused."""
        place = mine.key or mine.span
        what = Fact("an included file declares it too", place, Via(theirs.key or theirs.span, "declared here"))
        self.differences.append(Difference(place, path, what))

    def repeats(self, over: Value, base: Value, path: Path) -> None:
        """Note an item that base and overlay both have, where Docker Compose refused it before version 5."""
        if path[-1] in _ONCE and path[0] == "services":
            message = f"the base has `{over.span.text[:60]}` too"
            what = Fact(message, over.place, Via(base.place, "the first one is here"))
            self.differences.append(Difference(over.place, path, what))

    def clears_nothing(self, over: Value, base: Value, path: Path) -> None:
        """Note a value that was meant to clear something."""
        self.noops.append(Noop(over, base, path))


def _of_inactive(refusal: Refusal, active: frozenset[str]) -> bool:
    own = refusal.kind in ("file", "syntax") and len(refusal.path) == 2 and refusal.path[0] == "services"
    return own and refusal.path[1] not in active
