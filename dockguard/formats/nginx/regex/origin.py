"""Whether an expression on `$http_origin` or `$http_referer` lets in sites that its author does not own.

The automaton of the expression runs beside the form of such headers (`https://host:port`, a path behind it in a
Referer). Where a host may end, the way back must spell the end of a domain letter by letter; a wildcard in it, or
right before it, is a name that somebody else can register.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dockguard.formats.nginx.regex import automaton, chars, pcre, shape
from dockguard.formats.nginx.regex.automaton import AT_BEGIN, AT_END, Automaton
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.regex.pcre_tree import Tree

MAX_STEPS = 3000
MAX_NODES = 2500
MAX_HOLES = 3  # that are told
MAX_LETTERS = 4  # that one place of a domain may have and still count as spelt out
_NAME = (chars.LOWER | chars.DIGITS | chars.of("-_.")) & ~chars.BEYOND
_SPELT = chars.of("#?")  # browsers send no such end of a host; who spells one out has left the slash out
_ODD = chars.of("!$&'()*+,;=~")  # browsers take them in a host, no registry does
# Suffixes with two labels below which everybody can register (publicsuffix.org, the most used ones).
_SHARED = frozenset(
    """
    co.uk org.uk me.uk ac.uk gov.uk com.au net.au org.au co.nz co.jp or.jp ne.jp co.kr com.br net.br com.tr com.mx
    com.ar com.co com.cn net.cn org.cn com.tw com.hk com.sg com.my co.in net.in co.za co.il com.ua com.pl com.ru
    github.io gitlab.io pages.dev workers.dev vercel.app netlify.app herokuapp.com appspot.com web.app
    firebaseapp.com azurewebsites.net cloudfront.net amazonaws.com blogspot.com s3.amazonaws.com onrender.com fly.dev
    ngrok.io cloudapp.net trafficmanager.net r2.dev surge.sh glitch.me repl.co
    """.split()
)
_PRIVATE = frozenset("localhost local internal lan home corp test invalid example onion".split())

NEVER = (
    "it asks for a path, and origins have none",
    "it leaves no room for `https://`",
    "browsers send hosts in small letters",
)

# States of the form of a header.
_SCHEME = "https://"
_HOST, _PORT, _PATH = 100, 101, 102
_FIRST = 99  # the first character of the host


class _Endless(Exception):
    """Too many ways to follow."""


@lru_cache(512)
def holes(pattern: str, ignore_case: bool, referer: bool) -> tuple[str, ...]:
    """What lets strangers in, in words; empty for a sound expression, and for what nobody can judge."""
    tree = pcre.parse(pattern, ignore_case)
    machine = automaton.of(tree, loose=True) if tree is not None else None
    if tree is None or machine is None:
        return ()
    try:
        way = _Way(machine, referer)
        found = [*_before(tree), *(sorted(way.holes(), key=len)[:MAX_HOLES])]
        if not way.live:
            found += _never(tree, machine, referer) or _small(pattern, ignore_case, referer)
    except _Endless:
        return ()
    return tuple(dict.fromkeys(found))


def _never(tree: Tree, machine: Automaton, referer: bool) -> list[str]:
    """Why an expression matches no header of that form; nothing for those of other schemes than HTTP."""
    if not referer and _Way(machine, True).live:
        return [NEVER[0]]
    if not chars.of(":") & shape.of(tree.top).chars:
        return [NEVER[1]]
    return []


def _small(pattern: str, ignore_case: bool, referer: bool) -> list[str]:
    """Whether an expression matches no such header because of its capitals."""
    tree = None if ignore_case else pcre.parse(pattern, True)
    machine = automaton.of(tree, loose=True) if tree is not None else None
    live = machine is not None and _Way(machine, referer).live
    return [NEVER[2]] if live else []


def _before(tree: Tree) -> Iterator[str]:
    """What may stand before the scheme."""
    if not shape.begins(tree.top):
        yield "it does not begin with `^`"
        return
    whole = shape.of(tree.top)
    if not chars.of("htp:/") & ~whole.needs and whole.first.bit_count() > MAX_LETTERS:
        yield "anything may stand before `http`"


def _step(state: int, referer: bool) -> Iterator[tuple[Chars, int]]:
    """What a header can go on with in a state of its form."""
    if state < len(_SCHEME):
        yield chars.of(_SCHEME[state]), state + 1 if state < len(_SCHEME) - 1 else _FIRST
        if state == _SCHEME.index("s"):
            yield chars.of(":"), _SCHEME.index("/")
    elif state == _FIRST:
        yield _NAME & ~chars.of(".-"), _HOST
    elif state == _HOST:
        yield _NAME | _ODD, _HOST
        yield chars.of(":"), _PORT
    elif state == _PORT:
        yield chars.DIGITS, _PORT
    if referer and state in (_HOST, _PORT):
        yield chars.of("/"), _PATH
        yield _SPELT, _PATH
    if state == _PATH:
        yield chars.VISIBLE, _PATH


Node = tuple[int, int, bool]  # state of the expression, state of the form, whether the text must be over


class _Way:
    """The ways of an expression through the form of a header."""

    def __init__(self, machine: Automaton, referer: bool) -> None:
        self.machine, self.referer = machine, referer
        self.before: dict[Node, list[tuple[Chars, Node]]] = defaultdict(list)  # mask 0: without a character
        self.nodes: set[Node] = set()
        self._walk()
        self.live = self._live()

    def _walk(self) -> None:
        start: Node = (0, 0, False)
        self.nodes, stack = {start}, [start]
        while stack:
            node = stack.pop()
            for mask, after in self._after(node):
                self.before[after].append((mask, node))
                if after not in self.nodes:
                    if len(self.nodes) >= MAX_NODES:
                        raise _Endless
                    self.nodes.add(after)
                    stack.append(after)

    def _after(self, node: Node) -> Iterator[tuple[Chars, Node]]:
        place, form, over = node
        for condition, target in self.machine.moves[place]:
            if condition != AT_BEGIN or form == 0:
                yield 0, (target, form, over or condition == AT_END)
        if over:
            return
        for mask, target in self.machine.takes[place]:
            for allowed, further in _step(form, self.referer):
                if mask & allowed and (allowed != _SPELT or chars.few(mask, MAX_LETTERS)):
                    yield mask & allowed, (target, further, False)

    def holes(self) -> Iterable[str]:
        """The wildcards where a host must be spelt out."""
        live = self.live
        found: dict[str, None] = {}
        budget = MAX_STEPS
        stack = [(node, "") for node in live if node[1] == _HOST and self._host_ends(node, live)]
        seen = set(stack)
        while stack:
            budget -= 1
            if budget < 0:
                raise _Endless
            node, spelt = stack.pop()
            for mask, before in self.before[node]:
                if before not in live:
                    continue
                for word in self._spell(mask, before, spelt, found):
                    if (before, word) not in seen:
                        seen.add((before, word))
                        stack.append((before, word))
        return found

    def _live(self) -> set[Node]:
        """The nodes from which a whole header can still be accepted."""
        ends = [node for node in self.nodes if node[0] == self.machine.final and node[1] >= _HOST]
        live, stack = set(ends), list(ends)
        while stack:
            for _, before in self.before[stack.pop()]:
                if before not in live:
                    live.add(before)
                    stack.append(before)
        return live

    def _host_ends(self, node: Node, live: set[Node]) -> bool:
        if node[0] == self.machine.final:
            return True
        return any(after[1] in (_PORT, _PATH) and after in live for _, after in self._after(node))

    def _spell(self, mask: Chars, before: Node, spelt: str, found: dict[str, None]) -> Iterator[str]:
        """How the end of the host may be spelt one character further to the left; nothing where that is enough."""
        if not mask:
            yield spelt
            return
        if before[1] not in (_HOST, _FIRST):
            return
        letters = chars.few(mask, MAX_LETTERS)
        if letters is None:
            if not _number(mask, spelt) and not _owned(spelt):
                found.setdefault(_wild(spelt))
            return
        for letter in letters:
            word = letter + spelt
            whole = before[1] == _FIRST
            if whole or (letter == "." and _enough(spelt)):
                if not set(word.rpartition(".")[2]).isdisjoint("!$&'()*+,;=~"):
                    found.setdefault(f"the host may go on after a domain: `{word.lstrip('.')}`")
            else:
                yield word


def _enough(spelt: str) -> bool:
    """Whether a text behind a dot is a domain that somebody owns as a whole, or that nobody can register."""
    labels = spelt.split(".")
    if labels[-1] in _PRIVATE or labels[-1].isdecimal() or len(labels[-1]) == 1:
        return True
    return len(labels) > 2 or (len(labels) == 2 and spelt not in _SHARED)


def _owned(spelt: str) -> bool:
    """Whether all names that end so belong to one owner, or to nobody outside."""
    return spelt.startswith(".") and _enough(spelt[1:])


def _number(mask: Chars, spelt: str) -> bool:
    """Whether a host that ends so is an address: no domain ends in a number."""
    return not mask & ~chars.DIGITS and set(spelt) <= set("0123456789.")


def _wild(spelt: str) -> str:
    return f"anything may stand before `{spelt}`" if spelt else "the host may end in anything"
