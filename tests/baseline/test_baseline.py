import json
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard import baseline
from dockguard.baseline import BaselineError
from dockguard.finding import Confidence, Finding, Problem, Severity
from dockguard.report import Report, Suppression
from dockguard.rule import Rule
from dockguard.source import Source, Span
from dockguard.workspace import Workspace


def rule(id="compose/a", **changes):
    given = (Severity.HIGH, 8.0, Confidence.HIGH, "compose.service", "recommended", "", lambda node, options: iter(()))
    return Rule(id, id, *given, **changes)


def report(at=0, subject="services.web", path="compose.yaml", rule=rule(), message="m", text="x" * 100, **changes):  # noqa: B008
    finding = Finding(Span(Source(path, text), at, at + 1), message)
    return Report(rule, subject, finding, rule.severity, **changes)


def stamped(*reports):
    return baseline.stamp(reports)


# ---- fingerprints


def test_a_fingerprint_stays_when_lines_words_and_levels_change():
    (one,) = stamped(report())
    (two,) = stamped(report(70, message="other", text="\n" * 100))
    assert one.fingerprint == two.fingerprint
    assert len(one.fingerprint) == 24


@pytest.mark.parametrize(
    "other", [report(subject="services.db"), report(path="other.yaml"), report(rule=rule("compose/b"))]
)
def test_a_fingerprint_tells_rule_path_and_subject_apart(other):
    one, two = stamped(report(), other)
    assert one.fingerprint != two.fingerprint


def test_parts_do_not_run_into_each_other():
    assert baseline.fingerprint(rule(), "a", "b c") != baseline.fingerprint(rule(), "a b", "c")


def test_two_of_a_kind_are_numbered_by_place_and_keep_their_order():
    late, early = stamped(report(50), report(10))
    assert early.fingerprint == stamped(report(10))[0].fingerprint
    assert late.fingerprint != early.fingerprint


def test_a_new_name_keeps_the_first_id():
    renamed = rule("compose/best", aliases=("compose/better", "compose/a", "DC001"))
    assert stamped(report(rule=renamed))[0].fingerprint == stamped(report())[0].fingerprint


def test_the_value_is_pinned():
    assert baseline.fingerprint(rule(), "compose.yaml", "services.web") == "9cb666255c131ec5553f9336"


# ---- known and new


def suppressed(applied):
    return [r.suppressed is not None for r in applied.reports]


def test_a_second_of_a_kind_is_new():
    known = baseline.create(stamped(report(10)))
    applied = baseline.apply(known, stamped(report(10), report(20)))
    assert (suppressed(applied), applied.known, applied.stale) == ([True, False], 1, 0)
    assert applied.reports[0].suppressed == Suppression("baseline")


def test_another_service_is_new():
    known = baseline.create(stamped(report(10)))
    assert suppressed(baseline.apply(known, stamped(report(10, "services.db")))) == [False]


def test_what_is_gone_is_counted():
    known = baseline.create(stamped(report(1), report(2), report(3), report(1, "services.db")))
    applied = baseline.apply(known, stamped(report(1)))
    assert (applied.known, applied.stale) == (1, 3)
    looked = baseline.apply(known, stamped(report(1)), judged=lambda entry: entry.subject == "services.db")
    assert looked.stale == 1


def test_what_is_accepted_elsewhere_is_neither_known_nor_written_down():
    accepted = report(1, suppressed=Suppression("comment"))
    assert len(baseline.create(stamped(accepted))) == 0
    assert baseline.apply(baseline.create(stamped(report(1))), stamped(accepted)).stale == 1


def test_the_parts_of_a_split_report_count_once():
    (one,) = stamped(report(1, variants=("a", "b")))
    parts = (
        report(1, variants=("a",), fingerprint=one.fingerprint),
        report(1, variants=("b",), fingerprint=one.fingerprint),
    )
    assert len(baseline.create(parts)) == 1


def test_update_only_shrinks():
    known = baseline.create(stamped(report(1), report(2)))
    now = stamped(report(1), report(1, "services.db"), report(2, "services.db"))
    assert {(e.subject, e.count) for e in baseline.update(known, now)} == {("services.web", 1)}
    grown = baseline.update(known, now, allow_growth=True)
    assert {(e.subject, e.count) for e in grown} == {("services.web", 1), ("services.db", 2)}


def test_update_keeps_what_was_not_looked_at():
    known = baseline.create(stamped(report(1), report(1, path="other.yaml")))
    left = baseline.prune(known, (), judged=lambda entry: entry.path == "compose.yaml")
    assert [entry.path for entry in left] == ["other.yaml"]


