"""Which location answers a URI, in nginx's order; and which locations can never answer any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from dockguard.formats.nginx.directives.inheritance import PASSES
from dockguard.formats.nginx.level import Directive, Level
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span

_ALWAYS = frozenset(
    ("", "^", "/", "^/", ".*", "^.*", "^/.*", "^.*$", "^/.*$", ".", "(.*)", "^(.*)$", "^/(.*)$", "^/(.*)", "^(.*)")
)
_MAX_ENDINGS = 100  # of a block's regexes by ending; more are not compared with each other
_BEGINNING = regex(r"\^((?:[\w/\-~,@%&=:;!']|\\[^\w\s])*)")
_SUFFIXES = regex(r"\\\.(?:\((?:\?:)?([\w?|-]+)\)|([\w?-]+))\$")


@dataclass(frozen=True, slots=True)
class Match:
    """What a `location` line asks of a URI. `modifier` is "", `=`, `^~`, `~`, `~*` or `@`."""

    modifier: str
    pattern: str

    @property
    def written(self) -> str:
        """As `effective` prints it."""
        return f"{self.modifier} {self.pattern}" if self.modifier not in ("", "@") else self.pattern

    @property
    def regex(self) -> bool:
        """Whether it is a regular expression."""
        return self.modifier in ("~", "~*")

    @property
    def prefix(self) -> bool:
        """Whether it is a prefix."""
        return self.modifier in ("", "^~")

    @property
    def always(self) -> bool:
        """Whether every URI matches."""
        return self.pattern in _ALWAYS if self.regex else self.prefix and self.pattern in ("/", "")

    @property
    def suffixes(self) -> frozenset[str] | None:
        """The endings after the last dot that a regex like `\\.(js|css)$` asks for, in lower case; None for others."""
        return _suffixes(self.pattern) if self.regex else None

    @property
    def beginning(self) -> str:
        """What every URI surely begins with that a regex like `^/api/v\\d` matches; "" for others."""
        return _beginning(self.pattern, self.modifier == "~*") if self.regex else ""


@lru_cache(512)
def _beginning(pattern: str, ignore_case: bool) -> str:
    begin = _BEGINNING.match(pattern)
    if not begin or _either(pattern):
        return ""
    pieces = re.findall(r"\\.|.", begin[1])
    if pattern[begin.end() : begin.end() + 1] in ("?", "*", "{"):
        pieces = pieces[:-1]  # it may be left out
    found = "".join(piece[-1] for piece in pieces)
    return re.split("[a-zA-Z]", found)[0] if ignore_case else found


def _either(pattern: str) -> bool:
    """Whether an expression has alternatives outside of groups; where in doubt, yes."""
    depth = 0
    for piece in re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|.", pattern[:1000], re.S):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth <= 0:
            return True
    return depth != 0 or len(pattern) > 1000


@lru_cache(512)
def _suffixes(pattern: str) -> frozenset[str] | None:
    match = _SUFFIXES.fullmatch(pattern)
    if not match:
        return None
    found = set()
    for word in (match[1] or match[2]).lower().split("|"):
        if word.count("?") > 1 or word.startswith("?"):
            return None
        at = word.find("?")
        found |= {word} if at < 0 else {word[: at - 1] + word[at + 1 :], word.replace("?", "")}
    return frozenset(found)


def match_of(args: Sequence[str]) -> Match:
    """The arguments of a `location` line; nginx takes a modifier glued to its pattern too."""
    if len(args) >= 2:
        return Match(args[0], args[1])
    text = args[0] if args else ""
    for modifier in ("=", "^~", "~*", "~"):
        if text.startswith(modifier):
            return Match(modifier, text[len(modifier) :])
    return Match("@" if text.startswith("@") else "", text)


@lru_cache(2048)
def compiled(pattern: str, ignore_case: bool = False) -> re.Pattern[str] | None:
    """A PCRE as Python has it; None where Python cannot."""
    if len(pattern) > 4000:
        return None
    try:
        return re.compile(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern), re.I if ignore_case else 0)
    except (re.error, RecursionError, OverflowError):
        return None


def own_match(level: Level) -> Match:
    """The match of a location's block."""
    if "match" not in level.memo:
        level.memo["match"] = match_of(level.statement.texts if level.statement else ())
    found: Match = level.memo["match"]
    return found


