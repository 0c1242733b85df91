"""A small model to ask about; it counts which attributes are read."""

from __future__ import annotations

from dataclasses import dataclass

from dockguard.source import Fact, Many, Secret, Source, Span, Unknown, Via

TEXT = Source("x.yaml", "0123456789" * 10)


def span(at: int) -> Span:
    return Span(TEXT, at, at + 1)


@dataclass(frozen=True)
class Policy:
    span: Span
    max_age: int
    flag: Fact[bool]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    span: Span
    name: str
    source: Fact[str]
    weight: Fact[int]

    def method(self) -> str:
        return "never"


@dataclass(frozen=True)
class Thing:
    span: Span
    subject: str
    on: Fact[bool]
    off: Fact[bool]
    count: Fact[int]
    text: Fact[str]
    missing: Fact[str]
    unknown: Fact[str]
    secret: Fact[Secret]
    policy: Fact[Policy]
    items: Many[Item]
    more: Many[Fact[str]]
    open: Many[Fact[str]]
    optional: str | None = None
    _private: int = 7

    @property
    def heavy(self) -> Fact[bool]:
        """Whether it counts more than three."""
        return self.count.map(lambda count: count > 3)


def thing(**changes: object) -> Thing:
    items = (
        Item(span(30), "a", Fact("/", span(31)), Fact(1, span(32))),
        Item(span(33), "b", Fact(Unknown("why b"), span(34)), Fact(None, span(35))),
        Item(span(36), "c", Fact("/etc", span(37)), Fact(9, span(38))),
    )
    values: dict[str, object] = {
        "span": span(0),
        "subject": "things.one",
        "on": Fact(True, span(1)),
        "off": Fact(False, span(2), Via(span(50), "overrides this")),
        "count": Fact(5, span(3)),
        "text": Fact("nginx:1.27", span(4)),
        "missing": Fact(None, span(5)),
        "unknown": Fact(Unknown("${X} is not set"), span(6)),
        "secret": Fact(Secret("hunter2"), span(7)),
        "policy": Fact(Policy(span(8), 300, Fact(True, span(9)), ("a", "b")), span(8)),
        "items": Many(items, span(10)),
        "more": Many((Fact("ALL", span(11)), Fact("NET_RAW", span(12))), span(10)),
        "open": Many((Fact("A", span(13)),), span(13), "an include is not read"),
    }
    return Thing(**{**values, **changes})  # type: ignore[arg-type]
