"""The scanner: commands, words, places, context. Every case here is a trap that some linter fell into."""

from __future__ import annotations

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.common.shell import Command, Script, Word, scan_text
from dockguard.source import Undecided, Unknown


def names(text: str, dialect: str = "sh") -> list[str]:
    return [command.name for command in scan_text(text, dialect).commands]


def only(text: str, name: str) -> Command:
    (command,) = scan_text(text).named(name)
    return command


def texts(words: tuple[Word, ...]) -> list[str]:
    return [word.text for word in words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n\n ; ", []),
        ("# only a comment", []),
        ("a b # c d\ne", ["a", "e"]),
        ("a#b c", ["a#b"]),
        ("echo 'curl -k x; rm y'", ["echo"]),
        ('echo "curl -k x && y"', ["echo"]),
        ("echo curl -k", ["echo"]),
        ("a && b || c; d & e | f |& g\nh", list("abcdefgh")),
        ("a;b&&c", ["a", "b", "c"]),
        ("a \\\n  b \\\n && c", ["a", "c"]),
        ("a \\\r\n  b\r\nc\r\n", ["a", "c"]),
        ("if a; then b; elif c; then d; else e; fi", list("abcde")),
        ("if ! a; then b; fi", ["a", "b"]),
        ("while a; do b; done; until c; do d; done", list("abcd")),
        ("for x in if then a; do b $x; done; c", ["b", "c"]),
        ("for x; do b; done", ["b"]),
        ("for ((i=0; i<3; i++)); do b; done", ["b"]),
        ("select x in a; do b; done", ["b"]),
        ("case $(a) in if) b;; (x|y) c ;; *) d; esac; e", list("abcde")),
        ("case x in esac", []),
        ("case $x in\n  a)\n    b\n    ;;\n  c) ;;\nesac\nd", ["b", "d"]),
        ("{ a; b; } > c; d", ["a", "b", "d"]),
        ("(a; (b); c) | d", list("abcd")),
        ("f() { a; }; f", ["a", "f"]),
        ("function f { a; }; function g() { b; }", ["a", "b"]),
        ("f () ( a )", ["a"]),
        ("((x = 1 + 2)); a", ["a"]),
        ("((a); b)", ["a", "b"]),
        ("echo $((1 + $(a)))", ["echo", "a"]),
        ("[[ a && b || c < d ]] && e", ["[[", "e"]),
        ("[ -f a ] && b", ["[", "b"]),
        ("X=1", [""]),
        ("X=1 Y=2 a", ["a"]),
        ("X=(1 2 $(a)) b", ["b", "a"]),
        ("declare -A x=( [a]=1 [b]=2 ); c", ["declare", "c"]),
        ("> a", [""]),
        ("echo {a,b} }; c", ["echo", "c"]),
        ("echo }", ["echo"]),
        ("echo if then", ["echo"]),
        ("a=$(b)", ["", "b"]),
        ('a `b "c"` d', ["a", "b"]),
        ("`if a; then b; fi`", ["", "a", "b"]),
        ('a "$(b "$(c "d")")"', ["a", "b", "c"]),
        ('a ${X:-$(b)} ${Y:+`c`} "${Z:-it\'s $(d)}"', list("abcd")),
        ("diff <(a) <(b) > >(c)", ["diff", "a", "b", "c"]),
        ("a 2>&1 >/dev/null </x b", ["a"]),
        ("&>x a", ["a"]),
        ("a $'it\\'s; b' c", ["a"]),
        ("a \\; b \\| c", ["a"]),
        ("a \\'b; c", ["a", "c"]),
        ("/usr/bin/curl x; ./configure", ["curl", "configure"]),
        ('"curl" x; cu"rl" y; \\curl z', ["curl", "curl", "curl"]),
        ('$CMD x; "$@"; ${A}b', ["", "", ""]),
        ("a&&\n\n# c\nb", ["a", "b"]),
        ("#!/usr/bin/env python3\nimport os; os.system('x')", []),
        ("#!/bin/bash -e\na", ["a"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "wrappers", "name", "args"),
    [
        ("sudo apt-get install x", ["sudo"], "apt-get", ["install", "x"]),
        ("sudo -u app -- make -j2", ["sudo"], "make", ["-j2"]),
        ("sudo -Eu root make", ["sudo"], "make", []),
        ("sudo --user=app make", ["sudo"], "make", []),
        ("sudo --user app make", ["sudo"], "make", []),
        ("sudo A=1 make", ["sudo"], "make", []),
        ("sudo -l", [], "sudo", ["-l"]),
        ("env -i -u X A=1 B=$C make x", ["env"], "make", ["x"]),
        ("env", [], "env", []),
        ("/usr/bin/env nice -n 5 timeout -k 5 10s curl x", ["env", "nice", "timeout"], "curl", ["x"]),
        ("nice -10 make", ["nice"], "make", []),
        ("xargs -0 -n1 -I{} rm -f {}", ["xargs"], "rm", ["-f", "{}"]),
        ("exec gosu app:app node x.js", ["exec", "gosu"], "node", ["x.js"]),
        ("exec", [], "exec", []),
        ("tini -g -- dumb-init su-exec app sh", ["tini", "dumb-init", "su-exec"], "sh", []),
        ("command -v curl", [], "command", ["-v", "curl"]),
        ("command curl x", ["command"], "curl", ["x"]),
        ("time make", ["time"], "make", []),
        ("busybox wget x", ["busybox"], "wget", ["x"]),
        ("nohup setsid stdbuf -oL tail x", ["nohup", "setsid", "stdbuf"], "tail", ["x"]),
        ("chroot --userspec=1:1 /mnt sh x", ["chroot"], "sh", ["x"]),
        ("flock /x -c y", ["flock"], "-c", ["y"]),
        ("sudo $CMD x", ["sudo"], "", ["x"]),
        ("mysudo make", [], "mysudo", ["make"]),
    ],
)
def test_wrappers(text: str, wrappers: list[str], name: str, args: list[str]) -> None:
    command = scan_text(text).commands[0]
    assert (list(command.wrappers), command.name, texts(command.args)) == (wrappers, name, args)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sh -c 'a && b'", ["sh", "a", "b"]),
        ("bash -exc 'a; b'", ["bash", "a", "b"]),
        ("bash -o pipefail -c 'a | b'", ["bash", "a", "b"]),
        ("/bin/bash -l -c \"a 'b;c'\"", ["bash", "a"]),
        ("bash --login -c a", ["bash", "a"]),
        ("sudo -u x sh -c 'a'", ["sh", "a"]),
        ("sh -c 'sh -c \"sh -c a\"'", ["sh", "sh", "sh", "a"]),
        ('sh -c "$(a)"', ["sh", "", "a"]),
        ("sh -c 'a $1' -- b c", ["sh", "a"]),
        ("sh script.sh -c 'a'", ["sh"]),
        ("su - app -c 'a; b'", ["su", "a", "b"]),
        ("su app --command='a'", ["su", "a"]),
        ("runuser -u app -- a b", ["a"]),
        ("eval a b", ["eval", "a"]),
        ('eval "a; b"', ["eval", "a", "b"]),
        ("trap 'a' EXIT", ["trap", "a"]),
        ("trap - EXIT", ["trap"]),
        ("find / -type f -exec chmod 777 {} + -exec sh -c 'a \"$1\"' _ {} \\;", ["find", "chmod", "sh", "a"]),
        ("xargs sh -c 'a'", ["sh", "a"]),
        ("bash <<'E'\na && b\nE\nc", ["bash", "a", "b", "c"]),
        ("bash -s -- x <<E\na $(b)\nE\n", ["bash", "a", "b"]),
        ("cat <<E\na && b\nE\nc", ["cat", "c"]),
        ("cat <<E | sh\na\nE\n", ["cat", "sh"]),
        ("echo 'a' | sh -c b", ["echo", "sh", "b"]),
        ('powershell -Command "Invoke-WebRequest x; iex y"', ["powershell", "invoke-webrequest", "iex"]),
        ("powershell -NoProfile -ExecutionPolicy Bypass iwr x", ["powershell", "iwr"]),
        ("powershell -ExecutionPolicy Bypass -File x.ps1 iwr", ["powershell"]),
    ],
)
def test_scripts_inside_commands(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_words_know_what_they_are() -> None:
    command = only('a plain \'single q\' "dou ble" x"y"z $V "$(b)"c ~/d *.txt {e,f} \\$g \'\' ""', "a")
    assert texts(command.args) == [
        "plain", "single q", "dou ble", "xyz", "$V", "$(b)c", "~/d", "*.txt", "{e,f}", "$g", "", ""
    ]  # fmt: skip
    literal = [word.literal for word in command.args]
    assert literal == [True, True, True, True, False, False, True, True, True, True, True, True]
    assert [word.expands for word in command.args] == [False] * 4 + [True, False, True, True, True, False, False, False]
    assert isinstance(command.args[4].value, Unknown)
    with pytest.raises(Undecided):
        bool(command.args[4].value)
    assert command.args[3].value == "xyz"


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("$'a\\tb\\x41\\u00e9\\101\\n'", "a\tbA\u00e9A\n"),
        ('$"a"', "a"),
        ('"a\\"b\\$c\\d"', 'a"b$c\\d'),
        ("'a'\\''b'", "a'b"),
        ("a\\\nb", "ab"),
        ('"a\\\nb"', "ab"),
        ("a$", "a$"),
        ("$ab$1$@", "$ab$1$@"),
        ("a=b", "a=b"),
        ("a{b", "a{b"),
        ("http://x/y#z", "http://x/y#z"),
    ],
)
def test_quotes(word: str, text: str) -> None:
    assert only(f"cmd {word}", "cmd").args[0].text == text


