"""Where commands stand: nesting, and places that lead back to the file through quotes and continuation lines."""

from __future__ import annotations

from dockguard.common.shell import Word, call, scan, scan_text
from dockguard.source import Origin, Source


def test_nesting() -> None:
    script = scan_text("if a; then (b $(c)); fi; f() { d; }; sh -c 'for x in 1; do e; done'")
    assert {command.name: command.nesting for command in script.commands if command.name != "sh"} == {
        "a": ("condition",),
        "b": ("branch", "subshell"),
        "c": ("branch", "subshell", "substitution"),
        "d": ("function",),
        "e": ("script", "loop"),
    }


def test_places_lead_back_through_continuations() -> None:
    file = Source("Dockerfile", "FROM x\nRUN apt-get update \\\n # why\n && sh -c 'curl -k \\\n  y'\n")
    first = file.text.index("apt-get")
    second = file.text.index(" && sh")
    third = file.text.index("  y'")
    cut = [(first, first + len("apt-get update ")), (second, third - 2), (third, third + 4)]
    pieces, text = [], ""
    for start, end in cut:
        pieces.append((len(text), start, end - start))
        text += file.text[start:end]
    body = Source("Dockerfile", text, origin=Origin(file.span(first, third + 4), tuple(pieces)))
    script = scan(body)
    assert [command.name for command in script.commands] == ["apt-get", "sh", "curl"]
    for command in script.commands:
        for word in command.words:
            outer = word.span.outer
            assert outer.source is file
            if len(outer.text) == len(word.raw):
                assert outer.text == word.raw
    curl = script.commands[2]
    assert [word.span.outer.text for word in curl.words] == ["curl", "-k", "y"]
    assert curl.words[1].span.outer.line == 4
    assert curl.words[2].span.outer.line == 5


def test_places_inside_quoted_scripts() -> None:
    text = 'bash -c "curl -k \\"a b\\" $X" && eval echo \'x y\''
    script = scan_text(text)
    curl = next(script.named("curl"))
    assert [word.text for word in curl.args] == ["-k", "a b", "$X"]
    assert curl.args[0].span.outer.start == text.index("-k")
    assert curl.args[2].span.outer.text == "$X"
    echo = next(script.named("echo"))
    assert [word.span.outer.text for word in echo.args] == ["x", "y"]


def test_a_range_of_a_source() -> None:
    source = Source("x", "a; b c; d")
    script = scan(source, 3, 6)
    assert [(command.name, command.span.text) for command in script.commands] == [("b", "b c")]
    assert scan(source, 5, 2).commands == ()
    assert scan(source, -5, 99).commands != ()


def test_exec_form() -> None:
    source = Source("x", '["sh", "-c", "curl -k x", "*"]')
    words = [
        Word.known(text, source.span(source.text.index(text), source.text.index(text) + len(text)))
        for text in ("sh", "-c", "curl -k x", "*")
    ]
    script = call(words)
    assert [command.name for command in script.commands] == ["sh", "curl"]
    assert script.commands[1].args[0].span.outer.start == source.text.index("-k")
    assert not script.commands[0].args[2].expands
    assert call([]).commands == ()
    assert [c.name for c in call([Word.known("a;b $X", source.span(0, 3))]).commands] == ["a;b $X"]


def test_who_holds_a_command() -> None:
    script = scan_text("sh -c 'a; b'; echo \"$(c | d)\"; e; eval \"sh -c 'f'\"")
    hosts = {command.name: script.host_of(command) for command in script.commands}
    assert {name: host.name if host else None for name, host in hosts.items() if name not in ("sh", "echo")} == {
        "a": "sh",
        "b": "sh",
        "c": "echo",
        "d": "echo",
        "e": None,
        "eval": None,
        "f": "sh",
    }
