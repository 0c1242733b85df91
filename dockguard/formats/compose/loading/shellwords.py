"""A command string as words, as Docker Compose splits it (mattn/go-shellwords): up to the first shell operator."""

from __future__ import annotations

from dockguard.record import dataclass, field


@dataclass
class _State:
    words: list[str] = field(default_factory=list)
    word: list[str] = field(default_factory=list)  # pieces, so that a word of a megabyte takes no time
    begun: bool = False
    quote: str = ""  # ' or " or ` or ( that is open


def split(line: str) -> list[str]:
    """The words; raises ValueError for open quotes and parentheses."""
    state = _State()
    escaped = False
    for char in line:
        if escaped:
            state.word.append(f"\\{char}" if state.quote in ("`", "(") else {"t": "\t", "n": "\n"}.get(char, char))
            state.begun, escaped = True, False
        elif char == "\\" and state.quote != "'":
            escaped = True
        elif not _take(state, char):
            break
    if state.begun:
        _end(state)
    if escaped or state.quote:
        raise ValueError("invalid command line string")
    return state.words


def _take(state: _State, char: str) -> bool:
    """Take one character; False at an operator, where Docker Compose stops."""
    if char in " \t\r\n":
        _space(state, char)
        return True
    if char in "'\"" and state.quote in ("", char):
        state.begun = state.begun or bool(state.quote)
        state.quote = "" if state.quote else char
        return True
    if char in "`()":
        _nested(state, char)
    elif char in ";&|<>" and not state.quote:
        if char == ">" and "".join(state.word[:1])[:1].isdigit():
            state.begun = False
        return False
    state.word.append(char)
    state.begun = True
    return True


def _space(state: _State, char: str) -> None:
    if state.quote:
        state.word.append(char)
    elif state.begun:
        _end(state)


def _end(state: _State) -> None:
    state.words.append("".join(state.word))
    state.word, state.begun = [], False


def _nested(state: _State, char: str) -> None:
    if char == "`" and state.quote in ("", "`"):
        state.quote = "" if state.quote else "`"
    elif char == ")" and state.quote in ("", "("):
        if not state.quote:
            raise ValueError("invalid command line string")
        state.quote = ""
    elif char == "(" and state.quote in ("", "("):
        if state.quote or not "".join(state.word[-1:]).endswith("$"):
            raise ValueError("invalid command line string")
        state.quote = "("
