"""Which program of an entrypoint changes the user."""

from __future__ import annotations

import pytest

from dockguard.stack.program import Program, programs
from tests.stack.helpers import stack


def found(dockerfile: str, more: str = "", **files: str) -> str | None:
    compose = f"services:\n  a:\n    build: b\n    cap_drop: [ALL]\n{more}"
    program: Program = next(iter(programs(stack(compose, b__Dockerfile=dockerfile, **files))))
    return program.switcher.known


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('exec gosu app "$@"', "gosu"),
        ("exec su-exec app:app /srv/app", "su-exec"),
        ("[ $(id -u) = 0 ] && exec setpriv --reuid=app --clear-groups app", "setpriv"),
        ("chpst -u app app", "chpst"),
        ("/usr/bin/s6-setuidgid app app", "s6-setuidgid"),
        ("gosu --version", None),
        ("# exec gosu app", None),
        ("setpriv --no-new-privs app", None),
        ("echo mygosu app", None),
    ],
)
def test_calls_in_scripts(line: str, name: str | None) -> None:
    dockerfile = 'FROM debian:12\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    assert found(dockerfile, b__run_sh=f"#!/bin/sh\n{line}\n") == name


def test_calls_in_the_dockerfile() -> None:
    assert found('FROM debian:12\nENTRYPOINT ["gosu", "app", "/srv/app"]\n') == "gosu"
    assert found("FROM debian:12\nCMD exec su-exec app /srv/app\n") == "su-exec"
    assert found("FROM debian:12\nRUN gosu app true\nCMD /srv/app\n") is None


def test_a_service_that_starts_something_else() -> None:
    assert found('FROM debian:12\nENTRYPOINT ["gosu", "app", "/srv/app"]\n', "    entrypoint: /bin/sh\n") is None
