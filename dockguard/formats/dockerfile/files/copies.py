"""What COPY and ADD bring: each source with where it comes from and where it ends up."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, normpath
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.parts import Copy
from dockguard.formats.dockerfile.text.tree import COPIES, Heredoc, Word
from dockguard.lazy import regex
from dockguard.source import Fact, Unknown

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Stage, Step

MAX_PATH = 4096  # of Linux
_HEREDOC = regex(r"\d*<<-?(.+)")
_URL = regex(r"(?i)https?://")
_GIT = regex(r"(?i)(?:git://|git@|ssh://|https?://[^#?]+\.git(?:[#?]|$)|github\.com/)")
_GLOB = regex(r"[*?\[]")
_DRIVE = regex(r"(?i)[a-z]:[\\/]?")


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


_ARCHIVE = regex(r"(?i).+\.(?:tar(?:\.\w{1,4})?|tgz|tbz2?|txz|tlz|tzst|gz|bz2|xz|lz|lzma|zst|z)")
_UNPACKERS = frozenset("unzip gunzip bunzip2 unlzma unxz uncompress zcat gzcat unzstd bsdtar".split())


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


def is_rootfs(copy: Copy) -> bool:
    """`COPY --from=x / /` into a stage that has files of its own."""
    stage = copy.step.stage
    source = (copy.source.known or "").strip("\"'").rstrip("*.")
    whole = copy.kind in ("stage", "image") and source == "/" and copy.target.known == "/"
    return whole and stage is not None and stage.base.known != "scratch" and not _is_made_for_it(copy, stage)


def _is_made_for_it(copy: Copy, stage: Stage) -> bool:
    """Whether it copies somebody's image as it is, which may hold a few files that are there to be copied."""
    origin = stage.siblings[copy.stage] if copy.stage is not None else None
    if origin is not None and any(step.name == "RUN" for part in origin.chain for step in part.own):
        return False
    name = (origin.base.known if origin is not None else copy.origin.known) or ""
    return "/" in name


def unpacked_later(copy: Copy) -> bool:
    """Whether a copied archive, by its name in the context or in the image, is one that a later RUN unpacks."""
    stage = copy.step.stage
    if stage is None or copy.kind != "context" or copy.step.name != "COPY":
        return False
    texts = [copy.source.known or copy.span.text, copy.span.text, copy.step.node.words[-1].text]
    names = [name for name in map(_base, texts) if _ARCHIVE.fullmatch(name)]
    return any(stage.extractions.get(name, -1) > copy.step.at for name in names)


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
