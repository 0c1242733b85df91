from __future__ import annotations

import dataclasses

import pytest

from dockguard.finding import Confidence, Fix, Note, Safety, Severity
from dockguard.record import replace
from dockguard.render.text import header, problems, render
from dockguard.report import Run
from dockguard.source import Source, Span
from tests.render.runs import BASE, CAPS, DOCKERFILE, PRIVILEGED, ROOT, STYLE, at, report, rule, sample, troubled


def alone(*reports: object, **given: object) -> str:
    return render(Run(tuple(reports), (), (("compose.yaml", "compose"),), **given))  # type: ignore[arg-type]


def test_a_run_with_a_bit_of_everything() -> None:
    assert (
        render(sample(), verbose=True)
        == """\
critical[compose/privileged-container]: service `runner` runs privileged: every isolation layer is
    off
  --> compose.yaml:6:5
   |
 6 |     privileged: true
   |     ^^^^^^^^^^^^^^^^
   |
   = fix (unsafe): remove `privileged`
   = variants: both

high[stack/user-explicit-root]: service `web` runs as root although its image drops privileges
  --> compose.override.yaml:3:5
   |
 2 |   web:
   |   --- service `web` of the stack
 3 |     user: root
   |     ^^^^^^^^^^
   |
  ::: app/Dockerfile:12:1
   |
12 | USER app
   | -------- without the overlay it would run as `app`
   |
  ::: compose.yaml:3:12
   |
 3 |     build: ./app
   |            ----- built here
   |
   = help: Remove it.

medium[compose/cap-drop-all-missing]: Service keeps Docker's default capabilities: 4 services
  --> compose.yaml:2:3   web
  --> compose.yaml:4:3   runner
  --> compose.yaml:7:3   proxy
  --> compose.yaml:9:3   db
   = help: Remove it.

suppressed:
  app/Dockerfile:1:1 dockerfile/maintainer (comment until 2027-03-31: legacy)

6 findings: 1 critical, 1 high, 4 medium; fixable: 1 unsafe
suppressed: 1 by comment; the next expires on 2027-03-31
not decided: 2 questions that only the run time can answer
  `${TAG}` is not set: compose/image-tag x2

FAIL  2 findings at or above `high`; 4 below the gate
next: dockguard explain compose/privileged-container        adopting? dockguard baseline create
"""
    )


def test_without_verbose_suppressed_and_undecided_are_counted_only() -> None:
    output = render(sample())
    assert "dockerfile/maintainer" not in output
    assert "suppressed: 1 by comment" in output
    assert "(-v lists them)" in output
    assert "${TAG}" not in output
    assert "dockerfile/maintainer" in render(sample(), suppressed=True)


def test_nothing_found_passes() -> None:
    assert render(Run((), (), (("Dockerfile", "dockerfile"),))) == (
        "no findings in 1 file\n\nPASS  nothing found\nnext: dockguard check --profile strict\n"
    )


def test_the_next_profile_is_named_until_there_is_none() -> None:
    files = (("Dockerfile", "dockerfile"),)
    assert "next:" not in render(Run((), (), files, profile="strict"))
    assert "--profile recommended" in render(Run((), (), files, profile="essential"))


def test_one_cause_of_several_subjects_is_drawn_once() -> None:
    cause = at(BASE, "privileged: true")
    run = [report(PRIVILEGED, cause, f"service `{name}` runs privileged", f"services.{name}") for name in "abc"]
    output = alone(*run)
    assert output.count("privileged: true") == 1
    assert "= also: services.b, services.c" in output
    assert "3 findings: 3 critical" in output


def test_findings_below_the_gate_pass_and_are_counted() -> None:
    output = alone(report(CAPS, at(BASE, "web"), "it keeps capabilities"))
    assert "PASS  nothing at or above `high`; 1 finding below the gate" in output
    assert "next: dockguard explain compose/cap-drop-all-missing        dockguard check --profile strict\n" in output


def test_no_gate_passes_whatever_is_found() -> None:
    output = alone(report(PRIVILEGED, at(BASE, "privileged: true"), "m"), gate=None)
    assert "PASS  the gate is off; 1 finding" in output


def test_errors_fail_and_are_told_on_both_streams() -> None:
    output = render(troubled())
    assert "FAIL  2 errors, so the result is incomplete; nothing found" in output
    assert "  nginx/nginx.conf:2:3: missing `;` after `listen 80` [nginx-syntax]" in output
    assert "  nginx/private.conf: permission denied [unreadable]" in output
    assert (
        problems(troubled())
        == """\
error[nginx-syntax]: missing `;` after `listen 80`
  --> nginx/nginx.conf:2:3
   |
 2 |   listen 80
   |   ^^^^^^^^^
   = help: add `;` here

error[unreadable]: permission denied
  --> nginx/private.conf

"""
    )
    assert problems(sample()) == ""


