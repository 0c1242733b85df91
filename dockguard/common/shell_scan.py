"""One pass over a shell text: which simple commands it holds, and how they hang together."""

from __future__ import annotations

import re

from dockguard.common.shell_build import Builder, Level
from dockguard.common.shell_embed import reads_script
from dockguard.common.shell_lex import Lexer
from dockguard.common.shell_tree import Block, Element
from dockguard.common.shell_words import Assignment, HereDoc, Part, Redirect, Word
from dockguard.lazy import regex
from dockguard.record import replace
from dockguard.source import Source, Span

_TOKEN = regex(
    r"""(?P<space>(?:[ \t\r\f\v]|\\\r?\n)+)
 | (?P<comment>\#[^\n]*)
 | (?P<heredoc>(?P<hfd>\d*)<<(?P<dash>-?)(?!<)[ \t]*(?P<delimiter>(?:\\.|'[^']*'|"[^"]*"|[^\s"'\\;&|()<>])+))
 | (?P<redirect>(?P<fd>\d+|\{\w+\})?(?P<how><<<|&>>|&>|>>|<>|>\||[<>]&(?P<copies>\d*-|\d+)?|[<>](?!\()))
 | (?P<operator>&&|\|\||;;&|;;|;&|\|&|[;&|()\n])
 | (?P<plain>[^\s\\"'`$;&|()<>]+(?=[\s;&|)<>]|\Z))""",
    re.X,
)
_ASSIGN = regex(r"""([A-Za-z_]\w*)(?:\[(?:"[^"\n]*"|'[^'\n]*'|[^\]\s"'])*\])?\+?=""")
_ARRAY_SPACE = regex(r"(?:\s|\\\n|#[^\n]*\n)+")


