"""What a value with variables can be: constants through `set`, `map`, `geo` and `split_clients`, the rest left open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product

from dockguard.formats.nginx.flow.order import home_of, opener, position, server_of
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.text.tree import Word
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass

VARIABLE = regex(r"\$(?:\{(\w+)\}|(\w+))")
_PARTS = regex(r"(\$\{\w+\}|\$\w+)")
_MAPPING = frozenset(("map", "geo", "split_clients"))
MAX_CHOICES = 64  # alternatives of one value
MAX_STEPS = 6  # maps of maps

# Request data that is never empty once nginx answers; other unknown variables may be.
_NEVER_EMPTY = frozenset(
    """
    host http_host request_id scheme remote_addr binary_remote_addr request_uri uri document_uri server_addr server_port
    server_name server_protocol request_method status time_iso8601 time_local msec pid connection hostname nginx_version
    request remote_port document_root request_filename proxy_host proxy_port
    """.split()
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible text, in which unknown variables are left as written; `word` where it stands verbatim.

    `maybe_empty`: it holds nothing but variables that can be empty at run time.
    """

    text: str
    word: Word | None = None
    maybe_empty: bool = False

    @property
    def open(self) -> bool:
        """Whether some of it only the request decides."""
        return VARIABLE.search(self.text) is not None


class Variables:
    """Everything that gives variables a value in one `http` block."""

    def __init__(self, http: Level | None) -> None:
        self._http = http

    @cached_property
    def maps(self) -> dict[str, tuple[Directive, Level]]:
        """The last `map`, `geo` or `split_clients` of each variable, with its block."""
        found = {}
        for level in self._http.walk() if self._http else ():
            for directive in level.lines(_MAPPING) if not level.own.keys().isdisjoint(_MAPPING) else ():
                block = directive.block if directive.words else None
                if block is not None:
                    found[directive.texts[-1].lstrip("$").lower()] = (directive, block)
        return found

    @cached_property
    def sets(self) -> dict[str, list[Directive]]:
        """The `set` lines of each variable."""
        found: dict[str, list[Directive]] = {}
        for level in self._http.walk() if self._http else ():
            for directive in level.own.get("set", ()):
                if len(directive.words) == 2:
                    found.setdefault(directive.texts[0].lstrip("$").lower(), []).append(directive)
        return found

    def choices(self, text: str, level: Level, html: bool = True, word: Word | None = None) -> tuple[Choice, ...]:
        """Every text that a value can be in a block; with `html` what it is for an HTML page."""
        return self._expand(text, level, html, word, 0)

    def _expand(self, text: str, level: Level, html: bool, word: Word | None, step: int) -> tuple[Choice, ...]:
        if "$" not in text:
            return (Choice(text, word),)
        parts = [part for part in _PARTS.split(text) if part]
        options = [self._part(part, level, html, word, step, len(parts) == 1) for part in parts]
        found: dict[Choice, None] = {}
        for combination in product(*options):
            found.setdefault(_joined(combination, word if len(parts) > 1 else None))
            if len(found) >= MAX_CHOICES:
                return (Choice("$_", word),)
        return tuple(found)

    def _part(
        self, part: str, level: Level, html: bool, word: Word | None, step: int, whole: bool
    ) -> tuple[Choice, ...]:
        match = VARIABLE.fullmatch(part)
        if not match:
            return (Choice(part),)
        name = (match[1] or match[2]).lower()
        known = self._known(name, level, html, step) if step < MAX_STEPS else None
        if known is not None:
            return known
        return (Choice(part, word if whole else None, name not in _NEVER_EMPTY),)

    def _known(self, name: str, level: Level, html: bool, step: int) -> tuple[Choice, ...] | None:
        if name in self.maps:
            directive, block = self.maps[name]
            if block.gaps:
                return None
            if directive.name == "split_clients":
                words = [entry.words[0] for entry in block.directives if entry.words]
                return self._all(words, level, html, step, False)
            return self._mapped(directive, block, level, html, step)
        if name in self.sets:
            return self._set(name, level, html, step)
        return None

    def _mapped(self, directive: Directive, block: Level, level: Level, html: bool, step: int) -> tuple[Choice, ...]:
        entries = [entry for entry in block.directives if entry.words and entry.name not in _PARAMETERS]
        if html and directive.text(0) in ("$sent_http_content_type", "${sent_http_content_type}"):
            chosen = _for_html(entries)
            return self._all([chosen.words[0]] if chosen else [], level, html, step, chosen is None)
        closed = any(entry.name == "default" for entry in entries)
        return self._all([entry.words[0] for entry in entries], level, html, step, not closed)

    def _set(self, name: str, level: Level, html: bool, step: int) -> tuple[Choice, ...] | None:
        lines = [line for line in self.sets[name] if server_of(line.level) is server_of(level)] or self.sets[name]
        always = any(line.level is server_of(level) and _first(line) for line in lines)
        if any(name in names(line.texts[1]) for line in lines):
            return self._grown(name, lines, level, html, step)
        return self._all([line.words[1] for line in lines], level, html, step, not always)

    def _grown(
        self, name: str, lines: list[Directive], level: Level, html: bool, step: int
    ) -> tuple[Choice, ...] | None:
        """What lines make of it that add to what it holds, one after the other; None where that cannot be told."""
        homes = [one for one in (server_of(level), home_of(level)) if one is not None]
        inner = lines[0].level
        if any(home_of(line.level) not in homes or line.words[1].opaque for line in lines) or _leaves(homes):
            return None
        if server_of(inner) is None and name in names(min(lines, key=position).texts[1]):
            return None  # what comes before is not in the files
        found: dict[Choice, None] = {Choice(""): None}
        for line in sorted(lines, key=lambda line: _running(line, homes)):
            parts = [part for part in _PARTS.split(line.texts[1]) if part]
            options = [
                tuple(found) if name in names(part) else self._part(part, level, html, None, step + 1, False)
                for part in parts
            ]
            made = dict.fromkeys(_joined(one, None) for one in islice(product(*options), MAX_CHOICES + 1))
            found = {**found, **made} if line.level.context.startswith("if") else made
            if len(found) > MAX_CHOICES:
                return None
        return tuple(found)

    def _all(self, words: Iterable[Word], level: Level, html: bool, step: int, empty: bool) -> tuple[Choice, ...]:
        found: dict[Choice, None] = {Choice(""): None} if empty else {}
        for word in words:
            text = f"$_{word.start}" if word.opaque else word.text
            for choice in self._expand(text, level, html, word, step + 1):
                found.setdefault(choice)
        return tuple(found)[: MAX_CHOICES + 1]


