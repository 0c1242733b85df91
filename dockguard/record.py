"""Data classes that cost nothing to define: the part of `dataclasses` that we use, made on first use.

A frozen class of `dataclasses` takes 0.7 ms to define, and a run defines two hundred: more than reading and judging a
small file. Here a class is only marked; its fields are read when the first instance is made, and its `__init__` is
compiled when there are more than a few. That nobody assigns to a frozen field is checked by the type checker (PEP 681),
not at run time; `slots` is accepted and ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")
C = TypeVar("C", bound=type)

EARLY = 16  # instances that are made without compiling anything: of most classes a small run makes no more
_MISSING: Any = object()


class Field:
    """How a field gets its value when nobody gives one."""

    __slots__ = ("compare", "default", "factory", "init", "name", "repr")

    def __init__(self, default: Any, factory: Any, init: bool, compare: bool, repr: bool) -> None:
        self.name = ""
        self.default, self.factory = default, factory
        self.init, self.compare, self.repr = init, compare, repr

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return self.default is not _MISSING or self.factory is not None


def field(
    *, default: Any = _MISSING, default_factory: Any = None, init: bool = True, compare: bool = True, repr: bool = True
) -> Any:
    """A field with a default that is made anew for each instance, or that is no part of `__init__`, `==` or `repr`."""
    return Field(default, default_factory, init, compare, repr)


@overload
def dataclass(cls: C, /) -> C: ...


@overload
def dataclass(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Callable[[C], C]: ...


@dataclass_transform(field_specifiers=(field,))
def dataclass(cls: Any = None, /, *, frozen: bool = False, slots: bool = False, eq: bool = True) -> Any:
    """Mark a class as a record of its annotated fields."""

    def mark(owner: Any) -> Any:
        owner.__record__ = _RECORD
        owner.__match_args__ = _MATCH_ARGS  # type: ignore[misc]
        owner.__init__ = _first_init(owner)
        owner.__dataclass_fields__ = _STANDARD
        if "__repr__" not in owner.__dict__:
            owner.__repr__ = _repr
        if eq and "__eq__" not in owner.__dict__:
            owner.__values__ = _VALUES
            owner.__eq__ = _eq
            owner.__hash__ = _hash if frozen else None
        return owner

    return mark if cls is None else mark(cls)


class _Made:
    """An attribute of a marked class that is made when somebody asks for it, and then takes this one's place."""

    def __init__(self, name: str, make: Callable[[Any], Any], keep: Callable[[Any], Any] = lambda value: value) -> None:
        self._name, self._make, self._keep = name, make, keep

    def __get__(self, instance: Any, owner: Any) -> Any:
        marked = next(base for base in owner.__mro__ if self._name in base.__dict__)
        value = self._make(marked)
        setattr(marked, self._name, self._keep(value))
        return value


def _record_of(owner: Any) -> dict[str, Field]:
    """The fields of a class by name, inherited ones first."""
    own = {name: _field_of(owner, name) for name, kind in owner.__annotations__.items() if not _is_classvar(kind)}
    bases = (base for base in owner.__mro__[1:] if is_record(base))
    inherited: dict[str, Field] = next((base.__record__ for base in bases), {})
    return {**inherited, **own}


class _Standard:
    """What the standard library's `replace`, `fields` and `is_dataclass` look for, made when they look."""

    def __get__(self, instance: Any, owner: Any) -> dict[str, Any]:
        import dataclasses

        real = dataclasses.make_dataclass("_", [(name, Any, dataclasses.field()) for name in owner.__record__])
        return {f.name: _like(f, owner.__record__[f.name]) for f in dataclasses.fields(real)}


def _like(made: Any, found: Field) -> Any:
    made.init, made.compare, made.repr = found.init, found.compare, found.repr
    return made


_STANDARD = _Standard()


def fields(owner: Any) -> tuple[Field, ...]:
    """The fields of a record or its class."""
    return tuple(owner.__record__.values())


