"""What a path of a container lies on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.source import Undecided
from dockguard.stack.pieces import Mount
from dockguard.stack.writable import cover, plain

from .helpers import stack


def mounts(*entries: str) -> list[Mount]:
    lines = "".join(f"      - {entry}\n" for entry in entries)
    found = stack(f"services:\n  a:\n    image: a\n    volumes:\n{lines}volumes: {{vol: {{}}}}\n")
    return list(found.containers[0].mounts)


@pytest.mark.parametrize(
    ("path", "entries", "kind"),
    [
        ("/run", (), "root"),
        ("/run", ("vol:/run",), "writable"),
        ("/run/app", ("vol:/run",), "writable"),
        ("/var/run/app", ("vol:/run",), "writable"),
        ("/run", ("vol:/var/run",), "writable"),
        ("/running", ("vol:/run",), "root"),
        ("/run", ("vol:/run:ro",), "read-only"),
        ("/run/app", ("vol:/run", "./app:/run/app:ro"), "read-only"),
        ("/run/app", ("./run:/run:ro", "vol:/run/app"), "writable"),
        ("/dev/shm", (), "writable"),
        ("/etc/app", ("./a.conf:/etc/app/a.conf:ro",), "root"),
        ("/a//b/../c", ("vol:/a/c",), "writable"),
    ],
)
def test_the_deepest_mount_counts(path: str, entries: tuple[str, ...], kind: str) -> None:
    found = cover(path, mounts(*entries) if entries else [], ())
    assert found.kind == kind
    assert (found.span is not None) == bool(entries and kind != "root")


def test_a_volume_of_the_image_is_one_too() -> None:
    assert cover("/data/a", [], ("/data",)).kind == "writable"
    assert cover("/data/a", mounts("./a:/data/a:ro"), ("/data",)).kind == "read-only"


@pytest.mark.parametrize("entry", ["vol:/run/app", "{type: bind, source: /x, target: /run, read_only: '${READ_ONLY}'}"])
def test_what_nobody_knows_is_undecided(entry: str) -> None:
    with pytest.raises(Undecided):
        cover("/run", mounts(entry), ())


@given(st.text(alphabet="/.ab", max_size=20))
def test_plain_paths_stay_plain(path: str) -> None:
    assert plain(plain(path)) == plain(path)
    assert plain(path).startswith("/")
