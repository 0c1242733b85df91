"""Switches that turn verification off: each found once, in its place, and nothing else."""

from __future__ import annotations

import re

import pytest

from dockguard.common import tables
from dockguard.common.shell import scan_text
from dockguard.common.tls import Weakness, in_command, in_environment, in_variable
from dockguard.common.tls_files import in_file, in_script
from dockguard.source import Source, Unknown

NOWHERE = Source("x", "").whole


def found(text: str, dialect: str = "sh") -> list[Weakness]:
    return list(in_script(scan_text(text, dialect)))


BAD = [
    ("curl -k https://x", "curl", "certificate", "-k"),
    ("curl -sSLk https://x -o x", "curl", "certificate", "-sSLk"),
    ("curl -Lko x https://x", "curl", "certificate", "-Lko"),
    ("curl --insecure https://x", "curl", "certificate", "--insecure"),
    ("curl --proxy-insecure https://x", "curl", "certificate", "--proxy-insecure"),
    ("/usr/bin/curl https://x -k", "curl", "certificate", "-k"),
    ("set -e; \\\n curl \\\n -k \\\n https://x", "curl", "certificate", "-k"),
    ("sh -c 'curl -k x'", "curl", "certificate", "-k"),
    ("X=$(sudo curl -k x)", "curl", "certificate", "-k"),
    ("if curl -k x; then y; fi", "curl", "certificate", "-k"),
    ("curl --tlsv1.0 https://x", "curl", "protocol", "--tlsv1.0"),
    ("curl --tls-max 1.1 https://x", "curl", "protocol", "--tls-max 1.1"),
    ("curl -3 https://x", "curl", "protocol", "-3"),
    ("echo insecure >> ~/.curlrc", "curl", "certificate", "insecure"),
    ("echo '--insecure' > /root/.curlrc", "curl", "certificate", "--insecure"),
    ("wget --no-check-certificate https://x", "wget", "certificate", "--no-check-certificate"),
    ("busybox wget --no-check-certificate https://x", "wget", "certificate", "--no-check-certificate"),
    ("wget -e check_certificate=off x", "wget", "certificate", "-e check_certificate=off"),
    ("wget --secure-protocol=TLSv1 x", "wget", "protocol", "--secure-protocol=TLSv1"),
    ("echo 'check_certificate = off' >> $HOME/.wgetrc", "wget", "certificate", "check_certificate = off"),
    ("pip install --trusted-host pypi.org a", "python", "certificate", "--trusted-host pypi.org"),
    ("pip3 install --trusted-host=pypi.org a", "python", "certificate", "--trusted-host=pypi.org"),
    ("python3 -m pip --trusted-host x install a", "python", "certificate", "--trusted-host x"),
    ("pip config set global.trusted-host x", "python", "certificate", "pip config set global.trusted-host x"),
    ("pip config --user set install.trusted-host x", "python", "certificate", None),
    ("PIP_TRUSTED_HOST=pypi.org pip install a", "python", "certificate", "PIP_TRUSTED_HOST=pypi.org"),
    ("printf '[global]\\ntrusted-host = x\\n' > /etc/pip.conf", "python", "certificate", "trusted-host = x"),
    ("uv pip install --allow-insecure-host x a", "python", "certificate", "--allow-insecure-host x"),
    ("export PYTHONHTTPSVERIFY=0", "python", "certificate", "PYTHONHTTPSVERIFY=0"),
    ("conda config --set ssl_verify false", "python", "certificate", "conda config --set ssl_verify false"),
    ("conda config --system --set ssl_verify no", "python", "certificate", None),
    ("poetry config certificates.foo.cert false", "python", "certificate", None),
    ("npm config set strict-ssl false", "node", "certificate", "npm config set strict-ssl false"),
    ("npm config set strict-ssl=false", "node", "certificate", None),
    ("npm config --global set strict-ssl false", "node", "certificate", None),
    ("npm config set -g strict-ssl false", "node", "certificate", None),
    ("npm c set strict-ssl false", "node", "certificate", None),
    ("npm set strict-ssl false", "node", "certificate", None),
    ("npm ci --strict-ssl=false", "node", "certificate", "--strict-ssl=false"),
    ("npm ci --strict-ssl false", "node", "certificate", "--strict-ssl false"),
    ("npm ci --no-strict-ssl", "node", "certificate", "--no-strict-ssl"),
    ("yarn config set strict-ssl false", "node", "certificate", None),
    ("yarn config set enableStrictSsl false", "node", "certificate", None),
    ("pnpm config set strict-ssl false", "node", "certificate", None),
    ("echo strict-ssl=false >> .npmrc", "node", "certificate", "strict-ssl=false"),
    ("cat <<EOF > /root/.npmrc\na=b\nstrict-ssl = false\nEOF\n", "node", "certificate", "strict-ssl = false"),
    ("NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci", "node", "certificate", "NODE_TLS_REJECT_UNAUTHORIZED=0"),
    ("export NODE_TLS_REJECT_UNAUTHORIZED='0'", "node", "certificate", "NODE_TLS_REJECT_UNAUTHORIZED='0'"),
    ("env npm_config_strict_ssl=false npm ci", "node", "certificate", "npm_config_strict_ssl=false"),
    ("git -c http.sslVerify=false clone x", "git", "certificate", "-c http.sslVerify=false"),
    ("git clone -c http.sslverify=0 x", "git", "certificate", "-c http.sslverify=0"),
    ("git config --global http.sslVerify false", "git", "certificate", "git config --global http.sslVerify false"),
    ('git config --global http.sslVerify "false"', "git", "certificate", None),
    ("git config http.https://x.y/.sslVerify false", "git", "certificate", None),
    ("GIT_SSL_NO_VERIFY=true git clone x", "git", "certificate", "GIT_SSL_NO_VERIFY=true"),
    ("GIT_SSL_NO_VERIFY= git clone x", "git", "certificate", "GIT_SSL_NO_VERIFY="),
    ("GIT_SSL_NO_VERIFY=$X git clone x", "git", "certificate", "GIT_SSL_NO_VERIFY=$X"),
    ("GIT_CONFIG_KEY_0=http.sslVerify GIT_CONFIG_VALUE_0=false git x", "git", "certificate", None),
    ("printf '[http]\\n\\tsslVerify = false\\n' >> ~/.gitconfig", "git", "certificate", "sslVerify = false"),
    ("apt-get install --allow-unauthenticated a", "apt", "signature", "--allow-unauthenticated"),
    ("apt install -y --allow-unauthenticated a", "apt", "signature", "--allow-unauthenticated"),
    ("apt-get install -y --force-yes a", "apt", "signature", "--force-yes"),
    ("apt-get update --allow-insecure-repositories", "apt", "signature", "--allow-insecure-repositories"),
    ("apt-get -o Acquire::AllowInsecureRepositories=true update", "apt", "signature", None),
    ("apt-get -oAPT::Get::AllowUnauthenticated=1 install a", "apt", "signature", None),
    ("apt-get -o 'Acquire::https::x.y::Verify-Peer=false' update", "apt", "certificate", None),
    ("apt-get -o Acquire::Check-Valid-Until=false update", "apt", "freshness", None),
    (
        'echo "deb [trusted=yes] https://x y z" > /etc/apt/sources.list.d/x.list',
        "apt",
        "signature",
        "deb [trusted=yes]",
    ),
    ("echo deb [ arch=amd64 trusted=yes ] http://x y z >> /etc/apt/sources.list", "apt", "signature", None),
    ('echo "deb [trusted=yes] x y z" | sudo tee -a /etc/apt/sources.list', "apt", "signature", "deb [trusted=yes]"),
    ("cat > /etc/apt/sources.list.d/x.sources <<E\nTypes: deb\nTrusted: yes\nE\n", "apt", "signature", "Trusted: yes"),
    ("tee /etc/apt/sources.list.d/x.list <<E\ndeb [trusted=yes] x y z\nE\n", "apt", "signature", None),
    ("echo 'Acquire::https::Verify-Peer \"false\";' > /etc/apt/apt.conf.d/99x", "apt", "certificate", None),
    ("echo 'APT::Get::AllowUnauthenticated \"true\";' >> /etc/apt/apt.conf", "apt", "signature", None),
    ("add-apt-repository 'deb [trusted=yes] http://x y z'", "apt", "signature", None),
    ("apk add --allow-untrusted ./x.apk", "apk", "signature", "--allow-untrusted"),
    ("apk --no-check-certificate add x", "apk", "certificate", "--no-check-certificate"),
    ("dnf install -y --nogpgcheck x", "rpm", "signature", "--nogpgcheck"),
    ("microdnf --setopt=gpgcheck=0 install x", "rpm", "signature", "--setopt=gpgcheck=0"),
    ("yum --setopt sslverify=false install x", "rpm", "certificate", "--setopt sslverify=false"),
    ("yum-config-manager --save --setopt=a.gpgcheck=0", "rpm", "signature", "--setopt=a.gpgcheck=0"),
    ("printf '[x]\\ngpgcheck=0\\n' > /etc/yum.repos.d/x.repo", "rpm", "signature", "gpgcheck=0"),
    ("sed -i -e 's/gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/x.repo", "rpm", "signature", "gpgcheck=0"),
    ("rpm -i --nosignature x.rpm", "rpm", "signature", "--nosignature"),
    ("zypper --no-gpg-checks in x", "rpm", "signature", "--no-gpg-checks"),
    ("zypper ar -G http://x y", "rpm", "signature", None),
    ("zypper ar --no-gpgcheck http://x y", "rpm", "signature", None),
    ("go env -w GOSUMDB=off", "other", "signature", None),
    ("GOSUMDB=off go build", "other", "signature", "GOSUMDB=off"),
    ("GOINSECURE=x.y go get z", "other", "certificate", "GOINSECURE=x.y"),
    ("GOFLAGS=-insecure go get z", "other", "certificate", None),
    ("composer config --global disable-tls true", "other", "certificate", None),
    ("composer config secure-http false", "other", "certificate", None),
    ("bundle config set ssl_verify_mode 0", "other", "certificate", None),
    ("aws s3 cp --no-verify-ssl a b", "other", "certificate", "--no-verify-ssl"),
    ("mvn -Dmaven.wagon.http.ssl.insecure=true package", "other", "certificate", None),
    ("kubectl --insecure-skip-tls-verify apply", "other", "certificate", "--insecure-skip-tls-verify"),
    ("skopeo copy --src-tls-verify=false a b", "other", "certificate", "--src-tls-verify=false"),
    ("ssh -o StrictHostKeyChecking=no git@x", "ssh", "host-key", "-o StrictHostKeyChecking=no"),
    ("scp -oUserKnownHostsFile=/dev/null a b", "ssh", "host-key", "-oUserKnownHostsFile=/dev/null"),
    ("ssh -o 'StrictHostKeyChecking accept-new' x", "ssh", "host-key", None),
    ("ssh-keyscan github.com >> /root/.ssh/known_hosts", "ssh", "host-key", "ssh-keyscan github.com"),
    ("GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=no' git clone x", "ssh", "host-key", None),
    (
        "printf 'Host *\\n\\tStrictHostKeyChecking no\\n' >> ~/.ssh/config",
        "ssh",
        "host-key",
        "StrictHostKeyChecking no",
    ),
]


