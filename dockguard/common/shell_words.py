"""What a shell command is made of: words with places, assignments, redirections, here-documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from dockguard.lazy import regex
from dockguard.record import dataclass, replace
from dockguard.source import Origin, Source, Span, Unknown

_NAME = regex(r"\$\{?([#!]?)([A-Za-z_]\w*|[0-9]+|[@*#?$!-])(.*)", re.S)
_DEFAULT = regex(r":?-([^$`\"'\\{}]*)\}\Z")
_GLOB = regex(r"[*?\[]|\{[^{}]*,[^{}]*\}|\A~")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word: `text` (known), `variable`, `command`, `process` or `arithmetic` (known when it runs).

    `start` and `end` are offsets in the word's source, quotes left out. A known piece is verbatim when it is as long
    as its text.
    """

    kind: str
    start: int
    end: int
    text: str
    quoted: bool

    @property
    def name(self) -> str:
        """The variable it reads, "" for none."""
        match = _NAME.match(self.text) if self.kind == "variable" else None
        return match[2] if match else ""

    @property
    def default(self) -> str | None:
        """`x` of `${NAME:-x}`, when it is plain text."""
        match = _NAME.match(self.text) if self.kind == "variable" else None
        found = _DEFAULT.match(match[3]) if match and not match[1] else None
        return found[1] if found else None

    def resolved(self, lookup: Callable[[str], str | None]) -> str | None:
        """Its text when `lookup` knows the variable, or it has a default; None when it stays unknown."""
        if self.kind == "text":
            return self.text
        match = _NAME.match(self.text) if self.kind == "variable" else None
        if match is None or match[1] or not (match[3] in ("", "}") or self.default is not None):
            return None
        value = lookup(match[2])
        return self.default if value is None or (not value and match[3].startswith(":-")) else value


@dataclass(slots=True, eq=False)
class Word:
    """One word as the shell sees it. Not changed after it was made.

    `parts` is empty for a word that stands there as it is: no quotes, no expansions.
    """

    source: Source
    start: int
    end: int
    parts: tuple[Part, ...] = ()
    quoted: bool = False  # quotes or escapes anywhere in it

    @classmethod
    def known(cls, text: str, span: Span) -> Word:
        """A word that no shell reads (exec form, a list item): what it is, and where it is written."""
        if span.text == text:
            quoted = bool(_GLOB.search(text))
            parts = (Part("text", span.start, span.end, text, True),) if quoted else ()
            return cls(span.source, span.start, span.end, parts, quoted)
        return cls(span.source, span.start, span.end, (Part("text", span.start, span.end, text, True),), True)

    def __repr__(self) -> str:
        return f"Word({self.raw!r})"

    @property
    def raw(self) -> str:
        """As written, quotes included."""
        return self.source.text[self.start : self.end]

    @property
    def span(self) -> Span:
        """Where it is written."""
        return Span(self.source, self.start, self.end)

    @property
    def text(self) -> str:
        """The word without its quotes; what only the run time knows stands in it as written (`$X`, `$(...)`)."""
        if not self.parts:
            return "" if self.quoted else self.raw
        return "".join(part.text for part in self.parts)

    @property
    def literal(self) -> bool:
        """Whether all of it is known; what a glob matches is not."""
        return not self.parts or all(part.kind == "text" for part in self.parts)

    @property
    def value(self) -> str | Unknown:
        """The whole word, Unknown when a part of it is known only when it runs."""
        if self.literal:
            return self.text
        return Unknown(f"`{self.raw}` is known only when it runs")

    @property
    def pieces(self) -> tuple[Part, ...]:
        """Its parts, a plain word's single one too."""
        if self.parts or self.quoted:
            return self.parts
        return (Part("text", self.start, self.end, self.raw, False),)

    @property
    def expands(self) -> bool:
        """Whether it may become several words: an unquoted expansion, glob or brace list."""
        return any(
            not part.quoted and (part.kind != "text" or _GLOB.search(part.text) is not None) for part in self.pieces
        )

    def resolve(self, lookup: Callable[[str], str | None]) -> str | Unknown:
        """The word with the variables that `lookup` knows, Unknown when something stays unknown."""
        found = [part.resolved(lookup) for part in self.pieces]
        known = [text for text in found if text is not None]
        return "".join(known) if len(known) == len(found) else self.value

    def cut(self, count: int) -> Word:
        """The word without its first characters: `cut(8)` of `--index=$URL` is `$URL`, in its place."""
        if not self.parts:
            return Word(self.source, min(self.start + count, self.end), self.end, (), self.quoted)
        left: list[Part] = []
        for part in self.parts:
            size = len(part.text)
            if count >= size:
                count -= size
                continue
            verbatim = part.kind == "text" and part.end - part.start == size
            start = part.start + count if verbatim else part.start
            left.append(replace(part, start=start, text=part.text[count:]) if count else part)
            count = 0
        start = left[0].start if left else self.end
        return Word(self.source, start, self.end, tuple(left), True)

    def value_of(self) -> Word | None:
        """What follows the first `=`, as a word of its own; None where there is none."""
        at = self.text.find("=")
        return None if at < 0 else self.cut(at + 1)


