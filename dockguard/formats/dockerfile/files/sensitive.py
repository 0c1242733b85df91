"""Files that hold credentials by their name, and version control folders."""

from __future__ import annotations

from functools import cache

from dockguard.lazy import regex

_NAMES = {
    "id_rsa": "a private SSH key", "id_dsa": "a private SSH key", "id_ecdsa": "a private SSH key",
    "id_ed25519": "a private SSH key", "identity": "a private SSH key", ".npmrc": "npm credentials",
    ".yarnrc.yml": "npm credentials", ".pypirc": "PyPI credentials", ".netrc": "login data", "_netrc": "login data",
    ".git-credentials": "Git credentials", ".htpasswd": "passwords", ".pgpass": "PostgreSQL passwords",
    ".my.cnf": "MySQL credentials", ".dockercfg": "registry credentials", ".s3cfg": "AWS credentials",
    ".boto": "cloud credentials", "credentials.json": "cloud credentials", "wp-config.php": "database credentials",
    "service-account.json": "cloud credentials", "serviceaccount.json": "cloud credentials",
    "kubeconfig": "cluster credentials", ".vault-token": "a Vault token", ".terraformrc": "Terraform credentials",
    "terraform.tfvars": "Terraform variables", ".ssh": "SSH keys", ".aws": "AWS credentials", ".gnupg": "GnuPG keys",
    ".kube": "cluster credentials", ".azure": "Azure credentials", "secrets.yml": "secrets", "secrets.yaml": "secrets",
    "secrets.json": "secrets", ".secrets": "secrets", "master.key": "the Rails master key",
    "ssh_host_rsa_key": "a private SSH key", "ssh_host_ed25519_key": "a private SSH key",
    "ssh_host_ecdsa_key": "a private SSH key",
}  # fmt: skip
_SUFFIXES = {
    ".key": "a private key", ".pem": "a key or certificate", ".p12": "a key store", ".pfx": "a key store",
    ".jks": "a key store", ".keystore": "a key store", ".ppk": "a private key", ".kdbx": "a password store",
    ".tfstate": "Terraform state", ".asc": "", ".ovpn": "a VPN profile",
}  # fmt: skip
_LIKE = regex(
    r"(?i)(?:[\w.-]{0,80}[._-])?(?:(?P<cloud>service[._-]?account(?:[._-]?key)?|gcp[._-]?key|(?:gcp|google|gcloud|aws|"
    r"firebase|azure)[._-](?:application[._-])?cred(?:ential)?s|firebase-adminsdk[\w-]{0,60}|client[._-]?secrets?)"
    r"[\w-]{0,60}\.json|(?P<cluster>kube[._-]?config(?:[._-][\w-]{1,40})?)(?:\.ya?ml)?|"
    r"(?P<terraform>[\w-]{1,60}(?:\.auto)?\.tfvars(?:\.json)?|[\w-]{1,60}\.tfstate(?:\.\d{1,12})?\.backup))"
)
_WHAT_LIKE = {
    "cloud": "cloud credentials",
    "cluster": "cluster credentials",
    "terraform": "Terraform variables or state",
}
_PATHS = (".docker/config.json", ".aws/credentials", ".kube/config", ".config/gcloud", ".config/gh/hosts.yml")
_PUBLIC = regex(r"(?i)(?:^|[._-])(?:example|sample|template|dist|tmpl|default|pub|public|test|fixture|ci)(?:$|[._-])")
_CERTIFICATE = regex(r"(?i)(?:ca|cert|certs|chain|bundle|certificate|root|crt|fullchain|dhparam)")
VCS = frozenset({".git", ".hg", ".svn", ".bzr", "CVS"})


@cache
def sensitive_path(path: str) -> str:
    """What a file is by its name, "" for nothing special: `a private SSH key`, `an environment file`."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    name = parts[-1] if parts else ""
    name = name.rstrip("*") or name  # `.env*` takes `.env`
    if not name or _PUBLIC.search(name):
        return ""
    if any(path == place or path.endswith(f"/{place}") for place in _PATHS):
        return "credentials"
    if name == ".env" or (name.startswith(".env.") and "vault" not in name) or name.endswith(".env"):
        return "an environment file"
    if name in _NAMES:
        return _NAMES[name]
    like = _LIKE.fullmatch(name)
    return _WHAT_LIKE[like.lastgroup] if like and like.lastgroup else _by_suffix(name)


def _by_suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    what = _SUFFIXES.get(f".{suffix.lower()}", "") if dot and stem else ""
    if suffix.lower() == "pem" and _CERTIFICATE.search(stem) and "key" not in stem.lower():
        return ""
    if suffix.lower() in ("key", "pem") and stem in ("*", ""):
        return what
    return what
