"""Lines with OpenSSL cipher strings, and what they let in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.wire.suites import Suite, chosen, meant, table, words
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Span, Unknown

LINES = frozenset(f"{side}ssl_ciphers" for side in ("", "proxy_", "grpc_", "uwsgi_"))
# Words that ask for suites without certificates; through wider words (HIGH) OpenSSL's security level keeps them out.
_ANONYMOUS = ("aNULL", "ADH", "AECDH")


class Ciphers:
    """One `ssl_ciphers` line, or a `proxy_`, `grpc_` or `uwsgi_` twin."""

    def __init__(self, directive: Directive) -> None:
        self._directive = directive

    @property
    def span(self) -> Span:
        """The line, without the `;`."""
        return self._directive.span

    @property
    def subject(self) -> str:
        """The block and the directive."""
        return self._directive.subject

    @property
    def name(self) -> str:
        """Which of the four it is."""
        return self._directive.name

    @property
    def level(self) -> Level:
        """The block it stands in."""
        return self._directive.level

    @property
    def text(self) -> Fact[str]:
        """The cipher string."""
        return self._directive.first

    @cached_property
    def inert(self) -> bool:
        """Whether only TLS 1.3 is spoken, which has suites of its own."""
        line = self.level.nearest(self.name.replace("ciphers", "protocols"))
        return isinstance(line.value, Directive) and set(line.value.texts) == {"TLSv1.3"}

    @cached_property
    def _added(self) -> dict[str, int] | None:
        text = self.text.known
        return None if text is None else {} if self.inert else chosen(text)

    def _words(self, fits: Callable[[Suite], bool]) -> Many[Fact[str]]:
        """The words that let such suites in, each with its place."""
        if self._added is None:
            return Many((), self.span, "the cipher string is not known")
        starts = {at for name, at in self._added.items() if fits(table()[name])}
        return Many(tuple(self._word(at) for at in sorted(starts)), self.span)

    def _word(self, at: int) -> Fact[str]:
        word, text = self._directive.words[0], self.text.known or ""
        end = min((place for sign in ":, ;" if (place := text.find(sign, at)) >= 0), default=len(text))
        return Fact(text[at:end], word.part(at, end), self.text.via)

    @cached_property
    def broken(self) -> Many[Fact[str]]:
        """The words that let broken suites in: NULL, RC4, DES, 3DES, export, MD5, or that ask for no certificate."""
        found = self._words(lambda suite: suite.usable and suite.broken)
        every = {word.span.key: word for word in (*found, *self._anonymous())}
        return Many(tuple(every[key] for key in sorted(every)), self.span, found.open)

    def _anonymous(self) -> Iterator[Fact[str]]:
        added = self._added or {}
        for word, at in words(self.text.known or "") if added else ():
            if _asks(word) and any(name in added and table()[name].anonymous for name in meant(word)):
                yield self._word(at)

    @cached_property
    def static(self) -> Fact[str]:
        """The first word that lets in suites without forward secrecy, broken ones left out; absent without one."""
        found = self._words(lambda suite: suite.static and not suite.broken)
        if found.items:
            return found.items[0]
        return Fact(Unknown(found.open) if found.open else None, self.span)

    @cached_property
    def ephemeral(self) -> Fact[tuple[str, ...]]:
        """The suites that need `ssl_dhparam`: finite-field Diffie-Hellman with a certificate."""
        if self._added is None:
            return Fact(Unknown("the cipher string is not known"), self.span)
        suites = table()
        found = [name for name in self._added if suites[name].kx == "DH" and not suites[name].anonymous]
        return Fact(tuple(found) or None, self.text.span)

    def __repr__(self) -> str:
        return f"Ciphers({self.text.known})"


def _asks(word: str) -> bool:
    """Whether a word is about suites without certificates and nothing else."""
    parts = word.split("+")
    return any(part in _ANONYMOUS or part.startswith(("ADH-", "AECDH-")) for part in parts)
