"""The regular expressions of a site, where they stand and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.flow import condition
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import backtracking, origin, pcre, shape
from dockguard.formats.nginx.regex.pcre_tree import Tree
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.text.tree import Word
from dockguard.lazy import cached_property
from dockguard.source import Fact, Span

MAX_EXPRESSIONS = 10_000  # of one site
MAX_JUDGED = 150  # with loops that are judged; each may take some milliseconds
_LOOPS = frozenset("*+{")
_ORIGINS = frozenset(("http_origin", "http_referer", "http_referrer"))
_REFUSES = frozenset(("403", "404", "405", "410", "444", "400", "401", "418", "429"))


class Regex:
    """One regular expression: of a location, an `if`, a `rewrite`, a map's line, a `server_name` or a referer list."""

    def __init__(self, line: Directive, word: Word, start: int, role: str, subject: str, ignore_case: bool) -> None:
        self.line, self.word, self.role, self.matched = line, word, role, subject
        self._start, self.ignore_case = start, ignore_case
        self._judged = True

    line: Directive
    """The line that it stands in; of a location the block's opening line."""
    role: str
    """`location`, `if`, `rewrite`, `map`, `server_name` or `valid_referers`."""
    matched: str
    """What it is matched with, as written: `$uri`, `$http_origin`."""
    ignore_case: bool
    """Whether letters of both cases match."""

    @property
    def pattern(self) -> str:
        """Its text as nginx gives it to PCRE."""
        text = self.word.text[self._start :]
        return text[:-1] if self._closes(text) else text

    def _closes(self, text: str) -> bool:
        if self.role != "if" or self.word.quote or not text.endswith(")"):
            return False
        return self.word is self.line.words[-1]

    @property
    def span(self) -> Span:
        """Its place, quotes included where it fills a word."""
        if self._start == 0 and not self._closes(self.word.text):
            return self.word.span
        return self.word.part(self._start, self._start + len(self.pattern))

    @property
    def subject(self) -> str:
        """The line's block and name."""
        return self.line.subject

    @property
    def text(self) -> Fact[str]:
        """The expression, with its place."""
        return Fact(self.pattern, self.span)

    @cached_property
    def _tree(self) -> Tree | None:
        return None if self.word.opaque else pcre.parse(self.pattern, self.ignore_case)

    @cached_property
    def growth(self) -> Fact[str]:
        """How the tries grow with the length of a text that does not match: `exponential` or `quadratic`."""
        found = backtracking.tries(self.pattern, self.ignore_case) if self._judged and not self.word.opaque else None
        return Fact(found.growth if found else None, self.span)

    @cached_property
    def unanchored(self) -> bool:
        """Whether it may match in the middle of a text: some way passes neither its beginning nor its end."""
        return self._tree is not None and not shape.edged(self._tree.top)

    @cached_property
    def exact(self) -> Fact[str]:
        """The only text that it matches, for one like `^/status$`."""
        found = shape.exact(self._tree.top) if self._tree is not None and not self.ignore_case else None
        return Fact(found or None, self.span)

    # --- allow-lists of origins ---

    @property
    def _header(self) -> str:
        return self.matched.strip("${}").lower()

    @cached_property
    def strangers(self) -> Fact[str]:
        """What lets sites of strangers through, in words, where it is a list of origins or referers that may pass."""
        if self.word.opaque or not self._judged or self._header not in _ORIGINS:
            return Fact(None, self.span)
        if self._header == "http_referrer":
            return Fact("no site matches: browsers send `Referer`, with one r", self.span)
        if not self._allows():
            return Fact(None, self.span)
        pattern = self._behind_scheme() if self.role == "valid_referers" else self.pattern
        found = origin.holes(pattern, self.ignore_case, self._header == "http_referer")
        who = "no site matches" if set(found) <= set(origin.NEVER) else "sites of strangers match"
        return Fact(f"{who}: {'; '.join(found)}" if found else None, self.span)

    def _behind_scheme(self) -> str:
        """An expression of `valid_referers`, which sees the text behind `http://` or `https://`, for the whole text."""
        anchored = self.pattern.startswith("^")
        return f"^https?://{self.pattern[1:]}" if anchored else f"^https?://.*(?:{self.pattern})"

    def _allows(self) -> bool:
        """Whether what matches is let through, rather than refused."""
        if self.role == "if":
            asked = condition.of(self.line)
            if asked is None or asked.negative:
                return asked is not None
            return not any(_refuses(inner.name.text, inner.texts) for inner in self.line.statement.block or ())
        return self.role == "valid_referers" or "$" in self.line.text(0)

    def __repr__(self) -> str:
        return f"Regex({self.pattern!r})"


def _refuses(name: str, args: tuple[str, ...]) -> bool:
    if name == "return" and args:
        return args[0] in _REFUSES or args[0].startswith("5")
    return name in ("set", "rewrite", "deny") and any(
        word in " ".join(args).lower() for word in ("bad", "block", "spam", "deny")
    )


def expressions(site: Site) -> tuple[Regex, ...]:
    """Every regular expression of the `http` block; the backtracking of the first ones is judged."""
    if "expressions" not in site.root.memo:
        site.root.memo["expressions"] = tuple(_expressions(site))
    found: tuple[Regex, ...] = site.root.memo["expressions"]
    return found


def _expressions(site: Site) -> Iterator[Regex]:
    if site.http is None:
        return
    count, seen = 0, set()
    for level in site.http.walk():
        for one in _of(level):
            count += 1
            if count > MAX_EXPRESSIONS:
                return
            if not _LOOPS.isdisjoint(one.pattern):
                seen.add(one.pattern)
                one._judged = len(seen) <= MAX_JUDGED
            yield one


def _of(level: Level) -> Iterator[Regex]:
    if level.data():
        return
    for line in level.directives:
        name = line.name
        if name == "location":
            yield from _location(line)
        elif name == "if":
            yield from _if(line)
        elif name == "rewrite" and line.words:
            yield Regex(line, line.words[0], 0, "rewrite", "$uri", False)
        elif name in ("server_name", "valid_referers"):
            matched = "$host" if name == "server_name" else "$http_referer"
            for word in line.words:
                if word.text.startswith("~"):
                    yield Regex(line, word, 1, name, matched, name == "valid_referers")
        elif name == "map" and len(line.words) == 2:
            yield from _map(line)


def _location(line: Directive) -> Iterator[Regex]:
    match = matching.match_of(line.texts)
    if match.regex and line.words:
        word = line.words[-1]
        yield Regex(line, word, len(word.text) - len(match.pattern), "location", "$uri", match.modifier == "~*")


def _if(line: Directive) -> Iterator[Regex]:
    asked = condition.of(line)
    if asked is not None and asked.regex:
        yield Regex(line, asked.word, asked.start, "if", asked.variable, asked.ignore_case)


def _map(line: Directive) -> Iterator[Regex]:
    block = line.block
    for entry in block.directives if block is not None else ():
        word = entry.statement.name
        if word.text.startswith("~"):
            ignore_case = word.text.startswith("~*")
            yield Regex(entry, word, 1 + ignore_case, "map", line.text(0), ignore_case)
