"""What a page may ask is checked against the model before anything runs."""

from __future__ import annotations

import random

import pytest

from dockguard.language import typecheck
from dockguard.language.expression import BadExpression, Scope, compile, parse
from tests.language.model import Thing, thing

OPTIONS = {"limit": 4, "words": ["ALL"]}
TABLES = {"t": ["/etc"], "m": {"a": "b"}}


def check(text: str) -> None:
    typecheck.check(text, "thing", Thing, OPTIONS, TABLES)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("thing.onn", r"Thing has no `onn`; did you mean `on`\?"),
        ("svc.on", "unknown name `svc`; this rule talks about `thing`"),
        ("thing.on()", "only any"),
        ("thing.items.name", "`thing.items` is a list; ask any"),
        ("thing._private", "private"),
        ("thing.__class__", "private"),
        ("thing.subject.upper", "str has no `upper`"),
        ("thing.on.value", "bool has no `value`"),
        ("any(i.method for i in thing.items)", "Item has no `method`"),
        ("thing.count < 3", "needs a guard, because `thing.count` may be absent"),
        ("thing.missing or thing.count < 3", "needs a guard"),
        ("thing.policy.max_age < 3", "needs a guard, because `thing.policy` may be absent"),
        ("thing.text < 'b'", "only numbers have an order"),
        ("thing.more < 3", "only numbers have an order"),
        ("thing.on == 'true'", "compares bool with str"),
        ("thing.more == 'ALL'", "compares list of str with str"),
        ("3 in thing.more", "looks for int in str|looks for int in list of str"),
        ("thing.more in ['x']", "the left side is a list"),
        ("'x' in thing.count", "neither a list nor a text"),
        ("len(thing.count) == 1", "int has no length"),
        ("any(x == 1 for x in thing.text)", "is not a list"),
        ("any(thing.on for thing in thing.items)", "already has a meaning"),
        ("any(x for x in thing.more if x)", "say `and` instead of `if`"),
        ("any(x for x in thing.more for y in thing.more)", "one `… for x in …`"),
        ("any([thing.on])", "take one"),
        ("len(thing.more, 2)", "can be called"),
        ("sum(thing.more)", "can be called"),
        ("(lambda: 1)()", "can be called"),
        ("thing.on if thing.off else thing.on", "not allowed"),
        ("thing.more[0]", "not allowed"),
        ("f'{thing.on}'", "not allowed"),
        ("[x for x in thing.more]", "not allowed"),
        ("1 < thing.count < 3", "one of == "),
        ("thing.on is True", "one of == "),
        ("thing.count + 1 == 2", "not allowed"),
        ("~thing.count", "not allowed"),
        ("-thing.count == 1", "not allowed"),
        ("None == thing.on", "not allowed"),
        ("thing.text == b'x'", "not allowed"),
        ("['x', thing.text] == thing.more", "holds constants only"),
        ("option.limmit == 1", "declares no `option.limmit`; did you mean `limit`"),
        ("table.x == 1", "declares no `table.x`"),
        ("(yield)", "not allowed"),
        ("(x := 1)", "not allowed"),
        ("thing.", "invalid syntax"),
        ("", "invalid syntax"),
        ("not " * 60 + "thing.on", "nested deeper"),
        ("thing.on" + " or thing.on" * 300, "longer than"),
        ("(" * 1500, "too many nested|never closed"),
    ],
)
def test_refused(text: str, complaint: str) -> None:
    with pytest.raises(BadExpression, match=complaint):
        check(text)


@pytest.mark.parametrize(
    "text",
    [
        "thing.count and thing.count < 3",
        "not thing.count or thing.count < 3",
        "thing.count != 3 or thing.count < 3",
        "thing.on and (thing.count and thing.count < 3)",
        "thing.count == 3 and thing.count < option.limit",
        "not (thing.missing or not thing.count) and thing.count < 3",
        "thing.policy.flag and thing.policy.max_age < 3",
        "any(i.weight and i.weight > 3 for i in thing.items)",
        "any(w in option.words and w in table.t and w in table.m for w in thing.more)",
        "len(thing.more) < 3",
        "thing.optional == 'x'",
        "'x' in thing.text and thing.text != 'y'",
    ],
)
def test_accepted(text: str) -> None:
    check(text)


