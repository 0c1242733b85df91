"""Content-Security-Policy as browsers read it (CSP Level 3): directives, fallbacks, and what weakens them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockguard.formats.nginx.flow.values import Choice
from dockguard.formats.nginx.headers.headers import Carried, Header
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Unknown

FETCH = {
    "script-src-elem": ("script-src-elem", "script-src", "default-src"),
    "script-src-attr": ("script-src-attr", "script-src", "default-src"),
    "script-src": ("script-src", "default-src"),
    "style-src": ("style-src", "default-src"),
    "object-src": ("object-src", "default-src"),
    "worker-src": ("worker-src", "child-src", "script-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
}
KNOWN = frozenset(
    """
    child-src connect-src default-src fenced-frame-src font-src frame-src img-src manifest-src media-src object-src
    script-src script-src-elem script-src-attr style-src style-src-elem style-src-attr worker-src base-uri sandbox
    form-action frame-ancestors report-uri report-to upgrade-insecure-requests require-trusted-types-for trusted-types
    webrtc
    """.split()
)
DEPRECATED = frozenset(
    """
    reflected-xss referrer plugin-types block-all-mixed-content prefetch-src require-sri-for disown-opener navigate-to
    """.split()
)
WITHOUT_SOURCES = frozenset(
    "sandbox report-uri report-to upgrade-insecure-requests require-trusted-types-for trusted-types webrtc".split()
)
KEYWORDS = frozenset(
    """
    self none unsafe-inline unsafe-eval unsafe-hashes strict-dynamic report-sample wasm-unsafe-eval
    inline-speculation-rules unsafe-webtransport-hashes
    """.split()
)
BROAD = frozenset(("*", "http:", "https:", "data:", "filesystem:", "ftp:", "http://*", "https://*"))
_WORD = regex(r"[^\s]+")
_NONCE = regex(r"'nonce-(.*)'", re.I)
_HASH = regex(r"'sha(?:256|384|512)-.+'", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    """A source of a directive, or the directive's name, with its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """One directive of a policy; `repeated` ones are ignored by browsers."""

    name: Item
    sources: tuple[Item, ...]
    repeated: bool

    @property
    def key(self) -> str:
        """Its name in lower case."""
        return self.name.text.lower()