def locations(level: Level) -> list[Level]:
    """The locations directly inside a block."""
    if "locations" not in level.memo:
        level.memo["locations"] = [child for child in level.children if child.context == "location"]
    found: list[Level] = level.memo["locations"]
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """The block that answers a URI, the match of the last regex, and whether nginx answers by adding a slash."""

    level: Level
    hit: re.Match[str] | None = None
    slash: bool = False
    ended: bool = False  # no regex is tried after it


def find(server: Level, uri: str) -> Found:
    """The block that answers a decoded, normalised URI; the server's own when no location does."""
    exact, best, slashed = _literal(server, uri)
    if exact is not None:
        return Found(exact, ended=True)
    if slashed is not None and (best is None or own_match(best).pattern != uri):
        return Found(slashed, slash=True, ended=True)
    found = Found(server)
    if best is not None:
        found = find(best, uri)
        if found.ended:
            return found
    if best is None or own_match(best).modifier != "^~":
        for child in locations(server):
            hit = matches(own_match(child), uri)
            if hit:
                inner = find(child, uri)
                return Found(inner.level, inner.hit or hit, inner.slash, True)
    return found


def _literal(level: Level, uri: str) -> tuple[Level | None, Level | None, Level | None]:
    """The exact location, the longest prefix, and a proxied location that is the URI with a slash."""
    exact = best = slashed = None
    length = -1
    for child in locations(level):
        match = own_match(child)
        if match.modifier == "=" and match.pattern == uri:
            exact = child
        elif match.prefix and uri.startswith(match.pattern) and len(match.pattern) > length:
            best, length = child, len(match.pattern)
        if match.pattern == uri + "/" and not match.regex and match.modifier != "@" and _passes(child):
            slashed = child
    return exact, best, slashed


def _passes(level: Level) -> bool:
    return any(name in level.own for name in PASSES)


def matches(match: Match, uri: str) -> re.Match[str] | None:
    """The match of a regex location."""
    if not match.regex:
        return None
    pattern = compiled(match.pattern, match.modifier == "~*")
    return pattern.search(uri) if pattern and len(uri) < 4000 else None


@dataclass(frozen=True, slots=True)
class Shadow:
    """Why a location never answers, and the place that takes its requests."""

    why: str
    by: Span


def shadow(level: Level) -> Shadow | None:
    """What makes a location dead; None where it can answer. Named locations are judged by who names them, not here."""
    if level.context != "location" or level.parent is None:
        return None
    match, parent = own_match(level), level.parent
    if match.modifier == "@" or level.statement is None or any(word.opaque for word in level.statement.args):
        return None
    ended = _ended(level)
    if ended is not None:
        return Shadow(f"`return {' '.join(ended.texts)[:60]}` in its server answers first", ended.span)
    return _by_sibling(level, match, parent) or _by_outer(match, parent) or _by_prefix(match, parent)


def _ended(level: Level) -> Directive | None:
    server = next((one for one in level.chain if one.context == "server"), None)
    return unconditional(server) if server is not None and not server.gaps else None


def unconditional(level: Level) -> Directive | None:
    """The `return` that every request of a block reaches: nothing before it in the rewrite program can leave."""
    if "return" not in level.own:
        return None
    if "ended" not in level.memo:
        level.memo["ended"] = _first_return(level)
    found: Directive | None = level.memo["ended"]
    return found


def _first_return(level: Level) -> Directive | None:
    for directive in level.directives:
        if directive.name == "return":
            return directive
        if directive.name in ("break", "rewrite") or (directive.name == "if" and _leaves(directive)):
            return None
    return None


def _leaves(directive: Directive) -> bool:
    return any(inner.name.text in ("break", "rewrite") for inner in directive.statement.block or ())


