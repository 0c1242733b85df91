"""nginx's request phases, played on the product's model: which block ends a request, with which status and headers.

Everything static (blocks, inheritance, matching, header lists, access rules, limits) is asked from the product; only
what happens to one request is decided here. A disagreement with the real server is an error in one of the two.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.action import handler_of
from dockguard.formats.nginx.headers.headers import SAFE, Headers
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.site import Site

from .serve import CREDENTIALS, Ask, normal

REDIRECTS = frozenset((301, 302, 303, 307, 308))
PAGES = REDIRECTS | frozenset(
    (400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 421, 429, 494, 495, 496, 497, 500,
     501, 502, 503, 504, 505, 507)
)  # fmt: skip
TYPES = {"html": "text/html", "txt": "text/plain", "json": "application/json"}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}


class Final(Exception):
    """The request has ended."""


@dataclass
class Counts:
    """What the limit zones of one running nginx have counted."""

    excess: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass
class Answer:
    """The end of a request: status 0 is a closed connection."""

    status: int
    headers: list[tuple[str, str]]
    level: Level | None
    kind: str = ""  # its content type


class Engine:
    """One request."""

    def __init__(self, site: Site, request: Ask, counts: Counts) -> None:
        self.site, self.request, self.counts = site, request, counts
        self.by_level = {id(one.level): one for one in site.locations}
        self.server = self._server(request.host)
        self.level = self.server
        self.uri, _, self.args = request.uri.partition("?")
        self.method = request.method
        self.internal = self.in_error_page = self.uri_changed = self.rewritten = False
        self.error_status = 0
        self.changes = 11
        self.variables: dict[str, str] = {}
        self.captures: list[str] = []
        self.handler: Directive | None = None
        self.extra: list[tuple[str, str]] = []
        self.limited = False
        self.answer: Answer | None = None

    def run(self) -> Answer:
        """Play it to its end."""
        with suppress(Final):
            self._phases("server")
        assert self.answer is not None
        return self.answer

    # --- servers and variables ---

    def _server(self, host: str) -> Level:
        servers = list(self.site.servers)
        for server in servers:
            if any(name.value == host for name in server.names):
                return server.level
        wild = [
            (len(name.value), server)
            for server in servers
            for name in server.names
            if isinstance(name.value, str) and name.value.startswith("*.") and host.endswith(name.value[1:])
        ]
        if wild:
            return max(wild, key=lambda pair: pair[0])[1].level
        return next(server.level for server in servers if server.default)

    def expand(self, text: str, kind: str = "") -> str:
        return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda m: self._variable(m[1] or m[2], kind), text)

    def _variable(self, name: str, kind: str) -> str:
        if name.isdigit():
            return self.captures[int(name)] if int(name) < len(self.captures) else ""
        if name.startswith("arg_"):
            pairs = [pair.partition("=") for pair in self.args.split("&")]
            return next((value for key, equals, value in pairs if key.lower() == name[4:] and equals), "")
        plain = {
            "uri": self.uri, "args": self.args, "request_method": self.method, "host": self.request.host,
            "sent_http_content_type": kind, "binary_remote_addr": "127.0.0.1",
        }  # fmt: skip
        if name in plain:
            return plain[name]
        if name in self.site.variables.maps:
            return self._map(name, kind)
        return self.variables.get(name, "")

    def _map(self, name: str, kind: str) -> str:
        directive, block = self.site.variables.maps[name]
        source, default, regexes = self.expand(directive.texts[0], kind), "", []
        for entry in block.directives:
            if entry.name == "default":
                default = entry.texts[0]
            elif entry.name.startswith("~"):
                regexes.append(entry)
            elif entry.name.lower() == source.lower():
                return self.expand(entry.texts[0], kind)
        for entry in regexes:
            pattern = entry.name.lstrip("~").removeprefix("*")
            if re.search(pattern, source, re.I if entry.name.startswith("~*") else 0):
                return self.expand(entry.texts[0], kind)
        return self.expand(default, kind)

    # --- phases ---

    def _phases(self, phase: str) -> None:
        while True:
            if phase == "server":
                self._program(self.server)
                phase = "find"
            elif phase == "find":
                self._find()
                phase = "rewrite"
            elif phase == "rewrite":
                if self.level is not self.server:
                    self._program(self.level)
                phase = "access"
                if self.uri_changed:
                    self._change()
                    self.level, phase = self.server, "find"
            else:
                self._limit()
                self._access()
                self._try_files()
                self._content()

    def _change(self) -> None:
        self.changes -= 1
        if not self.changes:
            self._finalize(500)

    def _find(self) -> None:
        self.handler, self.uri_changed = None, False
        found = matching.find(self.server, self.uri)
        self.level = found.level
        if found.hit:
            self.captures = [found.hit[0], *found.hit.groups("")]
        if not self.internal and self._location().internal:
            self._finalize(404)
        self._enter()
        if found.slash:
            self._finalize(301)

    def _location(self) -> Location:
        return self.by_level[id(self.level)]

    def _enter(self) -> None:
        for child in self.level.children:
            if child.context == "limit_except" and child.statement is not None:
                methods = set(child.statement.texts)
                if self.method not in (methods | ({"HEAD"} if "GET" in methods else set())):
                    self.level = child
                break
        found = handler_of(self.level, self._location().kind)
        if found is not None:
            self.handler = found

    # --- the rewrite program ---

    def _program(self, level: Level) -> bool:
        for line in level.directives:
            if line.name == "set":
                self.variables[line.texts[0][1:]] = self.expand(line.texts[1])
            elif line.name == "break":
                self.uri_changed = False
                return True
            elif line.name == "return":
                self._return(line)
            elif line.name == "rewrite":
                if self._rewrite(line):
                    return True
            elif line.name == "if" and self._holds(line.texts):
                inner = next(child for child in level.children if child.statement is line.statement)
                if level.context == "location":
                    self.level = inner
                    self._enter()
                if self._program(inner):
                    return True
        return False

    def _holds(self, words: tuple[str, ...]) -> bool:
        words = tuple(word for word in (words[0][1:], *words[1:]) if word != ")")
        words = (*words[:-1], words[-1].removesuffix(")"))
        left = self.expand(words[0])
        if len(words) == 1:
            return left not in ("", "0")
        operator, right = words[1], words[2]
        if operator in ("=", "!="):
            return (left == self.expand(right)) == (operator == "=")
        hit = re.search(right, left, re.I if "*" in operator else 0)
        if hit:
            self.captures = [hit[0], *hit.groups("")]
        return bool(hit) != operator.startswith("!")

    def _return(self, line: Directive) -> None:
        words = line.texts
        status, text = (int(words[0]), line.text(1, "\0")) if words[0].isdigit() else (302, words[0])
        if status == 444:
            self.answer = Answer(0, [], self.level)
            raise Final
        if status in REDIRECTS or (status >= 400 and text == "\0"):
            self._finalize(status)
        self._send(status, self._type())

    def _rewrite(self, line: Directive) -> bool:
        hit = re.search(line.texts[0], self.uri)
        if not hit:
            return False
        self.captures = [hit[0], *hit.groups("")]
        new, flag = line.texts[1], line.text(2)
        if flag in ("redirect", "permanent") or new.startswith("http://"):
            self._finalize(301 if flag == "permanent" else 302)
        self.uri, self.internal, self.rewritten = self.expand(new), True, True
        self.uri_changed = flag != "break"
        return flag in ("last", "break")

    # --- limits and access ---

    def _limit(self) -> None:
        lines = self._location().limits
        if self.limited or not lines.items:
            return
        keys = []
        for limit in lines:
            zone = next(zone for zone in self.site.zones if zone.name == limit.zone)
            key = self.expand(zone.variable.known or "")
            if key:
                keys.append((limit, (limit.zone, key)))
        if not keys:
            return
        self.limited = True
        for limit, key in keys:
            if self.counts.excess.get(key, -1) + 1 > limit.burst:
                self._finalize(int(self.level.setting("limit_req_status").known or 503))
        for _, key in keys:
            self.counts.excess[key] = self.counts.excess.get(key, -1) + 1

    def _access(self) -> None:
        access, code = self._location().access, 0
        for check in (self._by_address, self._by_password):
            verdict = check()
            if access.any_suffices:
                if verdict == 200:
                    self.extra = []
                    return
                code = verdict if verdict in (401, 403) and code != 401 else code
            elif verdict in (401, 403):
                self._finalize(verdict)
        if code:
            self._finalize(code)

    def _by_address(self) -> int:
        for rule in self._location().access.rules:
            if rule.who.value in ("all", "127.0.0.1"):
                return 200 if rule.verb == "allow" else 403
        return 0

    def _by_password(self) -> int:
        access = self._location().access
        if access.password.value is None or access.password_inert:
            return 0
        if self.request.login == CREDENTIALS:
            return 200
        self.extra.append(("WWW-Authenticate", f'Basic realm="{access.password.value}"'))
        return 401

    # --- content ---

    def _file(self, uri: str) -> str | None:
        """A file's path; None where `alias` meets a rewritten URI."""
        for level in self.level.chain:
            if alias := level.last("alias"):
                if self.rewritten:
                    return None
                return alias.texts[0] + uri[len(matching.own_match(level).pattern) :]
            if root := level.last("root"):
                return root.texts[0] + uri
        raise AssertionError("no root")

    def _path(self, uri: str) -> str:
        path = self._file(uri)
        if path is None:
            self._finalize(500)
        assert path is not None
        return path

    def _try_files(self) -> None:
        line = self.level.nearest("try_files").known
        if line is None:
            return
        for word in line.texts[:-1]:
            folder = word.endswith("/")
            uri = self.expand(word.removesuffix("/") if folder else word)
            if (os.path.isdir if folder else os.path.isfile)(self._path(uri)):
                self.uri = uri
                return
        last = self.expand(line.texts[-1])
        if last.startswith("="):
            self._finalize(int(last[1:]))
        if last.startswith("@"):
            self._named(last)
        uri, _, args = last.partition("?")
        self._redirect(uri, args)

    def _content(self) -> None:
        if self.handler is not None and self.handler.name == "stub_status":
            self._finalize(405) if self.method not in ("GET", "HEAD") else self._send(200, "text/plain")
        if self.handler is not None:
            self._proxy()
        if self.uri.endswith("/") and self.method in ("GET", "HEAD", "POST"):
            self._index()
        if self.method not in ("GET", "HEAD", "POST"):
            self._finalize(405)
        if self.uri.endswith("/"):
            self._finalize(403)
        path = self._path(self.uri)
        if os.path.isdir(path):
            self._finalize(301)
        if not os.path.isfile(path):
            self._finalize(404)
        if self.method == "POST":
            self._finalize(405)
        self._send(200, self._type())

    def _index(self) -> None:
        lines = self.level.listed("index").items
        tested = False
        for name in [text for line in lines for text in line.texts] or ["index.html"]:
            if os.path.isfile(self._path(self.uri + name)):
                self._redirect(self.uri + name, self.args)
            if not tested and not os.path.isdir(self._path(self.uri)):
                self._finalize(404)
            tested = True

    def _proxy(self) -> None:
        if handler_of(self.level, self._location().kind) is None:
            self._finalize(500)  # an earlier `if` chose it, the last one has none
        status = int(self._variable("arg_st", "") or 200)
        intercepts = status >= 300 and self.level.setting("proxy_intercept_errors").known == "on"
        if intercepts and any(status in codes for codes, _, _ in self._error_pages()):
            self._finalize(status)
        hidden = {line.texts[0].lower() for line in self.level.listed("proxy_hide_header")}
        sent = [pair for pair in (("X-Up", "up"), ("X-Frame-Options", "BACKEND")) if pair[0].lower() not in hidden]
        self._send(status, "text/plain", sent)

    def _redirect(self, uri: str, args: str) -> None:
        self._change()
        self.uri, self.args, self.level = uri, args, self.server
        self.internal, self.rewritten = True, False
        self._phases("server")

    def _named(self, name: str) -> None:
        self._change()
        for child in matching.locations(self.server):
            if matching.own_match(child).pattern == name:
                self.internal, self.handler, self.uri_changed = True, None, False
                self.level = child
                self._enter()
                self._phases("rewrite")
        self._finalize(500)

    # --- output ---

    def _error_pages(self) -> list[tuple[list[int], int | None, str]]:
        found = []
        for line in self.level.listed("error_page"):
            *codes, target = line.texts
            over = next((int(code[1:] or 0) for code in codes if code.startswith("=")), None)
            found.append(([int(code) for code in codes if not code.startswith("=")], over, target))
        return found

    def _finalize(self, status: int) -> None:
        self.error_status = status
        pages = self._error_pages()
        if pages and not self.in_error_page and self.changes:
            if self.level.setting("recursive_error_pages").known != "on":
                self.in_error_page = True
            for codes, over, target in pages:
                if status in codes:
                    self._error_page(over, self.expand(target))
        self._send(status, "text/html" if status in PAGES else "")

    def _error_page(self, over: int | None, target: str) -> None:
        if over is not None:
            self.error_status = over
        if target.startswith("/"):
            self.method = self.method if self.method == "HEAD" else "GET"
            self._redirect(*target.partition("?")[::2])
        if target.startswith("@"):
            self._named(target)
        if over not in REDIRECTS:
            self.error_status = 302
        self._send(self.error_status, "text/html")

    def _type(self) -> str:
        name = self.uri.rpartition("/")[2]
        ending = name.rpartition(".")[2] if "." in name else ""
        return TYPES.get(ending) or self.level.setting("default_type").known or "text/plain"

    def _send(self, status: int, kind: str, upstream: list[tuple[str, str]] | None = None) -> None:
        status = self.error_status or status
        sent = list(upstream or ())
        expires = self.expand(self.level.setting("expires").known or "off", kind) or "off"
        if expires != "off" and status in SAFE:
            sent += [("Cache-Control", cache_control(expires)), ("Expires", "*")]
        for header in Headers(self.site.variables).of(self.level):
            value = self.expand(header.value.known or "", kind)
            if value and (header.always or status in SAFE):
                sent.append((header.name, value))
        self.answer = Answer(status, sent + self.extra, self.level, kind)
        raise Final


def cache_control(expires: str) -> str:
    """What `expires` says in `Cache-Control`."""
    fixed = {"epoch": "no-cache", "max": "max-age=315360000", "0": "max-age=0"}
    if expires in fixed:
        return fixed[expires]
    return "no-cache" if expires.startswith("-") else f"max-age={int(expires[:-1]) * UNITS[expires[-1]]}"


def compared(answer: Answer) -> tuple[int, object]:
    """The answer as the real one is compared."""
    return answer.status, normal(answer.headers)
