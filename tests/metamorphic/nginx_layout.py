"""nginx configurations written otherwise: blanks, comments, quotes, line ends, order, other words for the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from random import Random

from dockguard.formats.nginx.text.detect import is_dump
from dockguard.formats.nginx.text.parse import parse
from dockguard.formats.nginx.text.tree import Statement, Tree, Word
from dockguard.source import Source
from tests.metamorphic.change import Change, Edit, Make, edited, of_text

_TEMPLATE = re.compile(r"\{\{|\{%|<%|%%\w|__\w+__|\$\{[A-Z_]+\}|_by_lua|^\s*#\s*configuration file", re.M)
_PLAIN = re.compile(r"[\w./:@=+,*~^$|()?\[\]<>%&!-]+")
_SAFE = re.compile(r"[A-Za-z0-9/_.:=-]+")
_SIZE = re.compile(r"([1-9]\d*)([km])", re.I)
_TIME = re.compile(r"([1-9]\d*)(s|m|h|d)?")
_SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_TIMES = frozenset(
    "keepalive_timeout client_body_timeout client_header_timeout send_timeout proxy_read_timeout proxy_send_timeout "
    "proxy_connect_timeout ssl_session_timeout fastcgi_read_timeout resolver_timeout".split()
)
_SIZES = frozenset("client_max_body_size client_body_buffer_size client_header_buffer_size".split())
_FLAGS = frozenset(
    "autoindex gzip sendfile tcp_nopush tcp_nodelay ssl_prefer_server_ciphers ssl_session_tickets ssl_stapling "
    "proxy_ssl_verify proxy_buffering merge_slashes underscores_in_headers ignore_invalid_headers ssl_early_data "
    "proxy_ssl_server_name proxy_intercept_errors".split()
)
_TEXTS = {
    "add_header": 1,
    "proxy_set_header": 1,
    "return": 0,
    "proxy_pass": 0,
}  # from which argument on; not `rewrite $scheme`
_HEADERS = frozenset("add_header proxy_set_header proxy_hide_header".split())
# What may stand in any order among other names: nothing of the rewrite module, no lists of access, no definitions.
_FREE = frozenset(
    "listen server_name root index charset server_tokens add_header proxy_set_header proxy_pass proxy_http_version "
    "proxy_hide_header client_max_body_size ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers ssl_dhparam "
    "ssl_prefer_server_ciphers ssl_session_cache ssl_session_timeout ssl_session_tickets ssl_stapling gzip gzip_types "
    "gzip_vary autoindex expires etag sendfile tcp_nopush keepalive_timeout proxy_read_timeout proxy_connect_timeout "
    "proxy_ssl_verify proxy_ssl_server_name proxy_buffering client_body_timeout client_header_timeout send_timeout "
    "resolver limit_req limit_conn auth_basic auth_basic_user_file fastcgi_pass fastcgi_param alias".split()
)


def tree_of(text: str) -> Tree | None:
    """The tree of a file that nginx can read as it stands; None for others, and for templates."""
    if _TEMPLATE.search(text) or is_dump(text):
        return None
    tree = parse(Source("nginx.conf", text))
    return None if tree.problems else tree


def of_tree(edits: Callable[[Tree, Random], Iterable[Edit]]) -> Make:
    """A change that is made of edits of one file."""

    def rewrite(text: str, rng: Random) -> str | None:
        tree = tree_of(text)
        return None if tree is None else edited(text, edits(tree, rng))

    return of_text(rewrite)


def _words(tree: Tree) -> Iterator[Word]:
    """Arguments, but for those of `if`, whose parentheses are part of the words."""
    for statement in tree.walk():
        if statement.name.text != "if":
            yield from statement.args


def _spread(tree: Tree, rng: Random) -> Iterator[Edit]:
    """More blanks and line breaks between words."""
    text = tree.source.text
    for statement in tree.walk():
        words = (statement.name, *statement.args)
        for left, right in pairwise(words):
            if text[left.end : right.start].strip(" \t") == "" and left.end < right.start:
                yield left.end, right.start, rng.choice(["  ", "\t", "\n        ", " \n\n "])
        last = words[-1].end
        if rng.random() < 0.3 and text[last : last + 1] in (";", " "):
            yield last, last, rng.choice([" ", "\n", "\t"])


def _packed(tree: Tree, rng: Random) -> Iterator[Edit]:
    """All of it in as few lines as there are."""
    text = tree.source.text
    words = ((word.start, word.end) for s in tree.walk() for word in (s.name, *s.args))
    held = [*tree.remarks, *((start, end) for start, end in words if "\n" in text[start:end])]
    for match in re.finditer(r"[ \t\r]*\n[ \t\r\n]*(?=\S)", text):
        if not any(start < match.end() and match.start() <= end for start, end in held):
            yield match.start(), match.end(), " "


def _commented(tree: Tree, rng: Random) -> Iterator[Edit]:
    for statement in tree.walk():
        if rng.random() < 0.7:
            yield statement.name.start, statement.name.start, "# plain words\n    "


def _remarked(tree: Tree, rng: Random) -> Iterator[Edit]:
    """Comments behind directives and between their words."""
    text = tree.source.text
    for statement in tree.walk():
        if statement.block is None and text[statement.end - 1] == ";" and rng.random() < 0.5:
            yield statement.end, statement.end, " # plain words\n"
        for word in statement.args[1:]:
            if rng.random() < 0.3 and text[word.start - 1] in " \t\n" and statement.name.text != "if":
                yield word.start, word.start, "# why: because\n    "


def _quoted(tree: Tree, rng: Random) -> Iterator[Edit]:
    for word in _words(tree):
        if not word.quote and _PLAIN.fullmatch(word.span.text) and rng.random() < 0.8:
            quote = rng.choice("\"'")
            yield word.start, word.end, f"{quote}{word.span.text}{quote}"


def _quoted_names(tree: Tree, rng: Random) -> Iterator[Edit]:
    for statement in tree.walk():
        word = statement.name
        if not word.quote and _SAFE.fullmatch(word.text) and rng.random() < 0.5:
            yield word.start, word.end, f'"{word.text}"'


def _unquoted(tree: Tree, rng: Random) -> Iterator[Edit]:
    for word in _words(tree):
        if word.quote in ("'", '"') and _SAFE.fullmatch(word.text) and word.verbatim:
            yield word.start, word.end, word.text


def _crlf(text: str, rng: Random) -> str | None:
    tree = tree_of(text)
    if tree is None or any("\n" in word.span.text for word in _words(tree)):
        return None
    return text.replace("\n", "\r\n")


def _braced(tree: Tree, rng: Random) -> Iterator[Edit]:
    """`${host}` for `$host`, where nginx puts a text together."""
    for statement in tree.walk():
        at = _TEXTS.get(statement.name.text)
        for word in statement.args[at:] if at is not None else ():
            for found in re.finditer(r"(?<![\\$])\$([a-z_]\w*)", word.span.text):
                yield word.start + found.start(), word.start + found.end(), f"${{{found[1]}}}"


def _each(names: frozenset[str], form: Callable[[str, Random], str]) -> Callable[[Tree, Random], Iterator[Edit]]:
    """A form for the first argument of some directives."""

    def edits(tree: Tree, rng: Random) -> Iterator[Edit]:
        for statement in tree.walk():
            if statement.name.text in names and statement.args and not statement.args[0].quote:
                word = statement.args[0]
                new = form(word.text, rng)
                if new != word.text:
                    yield word.start, word.end, new

    return edits


def _time(text: str, rng: Random) -> str:
    match = _TIME.fullmatch(text)
    if match is None:
        return text
    seconds = int(match[1]) * _SECONDS[match[2]]
    forms = [f"{seconds}", f"{seconds}s", f"{seconds}000ms", *([f"{seconds // 60}m"] if seconds % 60 == 0 else [])]
    return rng.choice([form for form in forms if form != text])


def _size(text: str, rng: Random) -> str:
    match = _SIZE.fullmatch(text)
    if match is None:
        return text
    number, unit = int(match[1]), match[2]
    plain = number * (1024 if unit in "kK" else 1024**2)
    return rng.choice([f"{number}{unit.swapcase()}", str(plain)])


def _port(text: str, rng: Random) -> str:
    """A port alone is one on every address."""
    return rng.choice([f"*:{text}", f"0.0.0.0:{text}"]) if re.fullmatch(r"\d+", text) else text


def _host(text: str, rng: Random) -> str:
    return text.upper() if re.fullmatch(r"[a-z.]+", text) else text


def _address(text: str, rng: Random) -> str:
    return re.sub(r"^(\*|0\.0\.0\.0):(?=\d+$)", "", text)


def _protocols(tree: Tree, rng: Random) -> Iterator[Edit]:
    for statement in tree.walk():
        if statement.name.text in ("ssl_protocols", "proxy_ssl_protocols"):
            for word in statement.args:
                yield word.start, word.end, word.span.text.lower()


def _reordered(tree: Tree, rng: Random) -> Iterator[Edit]:
    """Directives side by side in another order; those of one name stay in theirs."""
    for statements in (tree.statements, *(s.block for s in tree.walk() if s.block)):
        run: list[Statement] = []
        for statement in (*statements, None):
            if statement is not None and statement.block is None and statement.name.text in _FREE:
                run.append(statement)
                continue
            yield from _shuffled(run, rng)
            run = []


def _shuffled(run: list[Statement], rng: Random) -> Iterator[Edit]:
    names = [statement.name.text for statement in run]
    rng.shuffle(names)
    queues = {name: iter([s for s in run if s.name.text == name]) for name in names}
    for old, name in zip(run, names, strict=True):
        yield old.span.start, old.span.end, next(queues[name]).span.text


_EDITS = {
    "blanks between words": _spread,
    "few lines": _packed,
    "comments above directives": _commented,
    "comments behind directives": _remarked,
    "quoted arguments": _quoted,
    "quoted names": _quoted_names,
    "plain arguments": _unquoted,
    "braces in texts": _braced,
    "other units of time": _each(_TIMES, _time),
    "other units of size": _each(_SIZES, _size),
    "flags in capitals": _each(_FLAGS, lambda text, rng: text.upper()),
    "protocols in lower case": _protocols,
    "headers in lower case": _each(_HEADERS, lambda text, rng: text.lower()),
    "hosts in capitals": _each(
        frozenset(["server_name"]), lambda t, rng: t.upper() if re.fullmatch(r"[a-z.]+", t) else t
    ),
    "addresses of ports": _each(frozenset(["listen"]), _port),
    "ports alone": _each(frozenset(["listen"]), _address),
    "order of directives": _reordered,
}
CHANGES = (
    *(Change(name, "nginx", of_tree(edits)) for name, edits in _EDITS.items()),
    Change("nginx with CRLF", "nginx", of_text(_crlf)),
)
