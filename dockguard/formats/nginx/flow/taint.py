"""What the variables of a value hold: followed through `set`, `map`, `geo`, captures and named groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, islice, product

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.flow import captures, encoded, sources
from dockguard.formats.nginx.flow.definitions import Definitions
from dockguard.formats.nginx.flow.order import server_of
from dockguard.formats.nginx.flow.sources import UNKNOWN, Text
from dockguard.formats.nginx.flow.values import Variables
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import shape
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.text.tree import Word
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span, Via

MAX_WAYS = 32  # alternatives of one value
MAX_PARTS = 60  # of one way
MAX_STEPS = 6  # variables of variables
_PARTS = regex(r"\$(?:\{(\w+)\}|([1-9])|([A-Za-z_]\w*))")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a value: a literal text (then `name` is ""), or a variable and what it holds."""

    written: str
    name: str
    text: Text
    start: int = 0  # in the value
    end: int = 0


Way = tuple[Part, ...]


def parts(value: str) -> Iterator[tuple[str, str, int, int]]:
    """(as written, variable in lower case or "", start, end) of the pieces of a value, as nginx splits it."""
    at = 0
    for match in _PARTS.finditer(value):
        if match.start() > at:
            yield value[at : match.start()], "", at, match.start()
        yield match[0], (match[1] or match[2] or match[3]).lower(), match.start(), match.end()
        at = match.end()
    if at < len(value):
        yield value[at:], "", at, len(value)


def whole(way: Iterable[Part]) -> Text:
    """What a way holds as a whole."""
    texts = [part.text for part in way]
    return Text(
        shape.join(text.shape for text in texts),
        _names(texts),
        any(text.decoded for text in texts),
        all(text.known for text in texts),
        next((text.via for text in texts if text.client and text.via is not None), None),
        _encoded(texts),
    )


def merged(texts: Iterable[Text]) -> Text:
    """What is one of several."""
    found = list(texts)
    return Text(
        shape.any_of(text.shape for text in found),
        _names(found),
        any(text.decoded for text in found),
        all(text.known for text in found),
        next((text.via for text in found if text.client and text.via is not None), None),
        _encoded(found),
    )


def _names(texts: Iterable[Text]) -> frozenset[str]:
    return sources.NOBODY.union(*(text.chosen for text in texts))


def _encoded(texts: Iterable[Text]) -> Chars:
    found = 0
    for text in texts:
        found |= text.encoded
    return found


def _step(text: Text, span: Span, how: str) -> Text:
    return Text(text.shape, text.chosen, text.decoded, text.known, Via(span, how, text.via), text.encoded)


