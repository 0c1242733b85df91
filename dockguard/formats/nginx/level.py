"""A block of the assembled site with the directives that count for it, includes expanded; and one directive in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from dockguard.formats.nginx.directives import inheritance, table
from dockguard.formats.nginx.directives.spelling import spelled
from dockguard.formats.nginx.directives.verdict import FINE, Verdict, judge
from dockguard.formats.nginx.home.release import before as older
from dockguard.formats.nginx.text.tree import Statement, Word
from dockguard.formats.nginx.wire.listen import loopback
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Unknown, Via


@dataclass(frozen=True, slots=True)
class Gap:
    """Something unread in a block: why, and which directives may stand there (None: any)."""

    why: str
    may: frozenset[str] | None = None

    def hides(self, names: frozenset[str]) -> bool:
        """Whether one of these directives may stand in it."""
        return self.may is None or not self.may.isdisjoint(names)


_LISTEN = frozenset(("listen",))
UNSEEN = Gap("the file that includes this one is not known")


class Directive:
    """A directive where it counts: one line of a file, in the block that it ends up in."""

    def __init__(self, statement: Statement, level: Level, via: Via | None) -> None:
        self.statement, self.level, self.via = statement, level, via
        self.name = statement.name.text

    name: str
    """Its name as written."""

    @property
    def words(self) -> tuple[Word, ...]:
        """Its arguments."""
        return self.statement.args

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Its arguments' texts, quotes gone, as the manual spells them: `ON` of a flag is `on`."""
        return spelled(self.name, self.statement.texts)

    @property
    def block(self) -> Level | None:
        """The block that it opens; to be asked when all of them are made."""
        return self.level.opened.get(id(self.statement))

    @property
    def args(self) -> Many[Fact[str]]:
        """Its arguments, each with its place."""
        return Many(tuple(self.arg(index) for index in range(len(self.words))), self.span)

    @property
    def first(self) -> Fact[str]:
        """Its first argument; absent where it has none."""
        return self.arg(0)

    def arg(self, index: int) -> Fact[str]:
        """An argument by its position; absent where there are fewer."""
        if index >= len(self.words):
            return Fact(None, self.span)
        fact = self.words[index].fact
        return Fact(self.texts[index] if isinstance(fact.value, str) else fact.value, fact.span, self.via)

    def text(self, index: int, default: str = "") -> str:
        """An argument's text, or the default."""
        return self.texts[index] if index < len(self.texts) else default

    @property
    def value(self) -> Fact[str]:
        """All arguments, joined by blanks, placed at the whole directive."""
        opaque = any(word.opaque for word in self.words)
        return Fact(Unknown("a template fills this in") if opaque else " ".join(self.texts), self.span, self.via)

    @property
    def whole(self) -> Fact[str]:
        """Its words, the name included."""
        return Fact(" ".join((self.name, *self.texts)), self.span, self.via)

    @property
    def verbatim(self) -> bool:
        """Whether a copy of its text means the same elsewhere: no template's placeholder in it."""
        return not self._opaque

    @property
    def span(self) -> Span:
        """Its words, without the `;` or the block."""
        return self.statement.head

    @property
    def name_span(self) -> Span:
        """Its name."""
        return self.statement.name.span

    @property
    def context(self) -> str:
        """Where it stands: `main`, `http`, `server`, `location`, `if in location`, `upstream` and so on."""
        return self.level.context

    @property
    def loopback(self) -> bool:
        """Whether it counts only in a server that other machines cannot reach."""
        server = next((level for level in self.level.chain if level.context == "server"), None)
        return server is not None and not server.hidden(_LISTEN) and loopback(server.own.get("listen", ()))

    @cached_property
    def verdict(self) -> Verdict:
        """What nginx would say of its name, its place and its arguments."""
        level = self.level
        context = level.context if level.statement is not None or level.whole else ""
        version = level.chain[-1].version
        return judge(self.name, context, self.texts, self.statement.block is not None, self._opaque, version)

    @property
    def faulty(self) -> bool:
        """Whether nginx refuses it, or its `;` is probably missing."""
        return self.verdict is not FINE or (len(self.words) > 1 and self.swallows.value is not None)

    @property
    def _opaque(self) -> bool:
        return self.statement.name.opaque or any(word.opaque for word in self.words)

    @property
    def unknown(self) -> Fact[bool]:
        """Whether nginx has no such directive; only the run time knows where modules are loaded."""
        if not self.verdict.unknown or self.verdict.lacking:
            return Fact(self.verdict.unknown, self.name_span, self.via)
        outermost = self.level.chain[-1]
        modules = outermost.has("load_module") or outermost.hidden(frozenset(("load_module",)))
        likely = self.suggestion or not modules
        return Fact(True if likely else Unknown("a loaded module may bring it"), self.name_span, self.via)

    @property
    def suggestion(self) -> str:
        """The directive that was most likely meant; "" without a likely one."""
        if not self.verdict.unknown or self.verdict.lacking:
            return ""
        asked: dict[str, str] = self.level.chain[-1].memo.setdefault("suggestions", {})
        if self.name not in asked and len(asked) < _MAX_SUGGESTIONS:
            asked[self.name] = table.suggestion(self.name)
        return asked.get(self.name, "")

    @property
    def swallows(self) -> Fact[str]:
        """A directive's name that begins a later line of its arguments: the `;` before it is probably missing."""
        source = self.statement.source
        if source.text.find("\n", self.statement.name.end, self.statement.head.end) < 0:
            return Fact(None, self.span)
        for before, word in pairwise((self.statement.name, *self.words)):
            fresh = "\n" in source.text[before.end : word.start]
            fits = self.name in _LISTS or (self.name == "listen" and word.text in _OF_LISTEN)
            if fresh and not word.quote and table.known(word.text) and not fits:
                return Fact(word.text, word.span, self.via)
        return Fact(None, self.span)

    @property
    def misplaced(self) -> Fact[bool]:
        """Whether nginx knows it but not in this block."""
        return Fact(self.verdict.misplaced, self.name_span, self.via)

    @property
    def allowed_in(self) -> tuple[str, ...]:
        """The blocks that it may stand in."""
        return tuple(sorted(table.allowed(self.name)))

    @property
    def miscounted(self) -> Fact[bool]:
        """Whether it has a wrong number of arguments, a flag that is neither on nor off, or a block too many or few."""
        return Fact(bool(self.verdict.wrong), self.span, self.via)

    @property
    def expected(self) -> str:
        """What nginx expects instead, in words."""
        return self.verdict.wrong

    @property
    def subject(self) -> str:
        """Its block's address, its name and what tells it from its siblings."""
        tail = f" {self.texts[0]}" if self.texts and self.name in _TOLD_APART else ""
        return f"{self.level.subject}: {self.name}{tail}"

    def __repr__(self) -> str:
        return f"Directive({self.name} {' '.join(self.texts)})"


