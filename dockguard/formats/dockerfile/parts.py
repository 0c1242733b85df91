"""Parts of instructions that rules ask about: flags, mounts, commands, copied files, accounts, undefined variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from dockguard.common.shell import Command, Script
from dockguard.source import Fact, Many, Source, Span, Unknown
from dockguard.stack.pieces import User


class Host(Protocol):
    """The instruction that a part belongs to."""

    @property
    def name(self) -> str:
        """Upper-case: `RUN`."""
        ...

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN`."""
        ...

    @property
    def span(self) -> Span:
        """All of it."""
        ...

    @property
    def onbuild(self) -> bool:
        """Whether an ONBUILD carries it."""
        ...

    @property
    def is_built(self) -> bool:
        """Whether its stage is part of the build."""
        ...

    @property
    def is_final(self) -> bool:
        """Whether its stage is the final one, or one that the final one stands on."""
        ...

    @property
    def user(self) -> Fact[User]:
        """Who it runs as; absent where no USER came before and nobody knows the base image."""
        ...

    @property
    def workdir(self) -> Fact[str]:
        """The working directory it starts in."""
        ...


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
    step: Host
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
class RunCommand:
    """A simple command that an instruction runs, shells and wrappers (`sudo`, `env`, `sh -c`) opened."""

    command: Command
    script: Script
    step: Host
    span: Span  # in the Dockerfile

    @property
    def name(self) -> str:
        """The program's base name; "" where only the run time knows it."""
        return self.command.name

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN apt-get`."""
        return f"{self.step.subject} {self.name}".rstrip()

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments after the name without their quotes; what only the run time knows stands as written."""
        return tuple(word.text for word in self.command.args)

    @property
    def wrappers(self) -> tuple[str, ...]:
        """The programs that run it, the outermost first: `sudo`, `env`, `timeout`."""
        return self.command.wrappers

    @property
    def is_built(self) -> bool:
        """Whether its stage is part of the build."""
        return self.step.is_built

    @property
    def is_final(self) -> bool:
        """Whether its stage is the final one, or one that the final one stands on."""
        return self.step.is_final

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """The here-documents and here-strings that it reads."""
        strings = [r.target.text for r in self.command.redirects if r.operator == "<<<" and r.target is not None]
        return (*(document.text for document in self.command.documents), *strings)


@dataclass(eq=False)
class Copy:
    """One source of a COPY or ADD."""

    source: Fact[str]  # as written, variables replaced
    target: Fact[str]  # absolute path of the file or folder in the image
    kind: str  # context, stage, image, heredoc, url, git
    origin: Fact[str]  # `--from`
    owner: Fact[str]  # `--chown`
    mode: Fact[str]  # `--chmod`
    step: Host
    span: Span
    path: str = ""  # the workspace path of a source in the context, "" where it is not known
    content: Source | None = None  # of a heredoc
    stage: int | None = None  # the stage that it comes from
    folder: bool = False  # its target is a folder into which it is put
    paths: tuple[str, ...] = ()  # with a glob, the files of the context that match

    @property
    def subject(self) -> str:
        """Its address: `stage final / COPY app.py`."""
        return f"{self.step.subject} {self.source.known or '?'}"

    @property
    def is_built(self) -> bool:
        """Whether its stage is part of the build."""
        return self.step.is_built

    @property
    def is_final(self) -> bool:
        """Whether its stage is the final one, or one that the final one stands on."""
        return self.step.is_final

    @property
    def is_whole_context(self) -> bool:
        """Whether it is `.`, `/`, or a glob of everything at the top of the context."""
        text = self.source.known
        return self.kind == "context" and text is not None and text.strip("./") in ("", "*", "**") and ".." not in text


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


Variables = Mapping[str, Fact[str]]
Commands = Many[RunCommand]
