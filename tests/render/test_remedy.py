from __future__ import annotations

import pytest

from dockguard.render.remedy import LONGEST, remedy


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("Remove it.", "Remove it."),
        ("Take it out of\n`ports:`; it is not needed.\n\nMore of it.", "Take it out of `ports:`; it is not needed."),
        ("Write `a b. C` here. Then look.", "Write `a b. C` here."),
        ("`x on;`", "`x on;`"),
        ("Use nginx 1.27.3 or newer. `y` too.", "Use nginx 1.27.3 or newer."),
        ("```nginx\nx on;\n```", ""),
        ("word " * LONGEST, ""),
        (f"Do this first; then {'word ' * LONGEST}", "Do this first."),
        ("Write a server that refuses:\n\n```nginx\nserver {}\n```", "Write a server that refuses."),
    ],
)
def test_the_first_sentence(part: str, text: str) -> None:
    assert remedy(f"# X\n\nWhy.\n\n## Fix\n\n{part}\n\n## Bad\n\nNo.\n") == text


def test_pages_without_the_part() -> None:
    assert remedy("# X\n\nWhy.\n\n## Bad\n") == ""
    assert remedy("") == ""
    assert remedy("## Fix") == ""
