"""What nginx knows of each directive: modules, contexts, number of arguments; from its source, as data."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass

# Block directives whose insides are data, or another module's own language: their words are no directives.
DATA_BLOCKS = frozenset(("map", "geo", "types", "split_clients", "charset_map", "match", "keyval_zone", ""))

_INSIDE = {
    ("main", "http"): "http",
    ("main", "events"): "events",
    ("main", "stream"): "stream",
    ("main", "mail"): "mail",
    ("http", "server"): "server",
    ("http", "upstream"): "upstream",
    ("server", "location"): "location",
    ("location", "location"): "location",
    ("server", "if"): "if in server",
    ("location", "if"): "if in location",
    ("location", "limit_except"): "limit_except",
    ("stream", "server"): "stream server",
    ("stream", "upstream"): "stream upstream",
    ("mail", "server"): "mail server",
}
OPAQUE = "opaque"

# Modules that nginx is often built or shipped with besides its own (OpenResty, Debian's extras, NGINX Plus, Angie).
_FOREIGN = regex(
    r"(?:more_(?:set|clear)_|lua_|init_(?:worker_)?by_lua|js_|brotli|zstd|modsecurity|vhost_traffic|stream_server_traffic|"
    r"pagespeed$|passenger|geoip2|echo|fancyindex|auth_(?:pam|ldap|jwt|oidc|digest|gss)|auth_request_|upload_|rtmp|otel_|opentracing|"
    r"dav_ext|ajp_|push_stream|nchan_|srcache_|redis|drizzle|postgres_|memc_|xss_|set_(?:by|un|if|escape|unescape|hash|md5|sha|"
    r"encode|decode|quote|random|secure|rotate|formatted|local|misc|hmac|base|hex|json|crc|hashed|cookie)|security_headers|hide_server_tokens|"
    r"check(?:_|$)|status_zone|api(?:_|$)|health_check|state$|keyval|zone_sync|session_log|f4f|hls|ntlm$|queue|internal_redirect|"
    r"mgmt|usage_report|license_token|mqtt|app_protect|acme_|acme$|naxsi|SecRules|LearningMode|DeniedUrl|CheckRule|BasicRule|MainRule|"
    r"cache_purge|(?:proxy|fastcgi|scgi|uwsgi)_cache_purge|aws_|limit_upstream|sysguard|testcookie|cookie_flag|length_hiding|"
    r"substitutions|subs_filter|accept_language|sorted_querystring|upstream_(?:fair|hash|jdomain)|fair$|jdomain|dynamic_|"
    r"concat|trim|footer|tfs_|sticky|proxy_connect|proxy_ssl_(?:ntls|sign|enc)|ssl_(?:ntls|sign|enc|dyn|ct)|worker_cpu_|"
    r"http3_|quic_|http2_|spdy_|perl|slowfs|video_|vod|secure_token|untar|ipset|doh|waf|ja3|ja4|bot_|captcha|crowdsec)"
)

# Gone from nginx; the value is the last version that knew it.
REMOVED = {"ssl": "1.25.0", "limit_zone": "1.7.5", "spdy_headers_comp": "1.9.4", "spdy_chunk_size": "1.9.4"}


_FLAG = "on|off"
Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One definition: where a module lets the directive stand, and how many arguments it takes."""

    module: str
    contexts: tuple[str, ...]
    arguments: tuple[str, ...]  # `2`, `1-3`, `1+`, `on|off`
    block: bool

    def accepts(self, args: tuple[str, ...]) -> bool:
        """Whether this many arguments are right; a flag must say `on` or `off`."""
        if any(len(args) in counts for counts in self._counts):
            return True
        return _FLAG in self.arguments and len(args) == 1 and (args[0].lower() in ("on", "off") or "$" in args[0])

    @cached_property
    def _counts(self) -> tuple[range, ...]:
        return tuple(_counts(form) for form in self.arguments if form != _FLAG)

    @property
    def expected(self) -> str:
        """The arguments in words."""
        return " or ".join(_words(form) for form in self.arguments)


def _counts(form: str) -> range:
    low, _, high = form.rstrip("+").partition("-")
    return range(int(low), sys.maxsize if form.endswith("+") else int(high or low) + 1)


def _words(form: str) -> str:
    if form == _FLAG:
        return "`on` or `off`"
    if form.endswith("+"):
        return f"at least {form[:-1]} argument{'' if form == '1+' else 's'}"
    return f"{form} argument{'' if form == '1' else 's'}" if form != "0" else "no arguments"


@cache
def _data() -> dict[str, Any]:
    import json

    with open(f"{os.path.dirname(os.path.dirname(__file__))}/data/directives.json", encoding="utf-8") as file:
        data: dict[str, Any] = json.load(file)
    return data


@cache
def is_flag(name: str) -> bool:
    """Whether it says `on` or `off`."""
    return any(_FLAG in entry.arguments for entry in entries(name))


@cache
def entries(name: str) -> tuple[Entry, ...]:
    """The definitions of a directive; empty for an unknown one."""
    rows = _data()["directives"].get(name, ())
    return tuple(Entry(row[0], tuple(row[1].split("|")), _forms(row[2]), bool(row[3])) for row in rows)


def _forms(column: str) -> tuple[str, ...]:
    return (_FLAG,) if column == _FLAG else tuple(column.split("|"))


def known(name: str) -> bool:
    """Whether nginx itself has it."""
    return name in _data()["directives"]


def foreign(name: str) -> bool:
    """Whether it belongs to a third-party module or to a commercial edition; nothing is known of it then."""
    return "_by_lua" in name or _FOREIGN.match(name) is not None


def since(name: str) -> str:
    """The version that brought a directive; "" for those older than 1.13 and where it is not recorded."""
    return str(_data()["since"].get(name, ""))


def lacking(name: str, version: Version) -> str:
    """Why a version has no such directive, in words; "" where it has it, or where nobody can tell.

    A short version like (1, 25) is any of its releases.
    """
    brought, last = since(name), REMOVED.get(name, "")
    if brought and (*version, *(9999,) * 3)[:3] < numbers(brought):
        return f"it came with nginx {brought}"
    if last and (*version, 0, 0)[:3] > numbers(last):
        return f"nginx {last} was the last to have it"
    return ""


def numbers(text: str) -> Version:
    """`1.25.3` as numbers."""
    return tuple(int(part) for part in text.split("."))


def inside(context: str, name: str) -> str:
    """The context inside a block; `opaque` where no directives stand or nothing is known."""
    return _INSIDE.get((context, name), OPAQUE)


@cache
def allowed(name: str) -> frozenset[str]:
    """Every context of a directive."""
    return frozenset(context for entry in entries(name) for context in entry.contexts)


@cache
def suggestion(name: str) -> str:
    """The known directive that a misspelt one most likely means; "" without a likely one."""
    return nearest(name.lower(), _data()["directives"], 0.83)


def nearest(name: str, names: Iterable[str], least: float) -> str:
    """The name that is most like this one, if they are this similar (0 to 1); else "".

    difflib's ratio has a bound that costs little: a letter that only one of two words has is never matched.
    """
    if len(name) > 60:
        return ""
    letters = set(name)
    close = [other for other in names if _like(name, letters, other, least)]
    if not close:
        return ""
    from difflib import get_close_matches

    near = get_close_matches(name, close, 1, least)
    return near[0] if near else ""


def _like(name: str, letters: set[str], other: str, least: float) -> bool:
    needed = least * (len(name) + len(other)) / 2
    if len(name) < needed or len(other) < needed:
        return False
    return len(name) - len(letters.difference(other)) >= needed <= len(other) - len(set(other) - letters)