class Policy(Carried):
    """One Content-Security-Policy: a header, with one of the texts that it can have."""

    def __init__(self, header: Header, choice: Choice) -> None:
        super().__init__(header)
        self._choice = choice

    @property
    def text(self) -> str:
        """The policy."""
        return self._choice.text

    @property
    def report_only(self) -> bool:
        """Whether it only reports."""
        return self._header.key.endswith("-report-only")

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Its directives, in order."""
        found, seen, at = [], set(), 0
        for piece in self.text.split(";"):
            words = [
                Item(match[0], self._part(at + match.start(), at + match.end())) for match in _WORD.finditer(piece)
            ]
            if words:
                name = words[0].text.lower()
                found.append(Rule(words[0], tuple(words[1:]), name in seen))
                seen.add(name)
            at += len(piece) + 1
        return tuple(found)

    def _part(self, start: int, end: int) -> Span:
        word = self._choice.word
        return word.part(start, end) if word is not None and word.text == self.text else self._header.value.span

    @cached_property
    def _by_name(self) -> dict[str, Rule]:
        return {rule.key: rule for rule in self.rules if not rule.repeated}

    @property
    def _open(self) -> str:
        loose = any(
            rule.name.text.startswith("$") or item.text.startswith("$") for rule in self.rules for item in rule.sources
        )
        loose = loose or any(rule.name.text.startswith("$") for rule in self.rules)
        return "part of the policy is a variable" if loose else ""

    def governing(self, name: str) -> Rule | None:
        """The directive that decides about a kind of resource, by the standard's fallbacks."""
        return next((self._by_name[key] for key in FETCH.get(name, (name,)) if key in self._by_name), None)

    def _sources(self, name: str) -> tuple[Item, ...]:
        rule = self.governing(name)
        return rule.sources if rule else ()

    def _absent(self) -> Fact[str]:
        return Fact(Unknown(self._open) if self._open else None, self._header.value.span)

    def _first(self, items: Iterator[Item]) -> Fact[str]:
        item = next(items, None)
        return Fact(item.text, item.span) if item else self._absent()

    # --- what runs script ---

    def _script_lists(self) -> Iterator[tuple[Item, ...]]:
        seen = set()
        for name in ("script-src-elem", "script-src-attr", "script-src"):
            rule = self.governing(name)
            if rule and id(rule) not in seen:
                seen.add(id(rule))
                yield rule.sources

    @property
    def unsafe_inline(self) -> Fact[str]:
        """`'unsafe-inline'` that browsers honour for scripts: no nonce, hash or strict-dynamic beside it."""
        return self._first(
            item
            for sources in self._script_lists()
            if not any(_trusts(other.text) for other in sources)
            for item in sources
            if item.text.lower() == "'unsafe-inline'"
        )

    @property
    def unsafe_eval(self) -> Fact[str]:
        """`'unsafe-eval'` for scripts."""
        return self._first(item for item in self._sources("script-src") if item.text.lower() == "'unsafe-eval'")

    @property
    def unsafe_hashes(self) -> Fact[str]:
        """`'unsafe-hashes'` for scripts."""
        return self._first(
            item for sources in self._script_lists() for item in sources if item.text.lower() == "'unsafe-hashes'"
        )

    @property
    def style_inline(self) -> Fact[str]:
        """`'unsafe-inline'` that browsers honour for styles."""
        sources = self._sources("style-src")
        if any(_trusts(item.text) for item in sources):
            return self._absent()
        return self._first(item for item in sources if item.text.lower() == "'unsafe-inline'")

    @property
    def script_sources(self) -> Many[Fact[str]]:
        """What may load as a script: hosts, schemes and keywords; under strict-dynamic hosts do not count."""
        sources = [item for item in self._sources("script-src-elem") if not self._dynamic or _NONCE.match(item.text)]
        return Many(tuple(Fact(item.text, item.span) for item in sources), self._header.value.span, self._open)

    @property
    def _dynamic(self) -> bool:
        return any(item.text.lower() == "'strict-dynamic'" for item in self._sources("script-src"))

    @property
    def broad_source(self) -> Fact[str]:
        """A source that lets any host in: `*`, `https:`, `data:` and the like, for scripts, plug-ins or `<base>`."""
        names = ("object-src", "base-uri") if self._dynamic else ("script-src-elem", "object-src", "base-uri")
        return self._first(item for name in names for item in self._sources(name) if _broad(item.text))

    @property
    def insecure_source(self) -> Fact[str]:
        """A source over plain `http:` or `ws:`."""
        return self._first(
            item
            for rule in self.rules
            if rule.key not in ("report-uri", "report-to")
            for item in rule.sources
            if item.text.lower().startswith(("http://", "ws://")) and not _local(item.text)
        )

    @property
    def strict_dynamic_alone(self) -> Fact[str]:
        """`'strict-dynamic'` without a nonce or hash: no script runs at all."""
        sources = self._sources("script-src")
        if any(_NONCE.match(item.text) or _HASH.match(item.text) for item in sources):
            return self._absent()
        return self._first(item for item in sources if item.text.lower() == "'strict-dynamic'")

    @property
    def constant_nonce(self) -> Fact[str]:
        """A nonce written into the configuration, the same for every response."""
        return self._first(item for item in self._all() if (m := _NONCE.match(item.text)) and m[1] and "$" not in m[1])

    # --- what is missing ---

    @property
    def missing_script(self) -> bool:
        """Neither script-src nor default-src: any script may run."""
        return self._missing("script-src")

    @property
    def missing_object(self) -> bool:
        """Neither object-src nor default-src: any plug-in may load."""
        return self._missing("object-src")

    @property
    def missing_base(self) -> bool:
        """No base-uri, which has no fallback."""
        return self._missing("base-uri")

    @property
    def missing_form_action(self) -> bool:
        """No form-action, which has no fallback."""
        return self._missing("form-action")

    @property
    def missing_frame_ancestors(self) -> bool:
        """No frame-ancestors, which has no fallback."""
        return self._missing("frame-ancestors")

    @property
    def restricts_content(self) -> bool:
        """Whether it is about what pages load at all, not only about framing or upgrades."""
        return any(rule.key.endswith("-src") for rule in self.rules)

    @property
    def trusts_nonces(self) -> bool:
        """Whether scripts are trusted by nonce or hash, wherever they come from."""
        return any(_trusts(item.text) for item in self._sources("script-src"))

    def _missing(self, name: str) -> bool:
        return not self._open and bool(self.rules) and self.governing(name) is None

    # --- what is written wrong ---

    @property
    def unknown_directive(self) -> Fact[str]:
        """A directive that no browser knows."""
        return self._first(
            rule.name
            for rule in self.rules
            if rule.key not in KNOWN and rule.key not in DEPRECATED and "$" not in rule.key and not _keyword(rule.key)
        )

    @property
    def deprecated_directive(self) -> Fact[str]:
        """A directive that browsers dropped."""
        return self._first(rule.name for rule in self.rules if rule.key in DEPRECATED)

    @property
    def swallowed_directive(self) -> Fact[str]:
        """A directive's name among the sources of another: the `;` before it is missing."""
        return self._first(item for item in self._all() if item.text.lower() in KNOWN - {"webrtc", "sandbox"})

    @property
    def unquoted_keyword(self) -> Fact[str]:
        """`self`, `none`, `unsafe-inline`, a nonce or a hash without its quotes, or misspelt inside them."""
        return self._first(item for item in self._all() if _keyword(item.text) or _misspelt(item.text))

    @property
    def repeated_directive(self) -> Fact[str]:
        """A second directive of the same name, which browsers ignore."""
        return self._first(rule.name for rule in self.rules if rule.repeated)

    @property
    def none_with_others(self) -> Fact[str]:
        """`'none'` beside other sources, where it means nothing."""
        return self._first(
            item
            for rule in self.rules
            if len(rule.sources) > 1
            for item in rule.sources
            if item.text.lower() == "'none'"
        )

    def _all(self) -> Iterator[Item]:
        for rule in self.rules:
            if rule.key not in WITHOUT_SOURCES:
                yield from rule.sources


