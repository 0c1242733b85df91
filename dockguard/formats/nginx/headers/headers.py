"""`add_header` and `more_set_headers` lines: which of them count in a block, and what they send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.formats.nginx.directives.table import nearest
from dockguard.formats.nginx.flow import cors
from dockguard.formats.nginx.flow.values import VARIABLE, Choice, Variables
from dockguard.formats.nginx.headers.more import LINES, More, more
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.text.tree import Word
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Span, Unknown

# Statuses whose responses carry headers without `always` (ngx_http_headers_filter, measured on 34 statuses).
SAFE = frozenset((200, 201, 204, 206, 301, 302, 303, 304, 307, 308))
SECURITY = frozenset(
    """
    content-security-policy strict-transport-security x-frame-options x-content-type-options referrer-policy
    permissions-policy cross-origin-opener-policy cross-origin-embedder-policy cross-origin-resource-policy
    content-security-policy-report-only
    """.split()
)
_NAME = frozenset(("add_header",))
_ALIKE = frozenset(
    ("content-security-policy-report-only", "x-content-security-policy", "x-permitted-cross-domain-policies")
)


class Header:
    """A response header that an `add_header` line sends, or one of those of a `more_set_headers` line."""

    def __init__(self, directive: Directive, variables: Variables, made: More | None = None) -> None:
        self._directive, self._variables, self._made = directive, variables, made

    @property
    def added(self) -> bool:
        """Whether `add_header` sends it; else it is of the module headers-more."""
        return self._made is None

    @property
    def forced(self) -> bool:
        """Whether `more_set_headers` gives it to responses of every status and type."""
        return self._made is not None and not self._made.statuses and not self._made.types

    @property
    def name(self) -> str:
        """Its name as written."""
        return self._made.name.text if self._made is not None else self._directive.text(0)

    @cached_property
    def key(self) -> str:
        """Its name in lower case."""
        return self.name.lower()

    @property
    def value(self) -> Fact[str]:
        """Its value as written, variables included."""
        if self.word is None:
            return self._directive.arg(1)
        fact = self.word.fact
        return Fact(fact.value, fact.span, self._directive.via)

    @property
    def reflects_origin(self) -> bool:
        """Whether its value is the origin of whatever site asks."""
        return self.added and cors.reflected(self._directive, self._variables)[0]

    @property
    def always(self) -> bool:
        """Whether error responses carry it too."""
        return not self._made.statuses if self._made is not None else self._directive.text(2) == "always"

    @property
    def span(self) -> Span:
        """The line, without the `;`."""
        return self._directive.span

    @property
    def name_span(self) -> Span:
        """Its name's place."""
        words = self._directive.words
        return self._made.name.span if self._made is not None else words[0].span if words else self.span

    @property
    def subject(self) -> str:
        """The block and the header's name."""
        return self._directive.subject

    @property
    def security(self) -> bool:
        """Whether browsers take security policy from it."""
        return self.key in SECURITY

    @property
    def literal(self) -> Fact[str]:
        """Its value where it is a constant, else unknown."""
        choices = self.choices
        if len(choices) == 1 and not choices[0].open:
            return Fact(choices[0].text, self.value.span, self.value.via)
        return Fact(Unknown("the value depends on the request"), self.value.span)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """What its value can be on an HTML page."""
        word = self.word
        if word is None or word.opaque:
            return (Choice("$_", word),)
        return self._variables.choices(word.text, self._directive.level, True, word)

    @property
    def word(self) -> Word | None:
        """The word of its value."""
        if self._made is not None:
            return self._made.value
        words = self._directive.words
        return words[1] if len(words) > 1 else None

    @property
    def never_sent(self) -> bool:
        """Whether its value is always empty: nginx sends nothing, but the line still cancels inheritance."""
        return all(not choice.text for choice in self.choices)

    @property
    def maybe_empty(self) -> bool:
        """Whether its value can be empty, so that some pages go without it."""
        return any(not choice.text or choice.maybe_empty for choice in self.choices)

    @property
    def mapped_by(self) -> tuple[str, bool]:
        """For a value that is one variable of a `map`: its source, and whether it has a `default` or an empty value.

        ("", True) for other values.
        """
        match = VARIABLE.fullmatch(self.word.text) if self.word is not None else None
        found = self._variables.maps.get((match[1] or match[2]).lower()) if match else None
        if found is None or found[0].name != "map" or found[1].gaps:
            return "", True
        entries = found[1].directives
        return found[0].text(0), any(entry.name == "default" or not entry.text(0, "$") for entry in entries)

    @property
    def first(self) -> Fact[str]:
        """Its name, with its place."""
        return Fact(self.name, self.name_span, self._directive.via)

    @property
    def flags(self) -> Fact[str]:
        """The word after its value: `always`."""
        return self._directive.arg(2) if self.added else Fact(None, self.span)

    @property
    def plain(self) -> str:
        """A constant value in lower case, without blanks around it; "" for others."""
        return (self.literal.known or "").strip().lower()

    @property
    def last_token(self) -> str:
        """The last of the values that commas separate, in lower case."""
        return self.plain.rpartition(",")[2].strip()

    @property
    def replaces_upstream(self) -> bool:
        """Whether it takes the place of the upstream's header of this name."""
        return not self.added or self.hides_upstream

    @property
    def hides_upstream(self) -> bool:
        """Whether the upstream's header of this name is hidden where this one is set."""
        for kind in ("proxy", "fastcgi", "uwsgi", "scgi", "grpc"):
            hidden = self._directive.level.listed(f"{kind}_hide_header")
            if any(line.text(0).lower() == self.key for line in hidden):
                return True
        return False

    @property
    def multiline(self) -> bool:
        """Whether its value goes over several lines."""
        return self.word is not None and "\n" in self.word.text

    @property
    def likely_name(self) -> str:
        """The security header whose name this one misspells; "" for other names."""
        plain = self.key.rstrip(":").replace("_", "-")
        return "" if self.key in SECURITY or self.key in _ALIKE else nearest(plain, sorted(SECURITY), 0.9)

    @property
    def repeated(self) -> bool:
        """Whether the same block adds the same header before, or headers-more sets it: responses carry it twice."""
        if self.never_sent or not self.added:
            return False
        lines = self._directive.level.own.get("add_header", ())
        before = lines[: lines.index(self._directive)]
        if any(line.text(0).lower() == self.key and line.text(1) for line in before):
            return True
        return any(one.name.text.lower() == self.key for one in set_by_module(self._directive.level))

    @property
    def directive(self) -> Directive:
        """The line it comes from."""
        return self._directive

    def __repr__(self) -> str:
        return f"Header({self.name}: {self.value.known})"


