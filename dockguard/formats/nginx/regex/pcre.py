"""A regular expression as PCRE reads it, parsed to a small tree; bounded, and None for what it does not know."""

from __future__ import annotations

from functools import lru_cache

from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.regex.pcre_tree import (
    ENDLESS,
    Alt,
    Atomic,
    Back,
    Edge,
    Group,
    Look,
    Node,
    One,
    Repeat,
    Seq,
    Tree,
)
from dockguard.lazy import regex

MAX_LENGTH = 4000
MAX_DEPTH = 50
_MOST_REPEATS = 4  # `a{2}{3}+`


class Unreadable(ValueError):
    """The expression is wrong, too large, or uses what nobody models here."""


@lru_cache(2048)
def parse(pattern: str, ignore_case: bool = False) -> Tree | None:
    """The tree of an expression; None for what is not read."""
    if len(pattern) > MAX_LENGTH:
        return None
    try:
        return _Parser(pattern, ignore_case).tree()
    except Unreadable:
        return None


_QUANTIFIER = regex(r"\{(\d{1,5})(?:(,)(\d{1,5})?)?\}")
_NAMED = regex(r"\(\?(?:P?<(\w+)>|'(\w+)')")
_FLAGS = regex(r"\(\?(\^?[imsxnJU]*)(?:-([imsxnJU]*))?([:)])")
_SAME = regex(r"\(\?P=(\w+)\)")
_VERB = regex(r"(?:\(\*[A-Z_\d]+(?:[:=][^)]*)?\))*")
_LOOKS = {"(?=": (True, False), "(?!": (True, True), "(?<=": (False, False), "(?<!": (False, True)}
_SETS = {
    "d": chars.DIGITS,
    "w": chars.WORD,
    "s": chars.BLANK,
    "h": chars.of(" \t"),
    "v": chars.of("\n\v\f\r"),
    "N": chars.others(chars.of("\n")),
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "e": "\x1b", "a": "\x07"}
_CODE = regex(r"x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{0,2}))|o\{([0-7]{1,7})\}|(0[0-7]{0,2})")
_BACK = regex(r"k(?:<(\w+)>|\{(\w+)\}|'(\w+)')|g(?:\{(-?\w+)\}|(\d+))|([1-9]\d?)")
_PROPERTY = regex(r"[pP](?:\{\^?[\w& ]{1,40}\}|[A-Z])")