@pytest.mark.parametrize(("text", "topic", "kind", "place"), BAD)
def test_what_is_found(text: str, topic: str, kind: str, place: str | None) -> None:
    (weakness,) = found(text)
    assert (weakness.topic, weakness.kind) == (topic, kind)
    assert weakness.what
    if place is not None:
        assert weakness.span.outer.text == place


@pytest.mark.parametrize(
    "text",
    [
        "curl https://x",
        "curl -H k -K cfg -o k https://x",
        "curl -fsSLo -k https://x",  # -o takes `-k` as the file's name
        "curl --tlsv1.2 --tls-max 1.3 https://x",
        "mycurl -k x",
        "echo 'curl -k x'",
        "echo curl -k x",
        "printf '%s' --insecure",
        "# curl -k x",
        "curl-config -k",
        "tar -k x",
        "wget --check-certificate=on x",
        "wget x -O --no-check-certificate",
        "pip install --trusted-host localhost a",
        "pip install --trusted-host 127.0.0.1:3141 a",
        "pip install --trusted-host $H a",
        "PIP_TRUSTED_HOST=localhost pip install a",
        "PIP_TRUSTED_HOST=$H pip install a",
        "pip config set global.index-url x",
        "npm config set strict-ssl true",
        "npm config get strict-ssl",
        "npm config delete strict-ssl",
        "npm ci --strict-ssl",
        "npm ci --no-strict-ssl=false",
        "npm run x -- strict-ssl false",
        "NODE_TLS_REJECT_UNAUTHORIZED=1 npm ci",
        "NODE_TLS_REJECT_UNAUTHORIZED=$X npm ci",
        "git config --global http.sslVerify true",
        "git config --global --unset http.sslVerify",
        "git config http.sslVerify $X",
        "git commit -m 'http.sslVerify false'",
        "GIT_CONFIG_KEY_0=http.sslVerify GIT_CONFIG_VALUE_0=true git x",
        "unset GIT_SSL_NO_VERIFY",
        "apt-get -o Acquire::https::Verify-Peer=true update",
        "apt-get -o APT::Get::AllowUnauthenticated=false install a",
        "echo 'deb [signed-by=/x] https://x y z' > /etc/apt/sources.list.d/x.list",
        "echo 'deb [trusted=yes] x y z' > /tmp/notes.txt",
        "echo 'deb [trusted=yes] x y z'",
        "apk add --no-cache a",
        "dnf install --setopt=gpgcheck=1 x",
        "printf 'gpgcheck=1\\n' > /etc/yum.repos.d/x.repo",
        "sed 's/gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/x.repo",
        "sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/x.repo",
        "zypper ar -g http://x y",
        "kubectl --insecure-skip-tls-verify=false apply",
        "composer config disable-tls false",
        "composer config secure-http true",
        "ssh -o StrictHostKeyChecking=yes x",
        "ssh -o UserKnownHostsFile=/x y",
        "GONOSUMDB=corp.example.com go build",
        "GOSUMDB=sum.golang.org go build",
        "go build -insecurely",
        "gem install -P HighSecurity a",
    ],
)
def test_what_is_harmless(text: str) -> None:
    assert found(text) == []


