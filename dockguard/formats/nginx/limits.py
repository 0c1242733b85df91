"""Rate and connection limits: the zones that are declared and the lines that use them."""

from __future__ import annotations

import re

from dockguard.formats.nginx.flow.values import Variables, names
from dockguard.formats.nginx.level import Directive, Level
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Span, Unknown

_UNITS = {"": 1, "k": 1024, "m": 1024**2}
# What a client can choose freely, so that a zone keyed on it limits nobody; the path only where nothing else counts.
_CHOSEN = ("http_", "arg_", "cookie_", "args", "query_string", "request_id", "connection")
_PATHS = ("request_uri", "uri", "document_uri", "request", "http_host")
# What anybody can say about themselves without a secret; who is not counted for it is not limited.
_CLAIMED = ("http_user_agent", "http_referer", "http_origin", "http_x_forwarded_for", "http_x_real_ip")
MAX_STEPS = 5  # maps of maps


def _option(directive: Directive, name: str) -> str:
    return next((text[len(name) + 1 :] for text in directive.texts if text.startswith(f"{name}=")), "")


class Zone:
    """A zone that `limit_req_zone` or `limit_conn_zone` declares."""

    def __init__(self, directive: Directive, used: Fact[bool], variables: Variables | None = None) -> None:
        self._directive, self.used, self._variables = directive, used, variables

    used: Fact[bool]
    """Whether some `limit_req` or `limit_conn` names it; unknown where files are unread."""

    @property
    def name(self) -> str:
        """Its name, without the size."""
        directive = self._directive
        return (_option(directive, "zone") or directive.text(0)).partition(":")[0]

    @property
    def size(self) -> Fact[int]:
        """Its size in bytes."""
        text = _option(self._directive, "zone").partition(":")[2].lower()
        match = re.fullmatch(r"(\d{1,9})([km]?)", text)
        return Fact(int(match[1]) * _UNITS[match[2]] if match else None, self.span)

    @property
    def requests(self) -> bool:
        """Whether it counts requests; else connections."""
        return self._directive.name == "limit_req_zone"

    @property
    def rate(self) -> Fact[float]:
        """Requests per minute that it lets through."""
        match = re.fullmatch(r"(\d{1,9})r/([sm])", _option(self._directive, "rate"))
        return Fact(int(match[1]) * (60.0 if match[2] == "s" else 1.0) if match else None, self.span)

    @property
    def variable(self) -> Fact[str]:
        """The key that requests are counted by."""
        return self._directive.first

    @property
    def spoofable(self) -> bool:
        """Whether the client can choose the key, and so a fresh count for every request, or none."""
        found = list(names(self._directive.text(0)))
        paths = bool(found) and all(name in _PATHS for name in found)
        return paths or any(self._chosen(name, 0) for name in found)

    def _chosen(self, name: str, step: int) -> bool:
        if name.startswith(_CHOSEN) and name not in _PATHS:
            return True
        made = self._variables.maps.get(name) if self._variables and step < MAX_STEPS else None
        if made is None or made[0].name != "map":
            return False
        source = set(names(made[0].text(0)))
        values = [entry.text(0) for entry in made[1].directives if entry.words and not entry.words[0].opaque]
        if any(self._chosen(one, step + 1) for value in values for one in names(value) if not one.isdecimal()):
            return True
        taken = any(one.isdecimal() for value in values for one in names(value))
        unlimited = "" in values and any(values) and not source.isdisjoint(_CLAIMED)
        return unlimited or (taken and any(self._chosen(one, step + 1) for one in source))

    @property
    def span(self) -> Span:
        """The line that declares it."""
        return self._directive.span

    @property
    def subject(self) -> str:
        """Its name, with what it counts."""
        return f"{self._directive.name} {self.name}"


