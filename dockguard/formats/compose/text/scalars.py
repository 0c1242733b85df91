"""Scalars as Go reads and prints them: plain YAML scalars, numbers, booleans, durations, sizes."""

from __future__ import annotations

import re
from functools import cache
from math import isfinite
from typing import Any

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_MAX_DIGITS = 400  # more is no number that anybody reads, and Python's conversion is quadratic


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)\Z"),
        re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"),
    )


def plain_scalar(text: str) -> Any:
    """What Docker Compose's YAML library makes of an unquoted scalar (go.yaml.in/yaml v4, `resolve`).

    `0440` is octal, `08` a float, `yes` and `22:22` and dates are strings.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789" or len(text) > _MAX_DIGITS:
        return text
    return (_moment(text) if text[4:5] == "-" and text[:4].isdigit() else None) or _number(text)


class Moment(str):
    """A date or time without quotes, which is no string to Docker Compose: its text as Go's `%v` prints it."""

    __slots__ = ("json",)
    json: str  # as `config --format json` prints it in extensions


def _moment(text: str) -> Moment | None:
    """A YAML timestamp (go.yaml.in/yaml v4, `parseTimestamp`); None when it is none."""
    from datetime import datetime, timedelta, timezone

    match = _timestamp().match(text)
    if match is None or (match["mark"] is None) != (match["zone"] is None):
        return None
    zone = match["zone"] or "Z"
    try:
        year, month, day, hour, minute, second = (int(match[name] or 0) for name in _PARTS)
        offset = timedelta() if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
        there = timezone(-offset if zone[0] == "-" else offset)
        moment = datetime(year, month, day, hour, minute, second, tzinfo=there)
    except ValueError:
        return None
    fraction = (match["fraction"] or "").rstrip("0").rstrip(".")
    shift = moment.strftime("%z")
    found = Moment(f"{moment:%Y-%m-%d %H:%M:%S}{fraction} {shift} {'UTC' if not offset else shift}")
    found.json = f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{'Z' if not offset else zone}"
    return found


_PARTS = ("year", "month", "day", "hour", "minute", "second")


@cache
def _timestamp() -> re.Pattern[str]:
    time = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2}):(?P<second>\d{1,2})(?P<fraction>\.\d{1,9})?"
    zoned = rf"(?:(?P<mark>[Tt])| +){time}(?P<zone>Z|[+-]\d\d:\d\d)?"
    return re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:{zoned})?\Z", re.ASCII)


def _number(text: str) -> Any:
    integer, decimal = _patterns()
    digits = text.replace("_", "")
    if text == "-0":
        return -0.0
    if integer.match(digits):
        value = _integer(digits)
        if -(1 << 63) <= value < 1 << (63 if text[0] == "+" else 64):  # Go reads no sign before a `uint64`
            return value
    number = float(digits) if decimal.match(digits) else float("inf")
    return text if number in (float("inf"), float("-inf")) else number


def _integer(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    body = digits.lstrip("+-").lower()
    if body[:2] in ("0x", "0b", "0o"):
        return sign * int(body, 0)
    return sign * int(body, 8 if len(body) > 1 and body[0] == "0" else 10)


def go_text(value: Any) -> str:
    """A value as Go's `%v` prints it: `true`, `1.5`, `1e+06`, `<nil>`, `map[a:1]`."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{name}:{_inner(value[name])}' for name in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_inner, value))}]"
    return go_float(value) if isinstance(value, float) else str(value)


def _inner(item: Any) -> str:
    """A part of a mapping or a list, which knows its place or not."""
    return go_text(getattr(item, "data", item))


def go_float(value: float) -> str:
    """A float as Go's `%v` prints it: shortest digits, an exponent below 1e-4 and from 1e6 on."""
    if value != value or value in (float("inf"), float("-inf")):
        return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
    mantissa, _, exponent = repr(value).lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0").rstrip("0") or "0"
    power = len(whole) - 1 + int(exponent or 0) - len(whole + fraction) + len((whole + fraction).lstrip("0"))
    if -4 <= power < 6 or not value:
        return f"{value:.{max(len(digits) - 1 - power, 0) if value else 0}f}"
    more = f".{digits[1:]}" if digits[1:] else ""
    return f"{'-' if value < 0 else ''}{digits[0]}{more}e{'-' if power < 0 else '+'}{abs(power):02d}"


BOOLEANS = {
    **dict.fromkeys(("true", "y", "yes", "on"), True),
    **dict.fromkeys(("false", "n", "no", "off"), False),
}


def to_bool(text: str) -> bool:
    """A boolean field's string; raises ValueError."""
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError(f"invalid boolean: {text}") from None


def to_int(text: str) -> int:
    """A decimal integer as Go's `strconv.ParseInt` reads it; raises ValueError."""
    if len(text) > 400 or not re.match(r"[-+]?[0-9]+\Z", text):
        raise ValueError(f'parsing "{text[:40]}": invalid syntax')
    value = int(text)
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f'parsing "{text[:40]}": value out of range')
    return value


