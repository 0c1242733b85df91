"""Trees to blocks: includes expanded where they stand, each file in every context that includes it."""

from __future__ import annotations

from collections.abc import Iterable

from dockguard.formats.nginx.directives import table
from dockguard.formats.nginx.home.resolve import Resolver
from dockguard.formats.nginx.level import Directive, Gap, Level
from dockguard.formats.nginx.text.tree import Statement, Tree
from dockguard.source import Source, Span, Via

MAX_DIRECTIVES = 40_000  # of one site, includes expanded
MAX_INCLUDES = 16  # one inside the other
OUTER = {"http": "main", "server": "http", "location": "server", "upstream": "http", "stream": "main", "mail": "main"}
_ANYWHERE = {"location": "location", "server": "server", "if": "if in location", "limit_except": "limit_except"}


class Builder:
    """Expands one site; `sources` grows by every file that was read."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.sources: list[Source] = []
        self.directives: list[Directive] = []
        self.missing: list[Directive] = []  # includes that name no file we can see
        self._files: list[Source] = []

    def root(self, where: Span) -> Level:
        """The outermost block."""
        level = Level("main", None, None, where)
        level.whole = True
        level.memo["missing"] = self.missing
        return level

    def implicit(self, context: str, parent: Level, gap: Gap | None) -> Level:
        """A block that stands in no file."""
        level = Level(context, None, parent, parent.span)
        level.gaps += [gap] if gap else []
        parent.children.append(level)
        return level

    def file(self, tree: Tree, level: Level, via: Via | None = None) -> None:
        """Expand a file into a block, unless it is being expanded already."""
        source = tree.source
        if source in self._files or len(self._files) >= MAX_INCLUDES:
            level.gaps.append(Gap("an include that never ends", frozenset()))
            return
        if source not in self.sources:
            self.sources.append(source)
        self._files.append(source)
        self.fill(level, tree.statements, via)
        self._files.pop()

    def fill(self, level: Level, statements: Iterable[Statement], via: Via | None) -> None:
        """Add statements to a block. Recursion is bounded by the parser's depth and MAX_INCLUDES."""
        for statement in statements:
            if len(self.directives) >= MAX_DIRECTIVES:
                level.gaps.append(Gap(f"the site has more than {MAX_DIRECTIVES} directives"))
                return
            directive = Directive(statement, level, via)
            self.directives.append(directive)
            if statement.name.text == "include" and (not level.data() or _of_map(level)):
                self._include(directive, level)
            else:
                level.add(directive)
                self._block(directive, level)

    def _block(self, directive: Directive, level: Level) -> None:
        statement = directive.statement
        if statement.block is None:
            return
        context = _context(level, statement)
        parent = _parent(self, level, context)
        child = Level(context, statement, parent, statement.head)
        child.via = directive.via
        parent.children.append(child)
        self.fill(child, statement.block, directive.via)
        if context == "server":
            child.name_server()

    def _include(self, directive: Directive, level: Level) -> None:
        level.add(directive)
        if not directive.words or directive.words[0].opaque:
            level.gaps.append(Gap("an include that a template fills in"))
            return
        trees, gap = self.resolver(directive.texts[0], directive.span)
        if gap is not None:
            level.gaps.append(Gap(gap.why, frozenset()) if level.data() else gap)
            self.missing.append(directive)
        for tree in trees:
            self.file(tree, level, Via(directive.span, "included here", directive.via))


def _of_map(level: Level) -> bool:
    """Whether it is the block of a `map` or a `geo`, which have includes of their own."""
    return level.statement is not None and level.statement.name.text in ("map", "geo")


def _context(level: Level, statement: Statement) -> str:
    name = statement.name.text
    context = table.inside(level.context, name)
    if (
        context == table.OPAQUE
        and not level.data()
        and name in _ANYWHERE
        and level.context in ("main", "http", "server")
    ):
        return _ANYWHERE[name]
    return context


def _parent(builder: Builder, level: Level, context: str) -> Level:
    """Where a block belongs: a fragment's location beside servers gets a server of its own."""
    if context in ("location", "if in location") and level.context in ("main", "http"):
        for child in level.children:
            if child.context == "server" and child.statement is None:
                return child
        return builder.implicit("server", level, Gap("the server around it is not in the file"))
    return level


def context_of(tree: Tree) -> str:
    """Where a file stands by itself: `main` for a whole one, else the context that takes most of its lines."""
    names = [statement.name.text for statement in tree.statements]
    if not {"http", "events", "stream", "mail"}.isdisjoint(names):
        return "main"
    blocks = {statement.name.text for statement in tree.statements if statement.block is not None}
    if "server" in blocks:
        return "stream" if _streams(tree) else "http"
    if any(_of_location(statement) for statement in tree.statements):
        return "location"
    scores = {context: sum(context in table.allowed(name) for name in names) for context in _ORDER}
    return max(_ORDER, key=lambda context: (scores[context], -_ORDER.index(context)))


def _of_location(statement: Statement) -> bool:
    """Whether it is an `if` with lines that only a location's `if` may have."""
    if statement.name.text != "if":
        return False
    inside = [table.allowed(inner.name.text) for inner in statement.block or ()]
    return any(allowed and "if in server" not in allowed and "if in location" in allowed for allowed in inside)


_ORDER = ("server", "http", "location", "upstream", "main", "stream")


def _streams(tree: Tree) -> bool:
    for statement in tree.statements:
        if statement.name.text == "server" and statement.block is not None:
            names = {inner.name.text for inner in statement.block}
            if "location" not in names and not names.isdisjoint(("proxy_pass", "ssl_preread", "proxy_timeout")):
                return True
    return False
