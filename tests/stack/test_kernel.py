"""What the rules claim of capabilities and read-only roots, measured: by the kernel, and by a real nginx."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dockguard.stack.program import programs

from .helpers import stack

TOOLS = ("setpriv", "setcap", "unshare", "find")
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or any(shutil.which(tool) is None for tool in TOOLS),
    reason=f"needs root, and {', '.join(TOOLS)}",
)
USER = ("--reuid=1000", "--regid=1000", "--clear-groups")


def without(*names: str, user: tuple[str, ...] = (), more: tuple[str, ...] = ()) -> list[str]:
    """A process that may not hold some capabilities, as one of a container with `cap_drop`."""
    return ["setpriv", "--inh-caps=-all", f"--bounding-set={','.join(f'-{name}' for name in names)}", *user, *more]


def code(*command: str) -> int:
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


@pytest.fixture
def carrier(tmp_path: Path) -> str:
    """A program that carries a capability, as caddy does."""
    found = tmp_path / "carrier"
    shutil.copy(shutil.which("true") or "/bin/true", found)
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.geteuid() and folder.name.startswith("pytest-"):
            folder.chmod(0o755)
    if code("setcap", "cap_net_bind_service=+ep", str(found)) != 0:
        pytest.skip("the file system keeps no capabilities")
    return str(found)


def test_a_program_that_carries_one_is_not_run_without_it(carrier: str) -> None:
    """Whoever runs it, and with `no-new-privileges` too."""
    assert code(*without("net_raw"), carrier) == 0
    assert code(*without("net_bind_service"), carrier) != 0
    assert code(*without("net_bind_service", user=USER), carrier) != 0
    assert code(*without("net_bind_service", user=USER, more=("--no-new-privs",)), carrier) != 0
    assert code(*without("net_raw", user=USER, more=("--no-new-privs",)), carrier) == 0


@pytest.mark.parametrize("name", ["setuid", "setgid"])
def test_nobody_changes_the_user_without(name: str) -> None:
    assert code(*without("net_raw"), "setpriv", *USER, "true") == 0
    assert code(*without(name), "setpriv", *USER, "true") != 0


def test_root_does_not_see_into_a_folder_of_another_user(tmp_path: Path) -> None:
    """What the entrypoints of databases do on every start but the first; reading is enough."""
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 1000, 1000)
    data.chmod(0o700)
    look = ("find", str(data), "!", "-user", "1000")
    assert code(*without("dac_override"), *look) == 0
    assert code(*without("dac_read_search"), *look) == 0
    assert code(*without("dac_override", "dac_read_search"), *look) != 0


NGINX = shutil.which("nginx")
CONFIGURATION = """pid /W/pid/nginx.pid;
error_log stderr;
events {}
http {
  access_log /W/log/access.log;
  client_body_temp_path /W/body/a; proxy_temp_path /W/proxy/a; fastcgi_temp_path /W/fastcgi/a;
  uwsgi_temp_path /W/uwsgi/a; scgi_temp_path /W/scgi/a;
  proxy_cache_path /W/cache/a keys_zone=a:1m;
  server { listen 127.0.0.1:1; }
}
"""
FOLDERS = ("pid", "log", "body", "proxy", "fastcgi", "uwsgi", "scgi", "cache")


def starts(folder: Path, writable: tuple[str, ...]) -> bool:
    """Whether nginx accepts its configuration on a read-only root with some folders that can be written to."""
    root = folder / "root"
    lines = [f"mount --bind / {root}", f"mount -o remount,ro,bind {root}"]
    lines += [f"mount -t tmpfs tmpfs {root}{folder}/W/{name}" for name in writable]
    lines += [f"chroot {root} {NGINX} -t -q -e stderr -c {folder}/nginx.conf"]
    return code("unshare", "-m", "sh", "-c", " && ".join(lines)) == 0


def test_nginx_needs_each_path_that_is_said_of_it(tmp_path: Path) -> None:
    if NGINX is None:
        pytest.skip("there is no nginx to ask")
    for name in FOLDERS:
        (tmp_path / "W" / name).mkdir(parents=True)
    (tmp_path / "root").mkdir()
    text = CONFIGURATION.replace("/W/", f"{tmp_path}/W/")
    (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
    if not starts(tmp_path, FOLDERS):
        pytest.skip("nothing can be mounted here")
    for missing in FOLDERS:
        assert not starts(tmp_path, tuple(name for name in FOLDERS if name != missing)), missing
    compose = "services:\n  a:\n    image: nginx:1.27\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n"
    (program,) = programs(stack(compose, nginx_conf=text))
    said = {path.path.removeprefix(f"{tmp_path}/W/").partition("/")[0] for path in program.paths}
    assert said == set(FOLDERS)