def test_variables_in_words() -> None:
    word = only('a "x-${V:-1.2}/$W"', "a").args[0]
    assert [(p.kind, p.name, p.default) for p in word.parts if p.kind == "variable"] == [
        ("variable", "V", "1.2"),
        ("variable", "W", None),
    ]
    assert isinstance(word.resolve(lambda name: None), Unknown)
    assert word.resolve({"W": "w"}.get) == "x-1.2/w"
    assert word.resolve({"W": "w", "V": "3"}.get) == "x-3/w"
    assert word.resolve({"W": "w", "V": ""}.get) == "x-1.2/w"
    assert isinstance(only("a ${#V}${V%x}", "a").args[0].resolve({"V": "x"}.get), Unknown)
    assert isinstance(only("a $(b)", "a").args[0].resolve({}.get), Unknown)


def test_a_word_is_cut_in_place() -> None:
    text = "a --index=http://$H/x --q='b c'"
    first, second = only(text, "a").args
    value = first.value_of()
    assert value is not None
    assert (value.text, value.span.text, value.literal) == ("http://$H/x", "http://$H/x", False)
    value = second.value_of()
    assert value is not None
    assert (value.text, value.literal) == ("b c", True)
    assert first.cut(2).text == "index=http://$H/x"
    assert only("a b", "a").args[0].value_of() is None


