"""What Docker Compose would stop at, as the node that rules are asked about."""

from __future__ import annotations

from dockguard.formats.compose.tree import Path, Value
from dockguard.record import dataclass, field
from dockguard.source import Span


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


@dataclass
class Journal:
    """What happened while a project was loaded."""

    refusals: list[Refusal] = field(default_factory=list)
    noops: list[Noop] = field(default_factory=list)
    required: list[tuple[str, Value]] = field(default_factory=list)
    opened: list[tuple[Path, str]] = field(default_factory=list)  # what is not known to be complete, and why
    versions: list[Value] = field(default_factory=list)
    _seen: set[tuple[int, int, int, str]] = field(default_factory=set)

    def refuse(self, span: Span, message: str, kind: str, path: Path = (), near: str = "") -> None:
        """Note a refusal, each once however many files lead to it."""
        key = (id(span.source), span.start, span.end, message)
        if key not in self._seen:
            self._seen.add(key)
            self.refusals.append(Refusal(span, message, kind, path, near))

    def refuser(self, kind: str):  # type: ignore[no-untyped-def]
        """A `refuse(value, path, message)` that notes refusals of one kind."""

        def refuse(value: Value, path: Path, message: str) -> None:
            self.refuse(value.place, message, kind, path)

        return refuse

    def clears_nothing(self, over: Value, base: Value, path: Path) -> None:
        """Note a value that was meant to clear something."""
        self.noops.append(Noop(over, base, path))
