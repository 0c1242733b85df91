"""Words that nginx takes in capitals, too: `on` and `off` of flags, the words of enumerations, versions of TLS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockguard.formats.nginx.directives import table

# All the words that a directive takes (the manual, and tried).
WORDS: Mapping[str, Sequence[str]] = {
    name: words.split()
    for names, words in {
        "satisfy": "all any",
        "if_modified_since": "off exact before",
        "ssl_verify_client": "on off optional optional_no_ca",
        "limit_req_log_level limit_conn_log_level": "info notice warn error",
        "autoindex_format": "html json jsonp xml",
        "server_tokens": "on off build",
        "gzip_static": "on off always",
        "lingering_close": "on off always",
        "add_header_inherit add_trailer_inherit": "on off merge",
        "client_body_in_file_only": "on clean off",
    }.items()
    for name in names.split()
}
VERSIONS: Sequence[str] = "SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3".split()
PROTOCOLS = frozenset(f"{side}ssl_protocols" for side in ("", "proxy_", "grpc_", "uwsgi_"))
FOLDED = PROTOCOLS.union(WORDS)  # taken in any case
_SWITCH = ("on", "off")


def spelled(name: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """A directive's arguments as the manual spells them, where nginx does not mind their case."""
    if name in FOLDED:
        known = {word.lower(): word for word in (VERSIONS if name in PROTOCOLS else WORDS[name])}
        return tuple(known.get(text.lower(), text) for text in texts)
    if len(texts) == 1 and texts[0] not in _SWITCH and texts[0].lower() in _SWITCH and table.is_flag(name):
        return (texts[0].lower(),)
    return texts