def test_several_facts_need_a_place() -> None:
    assert not typecheck.needs_place("not thing.on", "thing", Thing)
    assert not typecheck.needs_place("thing.count and thing.count > option.limit", "thing", Thing)
    assert not typecheck.needs_place("any(i.source == '/' for i in thing.items)", "thing", Thing)
    assert not typecheck.needs_place("thing.subject == 'x' and thing.on", "thing", Thing)
    assert typecheck.needs_place("thing.on and thing.off", "thing", Thing)
    assert typecheck.needs_place("any(i.source == '/' and i.weight for i in thing.items)", "thing", Thing)


def test_places() -> None:
    for text in ("thing.on", "thing", "thing.policy", "thing.more"):
        typecheck.check_place(text, "thing", Thing)
    for text in ("thing.subject", "thing.onn", "any(x for x in thing.more)"):
        with pytest.raises(BadExpression):
            typecheck.check_place(text, "thing", Thing)


# --- whatever is written is refused, or touches declared attributes only ---------------------------------------------

ATOMS = [
    "thing.on", "thing.off", "thing.count", "thing.text", "thing.missing", "thing.unknown", "thing.policy",
    "thing.more", "thing.items", "thing.open", "thing.policy.max_age", "thing.policy.words", "thing.heavy",
    "thing._private",
    "thing.__class__", "thing.on.__init__", "thing.items.__len__", "thing.text.upper", "option.limit", "option.words",
    "table.t", "x", "x.source", "x.weight", "x.name", "x.method", "thing", "1", "-1", "'ALL'", "True", "[1, 2]",
    "['ALL']", "__import__", "open", "().__class__", "thing.optional", "thing.secret", "3.5", "None", "''",
]  # fmt: skip
FORMS = [
    "({a} and {b})", "({a} or {b})", "(not {a})", "({a} == {b})", "({a} != {b})", "({a} < {b})", "({a} >= {b})",
    "({a} in {b})", "({a} not in {b})", "any({a} for x in {b})", "all({a} for x in {b})", "len({a})", "{a}.on",
    "{a}.source", "{a}.__dict__", "{a}({b})", "{a}[{b}]", "(lambda x: {a})", "[{a}, {b}]", "({a} if {b} else {a})",
]  # fmt: skip
DECLARED = {"span", "subject", "heavy", "value", "via", "items", "open", "known", *Thing.__dataclass_fields__} | {
    "max_age", "flag", "words", "name", "source", "weight", "why", "masked"
}  # fmt: skip


def _expression(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(ATOMS)
    form = rng.choice(FORMS)
    return form.format(a=_expression(rng, depth - 1), b=_expression(rng, depth - 1))


class Watched:
    """Stands before a model object and fails when anything undeclared is read."""

    def __init__(self, inner: object) -> None:
        object.__setattr__(self, "_inner", inner)

    def __getattribute__(self, name: str) -> object:
        if name == "__class__":
            return type(object.__getattribute__(self, "_inner"))
        assert name in DECLARED - {"_private"}, f"touched {name}"
        return getattr(object.__getattribute__(self, "_inner"), name)


@pytest.mark.parametrize("seed", range(20))
def test_generated_expressions_touch_declared_attributes_only(seed: int) -> None:
    """5,000 in each of 20 seeds: 100,000."""
    rng = random.Random(seed)
    node = Watched(thing())
    accepted = 0
    for _ in range(5_000):
        text = _expression(rng, rng.randint(0, 3))
        try:
            check(text)
        except BadExpression:
            continue
        accepted += 1
        for explain in (False, True):
            compile(parse(text))(Scope({"thing": node, "option": OPTIONS, "table": TABLES}, explain))
    assert accepted > 100