def is_record(owner: Any) -> bool:
    """Whether a class is a record."""
    return "__record__" in owner.__dict__


def replace(instance: T, /, **changes: Any) -> T:
    """A copy with other values; raises TypeError for a name that is no field."""
    values = {name: getattr(instance, name) for name, found in instance.__record__.items() if found.init}  # type: ignore[attr-defined]
    return type(instance)(**{**values, **changes})


def _is_classvar(kind: Any) -> bool:
    return str(kind).startswith(("ClassVar", "typing.ClassVar"))


def _field_of(owner: Any, name: str) -> Field:
    given = owner.__dict__.get(name, _MISSING)
    found = given if isinstance(given, Field) else Field(given, None, True, True, True)
    found.name = name
    if found.factory is None and found.default is not _MISSING:
        setattr(owner, name, found.default)
    elif isinstance(given, Field):
        delattr(owner, name)
    return found


def _first_init(owner: Any) -> Any:
    """An `__init__` that after a few instances, and for a wrong call, compiles the real one and steps aside."""
    left = EARLY

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        nonlocal left
        left -= 1
        values = _bound(owner, args, kwargs) if left >= 0 else None
        if values is None:
            owner.__init__ = _compiled(owner)
            owner.__init__(self, *args, **kwargs)
            return
        self.__dict__.update(values)
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    return __init__


def _bound(owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """The values of the fields for a call; None for a call that is wrong."""
    record, names = owner.__record__, owner.__match_args__
    values = dict(zip(names, args, strict=False))
    if len(args) > len(names) or not values.keys().isdisjoint(kwargs) or not kwargs.keys() <= set(names):
        return None
    values.update(kwargs)
    for name, found in record.items():
        if name not in values:
            if found.factory is not None:
                values[name] = found.factory()
            elif found.default is not _MISSING:
                values[name] = found.default
            elif found.init:
                return None
    return values


def _compiled(owner: Any) -> Any:
    names: dict[str, Any] = {"_missing": _MISSING}
    given, body, keyword_only = ["self"], [], False
    for name, found in owner.__record__.items():
        if found.init:
            if found.optional:
                names[f"_d_{name}"] = _MISSING if found.factory is not None else found.default
                keyword_only = True
            elif keyword_only:
                raise TypeError(f"{owner.__name__}: `{name}` without a default follows one with a default")
            given.append(f"{name}=_d_{name}" if found.optional else name)
        body.append(_assignment(name, found, names))
    body += ["self.__post_init__()"] if hasattr(owner, "__post_init__") else []
    text = f"def __init__({', '.join(given)}):\n " + "\n ".join(body or ["pass"])
    exec(text, names)
    names["__init__"].__qualname__ = f"{owner.__qualname__}.__init__"
    return names["__init__"]


def _assignment(name: str, found: Field, names: dict[str, Any]) -> str:
    if found.factory is None:
        if not found.init:
            names[f"_d_{name}"] = found.default
            return "pass" if found.default is _MISSING else f"self.{name} = _d_{name}"
        return f"self.{name} = {name}"
    names[f"_f_{name}"] = found.factory
    return f"self.{name} = _f_{name}()" + (f" if {name} is _missing else {name}" if found.init else "")


def _getter(record: dict[str, Field]) -> Any:
    """What gives the fields that count for `==`; the only one bare, several as a tuple."""
    names = [name for name, found in record.items() if found.compare]
    return attrgetter(*names) if names else lambda instance: ()


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self is other or self.__values__(self) == self.__values__(other)


def _hash(self: Any) -> int:
    return hash(self.__values__(self))


_RECORD = _Made("__record__", _record_of)
_MATCH_ARGS = _Made("__match_args__", lambda owner: tuple(name for name, f in owner.__record__.items() if f.init))
_VALUES = _Made("__values__", lambda owner: _getter(owner.__record__), staticmethod)


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name, '?')!r}" for name, f in self.__record__.items() if f.repr)
    return f"{type(self).__qualname__}({shown})"
