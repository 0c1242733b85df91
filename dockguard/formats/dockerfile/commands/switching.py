"""The program by which an image's entrypoint changes from root to another user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.lazy import regex
from dockguard.source import Fact, Source, Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image

# Programs that set user and groups and then become what they are told to run; `su` and supervisors do more than that.
_CALL = regex(
    r"(?:^|[\s;&|(])(?:exec\s+)?(?:/[\w./-]{1,60}/)?(gosu|su-exec|s6-setuidgid|setuidgid|"
    r"setpriv(?=[^\n]{0,200}--re?uid)|chpst(?=\s+-u))\s+(?!-{1,2}(?:version|help)\b)\S",
    8,
)
_COMMENT = regex(r"(?m)^\s*#.*$")
_MAX_TEXT = 60_000


def switcher(image: Image) -> Fact[str]:
    """The program, placed where it is called: in ENTRYPOINT or CMD, or in a script of the context that they start."""
    for fact in (image.entrypoint, image.cmd):
        match = _CALL.search(" ".join(fact.known or ()))
        if match is not None:
            return Fact(match[1], fact.span)
        for source in _scripts(image, fact.known or ()):
            text = _COMMENT.sub(lambda found: " " * len(found[0]), source.text[:_MAX_TEXT])
            match = _CALL.search(text)
            if match is not None:
                return Fact(match[1], Span(source, match.start(1), match.end(1)))
    return Fact(None, image.span)


def _scripts(image: Image, words: tuple[str, ...]) -> Iterator[Source]:
    """Files that the words name and that the build copies from its context, or writes as a heredoc."""
    for word in words[:3]:
        base = word.rpartition("/")[2]
        for copy in image.files if "." in base or "/" in word or "entrypoint" in base else ():
            if copy.target.known and copy.target.known.rpartition("/")[2] == base:
                source = copy.content if copy.content is not None else _read(image, copy.path)
                if source is not None:
                    yield source


def _read(image: Image, path: str) -> Source | None:
    workspace = image.context.workspace
    return workspace.read(path) if workspace is not None and path and workspace.entry(path) == "file" else None