_REPORTS = st.lists(
    st.builds(report, st.integers(0, 50), st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"])), max_size=8
)


@given(_REPORTS, _REPORTS)
def test_laws(before, after):
    known, now = baseline.create(stamped(*before)), stamped(*after)
    applied = baseline.apply(known, now)
    new = sum(r.suppressed is None for r in applied.reports)
    assert applied.known + new == len(after)
    assert applied.known + applied.stale == len(known)
    assert baseline.apply(baseline.update(known, now, allow_growth=True), now).known == len(after)
    pruned = baseline.prune(known, now)
    assert len(pruned) == applied.known
    assert baseline.apply(pruned, now) == baseline.Applied(applied.reports, applied.known, 0)
    assert baseline.parse(Source("b.json", baseline.text_of(known))) == known


# ---- the file


def test_the_file_is_sorted_with_one_kind_on_each_line():
    text = baseline.text_of(baseline.create(stamped(report(1, path="b"), report(1, path="a"), report(2, path="a"))))
    lines = text.split("\n")
    assert json.loads(text)["version"] == 1
    assert [json.loads(line.strip().rstrip(","))["count"] for line in lines if "fingerprint" in line] == [2, 1]
    assert lines.index('  "findings": [') == 2
    assert text.endswith("\n  ]\n}\n")


@pytest.mark.parametrize(
    ("text", "why", "at"),
    [
        ("", "is not JSON", 0),
        ('{"version": 1,\n<<<<<<< HEAD\n', "is not JSON", 15),
        ("[" * 100_000, "is not JSON", 0),
        ("[]", "is no baseline of version 1", 0),
        ('{"version": 2, "findings": []}', "is no baseline of version 1", 0),
        ('{"version": 1, "findings": [1]}', "has no fingerprint and count in its finding 1", 0),
        ('{"version": 1, "findings": [{"fingerprint": "a", "count": true}]}', "has no fingerprint", 0),
        ('{"version": 1, "findings": [{"fingerprint": "a", "count": 0}]}', "has no fingerprint", 0),
        (
            '{"version": 1, "findings": [{"fingerprint": "zz", "count": 1}, {"fingerprint": "zz", "count": 1}]}',
            "lists zz twice",
            80,
        ),
    ],
)
def test_a_broken_file_is_a_problem(text, why, at):
    problem = baseline.parse(Source("b.json", text))
    assert isinstance(problem, Problem)
    assert why in problem.message
    assert problem.span.start == at


def test_a_missing_file_is_a_problem():
    problem = baseline.read(Workspace(None, texts={}), "b.json")
    assert isinstance(problem, Problem)
    assert problem.help == "dockguard baseline create"


KNOWN = baseline.create(stamped(report(1)))


def test_write_and_read_again(tmp_path):
    baseline.write(tmp_path, "sub/../b.json", KNOWN)
    assert baseline.read(Workspace(tmp_path), "b.json") == KNOWN
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="no modes")
def test_the_mode_stays(tmp_path):
    target = tmp_path / "b.json"
    target.write_text("x")
    target.chmod(0o640)
    baseline.write(tmp_path, "b.json", KNOWN)
    assert target.stat().st_mode & 0o777 == 0o640
    mask = os.umask(0o027)
    try:
        baseline.write(tmp_path, "c.json", KNOWN)
    finally:
        os.umask(mask)
    assert (tmp_path / "c.json").stat().st_mode & 0o777 == 0o640


def test_create_does_not_overwrite(tmp_path):
    baseline.write(tmp_path, "b.json", KNOWN, overwrite=False)
    with pytest.raises(BaselineError, match="exists"):
        baseline.write(tmp_path, "b.json", KNOWN, overwrite=False)


@pytest.mark.parametrize("name", ["link.json", "folder/b.json", "dir", "dangling.json"])
def test_nothing_is_written_through_links(tmp_path, name):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "victim").write_text("mine")
    (root / "link.json").symlink_to(outside / "victim")
    (root / "dangling.json").symlink_to(outside / "none")
    (root / "folder").symlink_to(outside)
    (root / "dir").mkdir()
    with pytest.raises(BaselineError):
        baseline.write(root, name, KNOWN)
    assert sorted(path.name for path in outside.iterdir()) == ["victim"]
    assert (outside / "victim").read_text() == "mine"


def test_a_place_outside_that_the_user_named(tmp_path):
    (tmp_path / "root").mkdir()
    baseline.write(tmp_path / "root", "../b.json", KNOWN)
    assert (tmp_path / "b.json").is_file()


def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch):
    (tmp_path / "b.json").write_text("old")

    def fail(*_):
        raise OSError("full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="full"):
        baseline.write(tmp_path, "b.json", KNOWN)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("b.json", "old")]


def test_what_could_not_be_read_again_is_not_written(tmp_path):
    many = baseline.create(stamped(*(report(1, f"services.{n:0200}") for n in range(4000))))
    with pytest.raises(BaselineError, match="KiB"):
        baseline.write(tmp_path, "b.json", many)