def _by_sibling(level: Level, match: Match, parent: Level) -> Shadow | None:
    rivals = _rivals(parent)
    if not match.regex:
        wins = rivals.always if match.modifier == "" and not _adds_slash(level, match) else None
        return Shadow(f"the regex `{wins[1]}` matches every URI and wins over prefixes", wins[2]) if wins else None
    at = rivals.order[id(level)]
    if (same := rivals.first(match)) and same[0] < at:
        return Shadow("the same regex stands above, and the first one wins", same[2])
    if rivals.always is not None and rivals.always[0] < at:
        return Shadow(f"the regex `{rivals.always[1]}` above matches every URI", rivals.always[2])
    own = match.suffixes
    for place, pattern, where, endings in rivals.endings if own is not None else ():
        if place < at and own is not None and own <= endings:
            return Shadow(f"the regex `{pattern}` above takes all of its endings", where)
    return None


def _adds_slash(level: Level, match: Match) -> bool:
    """Whether it answers the URI without its last slash, with a redirect, before regexes are tried."""
    return match.pattern.endswith("/") and _passes(level)


def _by_prefix(match: Match, parent: Level) -> Shadow | None:
    """A `^~` location that is the longest prefix of whatever a regex can match; only those of a server stop regexes."""
    begin = match.beginning if match.regex and parent.context == "server" else ""
    if not begin:
        return None
    prefixes = [(own_match(one), one) for one in locations(parent)]
    found = [(one, level) for one, level in prefixes if one.prefix and begin.startswith(one.pattern)]
    longest = max(found, key=lambda one: len(one[0].pattern), default=None)
    if longest is None or longest[0].modifier != "^~" or parent.gaps:
        return None
    if any(one.modifier == "" and one.pattern.startswith(begin) for one, _ in prefixes):
        return None  # below that one regexes are tried
    return Shadow(f"`{longest[0].written}` takes its requests before any regex is tried", longest[1].span)


class _Rivals:
    """The regex locations of a block, for the question which of them takes all requests of another one."""

    def __init__(self, parent: Level) -> None:
        self.order: dict[int, int] = {}
        self.always: tuple[int, str, Span] | None = None
        self.endings: list[tuple[int, str, Span, frozenset[str]]] = []
        self._same: dict[tuple[str, str], tuple[int, str, Span]] = {}
        for at, child in enumerate(locations(parent)):
            self.order[id(child)] = at
            match = own_match(child)
            if match.regex:
                self._learn(match, (at, match.pattern, child.span))

    def _learn(self, match: Match, place: tuple[int, str, Span]) -> None:
        self._same.setdefault((match.modifier, match.pattern), place)
        self.always = self.always or (place if match.always else None)
        endings = match.suffixes if match.modifier == "~*" and len(self.endings) < _MAX_ENDINGS else None
        if endings is not None:
            self.endings.append((*place, endings))

    def first(self, match: Match) -> tuple[int, str, Span] | None:
        """The first location that takes whatever the same pattern takes; `~*` takes what `~` does."""
        found = [self._same.get((modifier, match.pattern)) for modifier in {"~*", match.modifier}]
        return min((one for one in found if one is not None), key=lambda one: one[0], default=None)


def _rivals(parent: Level) -> _Rivals:
    if "rivals" not in parent.memo:
        parent.memo["rivals"] = _Rivals(parent)
    found: _Rivals = parent.memo["rivals"]
    return found


def _by_outer(match: Match, parent: Level) -> Shadow | None:
    if parent.context != "location":
        return None
    outer = own_match(parent)
    if outer.suffixes is not None and match.suffixes is not None and not outer.suffixes & match.suffixes:
        return Shadow(f"no URI ends both as it asks and as `{outer.pattern}` around it asks", parent.span)
    if outer.prefix and (match.prefix or match.modifier == "=") and not match.pattern.startswith(outer.pattern):
        return Shadow(f"it does not begin with `{outer.pattern}`, the location around it", parent.span)
    if outer.modifier == "=" and match.modifier in ("=", "", "^~") and match.pattern != outer.pattern:
        return Shadow(f"only `{outer.pattern}` gets into the location around it", parent.span)
    return None
