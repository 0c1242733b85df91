"""What the blocks of a site mean: inheritance, matching, values, limits, access, and what users see of it."""

from __future__ import annotations

import json

import pytest

from dockguard.finding import apply
from dockguard.formats.nginx import FORMAT
from dockguard.formats.nginx.headers.csp import policies
from dockguard.formats.nginx.headers.hsts import Hsts
from dockguard.formats.nginx.matching import match_of
from dockguard.source import Unknown

from .helpers import context, names, site, tree, whole


def headers_of(text):
    return site(text).headers


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("add_header A a; location / { }", ["A"]),
        ("add_header A a; location / { add_header B b; }", ["B"]),
        ('add_header A a; location / { add_header B ""; }', ["B"]),
        ("add_header A a; location / { expires 1h; }", ["A"]),
        ("add_header A a; add_header_inherit merge; location / { add_header B b; }", ["B", "A"]),
        ("add_header A a; location / { add_header_inherit off; }", []),
        ("add_header A a; add_header_inherit off; location / { }", []),
    ],
)
def test_headers_are_inherited_all_or_nothing(server, expected):
    assert names(context(site(whole(server)), "/")) == expected


def test_lost_headers_and_where():
    found = site(whole("add_header A a; add_header B b; location /x { add_header B c; location /x/y { } }"))
    here = context(found, "/x")
    assert [header.name for header in here.lost_headers] == ["A"]
    assert [str(one) for one in here.losing] == ["`/x`", "`/x/y`"]
    assert not context(found, "/x/y").lost_headers.items


@pytest.mark.parametrize(
    ("value", "http", "choices"),
    [
        ("x", "", {"x"}),
        ("$m", "map $uri $m { default a; /b b; }", {"a", "b"}),
        ("$m", "map $uri $m { /b b; }", {"", "b"}),
        ("$m", "map $sent_http_content_type $m { ~*text/html yes; default no; }", {"yes"}),
        ("a-$n-$host", "map $uri $n { default 1; }", {"a-1-$host"}),
        ("$s", "split_clients $uri $s { 50% a; * b; }", {"a", "b"}),
        ("$loop", "map $uri $loop { default $loop2; } map $uri $loop2 { default $loop; }", {"$loop"}),
    ],
)
def test_values_through_variables(value, http, choices):
    (header,) = headers_of(whole(f"add_header A {value};", http))
    assert {choice.text for choice in header.choices} == choices


def test_a_set_counts_only_where_every_request_runs_it():
    sure = headers_of(whole("set $v a; add_header A $v;"))[0]
    late = headers_of(whole("if ($arg_x) { return 404; } set $v a; add_header A $v;"))[0]
    assert (sure.maybe_empty, late.maybe_empty) == (False, True)


@pytest.mark.parametrize(
    ("lines", "choices"),
    [
        ("set $v a; set $v $v-b;", {"a-b"}),
        ("set $v ${v}b;", {"b"}),
        ("set $v a; if ($arg_x) { set $v $v-b; } set $v $v-c;", {"a-c", "a-b-c"}),
        ("set $v a; set $v $v$host;", {"a$host"}),
        ("set $v a; set $v2 $v; set $v b;", {"a", "b"}),
        ("set $v a; location /x { set $v $v-x; }", {"$v"}),  # a redirect inside may bring it along
        ("set $v a; break; set $v $v-b;", {"$v"}),
        ("set $v $v$v; set $v $v$v; if ($a) { set $v x$v; } if ($b) { set $v y$v; }", {"", "x", "y", "yx"}),
    ],
)
def test_a_value_that_lines_add_to(lines, choices):
    (header,) = headers_of(whole(f"{lines} add_header A $v;"))
    assert {choice.text for choice in header.choices} == choices


def test_lines_that_double_a_value_have_a_bound():
    lines = "".join(f"if ($arg_{n}) {{ set $v ${{v}}{n}; }}" for n in range(40))
    (header,) = headers_of(whole(f"set $v a; {lines} add_header A $v;"))
    assert {choice.text for choice in header.choices} == {"$v"}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("/x",), ("", "/x")), (("=", "/x"), ("=", "/x")), (("=/x",), ("=", "/x")), (("~*", "a"), ("~*", "a")),
        (("^~/x",), ("^~", "/x")), (("@n",), ("@", "@n")),
    ],
)  # fmt: skip
def test_location_heads(args, expected):
    match = match_of(args)
    assert (match.modifier, match.pattern) == expected


@pytest.mark.parametrize(
    ("server", "path", "dead"),
    [
        ("location ~ a { } location ~ a { root /; }", "~ a", False),
        ("location ~ ^/ { } location /x { }", "/x", True),
        ("location ~ ^/ { } location ^~ /x { }", "^~ /x", False),
        ("location ~ ^/ { } location = /x { }", "= /x", False),
        ("location ~ ^/ { } location /x/ { proxy_pass http://a; }", "/x/", False),
        ("return 301 /; location /x { }", "/x", True),
        ("if ($host) { return 301 /; } location /x { }", "/x", False),
        ("location ~ ^/ { } location ~ x { }", "~ x", True),
        ("location ~ x { } location ~ ^/ { }", "~ x", False),
        (r"location ~* \.(js|css)$ { } location ~ \.css$ { }", r"~ \.css$", True),
        (r"location ~ \.(js|css)$ { } location ~ \.(css|png)$ { }", r"~ \.(css|png)$", False),
        ("location /a { location /b { } }", "/b", True),
        ("location / { return 404; } location @n { return 200; }", "@n", False),
    ],
)
def test_dead_locations(server, path, dead):
    assert context(site(whole(server)), path).dead is dead


