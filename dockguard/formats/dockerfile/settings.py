"""What a stage hands on to the ones that stand on it: user, entry point, variables, ports, with their places."""

from __future__ import annotations

from typing import TypeVar

from dockguard.formats.dockerfile.text.tree import Instruction
from dockguard.lazy import cached_property
from dockguard.record import dataclass, replace
from dockguard.source import Fact, Span, Via
from dockguard.stack.pieces import User

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Linked:
    """A growing collection that its copies share: the newest entry first."""

    key: str
    fact: Fact[str]
    next: Linked | None = None


def entries(linked: Linked | None) -> dict[str, Fact[str]]:
    """The newest fact for each key, in the order in which the keys came first."""
    found: dict[str, Fact[str]] = {}
    newest: list[Linked] = []
    while linked is not None:
        newest.append(linked)
        linked = linked.next
    for entry in reversed(newest):
        found[entry.key] = entry.fact
    return found


@dataclass(frozen=True, slots=True)
class Settings:
    """An image's configuration at one point of its build; absent facts were never written."""

    user: Fact[User]
    declared_user: Fact[str]  # the last USER as written, inherited ones too
    workdir: Fact[str]
    shell: Fact[tuple[str, ...]]
    entrypoint: Fact[tuple[str, ...]]
    cmd: Fact[tuple[str, ...]]
    healthcheck: Fact[tuple[str, ...]]
    stop_signal: Fact[str]
    own_cmd: bool = False  # CMD was written in this stage, so that an ENTRYPOINT leaves it alone
    env_list: Linked | None = None
    port_list: Linked | None = None
    volume_list: Linked | None = None
    label_list: Linked | None = None
    triggers: tuple[Instruction, ...] = ()  # ONBUILD

    @classmethod
    def empty(cls, span: Span) -> Settings:
        """Nothing written yet; `span` is where one would."""
        user: Fact[User] = Fact(None, span)
        text: Fact[str] = Fact(None, span)
        words: Fact[tuple[str, ...]] = Fact(None, span)
        return cls(user, text, text, words, words, words, words, text)

    @cached_property
    def env(self) -> dict[str, Fact[str]]:
        """ENV by name."""
        return entries(self.env_list)

    @cached_property
    def labels(self) -> dict[str, Fact[str]]:
        """LABEL by name."""
        return entries(self.label_list)

    @cached_property
    def ports(self) -> tuple[Fact[str], ...]:
        """EXPOSE, each once."""
        return tuple(entries(self.port_list).values())

    @cached_property
    def volumes(self) -> tuple[Fact[str], ...]:
        """VOLUME, each once."""
        return tuple(entries(self.volume_list).values())

    def inherited(self, span: Span, image: Span, name: str) -> Settings:
        """The same as a stage begins with it that stands on stage `name`; `span` is its FROM, `image` the name in it.

        A user that nobody declared is the fault of each FROM again.
        """
        how = f"inherited from stage `{name}`"
        known = self.user.known
        undeclared = known is None or not known.declared
        user = Fact(self.user.value, image, self.user.via) if undeclared else _step(self.user, span, how)
        return replace(
            self,
            user=user,
            declared_user=_step(self.declared_user, span, how),
            workdir=_step(self.workdir, span, how),
            shell=_step(self.shell, span, how),
            entrypoint=_step(self.entrypoint, span, how),
            cmd=_step(self.cmd, span, how),
            healthcheck=_step(self.healthcheck, span, how),
            stop_signal=_step(self.stop_signal, span, how),
            own_cmd=False,
            triggers=(),
        )


def _step(fact: Fact[T], span: Span, how: str) -> Fact[T]:
    if not fact.written:
        return Fact(None, span)
    kept = fact.via
    return Fact(fact.value, fact.span, Via(span, how, kept))
