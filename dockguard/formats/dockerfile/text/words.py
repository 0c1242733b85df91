"""How BuildKit's parser splits the arguments of an instruction: words, flags, pairs, JSON, with their ranges."""

from __future__ import annotations

from dockguard.formats.dockerfile.variables.expand import WHITE as WHITE
from dockguard.lazy import regex

Range = tuple[str, int, int]  # a text, and where it is written in the joined line

BLANK = regex(r"[\t\v\f\r ]+")
MAX_SEVERAL = 16  # ports in one variable
_SPACE = frozenset(WHITE)
_WORD = regex(rf"[^{WHITE}]+")
_SIMPLE_FLAG = regex(r"--[\w=,./:@+$%^~{}-]+")

JSON_MIXED = "when using JSON array syntax, arrays must be comprised of strings only"


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """A range without the white space at its ends."""
    while start < end and text[start] in _SPACE:
        start += 1
    while end > start and text[end - 1] in _SPACE:
        end -= 1
    return start, end


def blank_separated(text: str, start: int, end: int) -> list[Range]:
    """Arguments between blanks, as `COPY a b` and `EXPOSE 80 81` have them."""
    out: list[Range] = []
    if start == end:
        return out
    for gap in BLANK.finditer(text, start, end):
        out.append((text[start : gap.start()], start, gap.start()))
        start = gap.end()
    out.append((text[start:end], start, end))
    return out


def quoted_words(text: str, start: int, end: int, escape: str) -> list[Range]:
    """Words of ENV, LABEL and ARG: separated by white space outside of quotes; quotes and escapes stay."""
    if not any(text.find(mark, start, end) >= 0 for mark in ('"', "'", escape)):
        return [(found[0], found.start(), found.end()) for found in _WORD.finditer(text, start, end)]
    out: list[Range] = []
    at = start
    while at < end:
        if text[at] in _SPACE:
            at += 1
            continue
        stop, word = _quoted_word(text, at, end, escape)
        if word:
            out.append((word, at, stop))
        at = stop
    return out


def _quoted_word(text: str, at: int, end: int, escape: str) -> tuple[int, str]:
    """Where the word that begins at `at` ends, and its text without an escape at the very end of the line."""
    start, quote, cut = at, "", end
    while at < end:
        char = text[at]
        if not quote and char in _SPACE:
            break
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        if char == escape and quote != "'":
            if at + 1 == end:
                cut, at = at, end
                break
            at += 1
        at += 1
    return at, text[start : min(at, cut)]


def flags(text: str, start: int, end: int) -> tuple[list[Range], int]:
    """The `--name=value` words at the beginning, their quotes resolved, and where the arguments begin."""
    out: list[Range] = []
    at = start
    while True:
        while at < end and text[at] in _SPACE:
            at += 1
        if not text.startswith("--", at, end):
            return out, at
        simple = _SIMPLE_FLAG.match(text, at, end)
        if simple and (simple.end() == end or text[simple.end()] in _SPACE):
            stop, word = simple.end(), simple[0]
        else:
            stop, word = _flag(text, at, end)
        if word == "--":
            return out, stop
        out.append((word, at, stop))
        at = stop


def _flag(text: str, at: int, end: int) -> tuple[int, str]:
    out, quote = [], ""
    while at < end:
        char = text[at]
        if not quote and char in _SPACE:
            break
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == "\\":
            at += 1
            out.append(text[at : min(at + 1, end)])
        else:
            out.append(char)
        at += 1
    return min(at, end), "".join(out)


def several(text: str) -> tuple[str, ...] | None:
    """The words that EXPOSE makes of an argument after replacement; None for more than anybody writes."""
    found = tuple(text.split(None, MAX_SEVERAL))
    return found if len(found) <= MAX_SEVERAL else None


_STRING = regex(r'"(?:[^"\\]|\\.)*"')


def json_array(text: str, start: int, end: int) -> tuple[list[Range] | None, str]:
    """The strings of a JSON array, or None where the text is none; and why BuildKit refuses it."""
    if start == end or text[start] != "[":
        return None, ""
    import json

    try:
        items = json.loads(text[start:end], parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None, ""
    if not all(isinstance(item, str) for item in items):
        return None, JSON_MIXED
    places = _STRING.finditer(text, start, end)
    return [(item, place.start(), place.end()) for item, place in zip(items, places, strict=True)], ""


def _refuse(name: str) -> None:
    raise ValueError(name)


def csv_fields(text: str) -> list[str]:
    """The fields of a `--mount` or `--device`; none where the text is no CSV line."""
    if '"' not in text and "\n" not in text and "\r" not in text:
        return text.split(",") if text else []
    import csv

    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []
