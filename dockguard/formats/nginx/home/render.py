"""Templates as nginx's own image renders them: `${NAME}` replaced where the container's environment has the name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from posixpath import normpath

from dockguard.formats.nginx.text.parse import parse
from dockguard.formats.nginx.text.tree import Tree
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Origin, Source, Span

PLACE = regex(r"\$\{([A-Za-z_]\w{0,100})\}|\$([A-Za-z_]\w{0,100})")
_COMMAND = regex(
    r"""\benvsubst\s+(?:(?:'([^']{0,2000})'|"([^"]{0,2000})"|(\$[^\s<>]{1,500}))\s+)?<\s*([^\s;&|<>"']{1,300})\s*>\s*([^\s;&|<>"']{1,300})"""
)
_PLAIN = regex(r"[\w.:/,*@ -]{1,200}")  # what changes nothing in nginx's grammar; other values are left alone
_SECRET = regex(r"(?:pass|secret|token|key|auth|cred)", 2)
_FILTER = "NGINX_ENVSUBST_FILTER"
MAX_PLACES = 5_000


@dataclass(frozen=True, slots=True)
class Rendered(Origin):
    """Where a rendered text is written: what was put in lies at the placeholder."""

    def translate(self, start: int, end: int) -> Span:
        """The host's range, from the beginning of a placeholder and to the end of one."""
        return Span(self.host.source, self._outer(start, False), self._outer(end, True))

    def _outer(self, offset: int, is_end: bool) -> int:
        at = bisect_right(self.pieces, offset - is_end, key=lambda piece: piece[0]) - 1
        if at < 0:
            return self.host.start
        inner, outer, length = self.pieces[at]
        if offset - inner <= length:
            return outer + offset - inner
        after = self.pieces[at + 1][1] if at + 1 < len(self.pieces) else self.host.end
        return after if is_end else outer + length


@dataclass(frozen=True, slots=True)
class Substitution:
    """A command that fills a template in: `envsubst '$A $B' < source > target`; `names` is None for every variable."""

    source: str
    target: str
    names: frozenset[str] | None


def substitutions(words: Iterable[str]) -> Iterator[Substitution]:
    """Those that a command line holds."""
    for match in _COMMAND.finditer(" ".join(words)[:20_000]):
        listed = match[1] or match[2] or match[3]
        names = frozenset(one[1] or one[2] for one in PLACE.finditer(listed)) if listed else None
        yield Substitution(normpath(match[4]), normpath(match[5]), names)


def rendered(tree: Tree, variables: Mapping[str, Fact[str]], only: frozenset[str] | None = None) -> Tree:
    """A template's tree with the values put in, of these names `only`; the same tree where there is nothing to put in.

    Values that are no plain words, and those of names that sound like secrets, stay placeholders.
    """
    if _FILTER in variables or "$" not in tree.source.text:
        return tree
    if only is not None:
        variables = {name: fact for name, fact in variables.items() if name in only}
    source = _filled(tree.source, variables)
    return tree if source is None else parse(source)


def _filled(source: Source, variables: Mapping[str, Fact[str]]) -> Source | None:
    texts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    inner = at = 0
    for count, match in enumerate(PLACE.finditer(source.text)):
        value = _value(match[1] or match[2], variables)
        if value is None or count >= MAX_PLACES:
            continue
        verbatim = source.text[at : match.start()]
        pieces.append((inner, at, len(verbatim)))
        texts += [verbatim, value]
        inner += len(verbatim) + len(value)
        at = match.end()
    if not texts:
        return None
    pieces.append((inner, at, len(source.text) - at))
    text = "".join((*texts, source.text[at:]))
    host = Span(source, 0, len(source.text))
    return Source(source.path, text, lossy=source.lossy, origin=Rendered(host, tuple(pieces)))


def _value(name: str, variables: Mapping[str, Fact[str]]) -> str | None:
    """The plain value of a variable; None for those that are not set, not known or not plain."""
    fact = variables.get(name)
    known = fact.known if fact is not None else None
    if known is None or _SECRET.search(name) or not _PLAIN.fullmatch(known):
        return None
    return known