_PARAMETERS = frozenset(("hostnames", "volatile", "include", "ranges", "delete", "proxy", "proxy_recursive"))


def _joined(combination: tuple[Choice, ...], word: Word | None) -> Choice:
    if len(combination) == 1:
        return combination[0]
    text = "".join(choice.text for choice in combination)
    empty = all(choice.maybe_empty or not choice.text for choice in combination)
    return Choice(text, word if word and text == word.text else None, empty)


def _running(line: Directive, homes: list[Level]) -> tuple[int, int, int]:
    """When a line of a program runs: the server's first, and those of an `if` in its place."""
    own = opener(line.level) if line.level.context.startswith("if") else None
    return homes.index(home_of(line.level)), position(own or line), position(line)


def _leaves(homes: list[Level]) -> bool:
    """Whether a program may end before its last line without an answer."""
    return any(
        line.name == "break" or (line.name == "rewrite" and line.text(2) in ("last", "break"))
        for home in homes
        for level in (home, *(one for one in home.children if one.context.startswith("if")))
        for line in level.lines(_ENDS)
    )


_ENDS = frozenset(("break", "rewrite"))


def _first(line: Directive) -> bool:
    """Whether every request runs a `set` of a server before anything can answer."""
    for other in line.level.directives:
        if other is line:
            return True
        if other.name in ("return", "rewrite", "if", "break"):
            return False
    return False


def _for_html(entries: list[Directive]) -> Directive | None:
    """The entry of a map on the content type that an HTML page gets."""
    default = None
    regexes = []
    for entry in entries:
        key = entry.name
        if key == "default":
            default = entry
        elif key.startswith("~"):
            regexes.append(entry)
        elif key.lower() in ("text/html", "text/html; charset=utf-8"):
            return entry
    return next((entry for entry in regexes if _hits(entry.name)), default)


def _hits(key: str) -> bool:
    pattern, flags = (key[2:], re.I) if key.startswith("~*") else (key[1:], 0)
    if len(pattern) > 200:
        return False
    try:
        return re.search(pattern, "text/html", flags) is not None
    except (re.error, RecursionError):
        return False


def names(text: str) -> Iterator[str]:
    """The variables in a text, in lower case as nginx keeps them."""
    for match in VARIABLE.finditer(text):
        yield (match[1] or match[2]).lower()
