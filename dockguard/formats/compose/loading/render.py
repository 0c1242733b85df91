"""The merged model as `docker compose config --format json` prints it: typed, without what is empty."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

from dockguard.formats.compose.loading.shellwords import split
from dockguard.formats.compose.text.scalars import (
    Moment,
    go_text,
    is_int,
    show_duration,
    to_bool,
    to_bytes,
    to_duration,
    to_float,
    to_int,
    to_int64,
)
from dockguard.formats.compose.text.tree import is_unknown

Decode = Callable[[Any], Any]
OMIT = object()


class BadValue(ValueError):
    """A value that Docker Compose cannot decode; `path` says where."""

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


def _known(decode: Decode) -> Decode:
    """A decoder that leaves what only the run time knows alone."""

    def wrapped(data: Any) -> Any:
        return data if is_unknown(data) else decode(data)

    return wrapped


def text(data: Any) -> Any:
    """A string; "" is as good as absent."""
    return OMIT if data in (None, "") else data if isinstance(data, str) else go_text(data)


def _anytext(data: Any) -> Any:
    return "" if data is None else data if isinstance(data, str) else go_text(data)


def _keep(data: Any) -> Any:
    return OMIT if data is None else data


def _as_bool(data: Any) -> bool:
    return data if isinstance(data, bool) else to_bool(str(data))


@_known
def flag(data: Any) -> Any:
    """A boolean that is absent when false."""
    return True if data is not None and _as_bool(data) else OMIT


@_known
def switch(data: Any) -> Any:
    """A boolean that may be false on purpose."""
    return OMIT if data is None else _as_bool(data)


def _as_int(data: Any) -> int:
    return to_int(data) if isinstance(data, str) else to_int64(data)


@_known
def number(data: Any) -> Any:
    """An integer that is absent when 0."""
    return OMIT if data is None or _as_int(data) == 0 else _as_int(data)


@_known
def count(data: Any) -> Any:
    """An integer that may be 0 on purpose."""
    return OMIT if data is None else _as_int(data)


def single(value: float) -> float:
    """A 32 bit float by its shortest digits."""
    packed = struct.pack("f", value)
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == packed:
            return short
    return value


@_known
def decimal(data: Any) -> Any:
    """A 32 bit float that is absent when 0."""
    value = to_float(data) if isinstance(data, str) else float(data or 0)
    try:
        return OMIT if value == 0 else _whole(single(value))
    except OverflowError:
        raise ValueError(f"{value} is out of range") from None


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


@_known
def size(data: Any) -> Any:
    """Bytes, printed as a string."""
    if data is None:
        return OMIT
    value = to_bytes(data) if isinstance(data, str) else int(data) if is_int(data) else 0
    return OMIT if value == 0 else str(value)


@_known
def duration(data: Any) -> Any:
    """A duration as Go prints it."""
    return OMIT if data is None else show_duration(to_duration(_anytext(data)))


def strings(data: Any) -> Any:
    """A list of strings; a single one stands for a list."""
    items = [data] if isinstance(data, str) else data or []
    return [_anytext(item) for item in items] or OMIT


def hosts(data: Any) -> Any:
    """`extra_hosts`, as the normalised list has them; names without an address are a list all the same."""
    return [] if data and isinstance(data, dict) else list(data or ()) or OMIT


def command(data: Any) -> Any:
    """A command as words; null is printed."""
    if data is None or is_unknown(data):
        return data
    return split(data) if isinstance(data, str) else [_anytext(item) for item in data]


def health_test(data: Any) -> Any:
    """A health check's command."""
    if data is None or is_unknown(data):
        return OMIT if data is None else data
    return ["CMD-SHELL", data] if isinstance(data, str) else strings(data)


def texts(data: Any) -> Any:
    """A mapping of strings."""
    items = data.items() if isinstance(data, dict) else (_cut(item) for item in data or ())
    return {name: _anytext(item) for name, item in items} or OMIT


def options(data: Any) -> Any:
    """A mapping of strings, nulls kept."""
    items = data.items() if isinstance(data, dict) else (_cut(item) for item in data or ())
    return {name: None if item is None else _anytext(item) for name, item in items} or OMIT


def _cut(item: str) -> tuple[str, str | None]:
    name, equals, value = str(item).partition("=")
    return name, value if equals else None


def mode(data: Any) -> Any:
    """A file mode, printed in octal."""
    if data is None or is_unknown(data):
        return OMIT if data is None else data
    if not isinstance(data, str) and not is_int(data):
        raise BadValue("unexpected value type for mode")
    if isinstance(data, str) and not data.lstrip("+-").isdigit():
        raise BadValue(f'parsing "{data[:40]}": invalid syntax')
    value = int(data, 8) if isinstance(data, str) else int(data)
    return f"0{value:o}"


def unsigned(bits: int) -> Decode:
    """A whole number of so many bits, as Go keeps it."""

    def decode(data: Any) -> Any:
        if isinstance(data, str):
            raise BadValue(f"expected type 'uint{bits}', got unconvertible type 'string'")
        value = int(data or 0) if (data or 0) < 1 << 64 else 1 << 63
        if value < 0:
            raise BadValue(f"cannot parse value as 'uint{bits}': {value} overflows uint")
        return value % (1 << bits)

    return _known(decode)


def plain(data: Any) -> Any:
    """A string or a whole number; Docker Compose takes nothing else here."""
    if isinstance(data, (bool, dict, list, Moment)) or not (data is None or isinstance(data, str) or is_int(data)):
        raise BadValue("expected type 'string'")
    return _anytext(data)


def sparse(decode: Decode) -> Decode:
    """A decoder whose zero is absent."""

    def wrapped(data: Any) -> Any:
        return OMIT if data is None or decode(data) in (0, "") else decode(data)

    return wrapped


def present(decode: Decode, zero: Any) -> Decode:
    """A decoder whose absence is printed as zero."""

    def wrapped(data: Any) -> Any:
        value = OMIT if data is None else decode(data)
        return zero if value is OMIT else value

    return wrapped


def raw(data: Any) -> Any:
    """Whatever it is."""
    return OMIT if data in (None, {}, []) else data


def of(fields: Mapping[str, Decode], names: Mapping[str, str] | None = None) -> Decode:
    """A structure: known fields, decoded; `names` are printed instead of the keys."""

    def decode(data: Any) -> Any:
        if data is None:
            return OMIT
        found: dict[str, Any] = {}
        for name, inner in fields.items():
            value = _field(data.get(name), name, inner)
            if value is not OMIT:
                found[(names or {}).get(name, name)] = value
        return found

    return decode


def _field(data: Any, name: str, decode: Decode) -> Any:
    try:
        return decode(data)
    except BadValue as error:
        raise BadValue(str(error), (name, *error.path)) from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise BadValue(str(error) or "cannot be decoded", (name,)) from None


def many(inner: Decode) -> Decode:
    """A list of structures."""

    def decode(data: Any) -> Any:
        found = [_field(item, str(index), inner) for index, item in enumerate(data or ())]
        return [item for item in found if item is not OMIT] or OMIT

    return decode


def named(inner: Decode) -> Decode:
    """A mapping from names to structures."""

    def decode(data: Any) -> Any:
        found = {name: _field(item, name, inner) for name, item in (data or {}).items()}
        return {name: None if item is OMIT else item for name, item in found.items()} or OMIT

    return decode