def test_the_baseline_is_told_and_the_next_step_is_to_prune() -> None:
    output = alone(known=12, stale=3)
    assert "baseline: 12 known, 3 no longer occur" in output
    assert "next: dockguard baseline prune" in output
    assert "create" not in alone(report(PRIVILEGED, at(BASE, "web"), "m"), known=1)


def test_commands_that_do_not_fit_beside_each_other_stand_below() -> None:
    long = rule("compose/" + "long-" * 9 + "name")
    assert alone(report(long, at(BASE, "web"), "m")).splitlines()[-2:] == [
        f"next: dockguard explain {long.id}",
        "      adopting? dockguard baseline create",
    ]


def test_the_header_says_what_was_read_by_which_policy() -> None:
    run = dataclasses.replace(sample(), config="dockguard.toml", notices=("compose.yaml is checked once",), gate=None)
    assert header(run).splitlines() == [
        "dockguard 0.1.0 · profile recommended · fail-on never · config dockguard.toml · 3 files (2 compose,",
        "  1 dockerfile)",
        "stack compose.yaml, 2 variants: alone, with compose.override.yaml",
        "note: compose.yaml is checked once",
    ]


def test_colour_repeats_words_and_changes_no_character() -> None:
    import re

    painted = render(sample(), color=True)
    assert "\x1b[1;35mcritical[compose/privileged-container]:\x1b[0m" in painted
    assert "\x1b[1;31mFAIL\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render(sample())


def test_the_worst_come_first_and_then_the_path() -> None:
    other = Source("a.yaml", "privileged: true\n")
    output = alone(
        report(CAPS, at(BASE, "image: runner:1"), "third"),
        report(PRIVILEGED, at(BASE, "privileged: true"), "second"),
        report(PRIVILEGED, at(other, "privileged: true"), "first"),
    )
    assert output.index("first") < output.index("second") < output.index("third")


class TestRollUp:
    def test_the_same_word_about_two_subjects_is_one_block(self) -> None:
        output = alone(
            *(report(CAPS, at(BASE, name), f"`{name}` keeps them", f"services.{name}") for name in ("web", "db"))
        )
        assert "Service keeps Docker's default capabilities: 2 services" in output
        assert "2 findings: 2 medium" in output

    def test_what_is_written_keeps_its_excerpt(self) -> None:
        source = Source("c.yaml", "a:\n  privileged: true\nb:\n  privileged: true\n")
        output = alone(
            *(
                report(PRIVILEGED, at(source, "privileged: true", n), f"`{name}` is privileged", f"services.{name}")
                for n, name in enumerate("ab")
            )
        )
        assert output.count("^^^^^^^^^^^^^^^^") == 2

    def test_other_words_other_notes_and_other_severities_stay_apart(self) -> None:
        output = alone(
            report(CAPS, at(BASE, "web"), "`web` keeps 14", "services.web"),
            report(CAPS, at(BASE, "db"), "`db` keeps 13", "services.db"),
            report(CAPS, at(BASE, "proxy"), "`proxy` keeps 14", "services.proxy", notes=(Note(at(BASE, "db"), "n"),)),
            report(CAPS, at(BASE, "runner"), "`runner` keeps 14", "services.runner", severity=Severity.LOW),
        )
        assert "services\n" not in output
        assert output.count("-->") == 4

    def test_heads_of_stages_and_locations_roll_up(self) -> None:
        none = rule("dockerfile/no-user", title="No USER", each="dockerfile.stage", severity=Severity.MEDIUM)
        source = Source("nginx.conf", "location /a {\n}\nlocation /b {\n}\n")
        where = rule("nginx/no-limit", title="No limit", each="nginx.location", severity=Severity.LOW)
        output = alone(
            report(none, at(DOCKERFILE, "FROM alpine:3.20 AS final"), "nobody set a user", "stage final"),
            report(none, Span(Source("Dockerfile", "FROM a AS b\n"), 0, 11), "nobody set a user", "stage b"),
            report(where, at(source, "location /a"), "no limit in `/a`", "server _ / location /a"),
            report(where, at(source, "location /b"), "no limit in `/b`", "server _ / location /b"),
        )
        assert "No USER: 2 stages" in output
        assert "  --> Dockerfile:1:1       b" in output
        assert "No limit: 2 locations" in output
        assert "  --> nginx.conf:3:1   location /b" in output

    def test_variants_are_told_where_they_differ(self) -> None:
        output = alone(
            report(CAPS, at(BASE, "web"), "`web` keeps", "services.web", variants=("base",)),
            report(CAPS, at(BASE, "db"), "`db` keeps", "services.db", variants=("base + prod",)),
        )
        assert "web   (base alone)" in output
        assert "db   (with prod)" in output

    def test_the_fix_says_how_many_it_helps(self) -> None:
        fix = Fix("append ALL to `cap_drop`", (), Safety.UNSAFE)
        output = alone(
            report(CAPS, at(BASE, "web"), "`web` keeps", "services.web", fix=fix),
            report(CAPS, at(BASE, "db"), "`db` keeps", "services.db"),
        )
        assert "   = fix (unsafe): append ALL to `cap_drop` (1 of 2 can be fixed)" in output


