"""What COPY and ADD bring: each source with where it comes from and where it ends up."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, normpath
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.text.tree import COPIES, Heredoc, Word
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Source, Span, Unknown

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Stage, Step

MAX_PATH = 4096  # of Linux
_HEREDOC = regex(r"\d*<<-?(.+)")
_URL = regex(r"(?i)https?://")
_GIT = regex(r"(?i)(?:git://|git@|ssh://|https?://[^#?]+\.git(?:[#?]|$)|github\.com/)")
_GLOB = regex(r"[*?\[]")
_ARCHIVE = regex(r"(?i).+\.(?:tar(?:\.\w{1,4})?|tgz|tbz2?|txz|tlz|tzst|gz|bz2|xz|lz|lzma|zst|z)")
_UNPACKERS = frozenset("unzip gunzip bunzip2 unlzma unxz uncompress zcat gzcat unzstd bsdtar".split())
_DRIVE = regex(r"(?i)[a-z]:[\\/]?")


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
        source = (self.source.known or "").strip("\"'").rstrip("*.")
        whole = self.kind in ("stage", "image") and source == "/" and self.target.known == "/"
        stage = self.step.stage
        return whole and stage is not None and stage.base.known != "scratch" and not _is_made_for_it(self, stage)

    @cached_property
    def unpacked_later(self) -> bool:
        """Whether it is a local archive that a RUN of the same stage unpacks afterwards."""
        stage = self.step.stage
        if stage is None or self.kind != "context" or self.step.name != "COPY":
            return False
        texts = [self.source.known or self.span.text, self.span.text, self.step.node.words[-1].text]
        names = [name for name in map(_base, texts) if _ARCHIVE.fullmatch(name)]
        return any(stage.extractions.get(name, -1) > self.step.at for name in names)

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


def absolute(path: str, workdir: Fact[str]) -> str | Unknown:
    """A path in the image; a relative one stands on the working directory, which is `/` where nobody wrote it."""
    if path.startswith("/") or _DRIVE.match(path):
        return normpath(path) if path.startswith("/") else path
    base = workdir.value
    if isinstance(base, Unknown):
        return base
    whole = normpath(f"{base or '/'}/{path}")
    return whole if len(whole) <= MAX_PATH else Unknown(f"the path is longer than {MAX_PATH} characters")


def copies(step: Step) -> tuple[Copy, ...]:
    """One for each source."""
    words = step.node.words
    if step.name not in COPIES or len(words) < 2:
        return ()
    target = _target(step, words[-1], len(words) > 2)
    heredocs = list(step.node.heredocs)
    return tuple(_copy(step, word, target, heredocs) for word in words[:-1])


def unpacked(step: Step) -> Iterator[str]:
    """The base names of the archives that a RUN unpacks."""
    for command in step.commands if step.name == "RUN" else ():
        if command.name in _UNPACKERS or (command.name == "tar" and _extracts(command)):
            for word in command.words:
                name = _base(word)
                if _ARCHIVE.fullmatch(name):
                    yield name


def _extracts(command: RunCommand) -> bool:
    """`tar -x`, `tar xzf`, `tar --extract`."""
    first = command.words[0] if command.words else ""
    old = not first.startswith("-") and "x" in first and len(first) < 8
    return old or command.command.flag("-x", "--extract", "--get") is not None


def _is_made_for_it(copy: Copy, stage: Stage) -> bool:
    """Whether it copies somebody's image as it is, which may hold a few files that are there to be copied."""
    origin = stage.siblings[copy.stage] if copy.stage is not None else None
    if origin is not None and any(step.name == "RUN" for part in origin.chain for step in part.own):
        return False
    name = (origin.base.known if origin is not None else copy.origin.known) or ""
    return "/" in name


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2].strip("\"'")


def _target(step: Step, word: Word, several: bool) -> tuple[Fact[str], bool]:
    fact = step.expand(word).fact
    text = fact.known or ""
    folder = several or text.endswith(("/", "/.", "\\")) or text in (".", "..", "./")
    workdir = step.workdir
    return fact.map(lambda path: absolute(path, workdir)), folder


def _copy(step: Step, word: Word, target: tuple[Fact[str], bool], heredocs: list[Heredoc]) -> Copy:
    place, folder = target
    source = step.expand(word).fact
    origin = _flag(step, "from")
    kind, content, name = _kind(step, word, source, origin), None, ""
    if kind == "heredoc" and heredocs:  # the second of two that never end has no body
        heredoc = heredocs.pop(0)
        content, name = heredoc.body, heredoc.name
    copy = Copy(source, place, kind, origin, _flag(step, "chown"), _flag(step, "chmod"), step, word.span, folder=folder)
    copy.content = content
    _resolve(copy, step, name or basename((source.known or "").rstrip("/")))
    return copy


def _flag(step: Step, name: str) -> Fact[str]:
    flag = step.node.flag(name)
    if flag is None or flag.value is None:
        return Fact(None, step.node.keyword)
    return step.expand(Word(flag.value, flag.span)).fact


def _kind(step: Step, word: Word, source: Fact[str], origin: Fact[str]) -> str:
    mark = _HEREDOC.fullmatch(word.text)
    if mark and step.node.heredocs:
        return "heredoc"
    if origin.written:
        found = step.stage.find(origin.known or "") if step.stage else None
        return "stage" if found is not None else "image"
    text = source.known or word.text
    if step.name == "ADD" and _GIT.match(text):
        return "git"
    return "url" if step.name == "ADD" and _URL.match(text) else "context"


def _resolve(copy: Copy, step: Step, name: str) -> None:
    """Where the file ends up, and which file of the workspace it is."""
    text = copy.source.known
    if copy.kind == "stage":
        found = step.stage.find(copy.origin.known or "") if step.stage else None
        copy.stage = found.index if found else None
    glob = text is None or _GLOB.search(text) is not None
    is_dir = text is None or text.endswith("/") or text in (".", "./") or text.endswith("/.")
    if copy.kind == "context" and step.stage is not None and text is not None:
        context = step.stage.context
        if glob:
            copy.paths = tuple(context.workspace_path(path) for path in context.matching(text))
        else:
            copy.path = context.workspace_path(text)
            is_dir = is_dir or context.entry(text) == "dir"
    if copy.folder and name and not glob and not is_dir:
        copy.target = copy.target.map(lambda place: f"{place.rstrip('/')}/{name}")