class Carried:
    """What one header carries, read by the specification of that header: its place and name are the header's."""

    def __init__(self, header: Header) -> None:
        self._header = header

    @property
    def span(self) -> Span:
        """The header's line."""
        return self._header.span

    @property
    def subject(self) -> str:
        """The header's address."""
        return self._header.subject

    @property
    def header(self) -> Header:
        """The header that carries it."""
        return self._header

    @property
    def value(self) -> Fact[str]:
        """Its text; unknown where the request decides."""
        return self._header.literal


class Headers:
    """The effective `add_header` lists of one site's blocks; a Header is made once for each line."""

    def __init__(self, variables: Variables) -> None:
        self.variables = variables
        self._made: dict[int, Header] = {}
        self._more: dict[tuple[int, int], Header] = {}
        self._of: dict[int, Many[Header]] = {}

    def of(self, level: Level) -> Many[Header]:
        """What counts in a block: its own lines, or those of the nearest block around it that has some.

        `add_header_inherit merge` (1.29.3) adds the inherited ones, `off` cuts them. headers-more drops nothing.
        """
        if id(level) not in self._of:
            found = self._counting(level)
            if level.senders:
                added = (header for header in found if header.added)
                found = Many((*map(self._of_module, set_by_module(level)), *added), found.span, found.open)
            self._of[id(level)] = found
        return self._of[id(level)]

    def _counting(self, level: Level) -> Many[Header]:
        outer = None if level.gaps or level.has("add_header") else level.parent
        if outer is not None and self.mode(level) != "off":
            above = self.of(outer)
            return Many(above.items, level.span, above.open)
        found: list[Directive] = []
        for here in level.chain:
            own, why = here.lines(_NAME), here.hidden(_NAME)
            found += own
            mode = self.mode(here)
            if why:
                return Many(self._headers(found), level.span, why)
            if mode == "off" or (own and mode != "merge"):
                break
        return Many(self._headers(found), level.span)

    def lines(self, level: Level) -> Iterator[Header]:
        """Every header that this very block's lines of either module send, whatever else counts there."""
        yield from self.own(level)
        for line in level.own.get("more_set_headers", ()):
            yield from (self._of_module(one) for one in more(line) if one.value is not None)

    def own(self, level: Level) -> Many[Header]:
        """The `add_header` lines of this very block."""
        return Many(self._headers(level.lines(_NAME)), level.span, level.hidden(_NAME))

    def above(self, level: Level) -> Many[Header]:
        """What would count here without own lines."""
        return self.of(level.parent) if level.parent is not None else Many((), level.span)

    @staticmethod
    def mode(level: Level) -> str:
        """`on`, `off` or `merge`: how this block takes headers from the one around it."""
        fact = level.nearest("add_header_inherit")
        return fact.value.text(0, "on") if isinstance(fact.value, Directive) else "on"

    def _headers(self, lines: Iterable[Directive]) -> tuple[Header, ...]:
        return tuple(self._header(line) for line in lines if len(line.words) >= 2)

    def _header(self, line: Directive) -> Header:
        if id(line) not in self._made:
            self._made[id(line)] = Header(line, self.variables)
        return self._made[id(line)]

    def _of_module(self, one: More) -> Header:
        key = id(one.directive), one.name.start
        if key not in self._more:
            self._more[key] = Header(one.directive, self.variables, one)
        return self._more[key]


def set_by_module(level: Level) -> list[More]:
    """What headers-more sets on the pages of a block: outer lines first, later ones replacing."""
    if "more" not in level.memo:
        level.memo["more"] = _set_by_module(level)
    found: list[More] = level.memo["more"]
    return found


def _set_by_module(level: Level) -> list[More]:
    found: list[More] = []
    for here in reversed(level.chain):
        for line in here.lines(LINES) if not LINES.isdisjoint(here.own) else ():
            for one in more(line):
                if one.of_pages and "-a" not in one.flags:
                    found = [other for other in found if not one.about(other.name.text.lower())]
                if one.of_pages and not one.takes_away:
                    found.append(one)
    return found


def cleared(level: Level, key: str) -> bool:
    """Whether headers-more takes a header (lower case) of the upstream away from pages of a block."""
    lines = (line for here in level.chain for line in here.lines(LINES))
    return any(one.about(key) and one.takes_away and one.of_pages for line in lines for one in more(line))


def find(headers: Many[Header], name: str) -> Fact[Header]:
    """The header of that name that an HTML page surely carries; unknown where only the request decides."""
    unknown: Fact[Header] | None = None
    for header in headers:
        if header.key == name and not header.never_sent:
            if not header.maybe_empty:
                return Fact(header, header.span, header.value.via)
            unknown = Fact(Unknown(f"`{header.name}` may be empty"), header.span)
    if unknown is not None:
        return unknown
    return Fact(Unknown(headers.open) if headers.open else None, headers.span)
