"""Package managers: actions, packages, versions, flags, leftovers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dockguard.common import tables
from dockguard.common.packages import PackageCall, grammar_of, leftovers, package_call, package_calls
from dockguard.common.shell import scan_text
from dockguard.source import Undecided, Unknown


def one(text: str) -> PackageCall:
    (call,) = package_calls(scan_text(text).commands)
    return call


@pytest.mark.parametrize(
    ("text", "manager", "action", "packages"),
    [
        ("apt-get update", "apt-get", "update", []),
        ("apt-get -y -o Dpkg::Use-Pty=0 -t stable install a b", "apt-get", "install", ["a", "b"]),
        ("sudo apt install -y a", "apt-get", "install", ["a"]),
        ("apt-get --option Acquire::Retries=3 install a", "apt-get", "install", ["a"]),
        ("apt-get dist-upgrade -y", "apt-get", "upgrade", []),
        ("apt-get purge --auto-remove a", "apt-get", "remove", ["a"]),
        ("apt-get autoremove", "apt-get", "remove", []),
        ("apt-get clean", "apt-get", "clean", []),
        ("apt-get install -d a", "apt-get", "download", ["a"]),
        ("apt-get -s install a", "apt-get", "query", []),
        ("apt-cache search a", "apt-cache", None, []),
        ("install_packages a b", "install_packages", "install", ["a", "b"]),
        ("apk --no-cache add -t .deps a b", "apk", "install", ["a", "b"]),
        ("apk add --virtual=.deps -X http://x a", "apk", "install", ["a"]),
        ("apk del .deps", "apk", "remove", [".deps"]),
        ("apk -U upgrade", "apk", "upgrade", []),
        ("yum -y localinstall https://x/a.rpm", "yum", "install", ["https://x/a.rpm"]),
        ("yum update -y", "yum", "upgrade", []),
        ("yum makecache", "yum", "update", []),
        ("dnf group install -y 'Development Tools'", "dnf", "install-group", ["Development Tools"]),
        ("dnf config-manager --add-repo http://x", "dnf", "add-repo", []),
        ("microdnf install -y --nodocs a", "microdnf", "install", ["a"]),
        ("tdnf clean all", "tdnf", "clean", []),
        ("rpm -Uvh --nodeps a.rpm b.rpm", "rpm", "install", ["a.rpm", "b.rpm"]),
        ("rpm -qa", "rpm", "query", []),
        ("rpm --import https://x/key", "rpm", "add-key", []),
        ("zypper -n in -y a", "zypper", "install", ["a"]),
        ("zypper ref", "zypper", "update", []),
        ("zypper ar -f http://x y", "zypper", "add-repo", []),
        ("pacman -Sy --noconfirm a b", "pacman", "install", ["a", "b"]),
        ("pacman -Syu", "pacman", "upgrade", []),
        ("pacman -Sy", "pacman", "update", []),
        ("pacman -Scc", "pacman", "clean", []),
        ("pacman -Rns a", "pacman", "remove", ["a"]),
        ("dpkg -i /tmp/a.deb", "dpkg", "install", ["/tmp/a.deb"]),
        ("dpkg --install a.deb", "dpkg", "install", ["a.deb"]),
        ("pip install -r r.txt -c c.txt a", "pip", "install", ["a"]),
        ("pip3.12 install --index-url http://x -e . a", "pip", "install", ["a", "."]),
        ("python3 -m pip install a", "pip", "install", ["a"]),
        ("python -u -m pip install a", "pip", "install", ["a"]),
        ("/venv/bin/pip install a", "pip", "install", ["a"]),
        ("pip uninstall -y a", "pip", "remove", ["a"]),
        ("pipx install a", "pipx", "install", ["a"]),
        ("uv pip install --system a", "uv", "install", ["a"]),
        ("uv sync --frozen", "uv", "sync", []),
        ("uv tool install a", "uv", "install", ["a"]),
        ("poetry install --no-root", "poetry", "sync", []),
        ("pipenv install --deploy", "pipenv", "sync", []),
        ("conda install -y -c forge a=1", "conda", "install", ["a=1"]),
        ("conda env create -f e.yml", "conda", "sync", []),
        ("npm install", "npm", "sync", []),
        ("npm ci --only=production", "npm", "sync", []),
        ("npm i -g a", "npm", "install", ["a"]),
        ("npm --prefix /x install a", "npm", "install", ["a"]),
        ("npm run build", "npm", "run", []),
        ("npm config set x y", "npm", "config", []),
        ("npx -y a b", "npx", "exec", ["a"]),
        ("yarn", "yarn", "sync", []),
        ("yarn --frozen-lockfile", "yarn", "sync", []),
        ("yarn global add a", "yarn", "install", ["a"]),
        ("yarn build", "yarn", "run", []),
        ("yarn some-script", "yarn", "run", []),
        ("pnpm i", "pnpm", "sync", []),
        ("pnpm add a", "pnpm", "install", ["a"]),
        ("bun install", "bun", "sync", []),
        ("gem install -N a b", "gem", "install", ["a", "b"]),
        ("bundle install --jobs 4", "bundle", "sync", []),
        ("bundle", "bundle", "sync", []),
        ("bundle exec rake", "bundle", "run", []),
        ("go install -ldflags '-s -w' a@v1.0.0", "go", "install", ["a@v1.0.0"]),
        ("go mod download", "go", "sync", []),
        ("go build -o x .", "go", "build", ["."]),
        ("cargo install --locked a", "cargo", "install", ["a"]),
        ("cargo install --path .", "cargo", "install", []),
        ("composer install --no-dev", "composer", "sync", []),
        ("composer global require a/b", "composer", "install", ["a/b"]),
        ("pecl install a", "pecl", "install", ["a"]),
        ("dotnet add package A --version 1.0", "dotnet", "install", ["A"]),
        ("dotnet restore", "dotnet", "sync", []),
        ("add-apt-repository -y ppa:x/y", "add-apt-repository", "add-repo", []),
        ("curl -fsSL https://x | apt-key add -", "apt-key", "add-key", []),
        ("luarocks install a 1.0-1", "luarocks", "install", ["a"]),
    ],
)
def test_what_is_done(text: str, manager: str, action: str | None, packages: list[str]) -> None:
    if action is None:
        assert list(package_calls(scan_text(text).commands)) == []
        return
    call = one(text)
    assert (call.manager, call.action, [package.word.text for package in call.packages]) == (manager, action, packages)


@pytest.mark.parametrize(
    "text", ["./apt-get.sh install", "echo apt-get install x", "adapt install", "python3 -m http.server", "python x.py",
             "mypip install x", "$APT install x", "git clone x"],
)  # fmt: skip
def test_other_commands(text: str) -> None:
    assert [package_call(command) for command in scan_text(text).commands] == [None]


@pytest.mark.parametrize(
    ("text", "kind", "name", "version", "pinned"),
    [
        ("apt-get install a=1.2-3", "package", "a", "1.2-3", True),
        ("apt-get install a=1.2.*", "package", "a", "1.2.*", False),
        ("apt-get install a/stable", "package", "a", "stable", False),
        ("apt-get install a", "package", "a", "", False),
        ("apt-get install ./a.deb", "file", "./a.deb", "", True),
        ("apk add a=1.2-r0", "package", "a", "1.2-r0", True),
        ("apk add 'a~=1.2'", "package", "a", "1.2", False),
        ("apk add 'a>1.2'", "package", "a", "1.2", False),
        ("apk add a@edge", "package", "a", "edge", False),
        ("dnf install a-1.2-3.el9", "package", "a", "1.2-3.el9", True),
        ("dnf install openssl-1:3.0.7-2.el9.x86_64", "package", "openssl", "1:3.0.7-2.el9.x86_64", True),
        ("dnf install java-17-openjdk", "package", "java-17-openjdk", "", False),
        ("dnf install @core", "group", "@core", "", False),
        ("pip install a==1.2", "package", "a", "1.2", True),
        ("pip install 'a[x,y]==1.2'", "package", "a", "1.2", True),
        ("pip install 'a[x]>=1.2,<2'", "package", "a", "1.2,<2", False),
        ("pip install 'a==1.*'", "package", "a", "1.*", False),
        ("pip install a~=1.2", "package", "a", "1.2", False),
        ("pip install .", "file", ".", "", True),
        ("pip install '.[dev]'", "file", ".[dev]", "", True),
        ("pip install ./dist/a.whl", "file", "./dist/a.whl", "", True),
        ("pip install https://x/a.whl", "url", "https://x/a.whl", "", False),
        (f"pip install git+https://x/a@{'a1' * 20}", "vcs", f"git+https://x/a@{'a1' * 20}", "a1" * 20, True),
        ("pip install git+https://x/a@main", "vcs", "git+https://x/a@main", "main", False),
        ("pip install git+ssh://git@x/a.git#egg=a", "vcs", "git+ssh://git@x/a.git#egg=a", "", False),
        ("pip install libs/a", "file", "libs/a", "", True),
        ("pip install a=1.2", "package", "a", "1.2", False),
        ("pip2 install a==1.2", "package", "a", "1.2", True),
        ("dnf module install a:1", "package", "a", "1", True),
        ("dnf rei a", "package", "a", "", False),
        ("npm i x/y", "vcs", "x/y", "", False),
        ("npm i x/y#v1", "vcs", "x/y#v1", "v1", False),
        ("npm i git+ssh://git@x/y.git#semver:^5", "vcs", "git+ssh://git@x/y.git#semver:^5", "^5", False),
        ("npm i a-1.2.3.tar", "file", "a-1.2.3.tar", "", True),
        ("gem install a:1.2 -- --with-x=/y", "package", "a", "1.2", True),
        ("go run example.com/a@v1.2.3 --flag", "package", "example.com/a", "v1.2.3", True),
        ("go run main.go", "file", "main.go", "", True),
        ("cargo install --git https://x/a.git --tag v1", "vcs", "https://x/a.git", "v1", False),
        ("npm i a@1.2.3", "package", "a", "1.2.3", True),
        ("npm i @s/a@1.2.3", "package", "@s/a", "1.2.3", True),
        ("npm i @s/a", "package", "@s/a", "", False),
        ("npm i a@latest", "package", "a", "latest", False),
        ("npm i a@^1.2.3", "package", "a", "^1.2.3", False),
        ("npm i a@1", "package", "a", "1", False),
        ("npm i github:x/y", "vcs", "github:x/y", "", False),
        ("npm i -g .", "file", ".", "", True),
        ("gem install a:1.2", "package", "a", "1.2", True),
        ("gem install a -v 1.2", "package", "a", "1.2", True),
        ("gem install a --version '~> 1.2'", "package", "a", "~> 1.2", False),
        ("go install x/y@latest", "package", "x/y", "latest", False),
        ("go install x/y@v1.2.3", "package", "x/y", "v1.2.3", True),
        ("go install x/y@main", "package", "x/y", "main", False),
        ("go install ./cmd/x", "file", "./cmd/x", "", True),
        ("cargo install a --version 1.2.3", "package", "a", "1.2.3", True),
        ("cargo install a@1.2.3", "package", "a", "1.2.3", True),
        ("cargo install a --version '^1'", "package", "a", "^1", False),
        ("composer require a/b:1.2.3", "package", "a/b", "1.2.3", True),
        ("composer require 'a/b:^1.2'", "package", "a/b", "^1.2", False),
        ("pecl install a-1.2.3", "package", "a", "1.2.3", True),
        ("pecl install a-stable", "package", "a", "stable", False),
        ("conda install a=1.2", "package", "a", "1.2", True),
        ("luarocks install a 1.0-1", "package", "a", "1.0-1", True),
        ("uv tool install a@latest", "package", "a", "latest", False),
    ],
)
def test_packages(text: str, kind: str, name: str, version: str, pinned: bool) -> None:
    (package,) = one(text).packages
    assert (package.kind, package.name, package.version, package.pinned) == (kind, name, version, pinned)
    assert package.span.text == package.word.raw


def test_unknown_packages_are_unknown() -> None:
    call = one("pip install $PKGS a==$V ${N}==1.2 'b'")
    unknown, version, name, plain = call.packages
    assert (unknown.kind, unknown.versioned) == ("unknown", False)
    assert isinstance(unknown.pinned, Unknown)
    assert call.open
    assert version.name == "a"
    assert version.versioned
    with pytest.raises(Undecided):
        bool(version.pinned)
    assert isinstance(name.name, Unknown)
    assert name.pinned is True
    assert plain.pinned is False
    assert not one('pip install a==1 "$X"').open


@pytest.mark.parametrize("text", ["yum install a-$V", "yum install a-${V}", "pecl install a-$V"])
def test_a_version_that_only_the_run_time_knows_is_one(text: str) -> None:
    (package,) = one(text).packages
    assert (package.name, package.versioned) == ("a", True)
    assert isinstance(package.version, Unknown)


def test_a_release_says_something_a_tag_that_moves_does_not() -> None:
    versioned = [package.versioned for package in one("apt-get install a/stable b=1 c").packages]
    assert versioned == [True, True, False]
    assert [package.versioned for package in one("npm i a@latest b@1 c").packages] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("apt-get install -y a", "assume-yes", "no-recommends"),
        ("apt-get -qy install a", "assume-yes", "no-recommends"),
        ("apt-get -qq install a", "assume-yes", "no-recommends"),
        ("apt-get -q -q install a", "assume-yes", ""),
        ("apt-get -q=2 install a", "assume-yes", ""),
        ("apt-get -q install a", "quiet", "assume-yes"),
        ("apt-get install --assume-yes a", "assume-yes", ""),
        ("apt-get -o APT::Get::Assume-Yes=true install a", "assume-yes", ""),
        ("apt-get -o apt::install-recommends=0 install a", "no-recommends", "assume-yes"),
        ("apt-get install --no-install-recommends a", "no-recommends", "assume-yes"),
        ("yum -y install a", "assume-yes", ""),
        ("dnf install --setopt=install_weak_deps=False a", "no-recommends", "assume-yes"),
        ("zypper --non-interactive in a", "assume-yes", ""),
        ("zypper in a", "", "assume-yes"),
        ("apk add a", "assume-yes", "no-cache"),
        ("apk add --no-cache a", "no-cache", ""),
        ("pip install --no-cache-dir a", "no-cache", ""),
        ("PIP_NO_CACHE_DIR=1 pip install a", "no-cache", ""),
        ("PIP_NO_CACHE_DIR=off pip install a", "", "no-cache"),
        ("env PIP_NO_CACHE_DIR=true pip install a", "no-cache", ""),
        ("pip install --require-hashes -r x", "require-hashes", ""),
        ("npm i -g a", "global", "ignore-scripts"),
        ("npm ci --ignore-scripts", "ignore-scripts", ""),
        ("npm ci --ignore-scripts=false", "", "ignore-scripts"),
        ("pacman -S a", "", "assume-yes"),
        ("conda install a", "", "assume-yes"),
    ],
)
def test_flags(text: str, has: str, lacks: str) -> None:
    call = one(text)
    assert not has or call.has(has)
    assert not lacks or not call.has(lacks)


@pytest.mark.parametrize(
    ("text", "frozen"),
    [
        ("npm ci", True), ("npm install", False), ("yarn --immutable", True), ("yarn", False),
        ("uv sync --locked", True),
        ("uv sync", False), ("BUNDLE_FROZEN=1 bundle install", True), ("bundle install", False), ("pnpm ci", True),
        ("pnpm i --frozen-lockfile", True), ("cargo install --locked a", True), ("pipenv install --deploy", True),
    ],
)  # fmt: skip
def test_lock_files(text: str, frozen: bool) -> None:
    assert one(text).frozen is frozen


def test_values_have_places() -> None:
    call = one("PIP_INDEX_URL=http://e pip install -i http://a --extra-index-url=http://b --index-url $C x")
    assert [word.text for word in call.values("index")] == ["http://a", "$C", "http://e"]
    assert [word.span.text for word in call.values("extra-index")] == ["http://b"]
    assert [word.text for word in one("apk add -t .d a").values("virtual")] == [".d"]
    assert one("apk add a").name == "apk"
    assert one("sudo apk add a").span.text == "sudo apk add a"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("apt-get update && apt-get install -y a", ["apt"]),
        ("apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*", []),
        ("apt-get update; apt-get install a; rm -rf /x /var/lib/apt/lists/", []),
        ("rm -rf /var/lib/apt/lists/*; apt-get update", ["apt"]),
        ("apt-get update && apt-get clean", ["apt"]),
        ("apt-get update && apt-get distclean", []),
        ("apt-get install -y a", []),
        ("apk add a", ["apk"]),
        ("apk add --no-cache a", []),
        ("apk add a && rm -rf /var/cache/apk/*", []),
        ("yum install -y a", ["rpm"]),
        ("yum install -y a && yum clean all", []),
        ("dnf install -y a && yum clean all && dnf install -y b", ["rpm"]),
        ("dnf install -y a && rm -rf /var/cache/*", []),
        ("zypper in -y a && zypper clean -a", []),
        ("pip install a", ["pip"]),
        ("pip install --no-cache-dir a", []),
        ("pip install a && pip cache purge", []),
        ("pip install a && rm -rf ~/.cache", []),
        ("npm ci", ["npm"]),
        ("npm ci && npm cache clean --force", []),
        ("npm ci && npm cache ls", ["npm"]),
        ("npm config set x y", []),
        ("pacman -S a && pacman -Scc --noconfirm", []),
    ],
)
def test_leftovers(text: str, left: list[str]) -> None:
    assert [found.call.family for found in leftovers(scan_text(text).commands)] == left


def test_the_table_is_whole() -> None:
    table = tables.load("package_managers")
    assert table["source"]
    assert table["date"]
    assert table["refresh"]
    names = [name for row in table["managers"].values() for name in row["names"]]
    assert len(names) == len(set(names))
    for key, row in table["managers"].items():
        assert "like" in row or {"family", "names", "actions", "flags", "version"} <= set(row), key
        assert grammar_of(key) is not None
        assert row.get("like", key) in table["managers"]
        for spellings in row.get("flags", {}).values():
            assert all(spellings), key


def test_real_commands_are_all_understood() -> None:
    folder = os.environ.get("DOCKGUARD_CORPUS")
    if not folder:
        pytest.skip("DOCKGUARD_CORPUS is not set")
    unknown, seen = [], 0
    for line in (Path(folder) / "oracle" / "dockerfile_real.jsonl").read_text(encoding="utf-8").splitlines():
        for node in json.loads(line).get("nodes") or []:
            if node["cmd"].upper() != "RUN":
                continue
            for call in package_calls(scan_text("".join(node.get("args") or [])).commands):
                seen += 1
                if not call.action:
                    unknown.append(call.span.text[:80])
    assert seen > 1000
    assert len(unknown) < 0.08 * seen, sorted(set(unknown))
