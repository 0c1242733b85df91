from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.finding import Edit, Fix, Note, Safety
from dockguard.render import renderer
from dockguard.render.masking import STARS, Masks, merge
from dockguard.render.text import render
from dockguard.report import Run
from dockguard.source import Source
from tests.render.runs import ROOT, at, embedded, report, rule

SECRET = rule("dockerfile/secret-in-env", title="Secret in the image")
ENV = Source("app/Dockerfile", "FROM alpine\nENV DB_PASSWORD=kestrel-42-Moor APP=kestrel\nUSER app\n")


def leaking(**given: object) -> Run:
    """A finding whose message was masked by the kernel, as facts of secret type are."""
    finding = report(
        SECRET, at(ENV, "DB_PASSWORD=kestrel-42-Moor"), f"`DB_PASSWORD` is {STARS}", "stage final", **given
    )
    return Run((finding,), (), (("app/Dockerfile", "dockerfile"),))


def test_the_place_of_a_masked_message_is_masked_but_for_its_name() -> None:
    assert " 2 | ENV DB_PASSWORD=******* APP=kestrel" in render(leaking())
    assert "   |     ^^^^^^^^^^^^^^^^^^^" in render(leaking()).splitlines()


@pytest.mark.parametrize("name", ["text", "concise", "json", "sarif"])
def test_no_output_tells_the_secret(name: str) -> None:
    run = leaking(
        notes=(Note(at(ENV, "USER app"), "kestrel-42-Moor is here too"),),
        fix=Fix("drop kestrel-42-Moor", (Edit(at(ENV, "ENV DB_PASSWORD=kestrel-42-Moor"), "ENV"),), Safety.SAFE),
        why="kestrel-42-Moor",
    )
    output = renderer(name)(run, verbose=True, suppressed=True)
    assert "kestrel-42-Moor" not in output
    assert STARS in output


def test_another_finding_of_the_same_file_does_not_tell_it_either() -> None:
    other = report(ROOT, at(ENV, "FROM alpine"), "it ends as root", notes=(Note(at(ENV, "APP=kestrel"), "near"),))
    run = Run((*leaking().reports, other), (), ())
    assert "kestrel-42-Moor" not in render(run)
    assert "kestrel-42-Moor" not in renderer("sarif")(run)


def test_a_masked_note_masks_its_place() -> None:
    run = Run(
        (report(ROOT, at(ENV, "USER app"), "a", notes=(Note(at(ENV, "DB_PASSWORD=kestrel-42-Moor"), STARS),)),), (), ()
    )
    assert "DB_PASSWORD=*******" in render(run)


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_a_fix_that_would_write_a_secret_is_withheld(name: str) -> None:
    run = leaking(fix=Fix("move it", (Edit(at(ENV, "USER app"), "ARG kestrel-42-Moor"),)))
    output = json.loads(renderer(name)(run))
    if name == "json":
        assert output["findings"][0]["fix"] is None
    else:
        assert "fixes" not in output["runs"][0]["results"][0]


def test_a_word_that_the_file_says_in_the_open_is_no_secret_in_messages() -> None:
    source = Source("c.yaml", "image: postgres:16\nPOSTGRES_PASSWORD: postgres\n")
    finding = report(SECRET, at(source, "POSTGRES_PASSWORD: postgres"), f"image `postgres:16` has {STARS}")
    output = render(Run((finding,), (), ()))
    assert "image `postgres:16` has" in output
    assert "POSTGRES_PASSWORD: *******" in output


def test_a_word_of_the_path_is_no_secret_in_messages() -> None:
    source = Source("shop/.env", "PASSWORD=shop\n")
    output = render(Run((report(SECRET, at(source, "shop"), f"`shop/.env` has {STARS}"),), (), ()))
    assert "`shop/.env` has" in output
    assert "PASSWORD=*******" in output


def test_a_word_of_the_rules_page_is_no_secret_in_messages() -> None:
    source = Source("c.yaml", "DB_PASSWORD: pass\n")
    said = rule("compose/weak", body="# A password that is easy to guess\n")
    output = render(Run((report(said, at(source, "DB_PASSWORD: pass"), f"the password {STARS} is easy"),), (), ()))
    assert "the password ******* is easy" in output
    assert "DB_PASSWORD: *******" in output


def test_the_host_of_an_embedded_text_is_masked() -> None:
    host = Source("compose.yaml", "x: |\n  ENV TOKEN=kestrel-42\n")
    inner = embedded("ENV TOKEN=kestrel-42", host, 7)
    output = render(Run((report(SECRET, at(inner, "TOKEN=kestrel-42"), STARS),), (), ()))
    assert " 2 |   ENV TOKEN=*******" in output


def test_secrets_over_several_lines_are_hidden_on_each(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("x", "key: |\n  BEGIN\n  abcdef\n  END\nuser: root\n")
    start = source.text.index("BEGIN")
    monkeypatch.setattr("dockguard.render.masking.key_blocks", lambda _: [(start, source.text.index("\nuser"))])
    notes = (Note(at(source, "abcdef"), "seen"),)
    output = render(Run((report(ROOT, at(source, "user: root"), "a", notes=notes),), (), ()))
    assert "abcdef" not in output
    assert "END" not in output
    assert output.count(STARS) == 2  # the note's line, and the one between


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12))
def test_merged_ranges_cover_the_same_and_are_apart(ranges: list[tuple[int, int]]) -> None:
    merged = merge(ranges)
    covered = {at for start, end in ranges for at in range(start, end)}
    assert {at for start, end in merged for at in range(start, end)} == covered
    assert all(a[1] < b[0] for a, b in pairwise(merged))


@given(st.text("ab=\n", max_size=30), st.data())
def test_masked_text_equals_the_text_where_nothing_is_hidden(text: str, data: st.DataObject) -> None:
    source = Source("x", text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert Masks(Run((), (), ())).text(source.span(start, end)) == text[start:end]
