"""The image that would be built: users, variables, inheritance, stages that count."""

from __future__ import annotations

import pytest

from dockguard.source import Unknown
from tests.dockerfile.helpers import image, request


def user(text: str, **args: str) -> str | None:
    found = image(text, request(**args)).user if args else image(text).user
    assert found.sure, found.value
    return found.known.name if found.known else None


@pytest.mark.parametrize(
    ("text", "name", "root"),
    [
        ("FROM x\nUSER root", "root", True),
        ("FROM x\nUSER 00:0", "00:0", True),
        ('FROM x\nUSER "root"', "root", True),
        ("FROM x\nuser app", "app", False),
        ("FROM x\nUSER ${X:-root}", "root", True),
        ("FROM x\nENV U=0\nUSER $U", "0", True),
        ("FROM x\nARG U=app\nUSER $U", "app", False),
        ("FROM x\nUSER app\nUSER root", "root", True),
        ("FROM x AS Base\nUSER app\nFROM base", "app", False),
        ("FROM x AS a\nUSER app\nFROM x AS b\nUSER root\nFROM a", "app", False),
        ("FROM x\nRUN useradd -u 0 -o app\nUSER app", "app", True),
        ("FROM mcr.microsoft.com/windows/nanoserver:1\nUSER ContainerAdministrator", "ContainerAdministrator", True),
        ("FROM x\nUSER app\nONBUILD USER root", "app", False),
        ("FROM x AS a\nONBUILD USER root\nFROM a", "root", True),
        ("FROM x\nUSER app\nRUN <<E\nUSER root\nE", "app", False),
    ],
)
def test_who_the_image_runs_as(text: str, name: str, root: bool) -> None:
    found = image(text).user.known
    assert found is not None
    assert (found.name, found.is_root, found.declared) == (name, root, True)


def test_the_base_images_user_counts_where_nobody_names_one() -> None:
    found = image("FROM scratch AS a\nFROM a\nCOPY x /").user
    assert found.known is not None
    assert (found.known.is_root, found.known.declared, found.span.text) == (True, False, "a")
    assert image("FROM registry.example.org/x:1").user.value is None
    assert isinstance(image("ARG B\nFROM $B").user.value, Unknown)


def test_where_a_user_comes_from() -> None:
    found = image("FROM x AS base\nARG U=root\nUSER $U\nFROM base\nCMD a").user
    assert [(step.how, step.span.line) for step in found.via or ()] == [
        ("inherited from stage `base`", 4),
        ("`U` is set here", 2),
    ]
    assert found.span.text == "$U"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FROM x\nARG U\nUSER $U", "U"),
        ("ARG U=1\nFROM x\nUSER $U", "U"),
        ("FROM x\nARG U\nUSER ${U}:1000", "U"),
        ("FROM alpine\nUSER $U", "U"),
        ("FROM x\nARG U\nUSER app:$U", None),
        ("ARG U=1\nFROM x\nARG U\nUSER $U", None),
        ("FROM x\nUSER $U", None),
        ("FROM x\nARG U\nUSER ${U:-1}", None),
    ],
)
def test_users_that_are_empty(text: str, name: str | None) -> None:
    assert image(text).user_unset.value == name


def test_build_arguments() -> None:
    text = "ARG T=1\nFROM x:$T\nARG T\nARG U=app\nUSER $U\nENV V=$T"
    assert image(text).base.known == "x:1"
    built = image(text, request(T="2", U="root"))
    assert (built.base.known, built.env["V"].known) == ("x:2", "2")
    assert built.user.known is not None
    assert built.user.known.is_root
    assert built.of_service


def test_later_writers_win_and_each_env_sees_the_state_before() -> None:
    env = image("FROM x\nENV A=1\nENV A=2 B=$A\nARG A=3\nENV C=$A").env
    assert {name: fact.known for name, fact in env.items()} == {"A": "2", "B": "1", "C": "3"}


def test_platform_arguments_are_unknown() -> None:
    assert isinstance(
        image("FROM --platform=$BUILDPLATFORM x\nARG TARGETARCH\nENV A=$TARGETARCH").env["A"].value, Unknown
    )