class TestFacts:
    def test_what_lowered_a_finding_is_told(self) -> None:
        one = report(PRIVILEGED, at(BASE, "web"), "m", why="the stage is not built", confidence=Confidence.LOW)
        one = replace(one, severity=Severity.LOW, finding=replace(one.finding, severity=Severity.LOW))
        told = "   = severity: low, not critical: the stage is not built\n   = confidence: low\n"
        assert told in alone(one)

    def test_what_lowers_the_confidence_alone_is_told_beside_it(self) -> None:
        one = report(PRIVILEGED, at(BASE, "web"), "m", why="the upstream may", confidence=Confidence.LOW)
        assert "   = confidence: low, because the upstream may\n" in alone(one)
        assert "   = because: the upstream may\n" in alone(
            report(PRIVILEGED, at(BASE, "web"), "m", why="the upstream may")
        )

    def test_a_single_variant_that_is_the_file_itself_is_not_told(self) -> None:
        assert "variants" not in alone(report(PRIVILEGED, at(BASE, "web"), "m", variants=("compose.yaml",)))
        assert "= variants: base alone" in alone(report(PRIVILEGED, at(BASE, "web"), "m", variants=("base",)))

    def test_many_variants_are_told_in_short(self) -> None:
        names = ("base", *(f"base + {n}" for n in range(5)))
        one = report(PRIVILEGED, at(BASE, "web"), "m", variants=names)
        assert "= variants: all 6\n" in alone(one, stacks=(*names, "other"))
        run = Run((one,), (), (), stacks=(*names, "base + more"))
        assert "= variants: all 7 but the one with more\n" in render(run)
        run = Run((one,), (), (), stacks=(*names, "base + more", "base + yet more"))
        assert "= variants: base alone, with 0, with 1 and 3 more (-v shows them)" in render(run)
        assert "with 3 and with 4\n" in render(run, verbose=True)

    def test_what_to_do_is_told_once_where_no_edit_does_it(self) -> None:
        fix = Fix("remove `privileged`", (), Safety.UNSAFE)
        output = alone(
            report(PRIVILEGED, at(BASE, "web"), "fixable", fix=fix),
            report(PRIVILEGED, at(BASE, "db"), "first"),
            report(PRIVILEGED, at(BASE, "proxy"), "second"),
        )
        assert output.count("= help: Remove it.\n") == 1
        assert output.index("second") < output.index("= help") < output.index("first")

    def test_many_notes_are_cut_and_shown_on_request(self) -> None:
        notes = tuple(Note(at(DOCKERFILE, "RUN true", n), f"layer {n}") for n in range(10))
        run = Run((report(ROOT, at(BASE, "web"), "m", notes=notes),), (), ())
        assert "layer 9" not in render(run)
        assert "= note: 2 more places (-v shows them)" in render(run)
        assert "layer 9" in render(run, verbose=True)

    def test_a_note_at_the_place_itself_labels_the_carets(self) -> None:
        output = alone(
            report(PRIVILEGED, at(BASE, "privileged: true"), "m", notes=(Note(at(BASE, "privileged: true"), "this"),))
        )
        assert "^^^^^^^^^^^^^^^^ this" in output
        assert "---" not in output.replace("-->", "")


@pytest.mark.parametrize("prefix", ["", "app"])
def test_paths_are_those_of_the_working_directory(prefix: str) -> None:
    run = dataclasses.replace(Run((report(STYLE, at(DOCKERFILE, "USER app"), "m"),), (), ()), prefix=prefix)
    assert f"--> {'Dockerfile' if prefix else 'app/Dockerfile'}:12:1" in render(run)


def test_thousands_of_one_rule_are_counted_not_drawn() -> None:
    from dockguard.run import check
    from dockguard.settings import Ask

    stdin = "FROM debian:12\n" + "".join(f"ENV DB_PASSWORD{n}=Kq7vR2mX9zL{n}\n" for n in range(60))
    run = check(Ask(paths=("-",), stdin=stdin, stdin_filename="Dockerfile", select=("dockerfile/secret-in-env",)))
    assert len(run.active) == 60
    out = render(run)
    assert out.count("high[dockerfile/secret-in-env]") + out.count("critical[dockerfile/secret-in-env]") == 50
    assert "... and 10 more of dockerfile/secret-in-env" in out
    assert "... and" not in render(run, verbose=True).replace("…", "")