class Scanner:
    """Reads `source.text[start:end]`; the result is in `blocks`, `elements` (simple, in order) and `complete`."""

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        options: frozenset[str],
        host: Element | None,
        kind: str = "script",
    ) -> None:
        self.source, self.text, self.end = source, source.text, end
        self._tree = Builder(options)
        self._docs: list[tuple[Element, int, re.Match[str]]] = []
        self._lexer = Lexer(self.text, start, end, self._substitution)
        self._levels: list[Level] = []
        self._list(start, "", self._tree.block(kind, host))

    @property
    def blocks(self) -> list[Block]:
        """Every list, the outer ones first."""
        return self._tree.blocks

    @property
    def elements(self) -> list[Element]:
        """The simple commands in the order of their beginnings."""
        return [element for element in self._tree.elements if element.compound != "name"]

    @property
    def complete(self) -> bool:
        """Whether everything was read; expansions nested too deep are not."""
        return self._lexer.complete

    def _substitution(self, at: int, closer: str, kind: str) -> int:
        owner = self._tree.owner(self._levels[-1], at)
        kept = self._tree.options
        at = self._list(at, closer, self._tree.block("process" if kind == "process" else "substitution", owner))
        self._tree.options = kept
        return at

    def _list(self, at: int, closer: str, block: Block) -> int:
        level = Level(block, closer)
        self._levels.append(level)
        at = self._read(at, level)
        self._tree.flush(level, "")
        self._levels.pop()
        return at

    def _read(self, at: int, level: Level) -> int:
        text, end, closer, match = self.text, self.end, level.closer, _TOKEN.match
        while at < end:
            token = match(text, at, end)
            if token is None:
                if closer == "`" and text[at] == "`":
                    return at + 1
                at = self._word(at, level)
                continue
            at = token.end()
            kind = token.lastgroup
            if kind == "plain":
                self._plain(token, level)
            elif kind == "operator":
                at = self._operator(token[0], at, level)
                if at < 0:
                    return token.end()
            elif kind == "redirect":
                self._redirect(token, level)
            elif kind == "heredoc":
                self._heredoc(token, level)
            elif kind == "comment" and closer == "`":
                at = self._until_backtick(token)
        return end

    def _until_backtick(self, comment: re.Match[str]) -> int:
        found = self.text.find("`", comment.start(), comment.end())
        return found if found >= 0 else comment.end()

    # words

    def _word(self, at: int, level: Level) -> int:
        """A word with quotes or expansions."""
        element = level.element
        first = not level.mode and level.redirect is None and (element is None or not element.words)
        assign = _ASSIGN.match(self.text, at, self.end) if first else None
        if assign:
            return self._assignment(assign, level)
        close, word = self._lexed(at, level)
        if close == at:
            return at + 1
        grammar = level.redirect is None and level.element is None and not word.quoted and not word.parts
        if not (grammar and self._tree.keyword(word.raw, at, level)):
            self._add(word, level)
        return close

    def _lexed(self, at: int, level: Level) -> tuple[int, Word]:
        parts: list[Part] = []
        close, quoted = self._lexer.word(at, parts, level.closer)
        plain = not quoted and (not parts or (len(parts) == 1 and parts[0].kind == "text"))
        return close, Word(self.source, at, close, () if plain else tuple(parts), quoted)

    def _assignment(self, assign: re.Match[str], level: Level) -> int:
        element = self._tree.current(level, assign.start())
        at = assign.end()
        if self.text.startswith("(", at) and at < self.end:
            close = self._array(at + 1, level)
            word = Word(self.source, at, close, (Part("command", at, close, self.text[at:close], False),))
        else:
            close, word = self._lexed(at, level)
        span = Span(self.source, assign.start(), close)
        element.assignments.append(Assignment(assign[1], word, span))
        element.end = close
        return close

    def _array(self, at: int, level: Level) -> int:
        while at < self.end and self.text[at] != ")":
            space = _ARRAY_SPACE.match(self.text, at, self.end)
            if space:
                at = space.end()
                continue
            close, _ = self._lexer.word(at, [], level.closer)
            at = close if close > at else at + 1
        return min(at + 1, self.end)

    def _plain(self, token: re.Match[str], level: Level) -> None:
        word, element = token[0], level.element
        if level.redirect is None and (element is None or not element.words):
            if level.mode != "test" and element is None and self._tree.keyword(word, token.start(), level):
                return
            if "=" in word and not level.mode:
                assign = _ASSIGN.match(word)
                if assign:
                    self._plain_assignment(token, assign, level)
                    return
        self._add(Word(self.source, token.start(), token.end()), level)

    def _plain_assignment(self, token: re.Match[str], assign: re.Match[str], level: Level) -> None:
        start, close = token.span()
        element = self._tree.current(level, start)
        value = Word(self.source, start + assign.end(), close)
        element.assignments.append(Assignment(assign[1], value, Span(self.source, start, close)))
        element.end = close

    def _add(self, word: Word, level: Level) -> None:
        if level.redirect is not None:
            self._target(word, level)
        elif level.mode == "name":
            level.mode, level.function = "", True
        elif level.mode not in ("head", "pattern"):
            element = self._tree.current(level, word.start)
            element.start = min(element.start, word.start)
            element.words.append(word)
            element.end = word.end
            if word.end - word.start == 2 and word.raw in ("[[", "]]"):
                self._bracket(word.raw, len(element.words) == 1, level)

    def _bracket(self, word: str, first: bool, level: Level) -> None:
        """The ends of `[[ ... ]]`, in which operators are words."""
        if word == "[[" and first:
            level.mode = "test"
        elif word == "]]" and level.mode == "test":
            level.mode = ""

    # operators

    def _operator(self, operator: str, at: int, level: Level) -> int:
        """What an operator does; gives where to go on, -1 at the end of the list."""
        if operator == "(":
            return self._parenthesis(at, level)
        if operator == ")":
            return self._closing(at, level)
        if level.mode == "test" and operator != ";":
            return at
        if operator == "\n":
            return self._newline(at, level)
        if level.mode == "pattern":
            return at
        if level.mode == "head" and operator != ";":
            return at
        self._tree.flush(level, operator)
        if operator in (";;", ";&", ";;&"):
            self._tree.next_pattern(level)
        return at

    def _newline(self, at: int, level: Level) -> int:
        if level.mode != "test":
            self._tree.flush(level, "\n")
        while self._docs:
            docs, self._docs = self._docs, []
            for doc in docs:
                at = self._body(at, *doc)
        return at

    def _parenthesis(self, at: int, level: Level) -> int:
        element = level.element
        if level.mode == "pattern":
            return at
        if level.mode == "test":
            return at
        if self.text.startswith("(", at) and at < self.end and (element is None or level.mode == "head"):
            close = self._lexer_arithmetic(at, level)
            if close >= 0:
                return close
        if level.mode == "head":
            return at
        if element is not None and self._is_array(element, at):
            return self._array_argument(element, at, level)
        after = self._function_parentheses(at)
        if after and (level.function or (element is not None and len(element.words) == 1)):
            self._tree.function(level)
            return after
        self._tree.flush(level, "")
        self._tree.open("(", at - 1, level)
        return at

    def _is_array(self, element: Element, at: int) -> bool:
        """Whether a parenthesis begins the value of `declare X=(...)`."""
        last = element.words[-1] if len(element.words) > 1 else None
        return last is not None and last.end == at - 1 and last.raw.endswith("=")

    def _array_argument(self, element: Element, at: int, level: Level) -> int:
        last, close = element.words[-1], self._array(at, level)
        text = Part("text", last.start, last.end, last.raw, False)
        array = Part("command", at - 1, close, self.text[at - 1 : close], False)
        element.words[-1] = Word(self.source, last.start, close, (text, array))
        element.end = close
        return close

    def _lexer_arithmetic(self, at: int, level: Level) -> int:
        """`((...))`, a command of its own or the head of a loop."""
        close = self._lexer.arithmetic(at + 1)
        if close >= 0 and level.mode != "head":
            element = self._tree.element(level, at - 1)
            element.compound, element.end = "arithmetic", close
        return close

    def _function_parentheses(self, at: int) -> int:
        found = re.compile(r"[ \t]*\)").match(self.text, at, self.end)
        return found.end() if found else 0

    def _closing(self, at: int, level: Level) -> int:
        if level.mode == "pattern":
            level.mode = ""
            if level.open:
                level.block = self._tree.block("branch", level.open[-1][0])
            return at
        if level.mode == "test":
            return at
        if any(element.compound == "subshell" for element, _, _ in reversed(level.open[-50:])):
            self._tree.close("subshell", at, level)
            return at
        return -1 if level.closer == ")" else at

    # redirections

    def _redirect(self, token: re.Match[str], level: Level) -> None:
        if level.mode in ("test", "head", "pattern"):
            return
        level.redirect = token
        if token["copies"]:
            level.redirect = None
            how, copies = token["how"][:2], token["copies"]
            self._add_redirect(Redirect(token["fd"] or "", how, None, self._span(token), None, copies), level)

    def _target(self, word: Word, level: Level) -> None:
        token, level.redirect = level.redirect, None
        if token is not None:
            span = Span(self.source, token.start(), word.end)
            self._add_redirect(Redirect(token["fd"] or "", token["how"], word, span), level)

    def _span(self, token: re.Match[str]) -> Span:
        return Span(self.source, token.start(), token.end())

    def _add_redirect(self, redirect: Redirect, level: Level) -> None:
        element = self._tree.redirected(level, redirect.span.start)
        element.redirects.append(redirect)
        element.end = max(element.end, redirect.span.end)

    def _heredoc(self, token: re.Match[str], level: Level) -> None:
        element = self._tree.redirected(level, token.start())
        element.redirects.append(Redirect(token["hfd"], "<<" + token["dash"], None, self._span(token)))
        element.end = max(element.end, token.end())
        self._docs.append((element, len(element.redirects) - 1, token))

    def _body(self, at: int, element: Element, index: int, token: re.Match[str]) -> int:
        """Reads the body of a here-document; gives where the next line begins."""
        delimiter, chomp = token["delimiter"], bool(token["dash"])
        name = re.sub(r"""\\(.)|["']""", r"\1", delimiter)
        start = line = at
        while line < self.end:
            close = self.text.find("\n", line, self.end)
            close = self.end if close < 0 else close
            text = self.text[line:close].rstrip("\r")
            if (text.lstrip("\t") if chomp else text) == name:
                break
            line = min(close + 1, self.end)
        doc = HereDoc(name, name == delimiter, chomp, Span(self.source, start, line))
        element.redirects[index] = replace(element.redirects[index], doc=doc)
        if doc.expands and not reads_script(tuple(element.words)):
            self._expansions(element, start, line)
        close = self.text.find("\n", line, self.end)
        return self.end if close < 0 or line >= self.end else close + 1

    def _expansions(self, element: Element, start: int, end: int) -> None:
        """The substitutions in a here-document's body."""
        level = Level(element.block, "")
        level.element = element
        self._levels.append(level)
        outer, self.end = self.end, end
        self._lexer.document(start, end, [])
        self.end = outer
        self._levels.pop()