def test_flags_and_options() -> None:
    command = only("curl -sSLk --retry=3 -o out -H 'A: b' --url x -- -z", "curl")
    flag = command.flag("-k", "--insecure")
    assert flag is not None
    assert flag.text == "-sSLk"
    assert command.flag("--retry") is not None
    assert command.flag("-z") is None
    assert command.flag("-x") is None
    assert [word.text for word in command.values("--retry", "-H", "--url", "-o")] == ["3", "out", "A: b", "x"]
    missing = command.option("--nothing")
    assert missing is None


def test_redirections() -> None:
    command = only("a < in 2>> err >&2 2>&- &> all <<< 'here' > \"$X\"", "a")
    found = [(r.fd, r.operator, r.target.text if r.target else None, r.copies) for r in command.redirects]
    assert found == [
        ("", "<", "in", ""),
        ("2", ">>", "err", ""),
        ("", ">&", None, "2"),
        ("2", ">&", None, "-"),
        ("", "&>", "all", ""),
        ("", "<<<", "here", ""),
        ("", ">", "$X", ""),
    ]
    assert [r.span.text for r in command.redirects][:2] == ["< in", "2>> err"]
    assert [r.writes for r in command.redirects] == [False, True, False, False, True, False, True]


def test_here_documents() -> None:
    text = "cat <<-'A B' <<\"C\" > f; b\n\tx $(no)\n\tA B\ny $(c)\nC\nd"
    script = scan_text(text)
    assert [command.name for command in script.commands] == ["cat", "b", "d"]
    first, second = script.commands[0].documents
    assert (first.name, first.expands, first.chomp, first.text) == ("A B", False, True, "x $(no)\n")
    assert (second.name, second.body.text) == ("C", "y $(c)\n")
    assert names("cat <<E\n$(a) `b` \\$(c)\nE\n") == ["cat", "a", "b"]
    assert names("cat <<E && b\nx\nE\nc") == ["cat", "b", "c"]
    assert names("X=$(cat <<E\na)\nE\n)\nb") == ["", "cat", "b"]
    assert names("cat <<E\nnever closed; a") == ["cat"]
    assert names("a <<E <<F\n1\nE\n2\nF\nb") == ["a", "b"]


def test_spans_hold_their_text() -> None:
    text = '  A=1 sudo curl -k "https://x/$V" > /tmp/o && b'
    command = only(text, "curl")
    assert command.span.text == 'A=1 sudo curl -k "https://x/$V" > /tmp/o'
    assert [word.span.text for word in command.words] == ["sudo", "curl", "-k", '"https://x/$V"']
    assert [(a.name, a.value, a.span.text) for a in command.assignments] == [("A", "1", "A=1")]


def test_what_is_set() -> None:
    text = "A=1; export B=2 C; env D=3 E=$X make; F='4 5' g; H+=6; declare -x I=7; echo J=8; k L=9"
    found = [(made.name, made.value) for command in scan_text(text).commands for made in command.sets]
    assert [name for name, _ in found] == list("ABDEFHI")
    assert dict(found)["F"] == "4 5"
    assert isinstance(dict(found)["E"], Unknown)


