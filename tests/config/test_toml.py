import datetime
import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.config.toml import TooDeep, places

SAMPLE = '''# comment with = and [x]
profile = "strict" # trailing
a.b."c.d" = 'lit#eral'
dates = [2027-03-31, 1979-05-27 07:32:00,
  # inside
  """multi
line "quoted" """,
]
inline = { x = 1, "y z" = { deep = [ [1, 2], [] ] } }

[rules]
ignore = ["a", "b"]
[rules.options."compose/x"]
minimum = 1_000

[[stack]]
name = "one"
  [[stack.nginx]]
  service = "proxy"
  [[stack.nginx]]
  service = "other"
[[stack]]
name = "two"
[stack.sub]
key = -inf
[[ suppress ]]
"rule" = "x\\u0041"
'''


def at(text, path, key=False):
    place = places(text)[path]
    start, end = place.key if key else place.value
    return text[start:end]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("profile",), "profile", '"strict"'),
        (("a", "b", "c.d"), '"c.d"', "'lit#eral'"),
        (("a", "b"), "b", "b"),
        (("dates", 0), "2027-03-31", "2027-03-31"),
        (("dates", 1), "1979-05-27 07:32:00", "1979-05-27 07:32:00"),
        (("inline", "y z", "deep", 0, 1), "2", "2"),
        (("inline", "y z", "deep", 1), "[]", "[]"),
        (("rules",), "rules", "rules"),
        (("rules", "ignore", 1), '"b"', '"b"'),
        (("rules", "options", "compose/x", "minimum"), "minimum", "1_000"),
        (("rules", "options", "compose/x"), '"compose/x"', '"compose/x"'),
        (("stack", 0, "name"), "name", '"one"'),
        (("stack", 0, "nginx", 1, "service"), "service", '"other"'),
        (("stack", 1, "name"), "name", '"two"'),
        (("stack", 1, "sub", "key"), "key", "-inf"),
        (("suppress", 0), "suppress", "suppress"),
        (("suppress", 0, "rule"), '"rule"', '"x\\u0041"'),
    ],
)
def test_places(path, key, value, newline):
    text = SAMPLE.replace("\n", newline)
    assert at(text, path, key=True) == key
    assert at(text, path) == value


def test_the_multiline_string_is_one_value():
    assert at(SAMPLE, ("dates", 2)).startswith('"""multi\nline')


@pytest.mark.parametrize("text", ["a" + ".a" * 50_000 + " = 1", "a = " + "[" * 50_000, "x = " + "{a=" * 9_000])
def test_what_nobody_wrote_is_refused_at_once(text):
    started = time.process_time()
    with pytest.raises(ValueError, match=r"."):
        places(text)
    assert time.process_time() - started < 4


def test_depth_has_its_own_error():
    with pytest.raises(TooDeep):
        places("a" + ".a" * 100 + " = 1")


@given(st.text("ab=[]{}'\"\\\n.,# 1-", max_size=60))
def test_any_text_ends_with_places_or_valueerror(text):
    try:
        found = places(text)
    except (ValueError, IndexError):
        with pytest.raises(ValueError, match=r"."):
            tomllib.loads(text)
        return
    for place in found.values():
        assert 0 <= place.key[0] <= place.key[1] <= len(text)


# ---- generated documents: every span holds the key or value that it claims

_KEY = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4) | st.sampled_from(["a", "b-1", "c.d", "#"])
_LEAF = (
    st.integers(-(2**40), 2**40)
    | st.booleans()
    | st.dates()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=6)
)
_VALUE = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEY, inner, max_size=3), max_leaves=8
)


def quoted(text):
    escape = {'"': '\\"', "\\": "\\\\"}
    return (
        '"' + "".join(c if c >= " " and c not in '"\\\x7f' else escape.get(c, f"\\u{ord(c):04x}") for c in text) + '"'
    )


def written_key(key, draw):
    bare = key and all(c.isascii() and (c.isalnum() or c in "-_") for c in key)
    literal = "'" not in key and key.isprintable()
    forms = [quoted(key)] + ([key] if bare else []) + ([f"'{key}'"] if literal else [])
    return draw(st.sampled_from(forms))


def written(value, draw):
    gap = draw(st.sampled_from(["", " "]))
    match value:
        case bool():
            return str(value).lower()
        case int() | datetime.date():
            return str(value)
        case str():
            plain = value.isprintable() and "'" not in value
            long = '"""\n' + quoted(value)[1:-1] + '"""'
            return draw(st.sampled_from([quoted(value), long, f"'{value}'" if plain else quoted(value)]))
        case list():
            comment = draw(st.sampled_from(["", "\n", " # ] comma,\n"]))
            return "[" + comment + ("," + gap + comment).join(written(item, draw) for item in value) + gap + "]"
        case dict():
            pairs = (f"{written_key(key, draw)}{gap}={gap}{written(item, draw)}" for key, item in value.items())
            return "{" + f",{gap}".join(pairs) + "}"


@st.composite
def documents(draw):
    lines = []
    for key, value in draw(st.dictionaries(_KEY, _VALUE, max_size=4)).items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value) and draw(st.booleans()):
            for item in value:
                lines.append(f"[[{written_key(key, draw)}]]")
                lines += [f"  {written_key(k, draw)} = {written(v, draw)}" for k, v in item.items()]
            lines.append("[zz]" if "[zz]" not in lines else "# more")
            if lines[-1] == "# more":
                break
        elif isinstance(value, dict) and draw(st.booleans()):
            lines.append(f"[ 'table' . {written_key(key, draw)} ] # here")
            lines += [f"{written_key(k, draw)}={written(v, draw)}" for k, v in value.items()]
        else:
            lines.append(f"{written_key(key, draw)} = {written(value, draw)}")
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"]))


def walk(value, path=()):
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key), item
            yield from walk(item, (*path, key))


@given(documents())
def test_every_span_holds_what_it_claims(text):
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # the generator may define one table twice
        return
    found = places(text)
    paths = dict(walk(data))
    assert set(found) == set(paths)
    for path, value in paths.items():
        place = found[path]
        if isinstance(path[-1], str):
            assert list(tomllib.loads(f"{text[slice(*place.key)]} = 1")) == [path[-1]]
        if not isinstance(value, dict | list) or place.value != place.key:
            shown = text[slice(*place.value)]
            if not isinstance(value, dict | list) or shown[:1] in "[{":
                assert tomllib.loads(f"k = {shown}")["k"] == value
