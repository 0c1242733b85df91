"""How commands hang together: lists, what joins them, and what becomes of a command that fails."""

from __future__ import annotations

from dockguard.common.shell_words import Assignment, Redirect, Word
from dockguard.record import dataclass

PIPES = ("|", "|&")
_PLAIN = ("group", "subshell")
_SHELLS = ("subshell", "substitution", "script", "process", "trap", "function")


@dataclass(frozen=True, slots=True)
class Failure:
    """What happens when a command fails.

    `effect` is `stops` (the script ends with an error), `lost` (nobody notices) or `unknown` (another command, a
    function's caller or a handler decides); `why` reads after "its failure is ...".
    """

    effect: str
    why: str = ""


STOPS = Failure("stops")


class Block:
    """A list of commands: a script, a body, a condition, a substitution."""

    __slots__ = ("elements", "kind", "owner", "quiet", "shell", "substituted")

    def __init__(self, kind: str, owner: Element | None) -> None:
        self.kind = kind
        self.owner = owner
        self.elements: list[Element] = []
        self.shell = self  # the block that `exit` ends
        self.substituted = kind in ("substitution", "process")  # or inside one
        self.quiet = False  # `set -e` does not work inside: a condition, left of && or ||, after !


class Element:
    """A member of a list: a simple command, or a compound one with blocks of its own."""

    __slots__ = (
        "after",
        "assignments",
        "before",
        "block",
        "blocks",
        "compound",
        "end",
        "fate",
        "index",
        "negated",
        "options",
        "redirects",
        "soft",
        "start",
        "tail",
        "words",
    )

    def __init__(self, block: Block, before: str, start: int, options: frozenset[str]) -> None:
        self.block = block
        self.index = len(block.elements)
        self.before, self.after = before, ""
        self.start, self.end = start, start
        self.options = options
        self.negated = False
        self.compound = ""
        self.blocks: list[Block] = []
        self.words: list[Word] = []
        self.assignments: list[Assignment] = []
        self.redirects: list[Redirect] = []
        self.tail = self  # the last of its pipeline
        self.fate: Failure | None = None  # when it fails
        self.soft: Failure | None = None  # when it fails and `set -e` does not look (left of && and ||)

    @property
    def next(self) -> Element | None:
        """The one after it in its list."""
        following = self.index + 1
        return self.block.elements[following] if following < len(self.block.elements) else None


def judge(blocks: list[Block]) -> None:
    """Sets `fate` of every element; a block's owner comes before the block."""
    for block in blocks:
        owner = block.owner
        if owner is not None and block.kind not in _SHELLS and not _is_piped(owner):
            block.shell = owner.block.shell
        if owner is not None and block.kind != "script":
            block.substituted = block.substituted or owner.block.substituted
        block.quiet = _is_quiet(block)
        for element in reversed(block.elements):
            _judge(element)


def _is_quiet(block: Block) -> bool:
    owner = block.owner
    if block.kind == "condition":
        return True
    if owner is None or block.kind in ("script", "substitution", "process"):
        return False
    return owner.block.quiet or owner.negated or owner.tail.after in ("&&", "||")


def _judge(element: Element) -> None:
    following = element.next
    if element.after in PIPES and following is not None:
        element.tail = following.tail
    if element.after in PIPES and following is not None and following.fate and following.soft:
        if "pipefail" in element.options:
            element.fate, element.soft = following.fate, following.soft
        else:
            element.fate = element.soft = Failure("lost", "hidden by the pipe, whose last command alone counts")
    elif element.negated:
        element.fate = element.soft = Failure("lost", "turned around by `!`")
    elif element.after == "&&" and following is not None:
        element.fate = element.soft = following.tail.soft
    elif element.after == "||" and following is not None:
        element.fate = element.soft = _handled(following)
    elif element.after == "&":
        element.fate = element.soft = Failure("lost", "not waited for: it runs in the background")
    else:
        element.soft = _at_end(element, following, soft=True)
        stops = "errexit" in element.options and not element.block.quiet
        goes_on = _at_end(element, following, soft=False)
        element.fate = _exits(element.block) if stops else goes_on
        if stops and element.block.substituted and goes_on.effect != element.fate.effect:
            element.fate = Failure(
                "unknown", "left to the shell: bash does not heed `set -e` in substitutions, sh does"
            )


def _at_end(element: Element, following: Element | None, soft: bool) -> Failure:
    """The end of an and-or list."""
    if following is not None:
        how = "on the next line" if element.after == "\n" else "after `;`"
        return Failure("lost", f"ignored: the command {how} runs anyway")
    block, owner = element.block, element.block.owner
    if owner is None:
        return STOPS
    return _BY_KIND.get(block.kind) or _from_owner(block, owner, soft)


_BY_KIND = {
    "condition": Failure("lost", "only a condition"),
    "loop": Failure("lost", "ignored: only the last round of the loop counts"),
    "process": Failure("lost", "hidden by the process substitution"),
    "function": Failure("unknown", "left to the function's callers"),
    "trap": Failure("lost", "ignored in a trap"),
}


def _from_owner(block: Block, owner: Element, soft: bool) -> Failure:
    if block.kind == "substitution" and (owner.words or owner.compound):
        return Failure("lost", "hidden by the substitution")
    if soft and block.kind in ("group", "branch"):
        return owner.soft or STOPS
    return owner.fate or STOPS


def _exits(block: Block) -> Failure:
    """What the end of the shell that runs a block means (`set -e`, `exit 1`)."""
    shell = block.shell
    if shell.owner is None:
        return STOPS
    if shell.kind in ("process", "trap", "function"):
        return _BY_KIND[shell.kind]
    return _from_owner(shell, shell.owner, False) if shell.kind == "substitution" else shell.owner.fate or STOPS


def _is_piped(element: Element) -> bool:
    """Whether it is a member of a pipeline, and so has a shell of its own."""
    return element.before in PIPES or element.after in PIPES


def _handled(handler: Element) -> Failure:
    """A failure with `|| handler` behind it."""
    last, apart = _last_simple(handler)
    if last is None:
        return Failure("unknown", "left to what stands behind `||`")
    words = [word.text for word in last.words]
    name = words[0].rpartition("/")[2] if words else ""
    if name in ("exit", "return"):
        if len(words) > 1 and words[1].strip("0") == "":
            return _ignored(name + " 0")
        return handler.tail.fate or STOPS if apart else _exits(handler.block) if name == "exit" else STOPS
    if name == "false" and not handler.compound:
        return handler.tail.fate or STOPS
    if name in ("true", ":", "echo", "printf") or not words:
        return _ignored(name or "...")
    return Failure("unknown", f"left to `|| {name}`")


def _ignored(handler: str) -> Failure:
    return Failure("lost", f"ignored by `|| {handler}`")


def _last_simple(element: Element | None) -> tuple[Element | None, bool]:
    """The simple command whose status a handler has, a few levels deep, and whether it runs in a shell of its own."""
    apart = False
    for _ in range(8):
        if element is None or _is_piped(element):
            break
        if not element.compound:
            return element, apart
        apart = apart or element.compound == "subshell"
        inner = element.blocks[-1].elements if element.blocks else []
        # `{ a || exit 1; }` ends with `exit 1` only when `a` fails.
        element = inner[-1] if inner and element.compound in _PLAIN and inner[-1].before != "||" else None
    return None, False