def embedded(words: Iterable[Word]) -> Source:
    """The text that a shell gets when these words are its script, joined by blanks, mapped back to where they stand."""
    texts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    listed = tuple(words)
    at = 0
    for place, word in enumerate(listed):
        if place:
            texts.append(" ")
            before = listed[place - 1]
            if before.source is word.source and before.end + 1 == word.start and word.source.text[before.end] == " ":
                pieces.append((at, before.end, 1))
            at += 1
        for part in word.pieces:
            # The commands of a substitution ran before; what they print is not known to the inner shell's reader.
            text = "$()" if part.kind in ("command", "process") else part.text
            if text is part.text and part.end - part.start == len(text):
                pieces.append((at, part.start, len(text)))
            texts.append(text)
            at += len(text)
    first, last = listed[0], listed[-1]
    host = Span(first.source, first.start, last.end if last.source is first.source else first.end)
    return Source(first.source.path, "".join(texts), origin=Origin(host, _joined(pieces)))


def _joined(pieces: list[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
    """Neighbours that are neighbours on both sides, as one."""
    found: list[tuple[int, int, int]] = []
    for inner, outer, length in pieces:
        if found:
            before = found[-1]
            if before[0] + before[2] == inner and before[1] + before[2] == outer:
                found[-1] = (before[0], before[1], before[2] + length)
                continue
        found.append((inner, outer, length))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=value` before a command, or as an argument of `export`, `env` and the like."""

    name: str
    word: Word  # the value
    span: Span  # all of it

    @property
    def value(self) -> str | Unknown:
        """What is assigned."""
        return self.word.value


@dataclass(frozen=True, slots=True)
class HereDoc:
    """A here-document: its delimiter and where its body stands."""

    name: str
    expands: bool  # the delimiter is not quoted
    chomp: bool  # `<<-`: leading tabs are dropped
    body: Span

    @property
    def text(self) -> str:
        """What the command reads; expansions stand in it as written."""
        if not self.chomp:
            return self.body.text
        return "\n".join(line.lstrip("\t") for line in self.body.text.split("\n"))


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirection: `2>/dev/null`, `<<EOF`, `2>&1`."""

    fd: str  # digits before the operator, "" for the operator's own default
    operator: str  # < > >> >| <> &> &>> >& <& << <<- <<<
    target: Word | None  # a file, a here-string; None for a here-document and a copied descriptor (`2>&1`)
    span: Span
    doc: HereDoc | None = None
    copies: str = ""  # the descriptor that `>&` copies, `-` closes

    @property
    def writes(self) -> bool:
        """Whether a file is written."""
        return ">" in self.operator and self.target is not None