def is_int(data: Any) -> bool:
    """Whether Go's YAML library makes an `int` of it, and not a float or a `uint64`."""
    return isinstance(data, int) and not isinstance(data, bool) and -(1 << 63) <= data < 1 << 63


def to_int64(number: float) -> int:
    """What Go makes of a number in 64 bits: a larger integer wraps around, any other float is the least integer."""
    least = -(1 << 63)
    if isinstance(number, float) and not isfinite(number):
        return least
    value = int(number)
    if least <= value < 1 << 63:
        return value
    return value - (1 << 64) if isinstance(number, int) and 0 < value < 1 << 64 else least


def to_float(text: str) -> float:
    """A float as Go's `strconv.ParseFloat` reads it; raises ValueError."""
    decimal, hexadecimal = _floats()
    if len(text) > _MAX_DIGITS or not (decimal.match(text) or hexadecimal.match(text)):
        raise ValueError(f'parsing "{text[:40]}": invalid syntax')
    digits = text.replace("_", "")
    try:
        value = float(digits) if decimal.match(text) else float.fromhex(digits)
    except OverflowError:
        value = float("inf")
    if value in (float("inf"), float("-inf")):
        raise ValueError(f'parsing "{text[:40]}": value out of range')
    return value


@cache
def _floats() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Decimal and hexadecimal ones, with `_` between digits (Go, `strconv.readFloat`)."""
    digits, hexes = "[0-9](?:_?[0-9])*", "[0-9a-fA-F](?:_?[0-9a-fA-F])*"
    return (
        re.compile(rf"[-+]?(?:{digits}\.?(?:{digits})?|\.{digits})(?:[eE][-+]?{digits})?\Z"),
        re.compile(rf"[-+]?0[xX]_?(?:{hexes}\.?(?:{hexes})?|\.{hexes})[pP][-+]?{digits}\Z"),
    )


_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}


def to_bytes(text: str) -> int:
    """A size (`512m`, `1.5GiB`, `64 kB`) in bytes, as docker/go-units reads it; raises ValueError."""
    if re.match(r"[-+]?[0-9]{1,19}\Z", text) and to_int64(int(text)) == int(text):
        return int(text)
    at = max(text.rfind(char) for char in "0123456789. ")
    if at < 0:
        raise ValueError(f"invalid size: '{text[:40]}'")
    number, suffix = text[: at + 1].removesuffix(" "), text[at + 1 :].lower()
    value = to_float(number)
    if value < 0 or not re.match(r"(?:b|[kmgtp](?:i?b)?)?\Z", suffix):
        raise ValueError(f"invalid size: '{text[:40]}'")
    return to_int64(value * _UNITS[suffix[:1].replace("b", "")])


_SECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_EXTRA = {"d": 24 * 3600 * 10**9, "w": 7 * 24 * 3600 * 10**9}


def to_duration(text: str) -> int:
    """A duration (`1m30s`) in nanoseconds, with days and weeks; raises ValueError."""
    body = text[1:] if text[:1] in "+-" and text else text
    if body == "0":
        return 0
    parts = re.findall(r"([0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(ns|us|µs|ms|s|m|h|d|w)", body[:200])
    if not parts or "".join(number + unit for number, unit in parts) != body:
        raise ValueError(f'time: invalid duration "{text[:40]}"')
    units = {**_SECONDS, **_EXTRA}
    total = sum(
        int(float(number) * units[unit]) if "." in number else int(number) * units[unit] for number, unit in parts
    )
    return -total if text[0] == "-" else total


def show_duration(nanoseconds: int) -> str:
    """A duration as Go prints it: `1m30s`, `1.5s`, `200ms`."""
    sign, rest = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    if rest < 10**9:
        return sign + _small(rest)
    seconds, fraction = divmod(rest, 10**9)
    text = f"{seconds % 60}" + (f".{fraction:09d}".rstrip("0") if fraction else "") + "s"
    if seconds >= 60:
        text = f"{seconds // 60 % 60}m{text}"
    return sign + (f"{seconds // 3600}h{text}" if seconds >= 3600 else text)


def _small(rest: int) -> str:
    if rest == 0:
        return "0s"
    for unit, size in (("ms", 10**6), ("µs", 10**3)):
        if rest >= size:
            return f"{rest / size:.6f}".rstrip("0").rstrip(".") + unit
    return f"{rest}ns"


def is_address(text: str) -> bool:
    """Whether Go's `net.ParseIP` reads it."""
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