def test_loopback_is_told() -> None:
    assert found("curl -kf https://localhost:8443/health || exit 1")[0].loopback
    assert found("curl -k https://127.0.0.1/ https://[::1]/x")[0].loopback
    assert not found("curl -k https://localhost/ https://x/")[0].loopback
    assert not found("curl -k $URL")[0].loopback
    assert not found("curl -k https://localhost.evil.com/")[0].loopback
    assert not found("curl -k https://localhost@evil.com/")[0].loopback


def test_several_in_one_command() -> None:
    assert [w.switch for w in found("GIT_SSL_NO_VERIFY=1 curl -k --tlsv1.0 x")] == [
        "-k", "--tlsv1.0", "GIT_SSL_NO_VERIFY=1"
    ]  # fmt: skip


def test_powershell() -> None:
    assert [w.switch for w in found("Invoke-WebRequest -SkipCertificateCheck https://x -OutFile y", "powershell")] == [
        "-SkipCertificateCheck"
    ]
    callback = "[System.Net.ServicePointManager]::ServerCertificateValidationCallback = { $true }"
    assert [w.topic for w in found(callback, "powershell")] == ["powershell"]
    assert found("Invoke-WebRequest https://x", "powershell") == []
    assert [w.tool for w in found("curl.exe -k https://x", "cmd")] == ["curl"]


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0", "certificate"),
        ("NODE_TLS_REJECT_UNAUTHORIZED", " 0 ", "certificate"),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "1", None),
        ("NPM_CONFIG_STRICT_SSL", "false", "certificate"),
        ("npm_config_strict_ssl", "false", "certificate"),
        ("NPM_CONFIG_STRICT_SSL", "true", None),
        ("PYTHONHTTPSVERIFY", "0", "certificate"),
        ("GIT_SSL_NO_VERIFY", "0", "certificate"),  # git looks only whether it is set
        ("PIP_TRUSTED_HOST", "pypi.org files.pythonhosted.org", "certificate"),
        ("PIP_TRUSTED_HOST", "localhost 127.0.0.1", None),
        ("PIP_TRUSTED_HOST", "localhost pypi.org", "certificate"),
        ("PIP_TRUSTED_HOST", "", None),
        ("GOSUMDB", "off", "signature"),
        ("GONOSUMDB", "*", "signature"),
        ("ANSIBLE_HOST_KEY_CHECKING", "False", "host-key"),
        ("UNRELATED", "0", None),
        ("node_tls_reject_unauthorized", "0", None),
    ],
)
def test_variables(name: str, value: str, kind: str | None) -> None:
    weakness = in_variable(name, value, NOWHERE)
    assert (weakness.kind if weakness else None) == kind