def test_what_stages_hand_on() -> None:
    built = image(
        'FROM x AS a\nWORKDIR /a\nENV E=1\nLABEL l=1\nEXPOSE 80 81/UDP\nVOLUME /v\nCMD ["c"]\nSTOPSIGNAL 9\n'
        'SHELL ["bash", "-c"]\nHEALTHCHECK CMD h\n'
        "FROM a\nWORKDIR b\nENTRYPOINT e\n"
    )
    assert built.workdir.known == "/a/b"
    assert [fact.known for fact in built.ports] == ["80", "81/UDP"]
    assert [fact.known for fact in built.volumes] == ["/v"]
    assert (built.env["E"].known, built.labels["l"].known, built.stop_signal.known) == ("1", "1", "9")
    assert built.healthcheck.known == ("CMD-SHELL", "h")
    assert built.entrypoint.known == ("bash", "-c", "e")
    assert not built.cmd.written, "an ENTRYPOINT forgets the CMD that it inherits"
    assert built.ports.open


def test_a_cmd_of_the_same_stage_stays() -> None:
    assert image('FROM x\nCMD a\nENTRYPOINT ["e"]').cmd.known == ("/bin/sh", "-c", "a")


def test_which_stages_count() -> None:
    text = (
        "FROM x AS base\nFROM base AS tools\nFROM x AS data\nFROM x AS idle\n"
        "FROM base AS prod\nCOPY --from=1 /t /t\nRUN --mount=type=bind,from=data,target=/d x\nFROM base AS dev\n"
    )
    built = image(text, request("PROD"))
    assert [stage.name for stage in built.stages if stage.reached] == ["base", "tools", "data", "prod"]
    assert [stage.name for stage in built.stages if stage.in_final] == ["base", "prod"]
    assert built.final.name == "prod"
    assert all(stage.requested for stage in built.stages), "another variant may ask for what has a name"
    assert [stage.requested for stage in image(text).stages] == [True, False, False, False, False, True]
    unnamed = image("FROM a\nFROM b AS prod\n", request("prod"))
    assert [stage.requested for stage in unnamed.stages] == [False, True]


def test_targets() -> None:
    assert image("FROM a AS x\nFROM b", request("0")).base.known == "a"
    missing = image("FROM a AS x\nFROM b", request("y"))
    assert missing.missing_target == "y"


def test_a_file_without_from_is_judged_but_says_nothing_of_a_user() -> None:
    built = image("RNU x\n")
    assert not built.has_from
    assert isinstance(built.user.value, Unknown)


def test_accounts_files_and_modes() -> None:
    built = image(
        "FROM x\nRUN groupadd -g 5 g && useradd -r -u 5 -g g svc; adduser -D app\nWORKDIR /w\n"
        "COPY --chown=app --chmod=4755 a b/\nADD https://e.org/x.tar /x/\nCOPY <<E /e\nhi\nE\n"
    )
    assert [(account.name, account.uid, account.system) for account in built.accounts] == [
        ("svc", 5, True),
        ("app", None, False),
    ]
    assert [(copy.kind, copy.target.known) for copy in built.files] == [
        ("context", "/w/b/a"),
        ("url", "/x/x.tar"),
        ("heredoc", "/e"),
    ]
    first = built.files.items[0]
    assert (first.owner.known, first.special_bits.known) == ("app", "setuid")


def test_commands_have_places_across_lines() -> None:
    built = image("FROM x\nRUN a && \\\n    b \\\n      c\n")
    commands = list(built.final.commands)
    assert [command.name for command in commands] == ["a", "b"]
    assert commands[1].span.text == "b \\\n      c"


def test_written_files() -> None:
    (command,) = image('FROM x\nRUN echo "a $B" | tee -a /etc/x\n').final.commands.items[1:]
    assert [(written.path, written.text) for written in command.writes] == [("/etc/x", "a $B")]


def test_many_stages_end() -> None:
    text = "FROM x AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\nUSER $U\n" for n in range(1000))
    assert len(image(text).stages) == 500
