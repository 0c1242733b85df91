"""What a location's path says about what it serves."""

from __future__ import annotations

import re

from dockguard.formats.nginx.matching import Match
from dockguard.lazy import regex

_ASSETS = frozenset(
    """
    js mjs css map png jpg jpeg jpe gif ico svg svgz webp avif bmp woff woff2 ttf ttc otf eot mp4 webm ogg ogv mp3 wav
    m4a m4v mov avi flv swf pdf zip gz tgz bz2 rar 7z tar doc docx xls xlsx ppt pptx txt xml json rss atom webmanifest
    wasm manifest csv rtf exe dmg iso cur htc crx xpi safariextz oex appcache vcf vtt midi mid wmf wml jar
    """.split()
)
_ASSET_FOLDER = regex(
    r"/(?:static|assets?|images?|img|css|js|scripts?|styles?|fonts?|"
    r"media|uploads?|files?|downloads?|"
    r"favicon[^/]*|robots\.txt|sitemap[^/]*|\.well-known|_next/static|_nuxt|dist|build|vendor|public|icons?)(?:/|$)",
    re.I,
)
_API = regex(
    r"/(?:api|graphql|rest|rpc|v\d+|ws|wss|websocket|sockjs(?:-node)?|socket\.io|hub|grpc|healthz?|livez|readyz|health-?check|"
    r"ping|metrics|status|nginx[_-]?status|stub_status|basic_status|server-status|events|stream|webhooks?|"
    r"__webpack_hmr)(?:[/_\-.?)|$]|$)",
    re.I,
)
_LOGIN = regex(
    r"(?:^|[/_\-(|])(?:log-?in|sign-?in|log-?on|auth|authenticate|authorize|oauth2?|token|sessions?|passwords?|passwd|register|"
    r"sign-?up|otp|2fa|mfa|wp-login|xmlrpc|forgot(?:-password)?|reset-password|admin(?:istrator)?)(?=$|[/_\-.)|$\\?*(])",
    re.I,
)
_DATA = regex(
    r"^(?:application/(?:json|.*\+json|xml|grpc|x-ndjson|javascript)|text/(?:plain|csv|css|javascript)|image/|font/)",
    re.I,
)


def _plain(match: Match) -> str:
    return match.pattern.replace("\\", "").lstrip("^") if match.regex else match.pattern


def asset(match: Match | None) -> bool:
    """Whether it serves parts of pages only."""
    if match is None or match.pattern == "/":
        return False
    if match.regex:
        endings = _endings(match.pattern)
        return (bool(endings) and endings <= _ASSETS) or _ASSET_FOLDER.match(_plain(match)) is not None
    name = match.pattern.rpartition("/")[2]
    known = "." in name and name.rpartition(".")[2].lower() in _ASSETS
    return (match.modifier == "=" and known) or _ASSET_FOLDER.match(match.pattern) is not None


def _endings(pattern: str) -> frozenset[str]:
    found = re.search(r"\\?\.\((?:\?:)?([^()]{1,2000})\)\)?\$?$|\\\.(\w{2,5})\$$", pattern.replace("(?:", "("))
    if not found:
        return _tail(pattern)
    words = (found[1] or found[2]).split("|")
    return frozenset(re.sub(r"\W.*", "", re.sub(r"(\w)\?", "", word)).lower() or word for word in words)


def _tail(pattern: str) -> frozenset[str]:
    """Endings of patterns with groups in groups, like `\\.(?:jpe?g|gif|woff2?|manifest\\.json)$`."""
    found = re.search(r"\\\.\(((?:[\w?|.\\+-]|\([\w?|]{1,200}\))+)\)(?:\$|\\\?|$)", pattern.replace("(?:", "("))
    if not found:
        return frozenset()
    words = re.split(r"[|()]", found[1])
    return frozenset(re.sub(r"\w\?", "", word).rpartition(".")[2].lower() for word in words if word)


def api(match: Match | None) -> bool:
    """Whether programs talk to it: an API, a socket, a health or status page."""
    if match is None or match.pattern == "/":
        return False
    return _API.match("/" + _plain(match).lstrip("/(")) is not None


def login(match: Match | None) -> bool:
    """Whether its path looks like one where secrets can be guessed."""
    if match is None or match.modifier == "@" or match.pattern == "/":
        return False
    return _LOGIN.search(_plain(match)) is not None


def data_type(kind: str | None, proxied: bool) -> bool:
    """Whether a default type other than HTML is set for what is no proxy's answer."""
    return kind is not None and not proxied and kind != "application/octet-stream" and _DATA.match(kind) is not None