class _Parser:
    """Recursive descent over one expression; the depth is bounded."""

    def __init__(self, pattern: str, ignore_case: bool) -> None:
        self.text = pattern
        self.at = 0
        self.flags = frozenset("i" if ignore_case else "")
        self.count = 0
        self.groups: list[Group] = []
        self.names: list[str] = []

    def tree(self) -> Tree:
        verbs = _VERB.match(self.text)
        self.at = verbs.end() if verbs else 0
        top = self._alternatives(0)
        if self.at < len(self.text):
            raise Unreadable("unmatched )")
        return Tree(top, tuple(self.groups), tuple(self.names))

    # --- structure ---

    def _alternatives(self, depth: int, reset: bool = False) -> Node:
        """Up to the closing parenthesis; with `reset` every option numbers its groups from the same start."""
        if depth > MAX_DEPTH:
            raise Unreadable("nested too deep")
        keep, start, most = self.flags, self.count, self.count
        options = [self._sequence(depth)]
        while self._take("|"):
            most = max(most, self.count)
            self.count = start if reset else self.count
            options.append(self._sequence(depth))
        self.count, self.flags = max(most, self.count), keep
        return options[0] if len(options) == 1 else Alt(tuple(options))

    def _sequence(self, depth: int) -> Node:
        items: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            item = self._atom(depth)
            if item is not None:
                items.append(self._repeated(item))
        return items[0] if len(items) == 1 else Seq(tuple(items))

    def _repeated(self, item: Node) -> Node:
        for _ in range(_MOST_REPEATS):
            self._skip()
            bounds = self._bounds()
            if bounds is None:
                return item
            atomic = self._take("+")
            if not atomic:
                self._take("?")
            item = Repeat(item, *bounds, atomic)
        raise Unreadable("too many repeats of one thing")

    def _bounds(self) -> tuple[int, int] | None:
        sign = self.text[self.at : self.at + 1]
        if sign and sign in "*+?":
            self.at += 1
            return {"*": (0, ENDLESS), "+": (1, ENDLESS), "?": (0, 1)}[sign]
        match = _QUANTIFIER.match(self.text, self.at)
        if not match:
            return None
        self.at = match.end()
        low = int(match[1])
        high = int(match[3]) if match[3] else ENDLESS if match[2] else low
        if high < low:
            raise Unreadable("bounds in the wrong order")
        return low, high

    def _skip(self) -> None:
        """Comments, and with `x` blanks."""
        while "x" in self.flags and self.at < len(self.text):
            if self.text[self.at] in " \t\n\r\v\f":
                self.at += 1
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end + 1
            else:
                break

    def _take(self, sign: str) -> bool:
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) * found
        return found

    # --- atoms ---

    def _atom(self, depth: int) -> Node | None:
        self._skip()
        char = self.text[self.at : self.at + 1]
        if not char or char in "|)":
            return None
        if char == "(":
            return self._parenthesis(depth)
        if char == "[":
            return One(self._class())
        if char == "\\":
            return self._escape()
        self.at += 1
        if char == ".":
            return One(chars.ALL if "s" in self.flags else chars.others(chars.of("\n")))
        if char in "^$":
            return Edge(char + ("m" if "m" in self.flags else ""))
        if char in "*+?":
            raise Unreadable("nothing to repeat")
        return One(self._cased(chars.of(char)))

    def _cased(self, mask: Chars) -> Chars:
        return chars.fold(mask) if "i" in self.flags else mask

    def _parenthesis(self, depth: int) -> Node | None:
        if self.text.startswith("(?#", self.at):
            self._comment()
            return None
        for sign in ("(?<=", "(?<!", "(?=", "(?!"):
            if self._take(sign):
                ahead, negative = _LOOKS[sign]
                return Look(self._closed(depth), ahead, negative)
        if self._take("(?>"):
            return Atomic(self._closed(depth))
        if self._take("(?|"):
            return self._closed(depth, reset=True)
        if (named := _NAMED.match(self.text, self.at)) is not None:
            self.at = named.end()
            return self._group(depth, named[1] or named[2])
        if self.text.startswith("(?", self.at):
            return self._flagged(depth)
        if self.text.startswith("(*", self.at):
            raise Unreadable("a verb")
        self.at += 1
        return self._group(depth, "") if "n" not in self.flags else self._closed(depth)

    def _group(self, depth: int, name: str) -> Node:
        self.count += 1
        number = self.count
        if name:
            self.names.append(name)
        group = Group(number, name, self._closed(depth))
        self.groups.append(group)
        return group

    def _closed(self, depth: int, reset: bool = False) -> Node:
        item = self._alternatives(depth + 1, reset)
        if not self._take(")"):
            raise Unreadable("missing )")
        return item

    def _comment(self) -> None:
        end = self.text.find(")", self.at)
        if end < 0:
            raise Unreadable("missing )")
        self.at = end + 1

    def _flagged(self, depth: int) -> Node | None:
        match = _FLAGS.match(self.text, self.at)
        back = _SAME.match(self.text, self.at)
        if back is not None:
            self.at = back.end()
            return Back(back[1])
        if match is None:
            raise Unreadable("a group of another kind")
        self.at = match.end()
        keep = self.flags
        on = match[1].lstrip("^")
        self.flags = ((frozenset() if match[1].startswith("^") else keep) | frozenset(on)) - frozenset(match[2] or "")
        if match[3] == ")":
            return None  # counts up to the end of the group around it, which restores them
        item = self._closed(depth)
        self.flags = keep
        return item

    # --- escapes and classes ---

    def _escape(self) -> Node | None:
        self.at += 1
        char = self.text[self.at : self.at + 1]
        if char == "Q":
            return self._quoted()
        if char in ("A", "z", "Z", "b", "B", "G"):
            self.at += 1
            return Edge(char)
        if char in ("K", "E"):
            self.at += 1
            return None
        if char == "R":
            self.at += 1
            return One(chars.of("\n\v\f\r"))
        match = _BACK.match(self.text, self.at)
        if match is not None and (match[6] is None or len(match[6]) == 1 or int(match[6]) <= self.count):
            self.at = match.end()
            return Back(self._target(next(one for one in match.groups() if one is not None)))
        return One(self._cased(self._escaped()))

    def _target(self, word: str) -> int | str:
        if word.lstrip("-").isdecimal():
            return int(word) if not word.startswith("-") else self.count + 1 + int(word)
        return word

    def _quoted(self) -> Node:
        end = self.text.find("\\E", self.at)
        inner = self.text[self.at + 1 : end if end >= 0 else len(self.text)]
        self.at = len(self.text) if end < 0 else end + 2
        return Seq(tuple(One(self._cased(chars.of(char))) for char in inner))

    def _escaped(self) -> Chars:
        """The set of an escape, in a class or outside; `at` is behind the backslash."""
        char = self.text[self.at : self.at + 1]
        if char in _SETS or (char and char in "DWSHV"):
            self.at += 1
            return _SETS[char] if char in _SETS else chars.others(_SETS[char.lower()])
        if (found := _PROPERTY.match(self.text, self.at)) is not None:
            self.at = found.end()
            return chars.ALL
        if (number := _CODE.match(self.text, self.at)) is not None:
            self.at = number.end()
            octal = number[3] or number[4]
            return chars.single(int(octal, 8) if octal else int(number[1] or number[2] or "0", 16))
        if not char or (char.isalnum() and char.isascii() and char not in _CONTROLS):
            raise Unreadable("an unknown escape")
        self.at += 1
        return chars.of(_CONTROLS.get(char, char))

    def _class(self) -> Chars:
        self.at += 1
        negative = self._take("^")
        mask, first = 0, True
        while first or not self._take("]"):
            if self.at >= len(self.text):
                raise Unreadable("missing ]")
            mask |= self._member()
            first = False
        mask = self._cased(mask)
        return chars.others(mask) if negative else mask

    def _member(self) -> Chars:
        if self.text.startswith("[:", self.at) and (end := self.text.find(":]", self.at)) > 0:
            return self._posix(end)
        start = self.at
        low = self._literal()
        if not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at):
            return low
        if low.bit_count() != 1:
            return low
        self.at += 1
        high = self._literal()
        if high.bit_count() != 1:
            return low | high | chars.of("-")
        if high < low:
            raise Unreadable(f"range in the wrong order: {self.text[start : self.at]}")
        return chars.span(low.bit_length() - 1, high.bit_length() - 1)

    def _literal(self) -> Chars:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char != "\\":
            return chars.of(char)
        if self.text.startswith("b", self.at):
            self.at += 1
            return chars.of("\b")
        return self._escaped()

    def _posix(self, end: int) -> Chars:
        name = self.text[self.at + 2 : end]
        mask = chars.POSIX.get(name.lstrip("^"))
        if mask is None:
            raise Unreadable("an unknown class")
        self.at = end + 2
        return chars.others(mask) if name.startswith("^") else mask