_MAX_SUGGESTIONS = 300  # unknown names of a site that are compared with every known one
_LISTS = frozenset("log_format types gzip_types map geo set add_header return rewrite limit_except".split())
_OF_LISTEN = ("http2", "proxy_protocol", "ssl")  # parameters that are directives, too
_SENDERS = ("more_set_headers", "security_headers", "header_filter_by_lua", "js_header_filter")
_TOLD_APART = frozenset(
    """
    add_header set map limit_req_zone limit_conn_zone proxy_set_header fastcgi_param allow deny location upstream if
    include error_page listen proxy_hide_header log_format geo
    """.split()
)


class Level:
    """A block: `http`, a server, a location, an `if`, a `limit_except`, or one of the other modules' blocks.

    `statement` is None for a block that is not in the files: the `http` around a fragment, the image's own main file.
    """

    def __init__(self, context: str, statement: Statement | None, parent: Level | None, where: Span) -> None:
        self.context, self.statement, self.parent = context, statement, parent
        self.span = statement.head if statement else where
        self.directives: list[Directive] = []
        self.own: dict[str, list[Directive]] = {}
        self.children: list[Level] = []
        self.gaps: list[Gap] = []
        self.via: Via | None = None
        self.memo: dict[str, Any] = {}  # what other rooms work out of it once
        self.version: table.Version | None = None  # of the nginx that reads it, on the outermost block
        self.whole = False  # a file's outermost block whose kind is certain
        self.subject = self._subject()

    def _subject(self) -> str:
        if self.parent is None:
            return self.context
        words = " ".join((self.statement.name.text, *self.statement.texts)) if self.statement else self.context
        above = "" if self.parent.context in ("main", "http") else f"{self.parent.subject} / "
        return f"{above}{words}"

    def name_server(self) -> None:
        """Give the subject its server name, or where it listens; before its locations are made."""
        names = [
            text for directive in self.own.get("server_name", ()) for text in directive.texts if text not in ("", "_")
        ]
        listens = [directive.text(0) for directive in self.own.get("listen", ())]
        self.subject = " ".join(["server", *(names or listens)[:1]])
        for level in self._descend():
            if level is not self:
                level.subject = level._subject()

    def add(self, directive: Directive) -> None:
        """Append a directive."""
        self.directives.append(directive)
        self.own.setdefault(directive.name, []).append(directive)

    def walk(self) -> tuple[Level, ...]:
        """This block and all inside it, outer ones first; to be asked when all of them are made."""
        return self._inside

    @cached_property
    def _inside(self) -> tuple[Level, ...]:
        return tuple(self._descend())

    @cached_property
    def opened(self) -> dict[int, Level]:
        """The blocks in it by the identity of what opens them."""
        return {id(child.statement): child for child in reversed(self.children)}  # the first of several counts

    def _descend(self) -> Iterator[Level]:
        stack = [self]
        while stack:
            level = stack.pop()
            yield level
            stack.extend(reversed(level.children))

    @cached_property
    def chain(self) -> tuple[Level, ...]:
        """This block and those around it that it inherits from, the innermost first."""
        return (self, *(self.parent.chain if self.parent is not None else ()))

    def has(self, name: str) -> bool:
        """Whether the directive stands in this very block."""
        return name in self.own

    def last(self, name: str) -> Directive | None:
        """The last line of a directive in this very block."""
        found = self.own.get(name)
        return found[-1] if found else None

    def lines(self, names: frozenset[str]) -> tuple[Directive, ...]:
        """The lines of several directives in this very block, in the order of the text."""
        if len(names) == 1:
            return tuple(self.own.get(next(iter(names)), ()))
        return tuple(directive for directive in self.directives if directive.name in names)

    def hidden(self, names: frozenset[str]) -> str:
        """Why lines of these directives may stand in this very block that nobody has read; "" where none can."""
        return next((gap.why for gap in self.gaps if gap.hides(names)), "") if self.gaps else ""

    def listed(self, name: str) -> Many[Directive]:
        """The lines of an all-or-nothing directive (one of `inheritance.REPLACE`) that count here."""
        names = inheritance.group(name)
        for level in self.chain:
            found = () if level.own.keys().isdisjoint(names) else level.lines(names)
            why = level.hidden(names) if level.gaps else ""
            if found or why:
                return Many(found, self.span, why)
        return Many((), self.span)

    def nearest(self, name: str) -> Fact[Directive]:
        """The line of a plain directive that counts here."""
        for level in (self,) if name in inheritance.NEVER else self.chain:
            if name in level.own:
                found = level.own[name][-1]
                return Fact(found, found.span, _inherited(self, level, found))
            if level.gaps and (why := level.hidden(frozenset((name,)))):
                return Fact(Unknown(why), self.span)
        return Fact(None, self.span)

    def setting(self, name: str) -> Fact[str]:
        """The arguments of a plain directive that count here, joined by blanks."""
        fact = self.nearest(name)
        found = fact.value
        if not isinstance(found, Directive):
            return Fact(found, fact.span)
        return Fact(found.value.value, found.span, fact.via)

    @cached_property
    def senders(self) -> tuple[Directive, ...]:
        """Lines of other modules, here or around, that may send headers of their own; the innermost first."""
        own = [line for name, lines in self.own.items() if name.startswith(_SENDERS) for line in lines]
        around = self.parent.senders if self.parent is not None else ()
        return (*own, *around) if own else around

    def before(self, *numbers: int) -> bool | None:
        """Whether the nginx that reads it is older than a release, (1, 25, 1); None where that is not known."""
        return older(self.chain[-1].version, numbers)

    def data(self) -> bool:
        """Whether its lines are a map's or another module's data, no directives."""
        return self.context == table.OPAQUE

    def __repr__(self) -> str:
        return f"Level({self.subject})"


def _inherited(here: Level, level: Level, found: Directive) -> Via | None:
    if level is here:
        return found.via
    return Via(found.span, f"inherited from `{level.subject}`", found.via)
