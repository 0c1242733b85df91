"""A server block: its sockets, names, and what of TLS belongs to the socket rather than to the block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dockguard.finding import Confidence, Finding, Note
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.wire.listen import Listen, listen_of
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Span, Unknown


def _bare(context: Any, name: str) -> bool:
    return context.lacks(name) is True and not context.dropped(name)


class Server:
    """One `server` block of `http`."""

    def __init__(
        self, level: Level, socket_tls: dict[tuple[str, int, bool], Listen], defaults: set[int], why: str
    ) -> None:
        self.level = level
        self._tls, self._is_default, self._why = socket_tls, id(level) in defaults, why
        self._contexts: Any = ()

    @property
    def span(self) -> Span:
        """The word `server`, or the beginning of a fragment."""
        return self.level.span

    @property
    def subject(self) -> str:
        """`server` and its first name, or where it listens."""
        return self.level.subject

    @property
    def name(self) -> str:
        """Its first name; `_` where it has none."""
        return next((name.value for name in self.names if isinstance(name.value, str)), "_")

    @cached_property
    def names(self) -> Many[Fact[str]]:
        """Its `server_name`s."""
        lines = self.level.own.get("server_name", ())
        items = tuple(word.fact for line in lines for word in line.words)
        return Many(items, self.span, self.level.hidden(frozenset(("server_name",))))

    @cached_property
    def listens(self) -> Many[Listen]:
        """Its sockets; without a `listen` line port 80 of every address."""
        lines = self.level.own.get("listen", ())
        found = [listen_of(line) for line in lines]
        why = self.level.hidden(frozenset(("listen",))) or ("a template gives the port" if None in found else "")
        items = tuple(one for one in found if one is not None)
        if not lines and not why:
            items = (Listen("*", 80, False, False, False, False, self.span, "80"),)
        return Many(items, self.span, why)

    @property
    def loopback(self) -> bool:
        """Whether other machines cannot reach any of its sockets."""
        return not self.listens.open and all(one.loopback for one in self.listens)

    @property
    def contexts(self) -> Many[Any]:
        """What can answer: itself, its locations, and the `if` and `limit_except` blocks in them."""
        return Many(tuple(self._contexts), self.span, self._why)

    @staticmethod
    def listed(contexts: Sequence[Any]) -> str:
        """Contexts for a message, at most six of them by name: "`/`, `/api/` and 3 more"."""
        more = f" and {len(contexts) - 6} more" if len(contexts) > 6 else ""
        return ", ".join(map(str, contexts[:6])) + more

    @cached_property
    def _by_level(self) -> dict[int, Any]:
        return {id(one.level): one for one in self._contexts}

    def inside(self, level: Level) -> Iterator[Any]:
        """The contexts of a block and of the blocks inside it, in the order of the text."""
        found = (self._by_level.get(id(inner)) for inner in level.walk())
        return (one for one in found if one is not None)

    def pages_without(self, name: str) -> list[Any]:
        """Contexts whose HTML pages surely go without a header (lower case) that no block around them sets either."""
        return [one for one in self._pages if _bare(one, name)]

    def responses_without(self, name: str) -> list[Any]:
        """Contexts whose responses surely go without a header that no block around them sets either."""
        return [one for one in self._contexts if one.responds and not one.inherits_all and _bare(one, name)]

    def lacking(self, contexts: Sequence[Any], what: str, responses: str = "pages") -> Iterator[Finding]:
        """One finding for what contexts of it lack, with the first of them as notes; none where none lacks it.

        Less sure where a proxied application may send it.
        """
        if not contexts:
            return
        doubt = all(context.proxied for context in contexts)
        yield Finding(
            self.span,
            f"{responses} of `{self.subject}` go without {what} for {self.listed(contexts)}",
            tuple(Note(context.span, "here") for context in contexts[:6] if context.span != self.span),
            confidence=Confidence.MEDIUM if doubt else None,
            why="the upstream may send it" if doubt else "",
        )

    @cached_property
    def _pages(self) -> list[Any]:
        return [one for one in self._contexts if one.document and not one.inherits_all]

    @property
    def hsts(self) -> Fact[str]:
        """The first Strict-Transport-Security header that one of its contexts sends."""
        for context in self._contexts:
            header = context.header("strict-transport-security").known
            if header is not None:
                return Fact(header.value.known, header.span)
        return Fact(None, self.span)

    @property
    def default(self) -> bool:
        """Whether it answers for unknown hosts on one of its sockets, by `default_server` or as the first."""
        return self._is_default

    @cached_property
    def tls(self) -> Fact[bool]:
        """Whether one of its sockets speaks TLS; `ssl` on any server of a socket makes it so for all of them."""
        ssl_on = self.level.nearest("ssl")
        if isinstance(ssl_on.value, Directive) and ssl_on.value.text(0) == "on":
            return Fact(True, ssl_on.value.span)
        for listen in self.listens:
            if listen.socket in self._tls:
                return Fact(True, self._tls[listen.socket].span)
        unknown = self.listens.open or self._why
        return Fact(Unknown(unknown) if unknown else False, self.span)

    def speaks_tls(self, listen: Listen) -> bool:
        """Whether one of its sockets speaks TLS."""
        ssl_on = self.level.nearest("ssl").value
        return listen.socket in self._tls or (isinstance(ssl_on, Directive) and ssl_on.text(0) == "on")

    @cached_property
    def plain(self) -> Fact[bool]:
        """Whether one of its sockets speaks plain HTTP."""
        for listen in self.listens:
            if listen.socket not in self._tls and self.tls.value is not True:
                return Fact(True, listen.span)
            if listen.socket not in self._tls and not isinstance(self.level.nearest("ssl").value, Directive):
                return Fact(True, listen.span)
        return Fact(Unknown(self.listens.open) if self.listens.open else False, self.span)

    @property
    def tls_protocols(self) -> Many[Fact[str]]:
        """The TLS versions that `ssl_protocols` names for it."""
        fact = self.level.nearest("ssl_protocols")
        if isinstance(fact.value, Directive):
            return Many(fact.value.args.items, fact.span)
        return Many((), self.span, fact.value.why if isinstance(fact.value, Unknown) else "")

    @property
    def tls_ciphers(self) -> Fact[str]:
        """Its OpenSSL cipher string."""
        return self.level.setting("ssl_ciphers")

    @property
    def rejects_handshake(self) -> bool:
        """Whether it ends TLS before any request (`ssl_reject_handshake on`)."""
        return self.level.setting("ssl_reject_handshake").known == "on"

    @cached_property
    def silent(self) -> bool:
        """Whether no browser gets an answer from it: it ends TLS before any request, and has no socket without TLS."""
        return self.rejects_handshake and self.plain.value is not True

    @property
    def fronted(self) -> bool:
        """Whether a label or a variable of its container says that another proxy stands in front, and ends TLS."""
        return bool(self.level.chain[-1].memo.get("fronted"))

    @property
    def fragment(self) -> bool:
        """Whether the block around these lines is not in the files."""
        return self.level.statement is None

    @property
    def action(self) -> str:
        """What it does with every request before any location: `redirect`, `reject`, `return`, or "" for nothing."""
        return self._contexts[0].action if self._contexts and self._contexts[0].ends_all else ""
