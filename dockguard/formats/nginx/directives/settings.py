"""Settings with a default: every line of one, and the default itself where it counts somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.formats.nginx.level import Directive, Level
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, Unknown

Bound = tuple[tuple[int, ...], str, str]  # (release, default before it, default since)


@dataclass(frozen=True, slots=True)
class Default:
    """What nginx takes without a line, and the outermost block that may say otherwise."""

    context: str
    value: str
    changed: Bound | None = None


# Defaults by the manual (nginx.org/en/docs), those that changed with the release.
DEFAULTS = {
    "worker_processes": Default("main", "1"),
    "error_log": Default("main", "logs/error.log error"),
    "worker_connections": Default("events", "512"),
    "client_body_timeout": Default("http", "60s"),
    "client_header_timeout": Default("http", "60s"),
    "send_timeout": Default("http", "60s"),
    "keepalive_timeout": Default("http", "75s"),
    "keepalive_requests": Default("http", "1000", ((1, 19, 10), "100", "1000")),
    "client_max_body_size": Default("http", "1m"),
    "client_header_buffer_size": Default("http", "1k"),
    "large_client_header_buffers": Default("http", "4 8k"),
    "server_tokens": Default("http", "on"),
    "gzip": Default("http", "off"),
    "charset": Default("http", "off"),
    "open_file_cache": Default("http", "off"),
    "reset_timedout_connection": Default("http", "off"),
    "underscores_in_headers": Default("http", "off"),
    "ignore_invalid_headers": Default("http", "on"),
    "merge_slashes": Default("http", "on"),
    "ssl_session_tickets": Default("http", "on"),
    "ssl_session_timeout": Default("http", "5m"),
    "ssl_prefer_server_ciphers": Default("http", "off"),
}
_BY_CONTEXT = {
    context: [name for name, default in DEFAULTS.items() if default.context == context]
    for context in ("main", "events", "http")
}
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000, "": 1}
_STEP = regex(r"(\d{1,9})(ms|[smhdwMy]?)\s*")
_SIZE = regex(r"(\d{1,15})([kKmMgG]?)")
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class Setting:
    """One line of a setting, or the default that counts because there is none."""

    def __init__(self, name: str, value: Fact[str], level: Level, line: Directive | None) -> None:
        self.name, self.value, self.level, self._line = name, value, level, line

    name: str
    """The directive."""
    value: Fact[str]
    """Its arguments, or the default in the manual's words."""
    level: Level
    """The block that it counts for."""

    @property
    def span(self) -> Span:
        """The line; for a default the block that may hold one."""
        return self.value.span

    @property
    def subject(self) -> str:
        """The block and the directive."""
        return self._line.subject if self._line is not None else f"{self.level.subject}: {self.name}"

    @property
    def written(self) -> bool:
        """Whether somebody wrote it; else it is the default."""
        return self._line is not None

    @property
    def context(self) -> str:
        """`main`, `http`, `server`, `location`, `upstream` and so on."""
        return self.level.context

    @property
    def tls(self) -> bool:
        """Whether it is about TLS."""
        return self.name.startswith("ssl_")

    @property
    def first(self) -> Fact[str]:
        """The first of its arguments."""
        return self.value.map(lambda text: text.split(" ")[0])

    @property
    def seconds(self) -> Fact[float]:
        """A time in seconds; absent where it is none."""
        return self.first.map(seconds)

    @property
    def bytes(self) -> Fact[int]:
        """A size in bytes; absent where it is none."""
        return self.first.map(size)

    @property
    def number(self) -> Fact[int]:
        """A plain number; absent where it is none."""
        return self.first.map(lambda text: int(text) if text.isdecimal() and len(text) < 12 else None)

    def __repr__(self) -> str:
        return f"Setting({self.name} {self.value.value})"


def seconds(text: str) -> float | None:
    """A time as nginx writes it (`90`, `1m30s`, `500ms`) in seconds."""
    if not text or _STEP.sub("", text):
        return None
    return sum(int(number) * _SECONDS[unit] for number, unit in _STEP.findall(text))


def size(text: str) -> int | None:
    """A size as nginx writes it (`8k`, `10M`, `1g`) in bytes."""
    match = _SIZE.fullmatch(text)
    return int(match[1]) * _UNITS[match[2].lower()] if match else None


def settings(root: Level, tls: bool) -> Iterator[Setting]:
    """Every line of a known setting, and the defaults that count; `tls`: whether those about TLS matter."""
    for level in root.walk():
        for name in sorted(level.own.keys() & DEFAULTS.keys()):
            yield from (Setting(name, line.value, level, line) for line in level.own[name])
    for level in (root, *root.children):
        for name in _unset(level):
            if tls or not name.startswith("ssl_"):
                yield Setting(name, _default(DEFAULTS[name], level), level, None)


def _unset(level: Level) -> list[str]:
    """The defaults that count: one of the blocks inside surely has no line of its own or around it."""
    names = _BY_CONTEXT.get(level.context, [])
    if not names or (level.context == "main" and any(child.statement is None for child in level.children)):
        return []
    elsewhere = _OFFICIAL if level.context == "http" and level.statement is None else frozenset[str]()
    if any(child.has("error_log") for child in level.children):
        elsewhere |= {"error_log"}
    unsaid = [_unsaid(names, leaf) for leaf in _leaves(level)]
    return [name for name in names if name not in elsewhere and any(name in found for found in unsaid)]


# What the main file of nginx's own image sets in `http`.
_OFFICIAL = frozenset(("keepalive_timeout", "error_log"))


def _leaves(level: Level) -> list[Level]:
    return [child for child in level.children if child.context == "server"] or [level]


def _unsaid(names: Iterable[str], leaf: Level) -> set[str]:
    """Those that surely no line speaks of, neither in a block nor around it."""
    found = set(names)
    for level in leaf.chain:
        for gap in level.gaps:
            if gap.may is None:
                return set()
            found -= gap.may
        found -= level.own.keys()
    return found


def _default(default: Default, level: Level) -> Fact[str]:
    if default.changed is None:
        return Fact(default.value, level.span)
    release, old, new = default.changed
    before = level.before(*release)
    if before is None:
        return Fact(Unknown("the default depends on nginx's release"), level.span)
    return Fact(old if before else new, level.span)
