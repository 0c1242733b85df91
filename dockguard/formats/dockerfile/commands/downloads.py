"""What a build fetches from the network: by curl and wget, by ADD, by git; and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from posixpath import basename
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.habits import FETCHERS, INTERPRETERS
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.common.shell import Redirect, Word
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.files.copies import Copy
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Stage, Step

_INNER = (".internal", ".local", ".localhost", ".localdomain")  # the engine's own names, and those of no public server
_SCHEMELESS = frozenset({"curl", "wget", "wget2"})  # that take `example.com/x` for http
# Options whose value is no address that is fetched.
_OTHER_VALUES = frozenset(
    "-x --proxy --preproxy -e --referer -H --header -A --user-agent -d --data --data-raw --data-binary -F --form -u "
    "--user --user-agent -b --cookie --resolve --connect-to --noproxy -w --write-out -o --output -O --output-document "
    "-P --directory-prefix --post-data --body-data -X --request -T -t --tries --timeout --max-time --retry --cacert -m "
    "--connect-timeout --retry-delay -E --cert --key -c --cookie-jar -D --dump-header -K --config".split()
)  # fmt: skip
_FLAGS = {"curl": frozenset({"-O", "-e"}) - {"-e"}, "wget": frozenset({"-x", "-H", "-F", "-b", "-d", "-c", "-K", "-E"})}
_URL = regex(r"(?i)([a-z][a-z0-9+.-]*)://(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)")
_HOSTLIKE = regex(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*)?")
_FILE_SUFFIX = regex(r"(?i)[^/]*\.(?:sh|txt|gz|tgz|zip|json|jar|deb|rpm|asc|gpg|key|py|xml|conf|bin|html?)")
_CLEAR = frozenset({"http", "ftp", "git", "svn", "rsync", "telnet"})
_SUMS = regex(
    r"(?:sha\d{3}|sha1|md5|b2|b3)sum|shasum|sha\d{3}|cksum|gpgv\d?|cosign|minisign|signify|slsa-verifier|get-filehash"
)
_QUIET_WGET = frozenset(
    "--quiet --no-verbose --progress --output-file --append-output --background --version --help".split()
)
_METHOD = regex(r"(?i)\.(DownloadFile|DownloadString|DownloadData)\(\s{0,20}['\"](https?://[^'\"\s]{1,1000})['\"]")
_DIGESTS = frozenset("dgst sha256 sha384 sha512 sha3-256 sha3-512".split())
_CMDLETS = frozenset("iwr irm invoke-webrequest invoke-restmethod start-bitstransfer".split())
_FILTERS = frozenset("gunzip zcat gzip unxz xz xzcat bunzip2 bzcat bzip2 zstd unzstd base64 tee funzip".split())
_MAX_PIPE = 10
_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(eq=False)
class Download:
    """One address that the build fetches."""

    how: str  # curl, wget, ADD, git, …
    url: str  # as far as the file says it
    step: Step
    span: Span
    command: RunCommand | None = None
    copy: Copy | None = None
    saved: str = ""  # the file that it becomes, "" where that is not known

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN curl https://…`."""
        return f"{self.step.subject} {self.how} {self.host}".rstrip()

    @cached_property
    def _match(self) -> tuple[str, str]:
        found = _URL.match(self.url)
        return (found[1].lower(), found[2].strip("[]").lower()) if found else ("http", self.url.partition("/")[0])

    @property
    def host(self) -> str:
        """The machine that it comes from, "" where only the run time knows it."""
        return "" if "$" in self._match[1] else self._match[1]

    @property
    def is_local(self) -> bool:
        """Whether it comes from the container or the network of the build, or nobody knows from where."""
        from dockguard.common.hosts import Reach, reach

        bare = self.host.partition(":")[0]
        inner = not bare or "." not in bare or bare.endswith(_INNER)
        return inner or reach(bare) not in (Reach.PUBLIC, Reach.NAME)

    @property
    def is_cleartext(self) -> bool:
        """Whether anybody on the way can read and change it: http, ftp, git."""
        return self._match[0] in _CLEAR

    @cached_property
    def is_verified(self) -> bool:
        """Whether a checksum or signature decides: `--checksum`, or a check after it in the same instruction."""
        if self.copy is not None:
            return self.step.node.flag("checksum") is not None
        return self.step.verifies

    @property
    def is_git(self) -> bool:
        """Whether ADD clones a repository."""
        return self.copy is not None and self.copy.kind == "git"

    @property
    def is_commit(self) -> bool:
        """Whether the address of a repository names a commit."""
        fragment = self.url.partition("#")[2].partition(":")[0]
        query = self.url.partition("#")[0].partition("?")[2]
        named = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
        values = [fragment, named.get("checksum", ""), named.get("commit", ""), named.get("ref", "")]
        return any(_COMMIT.fullmatch(value.lower()) or "$" in value for value in values)

    @cached_property
    def moving_ref(self) -> str:
        """What a `git clone` takes as it is today: `main`, `its default branch`; "" where something fixes it."""
        from dockguard.formats.dockerfile.commands.clones import moving_ref

        return moving_ref(self.command) if self.how == "git" and self.command is not None else ""

    @cached_property
    def runner(self) -> str:
        """The command that runs or installs the saved file afterwards, "" for none."""
        if self.command is None or not self.saved or self.step.stage is None:
            return ""
        uses = self.step.file_uses if self.step.onbuild else self.step.stage.file_uses
        return uses.after(self.command, self.saved)

    @property
    def keeps_errors(self) -> bool:
        """Whether a curl saves the server's error page as the file."""
        from dockguard.formats.dockerfile.commands.curl import keeps_errors

        return keeps_errors(self)

    @property
    def stops_at_redirect(self) -> bool:
        """Whether a curl saves the page of a redirect as the file."""
        from dockguard.formats.dockerfile.commands.curl import stops_at_redirect

        return stops_at_redirect(self)

    @property
    def may_downgrade(self) -> bool:
        """Whether a curl follows redirects from https to http."""
        from dockguard.formats.dockerfile.commands.curl import may_downgrade

        return may_downgrade(self)


