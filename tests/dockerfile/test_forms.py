"""How instructions and stages are written: forms, repeats, triggers, pipes, what could be one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.formats.dockerfile.forms import Form
from tests.dockerfile.helpers import image


def forms(text: str, name: str) -> list[Form]:
    return [step.form for stage in image(text).stages for step in stage.own if step.name == name]


@pytest.mark.parametrize(
    ("line", "malformed", "shell"),
    [
        ('CMD ["a", "b"]', False, False),
        ("CMD ['a', 'b']", True, False),
        ('CMD ["a", "b",]', True, False),
        ('CMD ["a", [ "b" ] ]', True, False),
        ("CMD [“a”, “b”]", True, False),
        ("CMD a b", False, True),
        ("CMD exec a b", False, False),
        ("ENTRYPOINT [a, b]", False, True),
        ('RUN [ "$a" = "b" ]', False, False),
        ('RUN [ "$(stat -c "%u %G" /a)" == "1 a" ]', False, False),
        ("RUN [[ 'a' = 'b' ]]", False, False),
        ('RUN ["c:\\windows\\system32\\x.exe"]', True, False),
        ("HEALTHCHECK CMD ['a']", True, False),
        ("USER ['a']", False, False),
    ],
)
def test_arrays_and_what_looks_like_one(line: str, malformed: bool, shell: bool) -> None:
    (form,) = forms(f"FROM x\n{line}", line.split()[0])
    assert (form.malformed, form.shell) == (malformed, shell)


@given(st.lists(st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable()), max_size=4))
def test_what_json_writes_is_never_malformed(words: list[str]) -> None:
    text = json.dumps(words)
    for name in ("CMD", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"):
        assert not any(form.malformed for form in forms(f"FROM x\n{name} {text}", name))


def test_only_the_last_one_of_a_stage_counts() -> None:
    text = "FROM x\nCMD a\nONBUILD CMD b\nCMD c\nHEALTHCHECK NONE\nFROM y\nCMD d"
    assert [form.overridden for form in forms(text, "CMD") if not form.step.onbuild] == [True, False, False]
    assert [form.overridden for form in forms(text, "HEALTHCHECK")] == [False]


@pytest.mark.parametrize(
    ("script", "hidden"),
    [
        ("a | b", "a"),
        ("a && b | c", "b"),
        ("a || b", None),
        ("echo x | b", None),
        ("a | head -1", None),
        ("set -o pipefail && a | b", None),
        ("a | b | c", "a"),
    ],
)
def test_failures_that_pipes_hide(script: str, hidden: str | None) -> None:
    (form,) = forms(f"FROM x\nRUN {script}", "RUN")
    assert form.hidden_failure.known == hidden
    for shell in ('["bash", "-o", "pipefail", "-c"]', '["pwsh", "-Command"]'):
        (form,) = forms(f"FROM x\nSHELL {shell}\nRUN {script}", "RUN")
        assert form.hidden_failure.known is None
    (form,) = forms(f'FROM x\nSHELL ["/bin/sh", "-o", "pipefail", "-c"]\nRUN {script}', "RUN")
    assert form.hidden_failure.known == ("a" if "pipefail" in script else hidden)  # a plain sh may have no such option
    (form,) = forms(f"FROM x\nSHELL []\nRUN {script}", "RUN")  # refused, and the rest is judged
    assert form.hidden_failure.known == hidden


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RUN apt-get update\nRUN apt-get install -y a", ["apt-get update", None]),
        ("RUN apt-get update", [None]),
        ("RUN apt-get update && apt-get install -y a", [None]),
        ("RUN apt-get install -y a && apt-get update\nRUN apt-get install -y b", ["apt-get update", None]),
        ("RUN apt-get update\nRUN apt-get update && apt-get install -y a", [None, None]),
        ("RUN apk update\nRUN apk add --no-cache a", [None, None]),
        ("RUN apk update\nRUN apt-get install -y a", [None, None]),
        ("RUN pacman -Syu --noconfirm\nRUN pacman -S a", ["pacman -Syu", None]),
        ("RUN yum -y update a\nRUN yum -y install b", [None, None]),
        ("RUN --mount=type=cache,target=/var/lib/apt apt-get update\nRUN apt-get install -y a", [None, None]),
    ],
)
def test_an_index_that_only_later_instructions_install_from(text: str, found: list[str | None]) -> None:
    assert [form.update_alone.known for form in forms(f"FROM x\n{text}", "RUN")] == found


def test_a_stage_that_stands_on_it_relies_on_its_index_too() -> None:
    text = "FROM x AS a\nRUN apk update\nFROM a AS b\nFROM b\nRUN apk add c"
    assert forms(text, "RUN")[0].update_alone.known == "apk update"
    assert forms(text.replace("FROM b\n", "FROM x\n"), "RUN")[0].update_alone.known is None


@pytest.mark.parametrize(
    ("signals", "bad"),
    [
        ('TERM sigquit 15 SIGRTMIN+3 RTMAX-2 $S "SIGINT"', False),
        ("KILL SIGSTOP 9 19 0 65 SIGNOPE RTMIN-3", True),
    ],
)
def test_signals(signals: str, bad: bool) -> None:
    for signal in signals.split():
        (form,) = forms(f"FROM x\nARG S\nSTOPSIGNAL {signal}", "STOPSIGNAL")
        assert bool(form.bad_signal.known) is bad, signal


def test_what_could_be_one_instruction() -> None:
    text = "FROM x\nRUN a\nRUN b\nRUN c && d\nRUN e\nENV A=1\nRUN f\nRUN --network=none g\nRUN <<E\nh\nE"
    assert [form.joinable for form in forms(text, "RUN")] == [False, True, False, False, False, False, False]
    text = "FROM x\nCOPY a /d/\nCOPY b /d/\nCOPY c /e/\nCOPY --link f /e/\nFROM y\nCOPY g /e/"
    assert [form.joinable for form in forms(text, "COPY")] == [False, True, False, False, False]


def test_stages() -> None:
    arm = "FROM --platform=linux/arm64 x AS"
    text = f"{arm} arm64\n{arm} Scratch\nFROM --platform=$TARGETPLATFORM x AS scratch"
    first, second, third = (stage.form for stage in image(text).stages)
    assert (first.fixed_platform.known, second.fixed_platform.known) == (None, "linux/arm64")
    assert (third.fixed_platform.known, third.redundant_platform.known) == (None, "$TARGETPLATFORM")
    assert [one.is_reserved for one in (first, second, third)] == [False, True, True]
    assert [one.repeated_name for one in (first, second, third)] == [False, False, True]
    (form,) = (stage.form for stage in image("FROM x\nRUN curl a\nRUN curl b\nRUN wget c && curl d").stages)
    assert form.second_fetcher.known == "wget"


def test_triggers_legacy_pairs_and_references_to_oneself() -> None:
    triggers = forms("FROM x\nONBUILD ONBUILD RUN a\nONBUILD RUN b\nONBUILD FROM c", "ONBUILD")
    found = {form.step.span.line: form.bad_trigger for form in triggers if not form.step.onbuild}
    assert found == {2: "ONBUILD", 3: "", 4: "FROM"}
    assert [form.legacy.known for form in forms("FROM x\nENV A b\nENV C=d", "ENV")] == ["A", None]
    pairs = forms("FROM debian:12\nENV A=1 B=$A\nENV C=$A D=$C\nENV A=2 E=$A", "ENV")
    assert [form.self_reference.known for form in pairs] == ["A", "C", None]
