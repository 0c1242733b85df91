"""The inside of shell words: quotes, escapes and expansions, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable

from dockguard.common.shell_words import Part
from dockguard.lazy import regex

PLAIN = regex(r"[^\s\\\"'`$;&|()<>]+")
_QUOTED = regex(r"[^\"\\$`]+")
_DOCUMENT = regex(r"[^\\$`]+")
_ANSI = regex(r"(?:\\.|[^'\\])*", re.S)
_ANSI_ESCAPE = regex(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))", re.S)
_ANSI_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_VARIABLE = regex(r"\$(?:[A-Za-z_]\w*|[0-9@*#?!$-])")
_BRACED = regex(r"[^}$`\\'\"]+")
_ARITHMETIC = regex(r"[^()$`]+")

MAX_DEPTH = 40  # nested expansions; deeper ones are not read (bash itself would take them)

Block = Callable[[int, str, str], int]


class Lexer:
    """Reads words of one text. `block(at, closer, kind)` reads a substitution's commands and says where it ends."""

    def __init__(self, text: str, start: int, end: int, block: Block) -> None:
        self.text, self.end, self._start, self._block = text, end, start, block
        self._closed: dict[int, int] | None = None
        self.depth = 0
        self.complete = True

    def word(self, at: int, parts: list[Part], closer: str = "") -> tuple[int, bool]:
        """Reads one word; gives its end and whether anything in it was quoted."""
        text, end, quoted = self.text, self.end, False
        while at < end:
            plain = PLAIN.match(text, at, end)
            if plain:
                parts.append(Part("text", at, plain.end(), plain[0], False))
                at = plain.end()
                continue
            c = text[at]
            if c in "\\'\"":
                quoted = True
                at = self._quote(c, at, parts, closer)
            elif c == "$":
                at, ansi = self._dollar(at, parts, False)
                quoted = quoted or ansi
            elif c == "`" and closer != "`":
                at = self._substitution(at, 1, "`", "command", parts, False)
            elif c in "<>" and text.startswith("(", at + 1) and at + 1 < end:
                at = self._substitution(at, 2, ")", "process", parts, False)
            else:
                break
        return at, quoted

    def document(self, at: int, end: int, parts: list[Part]) -> None:
        """Reads the expansions of a here-document's body."""
        outer, self.end = self.end, end
        while at < end:
            at = self._inside(at, parts, _DOCUMENT, "\\$`")
        self.end = outer

    def _quote(self, c: str, at: int, parts: list[Part], closer: str) -> int:
        if c == "'":
            close = self.text.find("'", at + 1, self.end)
            close = self.end if close < 0 else close
            parts.append(Part("text", at + 1, close, self.text[at + 1 : close], True))
            return close + 1 if close < self.end else self.end
        if c == '"':
            return self._double(at + 1, parts)
        return self._escape(at, parts, closer)

    def _escape(self, at: int, parts: list[Part], closer: str) -> int:
        following = self.text[at + 1 : min(at + 2, self.end)]
        if following == "\r" and self.text.startswith("\n", at + 2):
            return min(at + 3, self.end)
        if closer == "`" and following == "`":  # a substitution inside a substitution: known only when it runs
            parts.append(Part("command", at, at + 2, "\\`", False))
        elif following != "\n":
            start = at + 1 if following else at
            parts.append(Part("text", start, start + 1, following or "\\", True))
        return min(at + 2, self.end)

    def _double(self, at: int, parts: list[Part]) -> int:
        first = at
        while at < self.end:
            if self.text[at] == '"':
                if at == first:
                    parts.append(Part("text", at, at, "", True))
                return at + 1
            at = self._inside(at, parts, _QUOTED, '"\\$`')
        return self.end

    def _inside(self, at: int, parts: list[Part], chunk: re.Pattern[str], escapes: str) -> int:
        """One piece of what double quotes or a here-document hold."""
        found = chunk.match(self.text, at, self.end)
        if found:
            parts.append(Part("text", at, found.end(), found[0], True))
            return found.end()
        c = self.text[at]
        if c == "$":
            return self._dollar(at, parts, True)[0]
        if c == "`":
            return self._substitution(at, 1, "`", "command", parts, True)
        following = self.text[at + 1 : min(at + 2, self.end)]
        if following == "\n":
            return at + 2
        if following and following in escapes:
            parts.append(Part("text", at + 1, at + 2, following, True))
            return at + 2
        parts.append(Part("text", at, at + 1, c, True))
        return at + 1

    def _dollar(self, at: int, parts: list[Part], quoted: bool) -> tuple[int, bool]:
        """One expansion; gives its end and whether it was `$'...'` or `$"..."`."""
        text = self.text
        following = text[at + 1 : min(at + 2, self.end)]
        if following == "(":
            if text.startswith("((", at + 1):
                return self._arithmetic(at, parts, quoted), False
            return self._substitution(at, 2, ")", "command", parts, quoted), False
        if following == "{":
            close = self._braced(at + 2, quoted)
            parts.append(Part("variable", at, close, text[at:close], quoted))
            return close, False
        if following == "'" and not quoted:
            return self._ansi(at, parts), True
        if following == '"' and not quoted:
            return self._double(at + 2, parts), True
        variable = _VARIABLE.match(text, at, self.end)
        close = variable.end() if variable else at + 1
        parts.append(Part("variable" if variable else "text", at, close, text[at:close], quoted))
        return close, False

    def _ansi(self, at: int, parts: list[Part]) -> int:
        found = _ANSI.match(self.text, at + 2, self.end)
        close = found.end() if found else self.end
        parts.append(Part("text", at + 2, close, _ANSI_ESCAPE.sub(_unescaped, self.text[at + 2 : close]), True))
        return min(close + 1, self.end)

    def _substitution(self, at: int, skip: int, closer: str, kind: str, parts: list[Part], quoted: bool) -> int:
        if self.depth >= MAX_DEPTH:
            return self._give_up(at, parts, quoted)
        self.depth += 1
        close = self._block(at + skip, closer, kind)
        self.depth -= 1
        parts.append(Part(kind, at, close, self.text[at:close], quoted))
        return close

    def _give_up(self, at: int, parts: list[Part], quoted: bool) -> int:
        self.complete = False
        parts.append(Part("command", at, self.end, self.text[at : self.end], quoted))
        return self.end

    def _arithmetic(self, at: int, parts: list[Part], quoted: bool) -> int:
        close = self.arithmetic(at + 3)
        if close < 0:  # `$((a); b)`: a substitution that begins with a subshell
            return self._substitution(at, 2, ")", "command", parts, quoted)
        parts.append(Part("arithmetic", at, close, self.text[at:close], quoted))
        return close

    def arithmetic(self, at: int) -> int:
        """The end of `((...))` whose inside begins at an offset, -1 when it is not arithmetic."""
        if self.depth >= MAX_DEPTH:
            self.complete = False
            return self.end
        if not self._is_arithmetic(at):
            return -1
        self.depth += 1
        level, scrap = 2, []  # type: tuple[int, list[Part]]
        while at < self.end and level:
            chunk = _ARITHMETIC.match(self.text, at, self.end)
            if chunk:
                at = chunk.end()
            elif self.text[at] == "$":
                at = self._dollar(at, scrap, True)[0]
            elif self.text[at] == "`":
                at = self._substitution(at, 1, "`", "command", scrap, True)
            else:
                level += 1 if self.text[at] == "(" else -1
                at += 1
        self.depth -= 1
        return at

    def _is_arithmetic(self, at: int) -> bool:
        """Whether the two parentheses before an offset close side by side (or never)."""
        if self._closed is None:
            self._closed = _closings(self.text, self._start, self.end)
        inner = self._closed.get(at - 1)
        return inner is None or self._closed.get(at - 2) == inner + 1

    def _braced(self, at: int, quoted: bool) -> int:
        """The end of `${...}` whose inside begins at an offset."""
        if self.depth >= MAX_DEPTH:
            self.complete = False
            return self.end
        self.depth += 1
        scrap: list[Part] = []
        while at < self.end and self.text[at] != "}":
            chunk = _BRACED.match(self.text, at, self.end)
            at = chunk.end() if chunk else self._in_braces(at, quoted, scrap)
        self.depth -= 1
        return min(at + 1, self.end)

    def _in_braces(self, at: int, quoted: bool, scrap: list[Part]) -> int:
        c = self.text[at]
        if c == "$":
            return self._dollar(at, scrap, quoted)[0]
        if c == "`":
            return self._substitution(at, 1, "`", "command", scrap, quoted)
        if c == "\\":
            return min(at + 2, self.end)
        if c == '"':
            return self._double(at + 1, scrap)
        if quoted:  # inside double quotes a single quote is itself
            return at + 1
        return self._quote(c, at, scrap, "")


def _closings(text: str, start: int, end: int) -> dict[int, int]:
    """Where each parenthesis closes, quotes not minded."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in re.compile(r"[()]").finditer(text, start, end):
        if match[0] == "(":
            opened.append(match.start())
        elif opened:
            found[opened.pop()] = match.start()
    return found


def _unescaped(match: re.Match[str]) -> str:
    code, letter = match[1] or match[2] or match[3], match[6]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    if match[4]:
        return chr(int(match[4], 8) & 0xFF)
    if match[5]:
        return chr(ord(match[5]) & 0x1F)
    return _ANSI_LETTERS.get(letter, letter if letter in "\\'\"?" else match[0])