def verifies(command: RunCommand) -> bool:
    """Whether a command checks a checksum or a signature."""
    if _SUMS.fullmatch(command.name):
        return True
    if command.name not in ("gpg", "gpg2", "openssl", "rpm"):
        return False
    words = command.words
    if command.name in ("gpg", "gpg2"):
        return any(word in ("--verify", "--verify-files", "--decrypt", "-d") for word in words)
    return (command.name == "openssl" and not _DIGESTS.isdisjoint(words)) or (command.name == "rpm" and "-K" in words)


def downloads(image: Image) -> Iterator[Download]:
    """Every address of the file, in its order."""
    for step in image.instructions:
        if step.name == "ADD":
            for copy in step.copies:
                if copy.kind in ("url", "git") and copy.source.known:
                    yield Download("ADD", copy.source.known, step, copy.span, copy=copy)
        elif step.name == "RUN":
            for command in step.commands:
                yield from _by_command(command, step)
            yield from _by_method(step)


def _by_method(step: Step) -> Iterator[Download]:
    """`(New-Object Net.WebClient).DownloadFile('https://…', …)`."""
    joined = step.node.joined
    for found in _METHOD.finditer(joined.text) if ".Download" in joined.text else ():
        yield Download(found[1], found[2], step, joined.span(*found.span()))
    for body in (heredoc.body for heredoc in step.node.heredocs):
        for found in _METHOD.finditer(body.text):
            yield Download(found[1], found[2], step, body.span(*found.span()))


def _by_command(command: RunCommand, step: Step) -> Iterator[Download]:
    if command.name in FETCHERS:
        saved, written = saved_as(command), {word.start: word.text for word in command.command.args}
        for word in _addresses(command):
            file = saved(written.get(word.start, word.text))
            yield Download(command.name, word.text, step, command.span, command, saved=file)
    elif command.name == "git" and "clone" in command.words:
        for text in (word.text for word in command.resolved.args):
            if _URL.match(text):
                yield Download("git", text, step, command.span, command)
                return
    elif command.call is not None and command.action == "install" and not command.call.language:
        for package in command.call.packages:
            if _URL.match(package.word.text):
                yield Download(command.name, package.word.text, step, command.span, command)


def second_fetcher(stage: Stage) -> Fact[str]:
    """The later one of curl and wget, at its command."""
    first = ""
    for command in stage.commands:
        if command.name in ("curl", "wget"):
            if first and command.name != first:
                return Fact(command.name, command.span)
            first = command.name
    return Fact(None, stage.span)


def talks(command: RunCommand) -> bool:
    """Whether a wget fills the build's log with its progress."""
    words = command.words
    for word in words:
        if word.partition("=")[0] in _QUIET_WGET or word.startswith("-nv"):
            return False
        letters = word[1:].partition("o")[0] if word.startswith("-") and not word.startswith("--") else ""
        if word.startswith(("-o", "-a", "-b")) or "q" in letters.partition("O")[0].partition("P")[0]:
            return False
    return command.name == "wget" and bool(words)