class Taint:
    """The values of one `http` block."""

    def __init__(self, variables: Variables, http: Level | None) -> None:
        self.variables, self._http = variables, http
        self._maps: dict[str, tuple[Way, ...]] = {}
        self._sets: dict[tuple[int, int], tuple[Way, ...]] = {}
        self._open: set[str] = set()  # maps that are being worked out

    @cached_property
    def _definitions(self) -> Definitions:
        return Definitions(self._http)

    def ways(self, value: str, line: Directive, step: int = 0) -> tuple[Way, ...]:
        """Everything that a value of a line can be, as pieces; one way of unknowns where that is too much."""
        if "$" not in value:
            return ((_literal(value, 0),),) if value else ((),)
        options: list[tuple[Way, ...]] = []
        for written, name, start, end in parts(value):
            if not name:
                options.append(((_literal(written, start),),))
            else:
                found = self._named(name, line, step)
                options.append(tuple(_placed(way, written, name, start, end) for way in found))
        return self._combined(options)

    def _combined(self, options: list[tuple[Way, ...]]) -> tuple[Way, ...]:
        count, length = 1, 0
        for one in options:
            count *= len(one)
            length += max(map(len, one))
        if count > MAX_WAYS or length > MAX_PARTS:
            options = [one if len(one) == 1 and len(one[0]) < 2 else ((_merged(one),),) for one in options]
        return tuple(tuple(chain.from_iterable(way)) for way in islice(product(*options), MAX_WAYS))

    def text(self, value: str, line: Directive) -> Text:
        """What a value holds, all ways together."""
        return merged(whole(way) for way in self.ways(value, line))

    # --- variables ---

    def _named(self, name: str, line: Directive, step: int) -> tuple[Way, ...]:
        if step >= MAX_STEPS:
            return (_alone(name, UNKNOWN),)
        if name.isdecimal():
            held = self._captured(int(name), line, step)
            return (_alone(name, encoded.text(held) if encoded.again(line) else held),)
        defined = self._defined(name, line, step)
        if defined:
            return defined
        if name in ("uri", "document_uri"):
            return (_alone(name, self.path(line, step)),)
        if name == "remote_user" and line.level.setting("auth_basic").known not in (None, "off"):
            return (_alone(name, Text(sources.of("server_name").shape)),)  # type: ignore[union-attr]
        return (_alone(name, sources.of(name) or UNKNOWN),)

    def _defined(self, name: str, line: Directive, step: int) -> tuple[Way, ...]:
        if name in self.variables.maps:
            return self._mapped(name, step)
        found: list[Way] = []
        definitions, sure = self._definitions.of(name, line)
        for one in definitions:
            if isinstance(one, captures.Provider):
                found.append(_alone(name, self._group(one, name, line, step)))
            else:
                found += self._set(one, step + 1)
        if found and not sure:
            found.append(())
        return tuple(found) if len(found) <= MAX_WAYS else ((_merged(found),),)

    def _set(self, line: Directive, step: int) -> tuple[Way, ...]:
        if (id(line), step) not in self._sets:
            made = self.ways(line.text(1), line, step)
            self._sets[id(line), step] = tuple(_through(way, line.span, "set here") for way in made)
        return self._sets[id(line), step]

    def _mapped(self, name: str, step: int) -> tuple[Way, ...]:
        if name in self._maps:
            return self._maps[name]
        if name in self._open:
            return (_alone(name, UNKNOWN),)
        self._open.add(name)
        found = tuple(self._entries(name, step))
        self._open.discard(name)
        fixed = [way for way in found if not any(part.name for part in way)]
        moving = [way for way in found if any(part.name for part in way)]
        if len(moving) > MAX_WAYS // 2:
            moving = [(_merged(moving),)]
        ways = (*moving, *(fixed if len(fixed) < MAX_WAYS // 2 else [(_merged(fixed),)]))
        self._maps[name] = ways
        return ways

    def _entries(self, name: str, step: int) -> Iterator[Way]:
        directive, block = self.variables.maps[name]
        if block.gaps:
            yield _alone(name, UNKNOWN)
        default = directive.name == "split_clients"
        for entry in block.directives:
            if not entry.words or entry.name in _PARAMETERS:
                continue
            default = default or entry.name == "default"
            if directive.name == "geo":
                yield (_literal(entry.text(0), 0),)
                continue
            value = entry.text(0)
            if "$" not in value:
                yield (_literal(value, 0),)
                continue
            for way in self._ways_of_entry(entry, directive, value, step):
                yield _through(way, entry.span, "mapped here")
        if not default:
            yield ()

    def _ways_of_entry(self, entry: Directive, directive: Directive, value: str, step: int) -> tuple[Way, ...]:
        """The value of a map's line: its captures are those of the line's own key."""
        options: list[tuple[Way, ...]] = []
        provider = of_entry(entry, directive)
        for written, name, start, end in parts(value):
            if not name:
                options.append(((_literal(written, start),),))
            elif provider is not None and (name.isdecimal() or f"<{name}>" in provider.pattern):
                key: int | str = int(name) if name.isdecimal() else name
                options.append((_alone(name, self._group(provider, key, directive, step)),))
            else:
                found = self._named(name, directive, step + 1)
                options.append(tuple(_placed(way, written, name, start, end) for way in found))
        return self._combined(options)

    # --- captures ---

    def _captured(self, number: int, line: Directive, step: int) -> Text:
        found, more = captures.of(line)
        texts = [self._group(provider, number, line, step) for provider in found]
        if not texts:
            return UNKNOWN
        sure = not more and found[-1].state == captures.MATCHED
        return merged(texts) if sure else merged((*texts, Text(shape.NOTHING)))

    def _group(self, provider: captures.Provider, key: int | str, line: Directive, step: int) -> Text:
        subject = self._subject(provider, line, step)
        groups = provider.groups
        if groups is None:
            return Text(subject.shape, subject.chosen, subject.decoded, False, subject.via, subject.encoded)
        number = key if isinstance(key, int) else _number(provider, key)
        if number is None or number >= len(groups):
            return Text(shape.NOTHING)
        inside = groups[number].within(subject.shape)
        text = Text(inside, subject.chosen, subject.decoded, subject.known, subject.via, subject.encoded)
        text = _step(text, provider.at, "captured here")
        return text if provider.lead is None else _step(text, provider.lead, "brought along by this line")

    def _subject(self, provider: captures.Provider, line: Directive, step: int) -> Text:
        """What an expression is matched with."""
        if provider.subject == "$uri":
            return self.path(provider.by, step) if provider.by is not None else _PATH
        return merged(whole(way) for way in self.ways(provider.subject, provider.by or line, step + 1))

    def path(self, line: Directive, step: int = 0) -> Text:
        """The path as it is when a line runs: as it was decoded, or as a `rewrite` before it has made it."""
        if step >= MAX_STEPS:
            return _PATH
        level = line.level
        if level.context == "limit_except" and not level.has("rewrite"):
            return _PATH  # it takes the place of its location before any rewrite runs
        for other in captures.before(line):
            if other.name == "rewrite" and other.text(0) in _ALWAYS and len(other.words) > 1:
                return self.text_step(other.text(1), other, step + 1)
        return self._path_of(line, step)

    def _path_of(self, line: Directive, step: int) -> Text:
        """The path that a line's location was chosen by."""
        around = next((one for one in line.level.chain if one.context in ("location", "server")), None)
        if around is None or around.context == "server":
            return _PATH
        match = matching.own_match(around)
        if match.modifier == "=":
            return _PATH if any(one.has("rewrite") for one in around.walk()) else Text(shape.literal(match.pattern))
        server = server_of(around)
        for other in reversed(server.own.get("rewrite", ())) if server is not None else ():
            if other.text(0) in _ALWAYS and len(other.words) > 1 and captures.reached(other):
                return self.text_step(other.text(1), other, step + 1)
        return _PATH

    def text_step(self, value: str, line: Directive, step: int) -> Text:
        """What a value holds, some steps of variables down."""
        return merged(whole(way) for way in self.ways(value, line, step))


_PATH: Text = sources.of("uri") or UNKNOWN
_ALWAYS = frozenset(("", "^", "/", "^/", ".*", "^.*", "(.*)", "^(.*)"))  # also with line breaks in the path
_PARAMETERS = frozenset(("hostnames", "volatile", "include", "ranges", "delete", "proxy", "proxy_recursive"))


def of_entry(entry: Directive, directive: Directive) -> captures.Provider | None:
    """The expression of a map's line; None for a plain key."""
    key = entry.name
    if directive.name != "map" or not key.startswith("~"):
        return None
    ignore_case = key.startswith("~*")
    where = entry.name_span
    return captures.Provider(key[1 + ignore_case :], ignore_case, directive.text(0), directive, where, captures.MATCHED)


def _number(provider: captures.Provider, name: str) -> int | None:
    from dockguard.formats.nginx.regex import pcre

    tree = pcre.parse(provider.pattern, provider.ignore_case)
    return next((group.number for group in tree.groups if group.name.lower() == name), None) if tree else None


def _literal(written: str, start: int) -> Part:
    return Part(written, "", Text(shape.literal(written)), start, start + len(written))


def _alone(name: str, text: Text) -> Way:
    return (Part(f"${name}", name, text),)


def _merged(ways: Iterable[Way]) -> Part:
    kept = list(ways)
    at = next((way[0] for way in kept if way), None)
    start, end = (at.start, at.end) if at is not None else (0, 0)
    return Part("$_", "_", merged(whole(way) for way in kept), start, end)


def _placed(way: Way, written: str, name: str, start: int, end: int) -> Way:
    """The pieces of a variable, placed where the variable stands."""
    return tuple(Part(part.written, part.name, part.text, start, end) for part in way)


def _through(way: Way, span: Span, how: str) -> Way:
    """A way that came through a line; only what clients choose needs a history."""
    return tuple(
        Part(part.written, part.name, _step(part.text, span, how) if part.text.client else part.text) for part in way
    )


def place(word: Word, part: Part) -> Span:
    """Where a piece of a word's text stands."""
    return word.part(part.start, part.end)
