"""What COPY and ADD bring: each source with where it comes from and where it ends up."""

from __future__ import annotations

from posixpath import basename, normpath

from dockguard.formats.dockerfile.model import COPIES, Step
from dockguard.formats.dockerfile.parts import Copy
from dockguard.formats.dockerfile.tree import Heredoc, Word
from dockguard.lazy import regex
from dockguard.source import Fact, Unknown

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
    return normpath(f"{base or '/'}/{path}")


def copies(step: Step) -> tuple[Copy, ...]:
    """One for each source."""
    words = step.node.words
    if step.name not in COPIES or len(words) < 2:
        return ()
    target = _target(step, words[-1], len(words) > 2)
    heredocs = list(step.node.heredocs)
    return tuple(_copy(step, word, target, heredocs) for word in words[:-1])


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
    if kind == "heredoc":
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
        from dockguard.formats.dockerfile.build import find_stage

        found = find_stage(step.stage, origin.known or "") if step.stage else None
        return "stage" if found is not None else "image"
    text = source.known or word.text
    if step.name == "ADD" and _GIT.match(text):
        return "git"
    return "url" if step.name == "ADD" and _URL.match(text) else "context"


def _resolve(copy: Copy, step: Step, name: str) -> None:
    """Where the file ends up, and which file of the workspace it is."""
    text = copy.source.known
    if copy.kind == "stage":
        from dockguard.formats.dockerfile.build import find_stage

        found = find_stage(step.stage, copy.origin.known or "") if step.stage else None
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
