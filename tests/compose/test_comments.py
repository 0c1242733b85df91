"""Comments, and what a directive in one of them covers."""

from __future__ import annotations

from dockguard.formats.base import Comment
from dockguard.formats.compose.text.comments import comments
from dockguard.formats.compose.text.parse import parse
from dockguard.source import Source

TEXT = """\
# top
services:
  # above
  web:
    image: "a#b"  # trailing
    command: |  # header
      # no comment
      echo '# none'
    labels:
      - x=#y
      # item
      - z=1
"""


def found() -> dict[str, Comment]:
    return {comment.span.text: comment for comment in comments(parse(Source("x", TEXT)))}


def test_only_comments_are_comments() -> None:
    assert list(found()) == ["# top", "# above", "# trailing", "# header", "# item"]


def test_what_they_cover() -> None:
    all_of = found()
    above, trailing, item = all_of["# above"], all_of["# trailing"], all_of["# item"]
    assert above.line is not None
    assert above.line.text == "  web:"
    assert above.block is not None
    assert above.block.text.startswith("web:")
    assert above.block.text.endswith("- z=1")
    assert trailing.line is not None
    assert trailing.line.text.strip().startswith("image:")
    assert item.block is not None
    assert item.block.text == "z=1"
    assert all_of["# top"].top
    assert not above.top


def test_a_text_that_is_no_yaml_has_none() -> None:
    assert list(comments(parse(Source("x", "a: [ # b\n")))) == []
