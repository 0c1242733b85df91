"""Variables in words, as BuildKit's `shell` package replaces them, to a value or to what only the build knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dockguard.formats.dockerfile.variables.wildcard import BadSubstitution, replace, trim
from dockguard.lazy import regex
from dockguard.record import dataclass, field
from dockguard.source import Unknown

WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))  # Go's
_SPACE = frozenset(WHITE)
_SPECIAL = frozenset("@*#?-$!0")
MAX_VALUE = 16384  # characters that variables bring into one word; BuildKit has no bound
_MAX_DEPTH = 50  # of `${A:-${B:-…}}`; BuildKit itself has no bound
_PLAIN = regex(r"""[^$'"\\`]*""")

Value = str | Unknown
Lookup = Callable[[str], Value | None]


class Doubt(Unknown):
    """A variable that nothing in the file sets; that something else does is possible, and not likely."""

    __slots__ = ()


@dataclass(slots=True)
class Expansion:
    """A word after replacement: `value`, and the variables that it asked for."""

    value: Value
    used: list[str] = field(default_factory=list)
    unset: list[str] = field(default_factory=list)  # of these, the ones without any value
    error: str = ""


def expand(word: str, lookup: Lookup | Mapping[str, Value], escape: str = "\\") -> Expansion:
    """The word without quotes and escapes, its variables replaced.

    `lookup` gives a value, Unknown, or None for a variable that is not set (which BuildKit replaces by nothing). With
    an Unknown in it the whole is Unknown. A word that BuildKit refuses keeps its text, and `error` says why.
    """
    if _PLAIN.fullmatch(word):
        return Expansion(word)
    lexer = _Lexer(word, lookup.get if isinstance(lookup, Mapping) else lookup, escape)
    try:
        value = lexer.until("")
    except BadSubstitution as error:
        return Expansion(word, lexer.used, lexer.unset, str(error))
    return Expansion(value if lexer.unknown is None else lexer.unknown, lexer.used, lexer.unset)


def shell_words(line: str) -> list[str]:
    """Words with quotes and escapes kept, variables untouched: what BuildKit looks for heredocs in."""
    lexer = _Lexer(line, _keep, "\\", raw_quotes=True, raw_escapes=True)
    try:
        lexer.until("")
    except BadSubstitution:
        return []
    return lexer.words.finished()


def unquoted(word: str) -> list[str] | None:
    """The words in a text after its quotes are removed; None where BuildKit refuses it."""
    lexer = _Lexer(word, _keep, "\\")
    try:
        lexer.until("")
    except BadSubstitution:
        return None
    return lexer.words.finished()


def _keep(name: str) -> None:
    """A lookup for which nothing is set."""


class _Words:
    """The word splitting that goes along with an expansion."""

    __slots__ = ("done", "inside", "word")

    def __init__(self) -> None:
        self.done: list[str] = []
        self.word: list[str] = []
        self.inside = False

    def char(self, char: str) -> None:
        if char not in _SPACE:
            self.raw(char)
        elif self.inside and self.word:
            self.done.append("".join(self.word))
            self.word, self.inside = [], False

    def raw(self, text: str) -> None:
        if text:
            self.word.append(text)
        self.inside = True

    def finished(self) -> list[str]:
        return [*self.done, "".join(self.word)] if self.word else self.done


class _Lexer:
    """One pass over a word; `unknown` is the first value that only the build knows."""

    def __init__(
        self, text: str, lookup: Lookup, escape: str, *, raw_quotes: bool = False, raw_escapes: bool = False
    ) -> None:
        self.text, self.at, self.end = text, 0, len(text)
        self.lookup, self.escape = lookup, escape
        self.raw_quotes, self.raw_escapes = raw_quotes, raw_escapes
        self.keep_unset = lookup is _keep
        self.used: list[str] = []
        self.unset: list[str] = []
        self.unknown: Unknown | None = None
        self.words = _Words()
        self.depth = self.size = 0

    def peek(self) -> str:
        return self.text[self.at] if self.at < self.end else ""

    def next(self) -> str:
        char = self.peek()
        self.at += 1
        return char

    def until(self, stop: str, *, raw_escapes: bool | None = None) -> str:
        """The text up to `stop` (to the end for ""), replaced."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise BadSubstitution("too many nested substitutions")
        before, words = self.raw_escapes, self.words
        self.raw_escapes = before if raw_escapes is None else raw_escapes
        self.words = words if self.depth == 1 else _Words()
        out: list[str] = []
        while self.at < self.end:
            char = self.text[self.at]
            if char == stop:
                self.at += 1
                break
            self._step(char, out)
        else:
            if stop:
                raise BadSubstitution(f"unexpected end of statement while looking for matching {stop}")
        self.raw_escapes, self.words, self.depth = before, words, self.depth - 1
        return "".join(out)

    def _step(self, char: str, out: list[str]) -> None:
        if char == "$":
            text = self.dollar()
            out.append(text)
            for one in text if self.keep_unset else "":  # only who looks for words needs them
                self.words.char(one)
        elif char in "'\"":
            text = self.single() if char == "'" else self.double()
            out.append(text)
            self.words.raw(text)
        else:
            self._plain(out)

    def _plain(self, out: list[str]) -> None:
        char = self.next()
        if char != self.escape:
            self.words.char(char)
            out.append(char)
            return
        if self.raw_escapes:
            self.words.raw(char)
            out.append(char)
        if self.at < self.end:
            char = self.next()
            self.words.raw(char)
            out.append(char)

    def single(self) -> str:
        close = self.text.find("'", self.at + 1)
        if close < 0:
            self.at = self.end
            raise BadSubstitution("unexpected end of statement while looking for matching single-quote")
        text = self.text[self.at : close + 1] if self.raw_quotes else self.text[self.at + 1 : close]
        self.at = close + 1
        return text

    def double(self) -> str:
        mark = self.next()
        out = [mark] if self.raw_quotes else []
        while True:
            char = self.peek()
            if not char:
                raise BadSubstitution("unexpected end of statement while looking for matching double-quote")
            if char == '"':
                self.at += 1
                return "".join([*out, char] if self.raw_quotes else out)
            if char == "$":
                out.append(self.dollar())
            else:
                self._quoted(out)

    def _quoted(self, out: list[str]) -> None:
        char = self.next()
        if char == self.escape:
            if self.raw_escapes:
                out.append(char)
            following = self.peek()
            if not following:
                return
            if following in ('"', "$", self.escape):
                char = self.next()
        out.append(char)

    def dollar(self) -> str:
        start = self.at
        self.at += 1
        if self.peek() != "{":
            name = self.name()
            if not name:
                return "$"
            value = self.value(name)
            return self.text[start : self.at] if value is None and self.keep_unset else value or ""
        self.at += 1
        if self.peek() in ("", "{", "}", ":"):
            raise BadSubstitution("syntax error: missing '}'" if not self.peek() else "syntax error: bad substitution")
        return self._braced(start, self.name())

    def _braced(self, start: int, name: str) -> str:
        char = self.next()
        if char == "}":
            value = self.value(name)
            return self.text[start : self.at] if value is None and self.keep_unset else value or ""
        empty_is_unset = char == ":"
        operator = self.next() if empty_is_unset else char
        if operator in ("+", "-", "?", "#", "%"):
            return self._modified(start, name, operator, empty_is_unset)
        if operator == "/" and not empty_is_unset:
            return self._replaced(start, name)
        raise BadSubstitution(f"unsupported modifier ({':' if empty_is_unset else ''}{operator}) in substitution")

    def _modified(self, start: int, name: str, operator: str, empty_is_unset: bool) -> str:
        before, used, unset = self.unknown, len(self.used), len(self.unset)
        word = self._inner("}", operator in "#%")
        inner, self.unknown = self.unknown, before
        value = self.value(name, default=operator == "-")
        if value is None and self.keep_unset:
            return self.text[start : self.at]
        present = self.unknown is not before or (value is not None and not (empty_is_unset and value == ""))
        if operator in "#%":
            self.unknown = inner if self.unknown is None else self.unknown
            return trim(value or "", word, operator)
        if value is None:  # whoever writes a default or an error for it knows that it may be unset
            self.used.pop()
            self.unset.pop()
        if operator == "?":
            if not present:
                raise BadSubstitution(f"{name}: {word or 'is not allowed to be unset'}")
            return value or ""
        if present != (operator == "+"):
            del (
                self.used[used : len(self.used) - (value is not None)],
                self.unset[unset:],
            )  # of a word that is not taken
            return (value or "") if operator == "-" else ""
        self.unknown = inner if self.unknown is None else self.unknown
        return word

    def _replaced(self, start: int, name: str) -> str:
        every = self.peek() == "/"
        self.at += every
        pattern = self._inner("/", True)
        replacement = self._inner("}", True)
        value = self.value(name)
        if value is None:
            return self.text[start : self.at] if self.keep_unset else ""
        return replace(value, pattern, replacement, every=every)

    def _inner(self, stop: str, raw_escapes: bool) -> str:
        try:
            return self.until(stop, raw_escapes=raw_escapes)
        except BadSubstitution:
            if self.at >= self.end:
                raise BadSubstitution(f"syntax error: missing '{stop}'") from None
            raise

    def name(self) -> str:
        start, char = self.at, self.peek()
        if char.isdigit():
            while self.peek().isdigit():
                self.at += 1
        elif char and char in _SPECIAL:
            self.at += 1
        else:
            while self.peek() == "_" or self.peek().isalpha() or self.peek().isdigit():
                self.at += 1
        return self.text[start : self.at]

    def value(self, name: str, *, default: bool = False) -> str | None:
        value = self.lookup(name)
        value = None if default and isinstance(value, Doubt) else value
        self.used.append(name)
        if value is None:
            self.unset.append(name)
        if isinstance(value, Unknown):
            self.unknown = value if self.unknown is None else self.unknown
            return ""
        self.size += len(value or "")
        if self.size > MAX_VALUE:
            raise BadSubstitution("the value is too long")
        return value
