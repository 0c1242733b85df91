import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.finding import apply
from dockguard.suppress import KINDS

from .helpers import report, run, source, spot

EDIT = KINDS["meta.suppression"].edit
D = "# dockguard: ignore[compose/a] -- why"


def after(text, path="comment", reports_at=(), index=0):
    src = source(text)
    outcome = run([report(spot(src, place)) for place in reports_at], src)
    return apply(text, EDIT(outcome.directives[index], "remove", path, None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a\n  {D}\nb\n", "a\nb\n"),
        (f"a\r\n  {D}\r\nb\r\n", "a\r\nb\r\n"),
        (f"{D}\nb", "b"),
        (f"a\n{D}", "a"),
        (f"a\r\n{D}", "a"),
        (D, ""),
        (f"a  {D}\nb", "a\nb"),
        (f"a  {D}\r\nb", "a\r\nb"),
        (f"a\n# words {D}\nb", "a\n# words\nb"),
        (f"{D} # dockguard: ignore[compose/b]\nb", "# dockguard: ignore[compose/b]\nb"),
        ("!run x # dockguard: ignore[compose/a]\n", "!run x\n"),
        ("# dockguard ignore all\nb", "b"),
    ],
)
def test_a_whole_directive_goes(text, expected):
    assert after(text) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("compose/a, compose/b", "compose/a"),
        ("compose/b, compose/a", "compose/a"),
        ("compose/b,compose/a , dockerfile/d", "compose/a"),
        ("compose/b, dockerfile/d, compose/a,", "compose/a,"),
    ],
)
def test_unused_names_go(names, expected):
    assert (
        after(f"# dockguard: ignore[{names}] -- why\nx", "unused", "x") == f"# dockguard: ignore[{expected}] -- why\nx"
    )


def test_all_unused_is_the_whole():
    assert after("# dockguard: ignore[compose/a, compose/b]\nx", "unused") == "x"


def test_unknown_names_go():
    assert after("# dockguard: ignore[compose/x, compose/a]\nx", "unknown", "x") == "# dockguard: ignore[compose/a]\nx"


def test_what_stands_in_the_configuration_is_not_edited():
    from .test_suppress import entry

    outcome = run([], source("x"), suppressions=(entry(path="*"),))
    assert EDIT(outcome.directives[0], "remove", "comment", None) is None


def test_only_removal():
    src = source(f"{D}\nx")
    assert EDIT(run([], src).directives[0], "set", "comment", 1) is None


_NAMES = st.lists(st.sampled_from(["compose/a", "compose/b", "dockerfile/d", "no/x", "no/y"]), min_size=1, unique=True)


@given(
    _NAMES, st.sampled_from([",", ", ", " , "]), st.sampled_from(["", "a\n", "a "]), st.sampled_from(["", " -- why"])
)
def test_after_the_removal_nothing_is_left_to_remove(names, comma, before, reason):
    text = f"{before}# dockguard: ignore[{comma.join(names)}]{reason}\nxyz\n"
    for path in ("unused", "unknown", "comment"):
        src = source(text)
        directives = run([report(spot(src, "xyz" if before != "a " else "a"))], src).directives
        if not directives or (path != "comment" and not getattr(directives[0], path)):
            continue
        (directive,) = directives
        doomed = {"unused": directive.unused, "unknown": directive.unknown}.get(path)
        left = [n for n in names if doomed is not None and n not in {fact.value for fact in doomed}]
        text = apply(text, EDIT(directive, "remove", path, None))
        again = run([], source(text)).directives
        assert [list(d.names) for d in again] == ([left] if left else [])
        assert text.endswith("xyz\n")
        names = left
        if not names:
            assert text == before.rstrip(" ") + ("\n" if before == "a " else "") + "xyz\n"
            return
