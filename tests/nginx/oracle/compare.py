"""Generated configurations: what nginx serves against what the model says."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from dockguard.formats.nginx.assemble import assemble
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.text.parse import parse
from dockguard.workspace import Workspace

from . import generate, serve
from .engine import Answer, Counts, Engine, compared


@dataclass
class Result:
    """How a run went."""

    configurations: int = 0
    requests: int = 0
    refused: list[int] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)


@dataclass
class Bench:
    """Folders and the upstream that all configurations of a run share."""

    folder: Path
    upstream: serve.Upstream
    certificate: tuple[Path, Path]

    @property
    def root(self) -> str:
        return str(self.folder / "html")


@contextmanager
def bench() -> Iterator[Bench]:
    """A place to serve from; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dockguard-nginx-"))
    folder.chmod(0o755)
    for name, text in generate.FILES.items():
        path = folder / "html" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    upstream = serve.Upstream()
    upstream.start()
    try:
        yield Bench(folder, upstream, certificate(folder))
    finally:
        upstream.stop()
        shutil.rmtree(folder, ignore_errors=True)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A throw-away certificate and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=one.test"]
    subprocess.run(command, capture_output=True, check=True)
    return cert, key


def site_of(folder: Path) -> Site:
    """The product's view of a folder with an nginx.conf."""
    workspace = Workspace(folder)
    tree = workspace.tree("nginx.conf", parse)
    assert tree is not None
    assert not tree.problems, tree.problems
    return next(iter(assemble([tree], workspace, [])))


def run(seeds: range, place: Bench, inherit: bool = False, stop: bool = True) -> Result:
    """Serve and compare; with `stop` only up to the first mismatch."""
    result = Result()
    for seed in seeds:
        case = generate.make(seed, serve.free_port(), place.upstream.port, place.root, inherit)
        if not serve.status_pages():
            case = replace(case, text=case.text.replace("stub_status;", "return 200 up;"))
        folder = place.folder / f"case{seed}"
        write(case, folder, place)
        with serve.running(folder, case.port) as up:
            if up:
                result.configurations += 1
                _compare(case, site_of(folder), result)
            else:
                result.refused.append(seed)
        shutil.rmtree(folder)
        if result.mismatches and stop:
            break
    return result


def write(case: generate.Case, folder: Path, place: Bench) -> None:
    """The files of a configuration."""
    (folder / "inc").mkdir(parents=True)
    for name, text in case.includes.items():
        (folder / "inc" / name).write_text(text)
    (folder / "users").write_text("u:{PLAIN}secret\n")
    for path in place.certificate:
        shutil.copy(path, folder / path.name)
    (folder / "nginx.conf").write_text(case.text)


def _compare(case: generate.Case, site: Site, result: Result) -> None:
    counts = Counts()
    for request in case.asks:
        result.requests += 1
        got = serve.ask(case.port, request, case.tls)
        answer = Engine(site, request, counts).run()
        wrong = "" if got == compared(answer) else f"nginx {got} model {compared(answer)}"
        wrong = wrong or static(site, got, answer)
        if wrong:
            where = answer.level.subject if answer.level else ""
            result.mismatches.append(f"seed {case.seed} {request}: {wrong} at {where}")
            return


def static(site: Site, got: serve.Reply, answer: Answer) -> str:
    """Whether the static claims about the block that answered hold for what nginx sent; "" when they do."""
    location = next((one for one in site.locations if one.level is answer.level), None)
    if location is None:
        return "" if answer.level is None else "no such context"
    if location.dead:
        return f"dead context answered: {location.dead_because}"
    sent = {name for name, _ in got[1]}
    html = answer.kind == "text/html"  # what a header is "surely" is said of pages
    certain = [header for header in location.headers if header.always and not header.maybe_empty]
    sure = {header.key for header in certain if html or "$m_type" not in str(header.value.known)}
    possible = {header.key for header in location.headers if not header.never_sent}
    if got[0] and not sure <= sent:
        return f"headers surely sent are missing: {sure - sent}"
    extra = sent - possible - {"expires", "www-authenticate", "x-up", "cache-control", "x-frame-options"}
    return f"headers never sent are there: {extra}" if extra else ""