@pytest.mark.parametrize(
    ("body", "action"),
    [
        ("", "files"), ("proxy_pass http://a;", "proxy"), ("return 301 /;", "redirect"), ("return 444;", "reject"),
        ("return 200 x;", "return"), ("deny all;", "reject"), ("allow 10.0.0.1; deny all;", "files"),
        ("stub_status;", "return"),
        ("rewrite ^ https://x permanent;", "redirect"), ("fastcgi_pass a:1;", "proxy"),
        ("return https://x;", "redirect"),
        ("satisfy any; deny all; auth_basic a;", "files"),
    ],
)  # fmt: skip
def test_actions(body, action):
    assert context(site(whole(f"location /x {{ {body} }}")), "/x").action == action


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/", "document"), ("/api/", "api"), ("/static/", "asset"), (r"~* \.(png|jpe?g|css)$", "asset"),
        ("= /robots.txt", "asset"),
        ("/login", "document login"), ("/authors", "document"), ("/auth/", "document login"),
        ("^~ /.well-known/", "asset"),
        ("~ ^/api/v1/token", "api login"), ("/apiary", "document"), ("= /health", "api"), (r"~ \.php$", "document"),
    ],
)  # fmt: skip
def test_what_paths_say(path, kinds):
    found = context(site(whole(f"location {path} {{ root /srv; }}")), path)
    assert {kind for kind in ("document", "api", "asset", "login") if getattr(found, kind)} == set(kinds.split())


def test_limits_and_zones():
    zones = "limit_req_zone $binary_remote_addr zone=a:1m rate=2r/s; limit_req_zone $arg_x zone=b:1m rate=1r/m;"
    zones += "limit_conn_zone $server_name zone=n:1m;"
    server = "limit_req zone=a; location /x { limit_req zone=b burst=5 nodelay; }"
    found = site(whole(f"{server} location /y {{ return 204; limit_req zone=c; }}", zones))
    assert [(zone.name, zone.used.value, zone.rate.value, zone.spoofable) for zone in found.zones] == [
        ("a", True, 120.0, False), ("b", True, 1.0, True), ("n", False, None, False),
    ]  # fmt: skip
    assert [(limit.zone, limit.declared.value) for limit in found.limits] == [("a", True), ("b", True), ("c", False)]
    assert context(found, "/x").lost_zones == ("a",)
    assert context(found, "/x").guesses.value == 6
    assert context(found, "/y").return_skips_limits.value == "return 204"


def test_access():
    below = "location /z { satisfy any; allow 10.0.0.0/8; auth_basic_user_file f; }"
    found = site(whole("auth_basic a; location /x { return 200 x; deny all; } location /y { auth_basic off; }" + below))
    assert context(found, "/x").return_skips_access.value == "return 200 x"
    assert context(found, "/y").access.password.value is None
    assert not context(found, "/z").access.password_inert
    assert not context(found, None).password_inert.written  # a location below names the file


def policy(text):
    (found,) = policies(headers_of(whole(f'add_header Content-Security-Policy "{text}";'))[0])
    return found


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        ("unsafe_inline", "script-src 'unsafe-inline'", "'unsafe-inline'"),
        ("unsafe_inline", "default-src 'unsafe-inline'; script-src 'self'", None),
        ("unsafe_inline", "script-src 'self'; script-src-elem 'unsafe-inline'", "'unsafe-inline'"),
        ("unsafe_inline", "script-src 'unsafe-inline' 'sha256-x='", None),
        ("broad_source", "script-src *.example.org", None),
        ("broad_source", "script-src *:443", "*:443"),
        ("broad_source", "object-src *; script-src 'strict-dynamic' 'nonce-$request_id' *", "*"),
        ("repeated_directive", "img-src a; IMG-SRC b", "IMG-SRC"),
        ("swallowed_directive", "default-src 'self' img-src *", "img-src"),
        ("swallowed_directive", "sandbox allow-scripts", None),
        ("none_with_others", "img-src 'none' a", "'none'"),
        ("unquoted_keyword", "img-src none", "none"),
        ("unquoted_keyword", "trusted-types none", None),
        ("constant_nonce", "script-src 'nonce-abc'", "'nonce-abc'"),
        ("insecure_source", "img-src http://a", "http://a"),
        ("insecure_source", "img-src 'self'; report-uri http://a", None),
    ],
)
def test_policies(attribute, text, value):
    fact = getattr(policy(text), attribute)
    assert fact.value == value
    assert value is None or fact.span.text == value


