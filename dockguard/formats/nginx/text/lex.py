"""Text to tokens, by the decisions of nginx's own reader, with places, quotes and recovery."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockguard.finding import Problem
from dockguard.formats.nginx.text.tree import Statement, Word
from dockguard.lazy import regex
from dockguard.source import Source

MAX_DEPTH = 100  # real files nest six deep; the tree builder below us recurses

_BLANK = " \t\r\n"
_SPACE = regex(r"[ \t\r\n]+")
_PLAIN = regex(r"(?:[^\\ \t\r\n;{$]+|\\.?|\$\{?)+", re.S)
_QUOTED = {quote: re.compile(rf"(?:[^\\{quote}]+|\\.?)*", re.S) for quote in ("'", '"')}
_ESCAPE = regex(r"""\\(["'\\trn])""")
_DECODED = {"t": "\t", "r": "\r", "n": "\n"}
_OPEN = regex(r"[ \t\r\n]*\{")
_LUA = regex(
    r"""--\[(=*)\[|--[^\n]*|\[(=*)\[|"(?:[^"\\\n]+|\\.)*+"|'(?:[^'\\\n]+|\\.)*+'|[{}]""",
    re.S,
)
_TEMPLATE = regex(
    r"\{%.{0,300}?%\}|\{#.{0,300}?#\}|<%[^=].{0,300}?%>|\{\{[^{}\n]{0,200}\}\}|<%=.{0,300}?%>|%%\w{1,60}%%"
)
_MARKS = ("{{", "{%", "{#", "<%", "%%")


class Token(str):
    """A word that knows which statement it belongs to; the tree builder keeps it in its output."""

    __slots__ = ("number",)
    number: int


def mask(text: str) -> str:
    """The text with Jinja, ERB and `%%X%%` placeholders replaced by blanks or underscores of the same length."""
    if not any(mark in text for mark in _MARKS):
        return text
    return _TEMPLATE.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    word = match[0]
    inside = word.startswith(("{{", "<%=", "%%")) and not _alone(match)
    return "_" * len(word) if inside else re.sub(r"[^\n]", " ", word)


def _alone(match: re.Match[str]) -> bool:
    text = match.string
    before = text[max(0, match.start() - 200) : match.start()].rpartition("\n")[2]
    after = text[match.end() : match.end() + 200].partition("\n")[0]
    return not before.strip() and not after.strip()


def decode(raw: str) -> str:
    """What nginx stores for a word: a few escapes are resolved, all others stay."""
    return _ESCAPE.sub(lambda match: _DECODED.get(match[1], match[1]), raw) if "\\" in raw else raw


def lua_end(text: str, start: int) -> int:
    """Offset of the `}` that closes a Lua block, strings and comments skipped; -1 where there is none."""
    depth, at = 1, start
    while match := _LUA.search(text, at):
        at = match.end()
        level = match[1] if match[1] is not None else match[2]
        if level is not None:
            at = text.find(f"]{level}]", at)
            if at < 0:
                return -1
        elif match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
            if not depth:
                return match.start()
    return -1


class Lexer:
    """One pass over a text: yields tokens for the tree builder, keeps statements, comments and problems aside."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = mask(source.text)
        self.masked = self.text != source.text
        self.statements: list[Statement] = []
        self.problems: list[Problem] = []
        self.remarks: list[tuple[int, int]] = []
        self._open: list[Statement] = []
        self._words: list[Word] = []
        self._at = 0

    def tokens(self) -> Iterator[tuple[Token, int, bool]]:
        """The tokens, each with its line (always 0: places are kept in the words) and whether it was quoted."""
        text, size = self.text, len(self.text)
        while self._at < size:
            char = text[self._at]
            if char in _BLANK:
                self._at = _end(_SPACE, text, self._at)
            elif char == "#":
                self._comment()
            elif char in ";{}":
                yield from self._terminator(char)
            else:
                yield from self._word(char)
        yield from self._finish()

    def _comment(self) -> None:
        end = self.text.find("\n", self._at)
        end = len(self.text) if end < 0 else end
        self.remarks.append((self._at, end))
        self._at = end

    def _terminator(self, char: str) -> Iterator[tuple[Token, int, bool]]:
        at = self._at
        self._at += 1
        if char == "}":
            yield from self._close(at)
        elif char == ";" and not self._words:
            self._problem('unexpected ";"', at, at + 1)
        elif char == "{" and len(self._open) >= MAX_DEPTH:
            self._problem(f"blocks are nested deeper than {MAX_DEPTH}", at, at + 1)
            self._at = len(self.text)
        else:
            if not self._words:
                self._problem('unexpected "{"', at, at + 1)
                yield self._add(Word("", self.source, at, at)), 0, True
            yield from self._end(char, at + 1)

    def _close(self, at: int) -> Iterator[tuple[Token, int, bool]]:
        if self._words:
            self._problem('unexpected "}", expecting ";"', at, at + 1)
            yield from self._end(";", self._words[-1].end)
        if not self._open:
            self._problem('unexpected "}"', at, at + 1)
            return
        self._open.pop().end = at + 1
        yield self._mark("}"), 0, False

    def _end(self, char: str, end: int) -> Iterator[tuple[Token, int, bool]]:
        statement = Statement(self._words[0], tuple(self._words[1:]), end)
        self.statements.append(statement)
        self._words = []
        if char == "{":
            statement.body = end
            self._open.append(statement)
        yield self._mark(char), 0, False

    def _word(self, char: str) -> Iterator[tuple[Token, int, bool]]:
        if char in "\"'":
            word = self._quoted(char)
        else:
            start, self._at = self._at, _end(_PLAIN, self.text, self._at)
            word = self._make(start, start, self._at, "")
        yield self._add(word), 0, bool(word.quote)
        name = self._words[0].text
        if name.endswith("_by_lua_block") and len(self._words) == 1 + (name == "set_by_lua_block"):
            yield from self._lua()

    def _quoted(self, quote: str) -> Word:
        start, text = self._at, self.text
        end = _end(_QUOTED[quote], text, start + 1)
        self._at = min(end + 1, len(text))
        if end >= len(text):
            self._problem("quote is never closed", start, start + 1)
        elif self._at < len(text) and text[self._at] not in " \t\r\n;{)":
            self._problem(f'unexpected "{text[self._at]}" after a quoted word', self._at, self._at + 1)
        return self._make(start, start + 1, end, quote)

    def _make(self, start: int, inner: int, end: int, quote: str) -> Word:
        raw = self.text[inner:end]
        opaque = self.masked and raw != self.source.text[inner:end]
        return Word(decode(raw), self.source, start, self._at, quote, opaque)

    def _lua(self) -> Iterator[tuple[Token, int, bool]]:
        match = _OPEN.match(self.text, self._at)
        if not match:
            return
        end = lua_end(self.text, match.end())
        if end < 0:
            self._problem("Lua block is never closed", match.end() - 1, match.end())
            end = len(self.text)
        yield self._add(Word(self.text[match.end() : end], self.source, match.end(), end, "lua")), 0, True
        self._at = min(end + 1, len(self.text))
        yield from self._end(";", self._at)

    def _finish(self) -> Iterator[tuple[Token, int, bool]]:
        size = len(self.text)
        if self._words:
            self._problem('unexpected end of file, expecting ";"', self._words[0].start, self._words[-1].end)
            yield from self._end(";", self._words[-1].end)
        if self._open:
            head = self._open[-1].head
            self._problem('unexpected end of file, expecting "}"', head.start, head.end)
        for statement in reversed(self._open):
            statement.end = size
            yield self._mark("}"), 0, False

    def _add(self, word: Word) -> Token:
        self._words.append(word)
        return self._mark(word.text)

    def _mark(self, text: str) -> Token:
        token = Token(text)
        token.number = len(self.statements)
        return token

    def _problem(self, message: str, start: int, end: int) -> None:
        self.problems.append(Problem("nginx-syntax", message, self.source.span(start, end), self.source.path))


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match and match.end() > at else at if pattern is not _PLAIN else at + 1
