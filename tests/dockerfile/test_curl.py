"""Which curls save what was not meant, by their options in every form."""

from __future__ import annotations

import pytest

from tests.dockerfile.helpers import image


def asked(command: str, before: str = "") -> tuple[bool, bool, bool]:
    """Whether it keeps errors, stops at redirects, may be led to http."""
    found = image(f"FROM debian:12\n{before}RUN {command}\n").downloads.items[0]
    return found.keeps_errors, found.stops_at_redirect, found.may_downgrade


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("curl -o a https://example.com/a", (True, True, False)),
        ("curl -fo a https://example.com/a", (False, True, False)),
        ("curl -Lo a https://example.com/a", (True, False, True)),
        ("curl -fsSLO https://example.com/a", (False, False, True)),
        ("curl --proto =https -fLO https://example.com/a", (False, False, False)),
        ("curl -oflag https://example.com/a", (True, True, False)),  # the letters are the file's
        ("curl -H -f -o a https://example.com/a", (True, True, False)),  # `-f` is the header
        ("curl -X get -o a https://example.com/a", (True, True, False)),
        ("curl -X PUT -o a https://example.com/a", (False, False, False)),
        ("curl -fL https://example.com/a > a", (False, False, True)),
        ("curl -L https://example.com/a | sh", (False, False, True)),
        ("curl -Lo a http://example.com/a", (True, False, False)),
        ("curl -Lo a https://example.com/a && sha256sum -c a.sha", (False, False, False)),
        ("curl -Lo a https://$HOST/a", (False, False, False)),
        ("curl -Lo a https://localhost/a", (False, False, False)),
        ("wget https://example.com/a", (False, False, False)),
    ],
)
def test_options(command: str, answer: tuple[bool, bool, bool]) -> None:
    assert asked(command) == answer


@pytest.mark.parametrize("before", ["ENV CURL_HOME=/etc/curl\n", "COPY .curlrc /root/\n", "RUN echo -f > ~/.curlrc\n"])
def test_a_configuration_may_have_any_option(before: str) -> None:
    assert asked("curl -o a https://example.com/a", before) == (False, False, False)


def test_that_of_the_stage_below_counts() -> None:
    text = "FROM debian:12 AS a\nCOPY .curlrc /root/\nFROM a\nRUN curl -o a https://example.com/a\n"
    assert not image(text).downloads.items[0].keeps_errors
