"""Random configurations of nginx and requests against them, reproducible by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .serve import CREDENTIALS, Ask

HEADERS = (
    "X-Frame-Options", "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
    "Referrer-Policy", "X-A", "X-B", "Cache-Control", "Link",
)  # fmt: skip
PREFIXES = ("/", "/a", "/a/", "/a/b", "/a/b/", "/dir/", "/api/", "/err/", "/deep/x/")
REGEXES = (r"\.html$", r"\.(txt|json)$", "^/a/", "^/api/(.*)$", "/b", "^/dir", "^/", r"\.(?:txt|html?)$")
FILES = {
    "index.html": "idx", "x.txt": "x", "a/index.html": "ai", "a/b/f.txt": "f", "dir/index.html": "di",
    "dir/d.json": "{}", "err/404.html": "e404",
    "err/50x.html": "e50x", "api/v.json": "{}", "deep/x/y.html": "y", "secret/s.txt": "s",
}  # fmt: skip
CONDITIONS = (
    "($arg_c1)", "($arg_c2 = 1)", "($request_method = POST)", '($uri ~ "b")', "($arg_c2 != 1)", '($arg_c1 ~* "^Z")',
)  # fmt: skip
RETURNS = (
    'return 200 "ok";', "return 404;", "return 403;", "return 301 http://127.0.0.1/r;", "return 204;", "return 500;",
    'return 404 "t";', "return 302 /a/;", "return http://127.0.0.1/z;", "return 418;", 'return 201 "x";',
    "return 307 /x.txt;", "return 444;",
)  # fmt: skip
REWRITES = (
    "rewrite ^/a/(.*)$ /dir/$1 last;", "rewrite ^/a/(.*)$ /dir/$1 break;", "rewrite ^/api/ /x.txt;",
    "rewrite ^/dir/(.*) http://127.0.0.1/$1;", "rewrite ^/deep /a/b/f.txt permanent;", "rewrite ^ /err/404.html last;",
    "rewrite b /x.txt redirect;", "rewrite ^/x.txt$ /index.html last;",
)  # fmt: skip
TRIES = (
    "$uri /index.html", "$uri $uri/ =404", "$uri =403", "/x.txt =404", "/nope /a/b/f.txt", "$uri/ $uri /err/404.html",
)  # fmt: skip
URIS = (
    "/", "/index.html", "/x.txt", "/a", "/a/", "/a/b", "/a/b/", "/a/b/f.txt", "/dir", "/dir/", "/dir/d.json", "/api",
    "/api/v.json", "/api/none", "/err/404.html", "/err/50x.html", "/nope", "/nope.html", "/deep/x/y.html", "/deep/x",
    "/deep/x/", "/al/", "/al/s.txt", "/al/none", "/al", "/status", "/lim", "/lim", "/lim/x",
)  # fmt: skip


@dataclass
class Case:
    """One configuration with its requests."""

    seed: int
    port: int
    upstream: int
    root: str
    tls: bool
    inherit: bool  # whether the nginx knows add_header_inherit
    text: str = ""
    includes: dict[str, str] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)


def make(seed: int, port: int, upstream: int, root: str, inherit: bool = False) -> Case:
    """The configuration of a seed."""
    dice = random.Random(seed)
    case = Case(seed, port, upstream, root, dice.random() < 0.08, inherit)
    maker = _Maker(dice, case)
    case.text = "\n".join(maker.configuration()) + "\n"
    case.asks = [maker.ask() for _ in range(24)]
    return case


class _Maker:
    def __init__(self, dice: random.Random, case: Case) -> None:
        self.dice, self.case, self.count, self.named = dice, case, 0, False

    def often(self, share: float) -> bool:
        return self.dice.random() < share

    def pick(self, *choices: str) -> str:
        return self.dice.choice(choices)

    # --- lines ---

    def header(self) -> str:
        self.count += 1
        value = self.pick(
            f'"v{self.count}"', f'"v{self.count}"', f'"v{self.count}-$uri"', "$m_arg", "$m_type", '""', '"$arg_h"',
            "$v1", f'"v{self.count} $host"',
        )  # fmt: skip
        return f"add_header {self.dice.choice(HEADERS)} {value}{self.pick(' always', ' always', '')};"

    def headers(self, share: float) -> list[str]:
        if not self.often(share):
            return []
        lines = [self.header() for _ in range(self.dice.randint(1, 3))]
        if self.often(0.2):
            name = f"inc{len(self.case.includes)}.conf"
            self.case.includes[name] = "\n".join(lines) + "\n"
            lines = [f"include inc/{name};"]
        if self.case.inherit and self.often(0.3):
            lines.append(f"add_header_inherit {self.pick('merge', 'merge', 'off', 'on')};")
        return lines

    def common(self) -> list[str]:
        lines = self.headers(0.45)
        if self.often(0.12):
            lines.append(f"expires {self.pick('1h', '-1', 'epoch', 'max', 'off', '0', '7d')};")
        if self.often(0.22):
            lines += [self.error_page() for _ in range(self.dice.randint(1, 2))]
        if self.often(0.05):
            lines.append(f"default_type {self.pick('text/html', 'application/json')};")
        if self.often(0.05):
            lines.append("recursive_error_pages on;")
        if self.often(0.05):
            lines.append(f"index {self.pick('none.html', 'x.txt index.html')};")
        return lines + self.access()

    def access(self) -> list[str]:
        lines = []
        if self.often(0.07):
            lines += self.pick(
                "deny all", "allow 127.0.0.1;deny all", "allow all", "deny 127.0.0.1", "allow 10.0.0.0/8"
            ).split(";")
        if self.often(0.06):
            lines += self.pick("auth_basic off", 'auth_basic "r"', 'auth_basic "r";auth_basic_user_file users').split(
                ";"
            )
        if self.often(0.03):
            lines.append("auth_basic_user_file users")
        if self.often(0.06):
            lines.append(f"satisfy {self.pick('any', 'any', 'all')}")
        return [f"{line};" for line in lines]

    def error_page(self) -> str:
        codes = self.pick("404", "403", "500 502", "404 403", "405", "401", "301", "503")
        targets = ["/err/404.html", "/err/50x.html", "/err/none.html", "/a/b/f.txt", "http://127.0.0.1/z"]
        target = self.dice.choice(targets + ["@n1"] * self.named)
        return f"error_page {codes}{self.pick('', '', ' =200', ' =', ' =404')} {target};"

    def program(self, in_server: bool) -> list[str]:
        lines = []
        if self.often(0.3):
            lines.append(f"set $v{self.dice.randint(1, 3)} {self.pick('q', '$arg_c1', chr(34) * 2)};")
        if self.often(0.12 if in_server else 0.25):
            lines.append(self.pick(*RETURNS))
        if self.often(0.10):
            lines.append(self.pick(*REWRITES))
        if self.often(0.03):
            lines.append("break;")
        return lines

    def condition(self, in_server: bool) -> list[str]:
        body = [] if in_server else self.headers(0.6)
        if not in_server and self.often(0.1):
            body.append("expires 1d;")
        if not in_server and self.often(0.1):
            body.append("error_page 404 /err/404.html;")
        if self.often(0.35):
            body.append(self.pick(*RETURNS))
        elif self.often(0.2):
            body.append(self.pick(*REWRITES))
        if self.often(0.15):
            body.append("set $v1 z;")
        if not in_server and self.often(0.08):
            body.append(self.proxy())
        self.dice.shuffle(body)
        return [f"if {self.pick(*CONDITIONS)} {{", *body, "}"]

    def proxy(self) -> str:
        return f"proxy_pass http://127.0.0.1:{self.case.upstream};"

    # --- blocks ---

    def location(self, depth: int, around: str | None, used: set[tuple[str, str]]) -> list[str]:
        modifier, pattern = self._pattern()
        if depth and modifier in ("", "^~", "=") and not (around and pattern.startswith(around)):
            return []
        key = ("" if modifier == "^~" else modifier, pattern)
        if key in used and not (key[0] in ("~", "~*") and self.often(0.3)):
            return []
        used.add(key)
        groups = self._groups()
        self.dice.shuffle(groups)
        body = [line for group in groups for line in group]
        if depth < 2 and modifier != "=" and self.often(0.3):
            inner: set[tuple[str, str]] = set()
            for _ in range(self.dice.randint(1, 2)):
                body += self.location(depth + 1, pattern if modifier in ("", "^~") else None, inner)
        return [f"location {modifier} {pattern} {{", *body, "}"]

    def _pattern(self) -> tuple[str, str]:
        dice = self.dice.random()
        if dice < 0.15:
            return "=", self.pick("/", "/a/b/f.txt", "/x.txt", "/err/404.html", "/api/v.json", "/a")
        if dice < 0.35:
            return self.pick("~", "~*"), self.dice.choice(REGEXES)
        return ("^~" if dice < 0.45 else ""), self.dice.choice(PREFIXES)

    def _groups(self) -> list[list[str]]:
        groups = [self.common(), self.program(False)]
        groups += [self.condition(False) for _ in range(self.dice.choice([0, 0, 0, 1, 1, 2]))]
        if self.often(0.08):
            groups.append(["internal;"])
        dice = self.dice.random()
        if dice < 0.18:
            groups.append([self.proxy(), *self._proxy_lines()])
        elif dice < 0.40:
            groups.append([f"try_files {self.dice.choice([*TRIES, *['$uri @n1'] * self.named])};"])
        if self.often(0.08):
            groups.append(["limit_except GET {", "deny all;", "}"])
        return groups

    def _proxy_lines(self) -> list[str]:
        lines = ["proxy_intercept_errors on;"] if self.often(0.4) else []
        return [*lines, "proxy_hide_header X-Frame-Options;"] if self.often(0.3) else lines

    def special(self) -> list[str]:
        """Blocks that the others have no use for: alias, status page, request limit."""
        lines = ["location = /never { internal; set $v1 w; }"]  # makes the variable known
        if self.often(0.3):
            lines += ["location /al/ {", f"alias {self.case.root}/secret/;", *self.headers(0.5), *self.access(), "}"]
        if self.often(0.25):
            lines += ["location = /status {", "stub_status;", *self.headers(0.5), *self.access()]
            lines += [*(self.program(False) if self.often(0.3) else []), "}"]
        if self.often(0.4):
            lines += ["location /lim {", *self.limit(), *self.common()]
            lines += [
                *(self.program(False) if self.often(0.5) else []),
                *([self.proxy()] if self.often(0.5) else []),
                "}",
            ]
        return lines

    def limit(self) -> list[str]:
        burst = self.dice.choice([0, 1, 3])
        lines = [f"limit_req zone={self.pick('one', 'one', 'arg')}{f' burst={burst} nodelay' if burst else ''};"]
        return [*lines, "limit_req_status 429;"] if self.often(0.3) else lines

    def server(self, names: str, default: bool) -> list[str]:
        tls = " ssl" if self.case.tls else ""
        lines = ["server {", f"listen 127.0.0.1:{self.case.port}{tls}{' default_server' if default else ''};"]
        lines.append(f"server_name {names};")
        self.named = self.often(0.4)
        lines += self.common() + (self.program(True) if self.often(0.5) else [])
        lines += self.condition(True) if self.often(0.25) else []
        lines += ["try_files $uri /x.txt;"] if self.often(0.15) else []
        lines += self.limit() if self.often(0.04) else []
        used: set[tuple[str, str]] = set()
        for _ in range(self.dice.randint(1, 6)):
            lines += self.location(0, "/", used)
        lines += self.special()
        if self.named:
            lines += [
                "location @n1 {",
                *self.headers(0.5),
                *self.program(False),
                *([self.proxy()] if self.often(0.5) else []),
                "}",
            ]
        self.named = False
        return [*lines, "}"]

    def configuration(self) -> list[str]:
        tls = ["ssl_certificate cert.pem;", "ssl_certificate_key key.pem;"] if self.case.tls else []
        return [
            "daemon off;", "master_process off;", "pid nginx.pid;", "error_log error.log emerg;",
            "events { worker_connections 128; }", "http {", "access_log off;", f"root {self.case.root};",
            "types { text/html html; text/plain txt; application/json json; }",
            "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;",
            "uwsgi_temp_path t4; scgi_temp_path t5;",
            'map $arg_t $m_arg { default ""; 1 one; ~^x "rx$arg_t"; }',
            'map $sent_http_content_type $m_type { default ""; ~*text/html html; application/json js; }',
            "limit_req_zone $binary_remote_addr zone=one:64k rate=1r/m;",
            "limit_req_zone $arg_h zone=arg:64k rate=1r/m;",
            "server_tokens off;", *tls, *self.common(),
            *self.server("one.test www.one.test", True),
            *(self.server("*.two.test two.test", False) if self.often(0.5) else []),
            "}",
        ]  # fmt: skip

    def ask(self) -> Ask:
        query = [f"c1={self.pick('1', '0', 'z')}"] if self.often(0.4) else []
        query += [f"c2={self.pick('1', '2')}"] if self.often(0.3) else []
        query += [f"t={self.pick('1', 'x9', '2')}"] if self.often(0.3) else []
        query += ["h=hv"] if self.often(0.2) else []
        query += [f"st={self.pick('200', '404', '500', '302')}"] if self.often(0.3) else []
        method = self.pick("GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "DELETE")
        host = self.pick("one.test", "one.test", "one.test", "x.two.test", "two.test", "unknown.test")
        login = CREDENTIALS if self.often(0.3) else "u:wrong" if self.often(0.1) else ""
        return Ask(method, host, self.dice.choice(URIS) + ("?" + "&".join(query) if query else ""), login)
