"""What values of labels are, by their specifications."""

from __future__ import annotations

import pytest

from dockguard.common import tables
from dockguard.formats.dockerfile.labels import KINDS, is_of
from tests.dockerfile.helpers import image

GOOD = {
    "date": ["2026-05-01T10:00:00Z", "2026-05-01 10:00:00.5+02:00", "2016-12-31T23:59:60Z"],
    "digest": ["sha256:" + "a" * 64],
    "email": ["red@example.com", "a.b+c@mail.example.org"],
    "hash": ["4fe3c1a", "4fe3c1a6a1e7e1f1c6a3b2d8c7f0a9b8d7e6f5a4"],
    "spdx": [
        "MIT",
        "mit",
        "GPL-2.0+",
        "MIT OR Apache-2.0",
        "(MIT AND (ISC OR Zlib))",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "DocumentRef-x:LicenseRef-y",
    ],
    "text": ["a"],
    "url": ["https://example.com", "mailto:a@example.com", "ftp://example.com/x?y#z"],
    "version": ["1.2.3", "0.0.0-rc.1+build.01", "1.2.3--"],
}
BAD = {
    "date": ["2026-05-01", "2026-13-01T10:00:00Z", "today", "2026-05-01T25:00:00Z"],
    "digest": ["sha256", "sha256:xyz", "aaaa"],
    "email": ["red", "@example.com", "red@localhost", "a b@example.com"],
    "hash": ["main", "4fe3c", "4FE3C1A"],
    "spdx": ["", "Apache 2.0", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT Apache-2.0", "no-such-license"],
    "text": ["", "  "],
    "url": ["", "example.com", "git@example.com:a/b", "https://", "https:///x", "https://a b"],
    "version": ["1.2", "v1.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3-01", "01.2.3"],
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_knows_its_values(kind: str) -> None:
    assert [text for text in GOOD[kind] if not is_of(kind, text)] == []
    assert [text for text in BAD[kind] if is_of(kind, text)] == []


def test_what_is_unknown_or_long_is_not_judged() -> None:
    assert is_of("colour", "")
    assert all(is_of(kind, "x" * 2000) for kind in KINDS)


def test_values_that_a_variable_decides_fit() -> None:
    label = image("FROM debian:12\nARG A\nLABEL a=$A b=x\n").final.steps.items[1].variables.items
    assert [one.misfit("url") for one in label] == ["", "a URL"]


def test_the_licenses_are_there_once() -> None:
    names = [name.lower() for name in tables.load("spdx")["licenses"]]
    assert len(names) == len(set(names)) > 700