def _trusts(text: str) -> bool:
    return bool(_NONCE.match(text) or _HASH.match(text)) or text.lower() == "'strict-dynamic'"


def _broad(text: str) -> bool:
    low = text.lower().rstrip("/")
    return (
        low in BROAD
        or re.fullmatch(r"(?:https?://)?\*(?:\.(?:com|net|org|io|dev|app|co))?(?::\*|:\d+)?", low) is not None
    )


def _local(text: str) -> bool:
    return re.match(r"\w+://(?:localhost|127\.|\[::1\])", text.lower()) is not None


def _keyword(text: str) -> bool:
    low = text.lower().strip("'")
    quoted = len(text) > 1 and text[0] == "'" and text[-1] == "'"
    return not quoted and (low in KEYWORDS or low.startswith(("nonce-", "sha256-", "sha384-", "sha512-")))


def _misspelt(text: str) -> bool:
    if not (len(text) > 2 and text[0] == "'" and text[-1] == "'"):
        return False
    low = text[1:-1].lower()
    return low not in KEYWORDS and "$" not in low and not low.startswith(("nonce-", "sha256-", "sha384-", "sha512-"))


def policies(header: Header) -> Iterator[Policy]:
    """The policies that a header can carry; a wholly unknown value gives none."""
    for choice in header.choices:
        if choice.text and not re.fullmatch(r"\$\{?\w+\}?", choice.text):
            yield Policy(header, choice)
