"""TLS as one server speaks it: versions, suites and tickets that count, and what belongs to another server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.wire.ciphers import Ciphers
from dockguard.lazy import cached_property, regex
from dockguard.source import Fact, Many, Span, Unknown

_Sockets = dict[tuple[str, int, bool], Server]
# `ssl_protocols` without a line, by release (nginx CHANGES).
_OLD, _WITH_13, _NEW = (
    ("TLSv1", "TLSv1.1", "TLSv1.2"),
    ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
    ("TLSv1.2", "TLSv1.3"),
)
_ADDRESS = regex(r"https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?=[:/]|$)")


class Tls:
    """The TLS side of a server that surely has one."""

    def __init__(self, server: Server, defaults: _Sockets) -> None:
        self.server, self._defaults = server, defaults

    server: Server
    """The server."""

    @property
    def span(self) -> Span:
        """The server's."""
        return self.server.span

    @property
    def subject(self) -> str:
        """The server's."""
        return self.server.subject

    @property
    def level(self) -> Level:
        """The server's block."""
        return self.server.level

    def _line(self, name: str) -> Fact[Directive]:
        return self.level.nearest(name)

    # --- versions ---

    @cached_property
    def protocols(self) -> Many[Fact[str]]:
        """The versions that are spoken: those of `ssl_protocols`, or what this release of nginx takes without it."""
        if self.protocols_set.value is not None:
            return self.server.tls_protocols
        names = self._default_protocols()
        why = "" if names else "the default depends on nginx's release"
        return Many(tuple(Fact(name, self.span) for name in names), self.span, why)

    def _default_protocols(self) -> tuple[str, ...]:
        if self.level.before(1, 23, 4):
            return _OLD
        if self.level.before(1, 27, 3):
            return _WITH_13 if self.level.before(1, 23, 4) is False else ()
        return _NEW if self.level.before(1, 27, 3) is False else ()

    @property
    def protocols_set(self) -> Fact[str]:
        """The words of the `ssl_protocols` that counts; absent where there is none."""
        return self.level.setting("ssl_protocols")

    @property
    def old_default(self) -> Fact[str]:
        """Versions before TLS 1.2 that are spoken because nobody says otherwise; absent with `ssl_protocols`."""
        if self.protocols_set.value is not None:
            return Fact(None, self.span)
        older = self.level.before(1, 27, 3)
        if older is None:
            return Fact(Unknown("the default depends on nginx's release"), self.span)
        return Fact("TLSv1 and TLSv1.1" if older else None, self.span)

    @property
    def only_13(self) -> bool:
        """Whether nothing but TLS 1.3 is spoken."""
        return not self.protocols.open and {fact.known for fact in self.protocols} == {"TLSv1.3"}

    @cached_property
    def leaders(self) -> tuple[Server, ...]:
        """The default servers of its TLS sockets, itself left out."""
        found = (self._defaults.get(listen.socket) for listen in self.server.listens)
        return tuple(dict.fromkeys(one for one in found if one is not None and one is not self.server))

    @property
    def ignored_protocols(self) -> Fact[str]:
        """Its own `ssl_protocols`, where the default server of its socket has others: before 1.29.2 those count."""
        own = self.level.last("ssl_protocols")
        if own is None or self.server.listens.open:
            return Fact(None, self.span)
        if self.level.before(1, 29, 2) is False or not self._overruling(own):
            return Fact(None, own.span)
        return own.value

    @property
    def protocols_leader(self) -> str:
        """The server whose `ssl_protocols` count instead."""
        own = self.level.last("ssl_protocols")
        return next((leader.subject for leader, _ in self._overruling(own)), "") if own is not None else ""

    @property
    def leader_protocols(self) -> str:
        """The versions of that server; "" where it has no line."""
        own = self.level.last("ssl_protocols")
        return next((" ".join(texts) for _, texts in self._overruling(own)), "") if own is not None else ""

    def _overruling(self, own: Directive) -> list[tuple[Server, tuple[str, ...]]]:
        found = []
        for leader in self.leaders:
            line = leader.level.nearest("ssl_protocols").value
            if isinstance(line, Directive) and set(line.texts) != set(own.texts):
                found.append((leader, line.texts))
            elif line is None:
                found.append((leader, ()))
        return found

    @property
    def leader_sure(self) -> bool:
        """Whether the release is known to be one that overrules."""
        return self.level.before(1, 29, 2) is True

    # --- suites ---

    @cached_property
    def ciphers(self) -> Fact[Ciphers]:
        """The `ssl_ciphers` that count; absent where there are none."""
        return self._line("ssl_ciphers").map(Ciphers)

    @property
    def default_ciphers(self) -> bool | None:
        """Whether nginx's own choice of suites counts, and TLS 1.2 or older is spoken; None where nobody can know."""
        value = self.ciphers.value
        if isinstance(value, Unknown):
            return None
        return value is None and not self.only_13

    @property
    def dhparam(self) -> Fact[str]:
        """The file of `ssl_dhparam`."""
        return self.level.setting("ssl_dhparam")

    @property
    def dead_dhe(self) -> Fact[str]:
        """Ephemeral Diffie-Hellman suites that are listed and cannot be used, for want of `ssl_dhparam`."""
        ciphers, file = self.ciphers.value, self.dhparam.value
        if not isinstance(ciphers, Ciphers) or file is not None:
            why = next((one.why for one in (ciphers, file) if isinstance(one, Unknown)), "")
            return Fact(Unknown(why) if why else None, self.span)
        found = ciphers.ephemeral
        return Fact(found.value if isinstance(found.value, Unknown) else (found.value or (None,))[0], ciphers.span)

    # --- stapling ---

    @property
    def stapling(self) -> Fact[str]:
        """The `ssl_stapling on` that counts; absent where it is off, or a file brings the answer."""
        fact = self.level.setting("ssl_stapling")
        if not isinstance(fact.value, Unknown) and fact.value != "on":
            return Fact(None, self.span)
        # The file is one certificate's answer, so no unread block around sets it for all.
        file = isinstance(self._line("ssl_stapling_file").value, Directive)
        return Fact(None, self.span) if file else fact

    @property
    def asks_a_name(self) -> bool:
        """Whether the responder has a name to look up; not where `ssl_stapling_responder` gives an address."""
        return not _ADDRESS.match(self.level.setting("ssl_stapling_responder").known or "")

    @property
    def resolver(self) -> Fact[str]:
        """The `resolver` that counts."""
        return self.level.setting("resolver")

    @property
    def resolver_seen(self) -> bool:
        """Whether a `resolver` is in the files, whatever may stand in those that nobody sees."""
        return any(level.has("resolver") for level in self.level.chain)

    @cached_property
    def certificates(self) -> Many[Fact[str]]:
        """The files of the `ssl_certificate` lines that count."""
        lines = self.level.listed("ssl_certificate")
        found = tuple(line.first for line in lines if line.name == "ssl_certificate")
        return Many(found, self.span, lines.open)

    @property
    def lets_encrypt(self) -> Fact[str]:
        """A certificate of Let's Encrypt, by its path."""
        chain = [line.first for line in self.level.own.get("ssl_trusted_certificate", ())]
        found = (fact for fact in (*self.certificates, *chain) if "/letsencrypt/" in (fact.known or ""))
        return next(found, Fact(None, self.span))

    # --- HTTP/2 and QUIC ---

    @property
    def http2(self) -> Fact[str]:
        """What switches HTTP/2 on."""
        for listen in self.server.listens:
            if listen.http2:
                return Fact(listen.written, listen.span)
        fact = self.level.setting("http2")
        off = not isinstance(fact.value, Unknown) and fact.value != "on"
        return Fact(None, self.span) if off else fact

    @property
    def named_default(self) -> bool:
        """Whether `default_server` is written on one of its sockets."""
        return any(listen.default for listen in self.server.listens)

    @property
    def misdirected(self) -> bool:
        """Whether requests that HTTP/2 brings for other hosts are sent back with 421: all of them, or those of `/`."""
        return any(
            _of_all(context) and (context.ended_by.known or "").startswith("return 421")
            for context in self.server.contexts
        )

    def __repr__(self) -> str:
        return f"Tls({self.subject})"


def _of_all(context: Any) -> bool:
    """Whether it is the server's own level, or a location of it for `/`."""
    outermost = context.outer is None or context.outer.outer is None
    return outermost and context.kind != "if" and (context.path or "/").lstrip("^~= ") == "/"


def sides(servers: Iterable[Server]) -> Iterator[Tls]:
    """The TLS side of each server that has one."""
    every = tuple(servers)
    defaults: _Sockets = {}
    for server in every:
        for listen in server.listens:
            if listen.default or listen.socket not in defaults:
                defaults[listen.socket] = server
    return (Tls(server, defaults) for server in every if server.tls.known)