def test_pipelines() -> None:
    script = scan_text("curl x | tee y | sudo sh; a | (b && sh -x); c && sh; { d; e; } | bash; f | while g; do h; done")
    feeding = {c.span.text: [s.name for s in script.feeding(c)] for c in script.commands}
    assert feeding["sudo sh"] == ["curl", "tee"]
    assert feeding["sh -x"] == ["a"]
    assert feeding["sh"] == []
    assert feeding["bash"] == ["d", "e"]
    assert feeding["h"] == ["f"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sh", True),
        ("sudo -E bash -", True),
        ("bash -s -- -y", True),
        ("env A=1 sh -x", True),
        ("sh -c 'cat'", False),
        ("sh x.sh", False),
        ("sh -e x.sh", False),
        ("python3", True),
        ("python3.11 -u -", True),
        ("php -- --install-dir=/x", True),
        ("python -c 'x'", False),
        ("python3 -m json.tool", False),
        ("perl -pe 's/a/b/'", False),
        ("node -p x", False),
        ("node", True),
        ("tar xz", False),
        ("sha256sum -c", False),
    ],
)
def test_who_runs_what_is_piped_into_it(text: str, expected: bool) -> None:
    assert scan_text(text).commands[0].interprets_input is expected


def test_substitutions_of_a_word() -> None:
    script = scan_text('bash <(curl x); sh -c "$(wget -O- y)"; eval `z`; a $(b | c)')
    substituted = {
        command.name: [inner.name for word in command.args for inner in script.substituted(word)]
        for command in script.commands
        if command.name in ("bash", "sh", "eval", "a")
    }
    assert substituted == {"bash": ["curl"], "sh": ["wget"], "eval": ["z"], "a": ["b", "c"]}


def test_powershell_and_cmd_are_cut_roughly() -> None:
    assert [command.name for command in scan_text("@echo off & @ powershell -c iwr x", "cmd").commands] == [
        "echo", "powershell", "iwr",
    ]  # fmt: skip
    script = scan_text("iwr -SkipCertificateCheck https://x -OutFile 'a b' ; if ($x) { Foo.EXE $y }", "powershell")
    first = script.commands[0]
    assert (first.name, texts(first.args)) == ("iwr", ["-SkipCertificateCheck", "https://x", "-OutFile", "a b"])
    assert "foo" in [command.name for command in script.commands]
    assert names("IF EXIST a (del /q b) & C:\\x\\curl.exe -k %URL%", "cmd")[-1] == "curl"
    last = scan_text("curl -k %URL%", "cmd").commands[0].args[1]
    assert not last.literal


def test_deep_nesting_is_given_up_not_crashed() -> None:
    for text in ("$(" * 5000, '"$(' * 5000, "${" * 5000, "`" * 5000, "<(" * 5000, "$((" * 5000):
        assert isinstance(scan_text(text).commands, tuple)
    assert not scan_text("a " + "$(" * 100).complete
    assert scan_text("a $(b $(c))").complete
    quoted = "x"
    for _ in range(10):
        quoted = "eval '" + quoted.replace("'", "'\\''") + "'"
    script = scan_text(quoted)
    assert not script.complete
    assert [command.name for command in script.commands] == ["eval"] * 7


@pytest.mark.parametrize(
    "unit",
    ["(", "{ ", "((a);", "(a)|", "a && ", "a || { b;", "cat <<E\n", "<<E ", "case x in ", "if a; then ", "X=(",
     "[[ a ", "sudo ", "\\", "'", '"', "$(x)() ", "a ", ")", "esac ", "eval ", "find -exec ", "sh -c '", "$((", "! ",
     "<(", "f(){ ", "a|", "`", "${a", "set -e; { a;"],
)  # fmt: skip
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        gc.collect()
        gc.disable()  # what other tests have left would be looked through again and again
        try:
            start = time.process_time()
            for command in scan_text(text).commands:
                command.name, command.failure  # noqa: B018
            return time.process_time() - start
        finally:
            gc.enable()

    for _ in range(6):  # a busy machine disturbs one measurement or another, not all
        small = max(seconds(20_000), 0.02)
        if seconds(40_000) < 3 * small:  # twice the text; the square would be four times
            return
    pytest.fail(f"{unit!r} is read in more than linear time")


@given(st.text(alphabet="ab -'\"$`(){}[];&|<>\\\n#=!~*ifdonecasx/", max_size=60))
def test_any_text_is_taken(text: str) -> None:
    script = scan_text(text)
    assert isinstance(script, Script)
    for command in script.commands:
        assert 0 <= command.element.start <= command.element.end <= len(command.source.text)
        assert command.failure.effect in ("stops", "lost", "unknown")
        script.feeding(command)
        for word in command.words:
            assert script.substituted(word) is not None


def test_nothing_is_read_before_it_is_asked_for() -> None:
    script = scan_text("a " * 10)
    assert "_read" not in vars(script)
    assert script.commands is script.commands
