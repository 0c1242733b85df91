"""What a curl makes of errors, redirects and protocols: whether the file that it saves is the one that was meant."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dockguard.source import Fact

if TYPE_CHECKING:
    from dockguard.common.shell import Command
    from dockguard.common.shell_options import Grammar
    from dockguard.formats.dockerfile.commands.downloads import Download
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Stage

_FAIL = frozenset({"-f", "--fail", "--fail-with-body"})
_FOLLOW = frozenset({"-L", "--location", "--location-trusted", "--follow"})
_PROTOCOLS = frozenset({"--proto", "--proto-redir"})
# With these the caller looks at the answer himself, or it is no file that is fetched.
_OTHERWISE = frozenset(
    "-K --config -w --write-out -I --head -V --version -h --help -M --manual -d --data --data-ascii --data-binary "
    "--data-raw --data-urlencode --json -F --form --form-string -T --upload-file".split()
)  # fmt: skip
_VALUES = (
    "--output --output-dir --header --user-agent --referer --cookie --cookie-jar --proxy --preproxy --proxy-user "
    "--user --request --cacert --capath --cert --key --cert-type --key-type --pass --ciphers --tls-max --resolve "
    "--connect-to --noproxy --interface --connect-timeout --max-time --max-filesize --max-redirs --retry --retry-delay "
    "--retry-max-time --limit-rate --speed-limit --speed-time --range --continue-at --time-cond --dump-header --url "
    "--proto --proto-redir --proto-default --parallel-max --rate --netrc-file --oauth2-bearer --unix-socket "
    "--expect100-timeout --keepalive-time --trace --trace-ascii --stderr --variable --create-file-mode"
).split()


@cache
def _grammar() -> Grammar:
    """curl(1): the options that take a value."""
    from dockguard.common.shell_options import Grammar

    return Grammar("AbcCdDeEFHKmoPQrtTuUwxXyYz", frozenset((*_VALUES, *(o for o in _OTHERWISE if o.startswith("--")))))


@lru_cache(maxsize=8)  # one command may fetch thousands of addresses
def _options(command: Command) -> frozenset[str]:
    """Its options by their names, and `get` where it fetches something and leaves it to curl whether that went well."""
    from dockguard.common.shell_options import parse

    line = parse(command.args, _grammar())
    names = frozenset(option.name for option in line.options)
    methods = (option.value.text.upper() for option in line.named("-X", "--request") if option.value is not None)
    return names if _OTHERWISE & names or any(method != "GET" for method in methods) else names | {"get"}


def keeps_errors(download: Download) -> bool:
    """Whether the server's error page becomes the file: a GET without `--fail`, and nothing that checks the file."""
    return _is_saved(download) and not _has(download, _FAIL)


def stops_at_redirect(download: Download) -> bool:
    """Whether a redirect's page becomes the file: a GET without `--location`, and nothing that checks the file."""
    return _is_saved(download) and not _has(download, _FOLLOW)


def may_downgrade(download: Download) -> bool:
    """Whether a redirect of an https address may lead to http: followed, and `--proto` does not forbid it."""
    known = download.url[:8].lower() == "https://" and _is_unchecked(download)
    return known and _has(download, _FOLLOW) and not _has(download, _PROTOCOLS)


def passes_errors(command: RunCommand) -> Fact[str]:
    """The address that a curl of a HEALTHCHECK asks, where an error page is as good as any other to it."""
    nothing: Fact[str] = Fact(None, command.span)
    if command.name != "curl" or command.step.name != "HEALTHCHECK" or command.command.after in ("|", "|&"):
        return nothing
    options = _options(command.command)
    if command.command.host is not None or "get" not in options or _FAIL & options:
        return nothing
    return Fact(next(iter(_operands(command)), None), command.span)


def _operands(command: RunCommand) -> list[str]:
    from dockguard.common.shell_options import parse

    return [word.text for word in parse(command.command.args, _grammar()).operands]


def _has(download: Download, names: frozenset[str]) -> bool:
    assert download.command is not None
    return not names.isdisjoint(_options(download.command.command))


def _is_saved(download: Download) -> bool:
    if not download.saved or download.saved.startswith("/dev/") or not _is_unchecked(download):
        return False
    return _has(download, frozenset({"get"}))


def _is_unchecked(download: Download) -> bool:
    """Whether it is a curl from elsewhere whose options are all in sight, and whose file nothing verifies."""
    if download.how != "curl" or download.command is None or download.is_local or download.is_verified:
        return False
    stage = download.step.stage
    return stage is not None and not any(one.form.has_curlrc for one in stage.chain)


def has_curlrc(stage: Stage) -> bool:
    """Whether a stage itself brings a configuration of curl, which may have any option."""
    texts = ((step.name, step.node.text) for step in stage.own)
    return any("curlrc" in text or (name == "ENV" and "CURL_HOME" in text) for name, text in texts)
