"""What EXPOSE announces: ports and ranges, and the services that are known to listen there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.text.tree import Word
from dockguard.formats.dockerfile.text.words import several
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, Unknown

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Step

_FORM = regex(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?")
_CONTAINER_API = frozenset({2375, 2376, 6443, 10250, 10255, 2379, 2380, 4243})
_DEBUGGERS = {
    5005: "JDWP",
    9229: "the Node.js inspector",
    5678: "debugpy",
    2345: "Delve",
    1044: "JDWP",
    4711: "a debugger",
}
_ADMIN = {22: "SSH", 23: "Telnet", 512: "rexec", 513: "rlogin", 514: "rsh", 3389: "RDP", 5900: "VNC", 5901: "VNC"}


@dataclass(eq=False)
class Exposed:
    """One argument of EXPOSE."""

    text: Fact[str]  # variables replaced
    step: Step
    span: Span

    @property
    def subject(self) -> str:
        """Its address: `stage final / EXPOSE 80`."""
        return f"{self.step.subject} {self.text.known or '?'}"

    @property
    def _range(self) -> tuple[int, int, str] | None:
        found = _FORM.fullmatch((self.text.known or "").lower())
        if found is None:
            return None
        first = int(found[1])
        return first, int(found[2] or first), found[3] or "tcp"

    @property
    def fault(self) -> str:
        """What is wrong with it: no number, out of range, a host's, a protocol in upper case; "" for nothing."""
        text = self.text.known
        if not text:  # only the build knows, or an argument that is empty
            return ""
        if self._range is None:
            return "an address or host port means nothing here" if ":" in text else "it is no port"
        first, last, _ = self._range
        if not 0 < first <= last <= 65535:
            return "ports go from 1 to 65535"
        return "" if text == text.lower() else "a protocol is written in lower case"

    def _among(self, numbers: dict[int, str] | frozenset[int]) -> int:
        if self._range is None or self._range[2] == "udp":
            return 0
        first, last, _ = self._range
        return next((number for number in sorted(numbers) if first <= number <= last), 0)

    @property
    def admin(self) -> str:
        """The remote login service that is known to listen there; "" for none."""
        return _ADMIN.get(self._among(_ADMIN), "")

    @property
    def debugger(self) -> str:
        """The debugger that is known to listen there; "" for none."""
        return _DEBUGGERS.get(self._among(_DEBUGGERS), "")

    @property
    def is_for_developers(self) -> bool:
        """Whether the image is built for developers or tests, by the name of its stage or of its file."""
        return self.step.stage is not None and self.step.stage.form.is_for_developers

    @property
    def container_api(self) -> int:
        """The port of a container runtime's or orchestrator's API; 0 for none."""
        return self._among(_CONTAINER_API)


def _of(step: Step, word: Word) -> Iterator[Exposed]:
    """What one word announces: several ports where a variable holds them."""
    found = step.expand(word)
    value = Unknown(f"`{found.unset[0]}` has no value") if found.unset else found.fact.value
    texts = several(value) if isinstance(value, str) else ()
    if texts is None:
        value = Unknown("it holds too many ports")
    for one in texts or (("",) if isinstance(value, str) else (value,)):
        yield Exposed(Fact(one, word.span, found.fact.via), step, word.span)


def exposed(image: Image) -> Iterator[Exposed]:
    """Every argument of EXPOSE in the file."""
    for step in image.instructions:
        if step.name == "EXPOSE":
            for word in step.node.words:
                yield from _of(step, word)
