"""An expression as a nondeterministic automaton that searches a text, of bounded size."""

from __future__ import annotations

from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.regex.pcre_tree import ENDLESS, Alt, Atomic, Edge, Group, Node, One, Repeat, Seq, Tree

MAX_STATES = 800
MAX_COPIES = 64  # of the body of `{n,m}`
# Conditions of a step that takes no character.
FREE, AT_BEGIN, AT_END = "", "^", "$"


class TooLarge(Exception):
    """More states than anybody wants, or parts that no automaton has."""


class Automaton:
    """States by number; 0 is where a search begins, `final` is where something was found and any rest follows.

    `loose`: whether the edge of a word is taken to be anywhere.
    """

    def __init__(self, loose: bool = False) -> None:
        self.takes: list[list[tuple[Chars, int]]] = []  # by characters
        self.moves: list[list[tuple[str, int]]] = []  # without one, under a condition
        self.final, self.loose = 0, loose

    def state(self) -> int:
        """A new state."""
        if len(self.takes) >= MAX_STATES:
            raise TooLarge
        self.takes.append([])
        self.moves.append([])
        return len(self.takes) - 1

    def add(self, node: Node, start: int) -> int:
        """The state in which a part that begins in a state ends."""
        match node:
            case One(mask=mask):
                end = self.state()
                self.takes[start].append((mask, end))
                return end
            case Seq(items=items):
                for item in items:
                    start = self.add(item, start)
                return start
            case Alt(options=options):
                end = self.state()
                for option in options:
                    self.moves[self.add(option, start)].append((FREE, end))
                return end
            case Repeat():
                return self._repeat(node, start)
            case Group(item=item) | Atomic(item=item):
                return self.add(item, start)
            case Edge(sign=sign) if sign in _EDGES:
                end = self.state()
                self.moves[start].append((_EDGES[sign], end))
                return end
            case Edge(sign="b") if self.loose:
                return start
        raise TooLarge

    def _repeat(self, node: Repeat, start: int) -> int:
        endless = node.high == ENDLESS
        most = node.low if endless else node.high
        if most > MAX_COPIES:
            raise TooLarge
        leaves = [start] if not node.low else []
        for at in range(most):
            start = self.add(node.item, start)
            leaves += [start] if at + 1 >= node.low else []
        if endless:
            # A state of its own, so that what loops cannot lead back into what stands before it.
            loop = self.state()
            self.moves[start].append((FREE, loop))
            self.moves[self.add(node.item, loop)].append((FREE, loop))
            leaves.append(loop)
        end = self.state()
        for leaf in leaves:
            self.moves[leaf].append((FREE, end))
        return end


_EDGES = {"^": AT_BEGIN, "A": AT_BEGIN, "$": AT_END, "z": AT_END, "Z": AT_END}


def of(tree: Tree, loose: bool = False) -> Automaton | None:
    """The automaton of an expression that may begin and end anywhere; None for what has none.

    `loose`: with `\\b` anywhere, so that it finds more than the expression does.
    """
    found = Automaton(loose)
    try:
        begin = found.state()
        found.takes[begin].append((chars.ALL, begin))
        found.final = found.add(tree.top, begin)
        found.takes[found.final].append((chars.ALL, found.final))
    except TooLarge:
        return None
    return found
