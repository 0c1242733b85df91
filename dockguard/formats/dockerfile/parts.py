"""Parts of instructions that rules ask about: flags, mounts, commands, copied files, accounts, undefined variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.common.secrets_verdict import Verdict
from dockguard.lazy import cached_property
from dockguard.record import dataclass, field
from dockguard.source import Fact, Span, Unknown

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Step


@dataclass(eq=False)
class Variable:
    """One `name=value` of ENV, ARG or LABEL."""

    name: str
    value: Fact[str]  # after replacement; absent for an ARG without default
    written: Fact[str]  # as it stands in the file, without quotes
    step: Step
    span: Span
    name_span: Span

    @property
    def subject(self) -> str:
        """Its address: `stage final / ENV NAME`."""
        return f"{self.step.subject} {self.name}"

    @property
    def kind(self) -> str:
        """`ENV`, `ARG` or `LABEL`."""
        return self.step.name

    @cached_property
    def secret(self) -> Fact[str]:
        """The secret that an ENV keeps in the image: a literal, or a build argument that it takes over."""
        from dockguard.formats.dockerfile.leaks import kept

        return kept(self)

    @cached_property
    def verdict(self) -> Verdict | None:
        """What its value is as it stands in the file: a secret of some form, a reference, nothing special."""
        from dockguard.formats.dockerfile.leaks import verdict

        return verdict(self)

    @cached_property
    def argued_secret(self) -> Fact[str]:
        """The name of an ARG that announces a secret, where it is declared first."""
        from dockguard.formats.dockerfile.leaks import argued

        return argued(self)

    @cached_property
    def open_path(self) -> str:
        """The part of a PATH that anybody can write to or that depends on the working directory; "" for none."""
        from dockguard.formats.dockerfile.habits import open_path

        return open_path(self.written.known or "/") if self.name == "PATH" and self.kind == "ENV" else ""

    @property
    def label_fault(self) -> str:
        """What is wrong with it as the key of a LABEL; "" for nothing."""
        from dockguard.formats.dockerfile.habits import label_fault

        return label_fault(self.name_span.text) if self.kind == "LABEL" else ""

    def misfit(self, kind: str) -> str:
        """What its value should be and is not, in words: `a URL` for `url`; "" where it is, or a variable decides."""
        from dockguard.formats.dockerfile.labels import KINDS, is_of

        text = self.written.known
        known = text is not None and "$" not in text
        return "" if not known or is_of(kind, text or "") else KINDS[kind]

    @property
    def extra_index(self) -> Fact[str]:
        """The further package index that it names, beside the public one."""
        from dockguard.formats.dockerfile.commands.installs import EXTRA_INDEXES, competes

        text = self.value.known or ""
        return Fact(text if self.name in EXTRA_INDEXES and text and competes(text) else None, self.value.span)

    @cached_property
    def preloaded(self) -> str:
        """The file that it makes every program load; "" for none."""
        from dockguard.formats.dockerfile.habits import preloaded

        return preloaded(self.name, self.written.known or "") if self.kind == "ENV" else ""

    @property
    def is_global(self) -> bool:
        """Whether it is an ARG before the first FROM."""
        return self.step.is_global

    @property
    def is_built(self) -> bool:
        """Whether its stage is part of the build."""
        return self.step.is_built

    @property
    def is_final(self) -> bool:
        """Whether the built image itself keeps it: it is in the final stage, or in one that it stands on."""
        return self.step.is_final


@dataclass(eq=False)
class FlagValue:
    """`--name=value` of an instruction."""

    name: str
    value: Fact[str]
    span: Span


@dataclass(eq=False)
class MountFlag:
    """`--mount=type=…,…` of a RUN."""

    type: str  # bind, cache, tmpfs, secret, ssh
    source: Fact[str]  # of a bind or cache
    target: Fact[str]
    origin: Fact[str]  # `from`: a stage, an image or a named context
    id: Fact[str]  # of a secret, ssh or cache
    mode: Fact[str]
    env: Fact[str]  # the variable that a secret becomes
    read_only: bool
    step: Step
    span: Span

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN --mount secret`."""
        return f"{self.step.subject} --mount {self.type}"

    @property
    def place(self) -> str:
        """Where its file appears: the target, or the default of a secret; "" for a secret that is only a variable."""
        if self.target.known or self.type != "secret":
            return self.target.known or ""
        return "" if self.env.written or not self.id.known else f"/run/secrets/{self.id.known}"

    @cached_property
    def others_read(self) -> Fact[bool]:
        """Whether its mode lets group or others read; absent without a mode."""
        return self.mode.map(_others_read)


def _others_read(mode: str) -> bool | Unknown:
    try:
        return bool(int(mode, 8) & 0o044)
    except ValueError:
        return Unknown(f"`{mode}` is no octal mode")


@dataclass(eq=False)
class Undefined:
    """A variable that an instruction uses and nothing declares."""

    name: str
    near: str  # a declared name that looks alike, or ""
    is_global: bool  # an ARG before the first FROM declares it, which does not reach into stages
    sure: bool  # nothing else, such as an unknown base image, can set it
    span: Span


@dataclass(eq=False)
class Leak:
    """A secret that goes from one place to another."""

    path: str
    step: Step
    span: Span  # where it goes to
    origin: Span  # where it comes from

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN`."""
        return self.step.subject


@dataclass(eq=False)
class Account:
    """A user that a command creates."""

    name: str
    uid: int | None
    system: bool  # `useradd -r`, `adduser -S`: a service account
    duplicate: bool  # `useradd -o`: its number may be another user's
    command: RunCommand
    span: Span
    groups: tuple[str, ...] = field(default=())


@dataclass(eq=False)
class AccountPassword:
    """A password that a command gives to an account."""

    user: str
    kind: str  # literal, empty, unlocked
    value: Fact[str]
    command: RunCommand
    span: Span