def _addresses(command: RunCommand) -> Iterator[Word]:
    """The words that are fetched."""
    args = command.resolved.args
    skip = _OTHER_VALUES - _FLAGS.get(command.name.rstrip("2"), frozenset())
    for at, word in enumerate(args):
        text = word.text
        if at and args[at - 1].text in skip:
            continue
        if _URL.match(text):
            yield word
        elif text.startswith("--url=") and _URL.match(text[6:]):
            yield word.cut(6)
        elif command.name in _SCHEMELESS and _HOSTLIKE.fullmatch(text) and not _FILE_SUFFIX.fullmatch(text):
            yield word


def saved_as(command: RunCommand) -> Callable[[str], str]:
    """Which file a command makes of an address; "" where it goes to a pipe or nobody knows."""
    output = _output(command)
    if output is not None:
        return lambda url: output
    if command.name.startswith("wget"):
        folder = command.command.option("-P", "--directory-prefix")
        start = f"{folder.text.rstrip('/')}/" if folder is not None else ""
        return lambda url: start + _last_part(url)
    remote = command.name == "curl" and any(_is_remote_name(word) for word in command.words)
    return _last_part if remote else lambda url: ""


def _output(command: RunCommand) -> str | None:
    """The file that a command names for what it fetches, "" for its output; None where it names none."""
    shell, words = command.command, command.words
    if command.name in _CMDLETS:
        at = next((at for at, word in enumerate(words) if word.lower() in ("-outfile", "-destination")), len(words))
        return "".join(words[at + 1 : at + 2])
    curl = command.name == "curl"
    option = shell.option("-o", "--output") if curl else shell.option("-O", "--output-document")
    if option is not None:
        return "" if option.text == "-" else option.text
    clusters = [(at, word) for at, word in enumerate(words) if word.startswith("-") and not word.startswith("--")]
    for at, word in clusters:
        if curl and word.endswith("o") and at + 1 < len(words):  # `-fsSLo file`
            return words[at + 1]
        if command.name.startswith("wget") and "O" in word:  # `-qO file`, `-qO-`
            rest = word.partition("O")[2]
            return "" if rest == "-" else rest or "".join(words[at + 1 : at + 2])
    return _redirected(shell.redirects) or _filtered(command)


def _redirected(redirects: Iterable[Redirect]) -> str | None:
    return next((r.target.text for r in redirects if r.writes and r.target is not None), None)


def _filtered(command: RunCommand) -> str | None:
    """`curl x.gz | gunzip > x`."""
    element = command.command.element
    for _ in range(_MAX_PIPE):
        following = element.next
        if element.after not in ("|", "|&") or following is None or not following.words:
            return None
        element, words = following, [word.text for word in following.words]
        name = words[0].rpartition("/")[2]
        if name not in _FILTERS:
            return None
        file = next((word for word in words[1:] if name == "tee" and not word.startswith("-")), None)
        if file or element.redirects:
            return file or _redirected(element.redirects)
    return None


def _last_part(url: str) -> str:
    return basename(url.partition("?")[0].rstrip("/"))


def _is_remote_name(word: str) -> bool:
    return word == "--remote-name" or (word.startswith("-") and not word.startswith("--") and "O" in word)


_EXPRESSION = 2000  # characters behind `iex` that are looked at
_POWERSHELL = regex(r"(?i)downloadstring|invoke-webrequest|invoke-restmethod|\biwr\b|\birm\b|openread")


def _rest(command: RunCommand) -> str:
    """What follows in the same statement; PowerShell's parentheses are commands of their own."""
    start = command.command.element.start
    return re.split(r"[;\n]", command.command.source.text[start : start + _EXPRESSION], maxsplit=1)[0]


def fetched_code(command: RunCommand) -> str:
    """The program whose output a command runs as code without looking: `curl` for `curl x | sh`; "" for none."""
    if command.name in ("iex", "invoke-expression", "[scriptblock]::create"):
        fed = [one.name for one in command.script.feeding(command.command)]
        found = _POWERSHELL.search(_rest(command))
        return next((name for name in fed if name in FETCHERS), found[0] if found else "")
    if command.command.interprets_input or command.name in ("iex",):
        for before in command.script.feeding(command.command):
            if before.name in FETCHERS:
                return before.name
    head = command.command.head
    words = command.command.args if command.name in INTERPRETERS else () if head is None or command.name else (head,)
    for word in words:
        if not word.literal:
            found_names = [one.name for one in command.script.substituted(word) if one.name in FETCHERS]
            if found_names:
                return found_names[0]
    return ""
