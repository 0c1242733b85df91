"""Values that nginx refuses: times, sizes and numbers it cannot read, and words it does not know."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from dockguard.formats.nginx.directives.spelling import FOLDED, VERSIONS, WORDS
from dockguard.formats.nginx.directives.table import nearest
from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.text.tree import Word
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span

# One step of a value; what is all steps is taken. Wide on purpose: the order of units and overflows are left to nginx.
_FORMS = {
    "time": (regex(r"\d+\s*(?:ms|[smhdwMy])?\s*"), "a time like `30s` or `1m`"),
    "seconds": (regex(r"\d+\s*[smhdwMy]?\s*"), "a time like `30s` or `1d`"),
    "size": (regex(r"\A\d+[kKmM]?\Z"), "a size like `16k` or `8m`"),
    "bytes": (regex(r"\A\d+[kKmMgG]?\Z"), "a size like `512k`, `8m` or `1g`"),
    "number": (regex(r"\A\d+\Z"), "a number"),
}
# Words that are taken besides (the manual, and tried).
_BESIDES = {"worker_processes": "auto"}
_LEVELS = "debug info notice warn error crit alert emerg".split()
_FLAGS = "last break redirect permanent".split()


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that nginx refuses; `expected` says in words what it takes."""

    directive: Directive
    word: Word
    expected: str

    @property
    def span(self) -> Span:
        """The value."""
        return self.word.span

    @property
    def subject(self) -> str:
        """The block and the directive."""
        return self.directive.subject

    @property
    def name(self) -> str:
        """The directive."""
        return self.directive.name

    @property
    def value(self) -> str:
        """The value as nginx reads it."""
        return self.word.text

    @property
    def likely(self) -> str:
        """The word that was probably meant; "" where there is none."""
        return nearest(self.value.lower(), _known(self.directive), 0.7)


@cache
def _slots() -> dict[str, str]:
    import json

    with open(f"{os.path.dirname(os.path.dirname(__file__))}/data/slots.json", encoding="utf-8") as file:
        data: dict[str, str] = json.load(file)
    return {name: form for form in _FORMS for name in data[form].split()}


def wrongs(lines: Iterable[Directive]) -> Iterator[Wrong]:
    """The values that nginx refuses, of directives that stand where they may."""
    for line in lines:
        if line.words and not line.verdict.misplaced:
            yield from _wrong(line)


def _wrong(line: Directive) -> Iterator[Wrong]:
    form = _slots().get(line.name)
    if form is not None:
        pattern, expected = _FORMS[form]
        first = line.words[0]
        if _plain(first) and pattern.sub("", first.text) and first.text != _BESIDES.get(line.name):
            yield Wrong(line, first, expected)
        return
    for word, known in _choices(line):
        if _plain(word) and word.text not in known and not (line.name in FOLDED and word.text.lower() in _lower(known)):
            yield Wrong(line, word, _listed(known))


def _choices(line: Directive) -> Iterator[tuple[Word, Sequence[str]]]:
    """Words of a directive that must be one of a few."""
    name, words = line.name, line.words
    if name in WORDS:
        yield words[0], WORDS[name]
    elif name.endswith("ssl_protocols"):
        yield from ((word, VERSIONS) for word in words)
    elif name in ("add_header", "add_trailer") and len(words) == 3:
        yield words[2], ["always"]
    elif name == "rewrite" and len(words) == 3 and "if in" not in line.context:
        yield words[2], _FLAGS
    elif name == "error_log" and len(words) > 1 and not words[0].text.startswith("syslog:"):
        yield from ((word, _LEVELS) for word in words[1:2] if not word.text.startswith("debug_"))


def _lower(known: Sequence[str]) -> set[str]:
    return {word.lower() for word in known}


def _known(line: Directive) -> Sequence[str]:
    return next((known for _, known in _choices(line)), [])


def _listed(known: Sequence[str]) -> str:
    return f"`{known[0]}`" if len(known) == 1 else f"one of {', '.join(known)}"


def _plain(word: Word) -> bool:
    return not word.opaque and "$" not in word.text and "{" not in word.text
