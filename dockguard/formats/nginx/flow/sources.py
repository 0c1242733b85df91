"""What nginx's own variables hold: who chooses the text, and which characters can be in it.

Measured on nginx 1.22.1 and 1.31.3 (`tests/nginx/test_taint_served.py`): only the decoded path, a request's body and
the user name of Basic authentication can hold a line break; everything else of a request loses or refuses it.
"""

from __future__ import annotations

from functools import cache

from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.regex.shape import ANYTHING, Shape, any_of, literal, made_of
from dockguard.record import dataclass
from dockguard.source import Via

NOBODY: frozenset[str] = frozenset()
NEWLINE = chars.of("\n")
RETURN = chars.of("\r")


@dataclass(frozen=True, slots=True)
class Text:
    """What a text can be, and who has a say in it.

    `chosen`: the variables through which whoever sends a request chooses some of it. `decoded`: it holds parts of the
    path after nginx decoded them. `known` is False where nobody knows what it holds. `via` tells how it came about,
    the newest step first. `encoded`: characters that it would hold if nginx had not encoded it again.
    """

    shape: Shape
    chosen: frozenset[str] = NOBODY
    decoded: bool = False
    known: bool = True
    via: Via | None = None
    encoded: Chars = 0

    @property
    def client(self) -> bool:
        """Whether clients choose some of it."""
        return bool(self.chosen)

    @property
    def breaks_lines(self) -> bool:
        """Whether clients can put a line break into it."""
        return self.client and self.known and bool(self.shape.chars & NEWLINE)


UNKNOWN = Text(ANYTHING, known=False)
_LINE = chars.ALL & ~chars.of("\0\r\n")  # what a header's line can hold
_URI = _LINE & ~chars.of(" ")
_PATH = chars.ALL & ~chars.of("\0")  # %00 is refused
_DECODED = frozenset("uri document_uri fastcgi_script_name".split())
_FILES = frozenset("request_filename fastcgi_path_info fastcgi_path_translated path_info".split())
# Set by the server's side: what it is, what it measured, whom it asked.
_OWN = frozenset(
    """
    server_name server_addr server_port server_protocol hostname nginx_version pid msec time_iso8601 time_local status
    request_id request_time request_length bytes_sent body_bytes_sent connection connection_requests connection_time
    remote_addr binary_remote_addr remote_port realip_remote_addr realip_remote_port document_root realpath_root
    limit_rate proxy_host proxy_port proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr https http2
    http3 ssl_protocol ssl_cipher ssl_session_id ssl_session_reused gzip_ratio upstream_addr upstream_status
    upstream_response_time upstream_connect_time upstream_header_time upstream_cache_status proxy_internal_body_length
    tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd tcpinfo_rcv_space request_completion slice_range secure_link
    secure_link_expires invalid_referer date_gmt date_local geoip_country_code geoip_city request_body_file
    """.split()
)


@cache
def of(name: str) -> Text | None:
    """What a variable (lower case, without the `$`) holds; None for one that nginx itself does not have."""
    found = _client(name)
    if found is not None:
        return Text(found, frozenset((name,)), name in _DECODED or name in _FILES)
    if name in _OWN:
        return Text(made_of(_LINE))
    if name.startswith(("sent_http_", "upstream_http_", "upstream_cookie_", "upstream_trailer_", "sent_trailer_")):
        return Text(made_of(_LINE))
    if name in ("scheme", "is_args"):
        words = ("http", "https") if name == "scheme" else ("?", "")
        return Text(any_of(literal(word) for word in words))
    return UNKNOWN if name.startswith(("ssl_client_", "jwt_", "auth_")) else None


def _client(name: str) -> Shape | None:
    """The shape of what clients choose; None for what they do not."""
    for prefix, mask in _PREFIXES.items():
        if name.startswith(prefix):
            return made_of(mask)
    if name in _DECODED:
        return made_of(_PATH, chars.of("/"), False)
    if name in _FILES:
        return made_of(_PATH)
    if name == "request_uri":
        return made_of(_URI, chars.of("/?"), False)
    return made_of(_CHOSEN[name]) if name in _CHOSEN else None


_PREFIXES = {"arg_": _URI & ~chars.of("&"), "http_": _LINE, "cookie_": _LINE & ~chars.of(";")}
_CHOSEN = {
    "host": _URI & ~chars.of("/"),
    "ssl_server_name": _URI & ~chars.of("/"),
    "args": _URI,
    "query_string": _URI,
    "request": _LINE,
    "request_method": chars.UPPER | chars.of("-_"),
    "request_body": chars.ALL,
    "remote_user": chars.ALL & ~chars.of(":\0"),
    "content_type": _LINE,
    "content_length": chars.DIGITS,
    "proxy_add_x_forwarded_for": _LINE,
}