def test_unknown_variables() -> None:
    assert in_variable("NODE_TLS_REJECT_UNAUTHORIZED", Unknown("x"), NOWHERE) is None
    assert in_variable("GIT_SSL_NO_VERIFY", Unknown("x"), NOWHERE) is not None
    pairs = [("GIT_CONFIG_KEY_1", "http.sslVerify", NOWHERE), ("GIT_CONFIG_VALUE_1", Unknown("x"), NOWHERE)]
    assert list(in_environment(pairs)) == []


def test_files() -> None:
    source = Source("x", "[a]\nname=b\n  sslverify = 0\ngpgcheck=0\n[b]\ngpgcheck=1\n#gpgcheck=0\n")
    weak = list(in_file("/etc/yum.repos.d/a.repo", source))
    assert sorted((w.kind, w.span.text, w.span.line) for w in weak) == [
        ("certificate", "sslverify = 0", 3),
        ("signature", "gpgcheck=0", 4),
    ]
    assert list(in_file("/etc/other", source)) == []
    assert list(in_file("a.repo", source, 0, 10)) == []
    assert [w.tool for w in in_file(".npmrc", Source("x", "strict-ssl=false"))] == ["npm"]
    assert list(in_file("x.npmrc", Source("x", "strict-ssl=false"))) == []


def test_in_command_takes_one_command() -> None:
    (command,) = scan_text("curl -k x").commands
    assert [weakness.switch for weakness in in_command(command)] == ["-k"]


def test_the_table_is_whole() -> None:
    table = tables.load("tls")
    assert table["source"]
    assert table["date"]
    assert table["refresh"]
    kinds = {"certificate", "signature", "host-key", "protocol", "freshness", "revocation"}
    names = [name for row in table["tools"].values() for name in row["names"]]
    assert len(names) == len(set(names))
    for row in table["tools"].values():
        assert set(row.get("options", {})) <= kinds
        for entry in (*row.get("valued", ()), *row.get("commands", ()), *row.get("settings", ())):
            assert entry["kind"] in kinds
    for entry in (*table["environment"], *(line for row in table["files"] for line in row["lines"])):
        assert entry["kind"] in kinds
        assert re.compile(entry.get("value", entry.get("pattern")))
