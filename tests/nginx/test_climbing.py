"""Captures that lead out of an aliased folder."""

import pytest

from dockguard.formats.nginx.flow.climbing import ANY, DOTS, LONGER, climb


@pytest.mark.parametrize(
    ("pattern", "path", "may"),
    [
        ("^/f(.*)$", "/srv/$1", DOTS),
        ("/f(.*)$", "/srv/$1/pub", DOTS),
        ("^/f([^/]*)/x$", "/srv/$1/x", DOTS),
        ("^/f(?<rest>[.]{2}/.*)$", "/srv/${rest}", DOTS),
        ("^(?:/a|/b)(.*)$", "/srv/$1", DOTS),
        ("^/f/(a)(.*)$", "/srv/$1/$2", DOTS),
        ("^/f/(.*)$", "/srv$1", LONGER),
        ("^/f(/.*)$", "$1", ANY),
        ("^/f/(?<rest>[^?]+)$", "${rest}", ANY),
    ],
)
def test_what_leads_out(pattern, path, may):
    found = climb(pattern, False, path)
    assert found is not None
    assert found.may == may


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("^/f/(.*)$", "/srv/$1"),
        ("^/f(/.*)$", "/srv/$1"),
        ("^/f(/.*)?$", "/srv$1"),
        ("^(.*)$", "/srv/$1"),
        ("^/(?:a/)*(.*)$", "/srv/$1"),
        ("^/f([^.]*)$", "/srv/$1"),
        ("^/f(\\.\\w+)$", "/srv/$1"),
        ("^/f(.*)$", "/srv/$2"),
        ("^/f/(a|b)$", "$1/x"),
        ("^/f(.*)$", "/srv/$arg_x"),
        ("^/f(?=x)(\\w+)$", "/srv/$1"),
        ("(", "/srv/$1"),
        ("^/f(.{0,900})$", "/srv/$1"),
    ],
)
def test_what_stays(pattern, path):
    assert climb(pattern, False, path) is None
