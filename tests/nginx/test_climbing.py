"""Captures that lead out of an aliased folder."""

import pytest

from dockguard.formats.nginx.flow.climbing import climb


@pytest.mark.parametrize(
    ("pattern", "path", "dots"),
    [
        ("^/f(.*)$", "/srv/$1", True),
        ("/f(.*)$", "/srv/$1/pub", True),
        ("^/f([^/]*)/x$", "/srv/$1/x", True),
        ("^/f(?<rest>[.]{2}/.*)$", "/srv/${rest}", True),
        ("^(?:/a|/b)(.*)$", "/srv/$1", True),
        ("^/f/(a)(.*)$", "/srv/$1/$2", None),
        ("^/f/(.*)$", "/srv$1", False),
    ],
)
def test_what_leads_out(pattern, path, dots):
    found = climb(pattern, False, path)
    assert found is not None
    assert dots is None or found.dots is dots


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
        ("^/f(.*)$", "$1"),
        ("^/f(.*)$", "/srv/$2"),
        ("^/f(.*)$", "/srv/$arg_x"),
        ("^/f(?=x)(\\w+)$", "/srv/$1"),
        ("(", "/srv/$1"),
        ("^/f(.{0,900})$", "/srv/$1"),
    ],
)
def test_what_stays(pattern, path):
    assert climb(pattern, False, path) is None