class Limit:
    """A `limit_req` or `limit_conn` line."""

    def __init__(self, directive: Directive, zones: dict[str, Zone], hidden: str) -> None:
        self._directive, self._zones, self._hidden = directive, zones, hidden

    @property
    def zone(self) -> str:
        """The name of its zone."""
        directive = self._directive
        return _option(directive, "zone") if self.requests else directive.text(0)

    @property
    def requests(self) -> bool:
        """Whether it limits requests; else connections."""
        return self._directive.name == "limit_req"

    @property
    def burst(self) -> int:
        """Requests above the rate that are let through or delayed."""
        text = _option(self._directive, "burst")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    @property
    def nodelay(self) -> bool:
        """Whether the burst passes at once."""
        return "nodelay" in self._directive.texts

    @property
    def declared(self) -> Fact[bool]:
        """Whether its zone is declared; unknown where files are unread. nginx refuses to start without it."""
        if self.zone in self._zones or "$" in self.zone:
            return Fact(True, self.span)
        return Fact(Unknown(self._hidden) if self._hidden else False, self.span)

    @property
    def rate(self) -> Fact[float]:
        """Requests per minute of its zone."""
        zone = self._zones.get(self.zone)
        return zone.rate if zone else Fact(Unknown("the zone is not in the files"), self.span)

    @property
    def span(self) -> Span:
        """The line."""
        return self._directive.span

    @property
    def subject(self) -> str:
        """Its block and its zone."""
        return f"{self._directive.subject} {self.zone}"


_USES = {"limit_req_zone": "limit_req", "limit_conn_zone": "limit_conn"}
_NAMES = frozenset((*_USES, *_USES.values()))


class Limits:
    """The zones of a site and the limits that count in its blocks."""

    def __init__(self, http: Level | None, root: Level, variables: Variables | None = None) -> None:
        self._http, self._root, self._variables = http, root, variables

    @cached_property
    def hidden(self) -> str:
        """Why zones may be declared in files that nobody has read."""
        return _hidden(self._root, frozenset(("limit_req_zone", "limit_conn_zone")), outer=True)

    @cached_property
    def _lines(self) -> dict[str, list[Directive]]:
        return _lines(self._http)

    @cached_property
    def zones(self) -> tuple[Zone, ...]:
        """The zones that are declared."""
        return tuple(self._zone(line, self._root) for name in _USES for line in self._lines.get(name, ()))

    @cached_property
    def _used(self) -> dict[tuple[str, str], Directive]:
        """The first line that uses each zone, by its directive and the zone's name."""
        found: dict[tuple[str, str], Directive] = {}
        for use in _USES.values():
            for line in self._lines.get(use, ()):
                found.setdefault((use, _option(line, "zone") if use == "limit_req" else line.text(0)), line)
        return found

    @cached_property
    def _requests(self) -> dict[str, Zone]:
        return {zone.name: zone for zone in self.zones if zone.requests}

    @cached_property
    def _connections(self) -> dict[str, Zone]:
        return {zone.name: zone for zone in self.zones if not zone.requests}

    def of(self, level: Level, name: str) -> Many[Limit]:
        """What counts in a block."""
        lines = level.listed(name)
        return Many(tuple(self.limit(line) for line in lines), level.span, lines.open)

    def limit(self, line: Directive) -> Limit:
        """A line, with its zone."""
        zones = self._requests if line.name == "limit_req" else self._connections
        return Limit(line, zones, self.hidden)

    def lines(self) -> tuple[Limit, ...]:
        """Every line of the site."""
        return tuple(self.limit(line) for name in _USES.values() for line in self._lines.get(name, ()))

    def _zone(self, line: Directive, root: Level) -> Zone:
        name, use = (_option(line, "zone") or line.text(0)).partition(":")[0], _USES[line.name]
        other = self._used.get((use, name))
        if other is not None:
            return Zone(line, Fact(True, other.span), self._variables)
        why = _hidden(root, frozenset((use,)), outer=False)
        return Zone(line, Fact(Unknown(why) if why else False, line.span), self._variables)


def _lines(http: Level | None) -> dict[str, list[Directive]]:
    found: dict[str, list[Directive]] = {}
    for level in http.walk() if http else ():
        for name in _NAMES & level.own.keys():
            found.setdefault(name, []).extend(level.own[name])
    return found


def _hidden(root: Level, names: frozenset[str], outer: bool) -> str:
    """Why such lines may stand in files that nobody has read."""
    levels = [level for level in root.walk() if not outer or level.context in ("main", "http")]
    return next((why for level in levels if (why := level.hidden(names))), "")
