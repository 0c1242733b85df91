"""Comments that mean something to a tool: orders to other linters to be silent, and directives that are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image

_SILENCES = (
    (regex(r"(?i)#\s*hadolint\s+(?:global\s+)?ignore\s*="), "hadolint"),
    (regex(r"(?i)#\s*(?:checkov|bridgecrew|cortex):\s*skip\s*="), "checkov"),
    (regex(r"(?i)#\s*(?:trivy|tfsec):\s*ignore\s*:"), "trivy"),
    (regex(r"(?i)#\s*kics-scan\s+(?:ignore|disable)"), "KICS"),
    (regex(r"(?i)#\s*nosemgrep\b"), "semgrep"),
    (regex(r"(?i)#\s*tally\s+(?:global\s+)?ignore\s*="), "tally"),
    (regex(r"(?i)#\s*shellcheck\s+disable\s*="), "ShellCheck"),
)
_MAX_ABOVE = 100  # comments before the first instruction that may be meant as directives
_DIRECTIVE = regex(r"#\s*([A-Za-z]{4,9})\s*=\s*(\S+)\s*$")
_DIRECTIVES = ("syntax", "escape", "check")


@dataclass(eq=False)
class Remark:
    """One comment on a line of its own."""

    text: str
    is_above: bool  # one of the first, before every instruction
    span: Span
    refused: str = ""  # why BuildKit does not take it as the parser directive that it is

    @property
    def subject(self) -> str:
        """Its address: the comment, shortened."""
        return self.text[:60]

    @cached_property
    def silences(self) -> str:
        """The other tool that it tells to be silent; "" for none."""
        return next((tool for form, tool in _SILENCES if form.match(self.text)), "")

    @cached_property
    def directive(self) -> str:
        """The parser directive that it looks like and is not, as it stands too low or is misspelled; "" for none."""
        found = _DIRECTIVE.match(self.text) if self.is_above else None
        if found is None or self.span.source.text.startswith("#!"):  # BuildKit skips a first line `#!`
            return ""
        name, value = found[1].lower(), found[2]
        if name in _DIRECTIVES:
            return name
        from difflib import get_close_matches

        near = get_close_matches(name, _DIRECTIVES, 1, 0.75)
        return near[0] if near and _fits(near[0], value) else ""

    @property
    def fault(self) -> str:
        """What is wrong with it as a parser directive, in words; "" for nothing."""
        if self.refused or not self.directive:
            return self.refused
        return f"a comment, no `{self.directive}` directive: those come first in the file, spelled right"

    @property
    def is_misspelled(self) -> bool:
        """Whether the directive that it looks like has another name."""
        return bool(self.directive) and self.directive not in self.text.lower()


def _fits(name: str, value: str) -> bool:
    """Whether a value is one of that directive, so that a comment with `=` in it is not taken for one."""
    if name == "syntax":
        return "/" in value or ":" in value
    return value in ("\\", "`") if name == "escape" else value.startswith(("skip=", "error="))


def remarks(image: Image) -> Iterator[Remark]:
    """Every comment of the file, and the parser directives that are refused."""
    instructions = image.tree.instructions
    first = instructions[0].span.start if instructions else 1 << 60
    for number, span in enumerate(image.tree.comments):
        yield Remark(span.text.rstrip(), span.start < first and number < _MAX_ABOVE, span)
    seen: set[str] = set()
    for directive in image.tree.directives:
        text, refused = directive.span.text.rstrip(), ""
        if directive.name in seen:
            refused = f"only one `{directive.name}` directive can be used: the build is refused"
        elif directive.name == "escape" and directive.value not in ("\\", "`"):
            refused = "the escape character must be ` or \\: the build is refused"
        seen.add(directive.name)
        if refused:
            yield Remark(text, False, directive.span, refused)
