"""Parts of instructions that rules ask about: flags, mounts, commands, copied files, accounts, undefined variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.common.secrets_verdict import Verdict
from dockguard.lazy import cached_property
from dockguard.record import dataclass, field
from dockguard.source import Fact, Source, Span, Unknown

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
class Copy:
    """One source of a COPY or ADD."""

    source: Fact[str]  # as written, variables replaced
    target: Fact[str]  # absolute path of the file or folder in the image
    kind: str  # context, stage, image, heredoc, url, git
    origin: Fact[str]  # `--from`
    owner: Fact[str]  # `--chown`
    mode: Fact[str]  # `--chmod`
    step: Step
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

    @cached_property
    def special_bits(self) -> Fact[str]:
        """The set-user-id and set-group-id bits that `--chmod` sets, in words."""
        from dockguard.formats.dockerfile.commands.modes import special_bits

        return self.mode.map(lambda mode: special_bits(mode) or None)

    @property
    def extra_index(self) -> Fact[str]:
        """The further package index that it names, as a pip.conf in a heredoc."""
        from dockguard.formats.dockerfile.commands.installs import competes, listed_indexes

        listed = listed_indexes(self.target.known or "", self.content.text if self.content is not None else "")
        return Fact(next(filter(competes, listed), None), self.span)

    @cached_property
    def world_writable(self) -> str:
        """Its `--chmod` where that lets everybody write; "" otherwise."""
        from dockguard.formats.dockerfile.habits import world_writable

        return world_writable(self.mode.known or "")

    @property
    def is_plain_add(self) -> bool:
        """Whether it is an ADD that does no more than COPY does: no archive, no address, no flag of its own."""
        name = (self.source.known or self._named_target).lower().rstrip("\"'")
        archive = any(mark in name for mark in (".tar", ".tgz", ".tbz", ".txz", ".tzst", ".gz", ".bz2", ".xz", ".zst"))
        return self.step.name == "ADD" and self.kind == "context" and bool(name) and not archive

    @property
    def _named_target(self) -> str:
        """The file that the source becomes, where that has a suffix: no address, and no folder for an archive."""
        link = any(word in self.written.lower() for word in ("ur", "http", "link", "download", "remote"))
        target = self.target.known or ""
        return target if "." in target.rpartition("/")[2] and not self.folder and not link else ""

    @property
    def written(self) -> str:
        """Its source as it stands in the file."""
        return self.span.text

    @property
    def is_rootfs(self) -> bool:
        """Whether it lays the whole file system of another stage or image over this one's, and that is not empty."""
        from dockguard.formats.dockerfile.files.copies import is_rootfs

        return is_rootfs(self)

    @cached_property
    def unpacked_later(self) -> bool:
        """Whether it is a local archive that a RUN of the same stage unpacks afterwards."""
        from dockguard.formats.dockerfile.files.copies import unpacked_later

        return unpacked_later(self)

    @cached_property
    def unreadable(self) -> Fact[str]:
        """The user who runs the image and cannot read it, as its `--chmod` leaves it to root alone."""
        from dockguard.formats.dockerfile.files.ownership import unreadable

        return unreadable(self)

    @cached_property
    def sensitive(self) -> Fact[str]:
        """What the file is when its name says that it holds credentials: `a private SSH key`."""
        from dockguard.formats.dockerfile.files.exposure import sensitive

        return sensitive(self)

    @cached_property
    def vcs(self) -> Fact[str]:
        """The version control folder that it brings, by name or with the whole context."""
        from dockguard.formats.dockerfile.files.exposure import vcs

        return vcs(self)

    @cached_property
    def is_unfiltered(self) -> bool:
        """Whether it copies the whole context and no ignore file filters it."""
        from dockguard.formats.dockerfile.files.exposure import unfiltered

        return unfiltered(self)

    @cached_property
    def ignored(self) -> Fact[str]:
        """The ignore pattern that keeps its source out of the build."""
        from dockguard.formats.dockerfile.files.exposure import ignored

        return ignored(self)

    @cached_property
    def missing(self) -> Fact[str]:
        """Its source, when somebody names the context and it does not hold it."""
        from dockguard.formats.dockerfile.files.exposure import missing

        return missing(self)

    @property
    def is_whole_context(self) -> bool:
        """Whether it is `.`, `/`, or a glob of everything at the top of the context."""
        text = self.source.known
        return self.kind == "context" and text is not None and text.strip("./") in ("", "*", "**") and ".." not in text


@dataclass(eq=False)
class SecretText:
    """A secret that stands in the file in so many words."""

    kind: str  # token, private-key, credential, high-entropy, literal, weak, hash
    where: str  # the instruction's name, `heredoc` or `comment`
    name: str  # that it stands under, "" for none
    value: Fact[str]
    format: str  # `github-pat`, `url`, "" for none
    confidence: str  # low, medium, high
    step: Step | None
    span: Span

    @property
    def is_url_password(self) -> bool:
        """Whether it stands in a URL where the password of a user does: `https://ci:TOKEN@host`."""
        text, start, end = self.span.source.text, self.span.start, self.span.end
        user = text[max(0, start - 100) : start].rpartition("://")[2]
        return text[end : end + 1] == "@" and user[-1:] == ":" and "://" in text[max(0, start - 100) : start]

    @property
    def subject(self) -> str:
        """Its address: `stage final / ENV NAME`."""
        return f"{self.step.subject if self.step else self.where} {self.name}".rstrip()

    @property
    def is_final(self) -> bool:
        """Whether it is in the final stage, or in one that the final one stands on."""
        return self.step is not None and self.step.is_final


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
class Written:
    """A file that a command writes."""

    path: str  # as written
    text: str  # as far as the command line says it
    command: RunCommand
    span: Span
    sources: tuple[str, ...] = ()  # of a copy
    variables: tuple[str, ...] = ()  # that the shell replaces in `text`
    program: bool = False  # `text` is what `sed` is told to do

    @property
    def adds(self) -> str:
        """What it puts into the file, as far as the command line says it."""
        from dockguard.formats.dockerfile.commands.writes import added

        return added(self.text) if self.program else self.text


@dataclass(eq=False)
class AccountPassword:
    """A password that a command gives to an account."""

    user: str
    kind: str  # literal, empty, unlocked
    value: Fact[str]
    command: RunCommand
    span: Span