def test_a_policy_that_is_partly_a_variable_misses_nothing():
    assert isinstance(policy("img-src a; $more").unsafe_eval.value, Unknown)
    assert not policy("img-src a; $more").missing_script
    assert policy("img-src a").missing_script


@pytest.mark.parametrize(
    ("text", "age", "errors", "preloadable"),
    [
        ("max-age=31536000; includeSubDomains; preload", 31536000, 0, True),
        ("MAX-AGE=5", 5, 0, False),
        ('max-age=\\"5\\"', 5, 0, False),
        ("max-age = 5", 5, 1, False),
        ("includeSubDomains", None, 1, False),
        ("max-age=5; max-age=6", 5, 1, False),
        ("max-age=5, preload", None, 1, False),
        ("max-age=5; preload=1", 5, 1, False),
        ("max-age=-1", None, 1, False),
    ],
)
def test_hsts(text, age, errors, preloadable):
    found = Hsts(headers_of(whole(f'add_header Strict-Transport-Security "{text}";'))[0])
    assert (found.max_age.value, found.preloadable) == (age, preloadable)
    assert len(found.errors) >= errors
    assert bool(found.errors.items) == bool(errors)


def test_hsts_of_a_variable_is_unknown():
    found = Hsts(headers_of(whole("add_header Strict-Transport-Security $x;"))[0])
    assert isinstance(found.max_age.value, Unknown)


def test_effective_is_json_with_places():
    text = whole(
        "location = /x { add_header A b always; limit_req zone=z burst=2 nodelay; if ($arg_a) { return 403; } }"
    )
    found = json.loads(json.dumps(FORMAT.effective(site(text))))
    (server,) = found["servers"]
    assert (server["listen"], server["tls"]) == (["80"], False)
    _, location, condition = server["contexts"]
    assert (location["location"], location["if"], location["action"]) == ("= /x", None, "files")
    assert location["headers"] == [{"name": "A", "value": "b", "always": True, "path": "nginx.conf", "line": 1}]
    assert [(one["zone"], one["burst"], one["nodelay"]) for one in location["limits"]] == [("z", 2, True)]
    assert (condition["location"], condition["if"], condition["action"]) == ("= /x", "($arg_a)", "reject")


def test_comments_cover_what_follows_or_their_own_line():
    text = "# top\nserver { # opens\n    listen 80; # trails\n    # next\n    location / {\n        root /;\n    }\n}\n"
    covered = [
        (one.span.text, one.line.text, one.block and one.block.text[:10], one.top)
        for one in FORMAT.comments(tree(text))
    ]
    assert covered == [
        ("# top", "server", "server { #", True),
        ("# opens", "server { ", "server { #", False),
        ("# trails", "    listen 80; ", None, False),
        ("# next", "location /", "location /", False),
    ]


@pytest.mark.parametrize(
    ("kind", "verb", "path", "literal", "after"),
    [
        ("nginx.directive", "set", "value", "off", "server {\n    add_header off;\n}\n"),
        ("nginx.directive", "remove", "name", None, "server {\n}\n"),
        ("nginx.header", "append", "flags", "always", "server {\n    add_header A 'b c' always;\n}\n"),
        ("nginx.header", "set", "value", 'd "e"', 'server {\n    add_header A "d \\"e\\"";\n}\n'),
    ],
)
def test_edits(kind, verb, path, literal, after):
    text = "server {\n    add_header A 'b c';\n}\n"
    nodes = [
        one
        for one in FORMAT.kinds[kind].nodes(site(text))
        if getattr(one, "key", getattr(one, "name", "")) in ("a", "add_header")
    ]
    assert apply(text, FORMAT.kinds[kind].edit(nodes[0], verb, path, literal)) == after


def test_templates_are_not_edited():
    (header,) = headers_of("server {\n    add_header A {{ x }};\n}\n")
    assert FORMAT.kinds["nginx.header"].edit(header, "append", "flags", "always") is None


EVERYTHING = """
events {}
http {
    limit_req_zone $host zone=a:1m rate=1r/s;
    root /srv;
    root /srv;
    upstream app {
        server app.example.org;
    }
    server {
        listen 80;
        server_name ~^(?<tenant>a|b)$;
        location ~ ^/(.+)$ {
            add_header Content-Security-Policy "default-src 'self'";
            add_header Strict-Transport-Security max-age=1;
            add_header Permissions-Policy camera=();
            add_header Set-Cookie a=b;
            limit_req zone=a;
            autoindex yes;
            send_timeout soon;
            proxy_cache c;
            proxy_pass http://127.0.0.1/$1;
        }
    }
    server {
        listen 443 ssl;
        ssl_ciphers HIGH;
    }
}
"""


def test_every_node_has_a_place_and_a_name():
    found = site(EVERYTHING)
    empty = set()
    for name, kind in FORMAT.kinds.items():
        nodes = list(kind.nodes(found))
        assert all(node.subject and node.span.source.path == "nginx.conf" for node in nodes)
        empty |= set() if nodes else {name}
    assert len(empty) < len(FORMAT.kinds) / 3, empty
