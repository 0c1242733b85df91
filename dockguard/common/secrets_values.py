"""What a value looks like on its own: a reference, a placeholder, a common password, a hash, something random."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from math import log2

from dockguard.common.imageref import variables
from dockguard.common.secrets_names import words_of
from dockguard.common.secrets_verdict import pattern
from dockguard.common.tables import load

MAX_VALUE = 4096  # what is longer is judged by its beginning

# A reference: a template, a command, a secret manager's address, something encrypted.
_REFERENCES = (
    ("template", r"\{\{.{0,500}\}\}|<%.{0,500}%>|\{%.{0,500}%\}|%\{.{0,200}\}|#\{.{0,200}\}|\[\[.{0,200}\]\]"),
    (
        "command",
        r"\$\(.{0,2000}|`[^`]{1,2000}`|<\(.{0,500}|@\{?[A-Z_a-z]{1,60}\}?@|%[A-Za-z_][\w]{1,60}%|!\w+ .{0,300}",
    ),
    (
        "manager",
        r"(?:arn:aws[\w-]{0,10}:(?:secretsmanager|ssm|kms):|op://|vault[:+]|ref\+|secret(?:ref)?:|ssm:|sops:|aws-?sm:"
        r"|gcp-?sm:|akv[:s]|keyvault:|bws:|doppler:|infisical:|conjur:|env:|file:|env\.|projects/[\w-]{1,60}/secrets/)",
    ),
    (
        "encrypted",
        r"(?:ENC\[|ENC\(|vault:v\d|AgA[A-Za-z0-9+/]{100}|\$ANSIBLE_VAULT|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED))",
    ),
    (
        "code",
        r"(?:process\.env|os\.(?:environ|getenv|Getenv)|env\(|getenv\(|ENV\[|System\.getenv|std::env|import\.meta)",
    ),
)
_PATH = r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[\w.@+:~*-]{1,120}[/\\]){0,30}[\w.@+:~*-]{0,120}[/\\]?"
_FILE_NAME = (
    r"(?:[\w.%@-]{1,80}/){0,10}[\w.-]{1,80}\.(?:pem|key|crt|cer|cert|p12|pfx|jks|json|ya?ml|txt"
    r"|env|ini|conf|cfg|toml|secret|token|kdbx|pub)"
)
_URL = r"[A-Za-z][A-Za-z0-9+.-]{1,30}:/{1,3}[^\s@]{0,2000}"
_HARMLESS = (
    ("number", r"[+-]?\d{1,3}(?:\.\d{1,9})?|\d{1,9}\.\d{1,9}"),
    (
        "duration",
        r"\d{1,9}\s?(?:ns|us|ms|s|m|h|d|w|sec|secs|seconds|min|mins|minutes|hours|days|weeks|months|years|[kKmMgG]i?[bB]?)",
    ),
    ("version", r"v?\d{1,4}(?:\.\d{1,5}){1,3}(?:[-+][\w.]{1,30})?"),
    ("email", r"[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}"),
    (
        "host",
        r"(?:[a-z0-9-]{1,63}\.){1,8}(?:com|org|net|io|dev|local|internal|lan|svc|cloud|app|edu|gov|de|uk)(?::\d{1,5})?",
    ),
    ("class", r"(?:[a-z][a-z0-9_]{0,40}\.){1,10}[A-Z][A-Za-z0-9_$]{0,80}"),
    (
        "attribute",
        r"(?:self|this|cls|config|settings|args|options|opts|ctx|request|req|props|params|data|values|vars|secrets|var|local|module)"
        r"(?:\.[A-Za-z_]\w{0,60}){1,6}",
    ),
    ("digest", r"(?:sha(?:1|224|256|384|512)|md5)[:-][A-Za-z0-9+/=]{16,128}"),
    ("date", r"\d{4}-\d\d-\d\d(?:T[\d:.+-]{2,20}Z?)?"),
)
_HASHES = (
    ("bcrypt", r"\$?\$2[abxy]?\$?\$\d\d\$?\$[./A-Za-z0-9]{53}"),
    ("apr1", r"\$?\$apr1\$?\$[^$]{1,8}\$?\$[./A-Za-z0-9]{22}"),
    ("crypt", r"\$?\$[156y7]\$?\$(?:rounds=\d{1,9}\$?\$|j9T\$?\$)?[./A-Za-z0-9]{1,64}\$?\$[./A-Za-z0-9]{22,88}"),
    ("argon2", r"\$?\$argon2(?:id|i|d)\$.{10,300}"),
    ("pbkdf2", r"(?:pbkdf2_sha\d{1,3}\$|\{PBKDF2|\$pbkdf2|SCRAM-SHA-\d{1,3}\$|scrypt:\d).{10,300}"),
    ("ldap", r"\{(?:S?SHA(?:\d{3})?|S?MD5|CRYPT|ARGON2)\}.{8,200}"),
    ("mysql", r"\*[0-9A-F]{40}"),
    ("postgresql", r"md5[0-9a-f]{32}"),
)  # fmt: skip
_LEET = str.maketrans("@40315$7!", "aaoeissti")


def reference_format(value: str) -> str:
    """How a value points elsewhere (`variable`, `path`, `url`, `manager`, …); "" where it does not."""
    text = value.strip()
    if variables(text):
        return "variable"
    match = _one_of(_REFERENCES).match(text)
    if match:
        return str(match.lastgroup)
    if pattern(_PATH).fullmatch(text) and _is_path(text):
        return "path"
    if pattern(_FILE_NAME, 2).fullmatch(text):
        return "path"
    return "url" if pattern(_URL).fullmatch(text) else ""


def harmless_format(value: str) -> str:
    """What plain thing a value is (`number`, `duration`, `email`, …); "" where it is none."""
    text = value.strip()
    if not text:
        return "empty"
    if text.lower() in _set("flags"):
        return "flag"
    match = _one_of(_HARMLESS).fullmatch(text)
    if match:
        return str(match.lastgroup)
    return "code" if pattern(r"[A-Za-z_][\w.]{0,60}\([^()]{0,300}\);?").fullmatch(text) else ""


def hash_format(value: str) -> str:
    """Which password hash a value is or ends with (`user:$2y$…`); "" where it is none."""
    text = value.strip().rpartition(":")[2] if value.count(":") == 1 else value.strip()
    match = _one_of(_HASHES).fullmatch(text)
    return str(match.lastgroup) if match else ""


def is_placeholder(value: str) -> bool:
    """Whether somebody is meant to put the real value there: `changeme`, `<token>`, `your-key-here`, `xxxx`, `***`."""
    text = value.strip()
    if pattern(r"<[^<>]{0,200}>|\[[^\[\]]{1,200}\]|\{[^{}]{1,200}\}|\(.{1,100}\)|[xX*._?#-]{3,}|__.{1,80}__").fullmatch(
        text
    ):
        return True
    if pattern(r"(?:(.)\1{5,})").fullmatch(text) and text[0] not in "0123456789":
        return True
    if "EXAMPLE" in text and pattern(r"[\w+/=-]+").fullmatch(text):  # as AWS writes its own
        return True
    words = list(letters_of(text))
    joined = "".join(words)
    return _is_placeholder_phrase(text, words, joined)


def is_weak(value: str, names: tuple[str, ...] = ()) -> bool:
    """Whether a password is a known default, a common one, or follows from the words of its name."""
    text = value.strip().lower()
    bare = text.translate(_LEET) if not text.isdigit() else text
    if text in _set("weak_values") or bare in _set("weak_values"):
        return True
    if _is_sequence(text) or len(text) < 4:
        return True
    core = pattern(r"^[^a-z]{0,6}|[^a-z]{1,8}$").sub("", bare)
    stem = pattern(r"[^a-z]{1,8}$").sub("", text)
    if any(word in _set("weak_values") for word in (core, stem) if word):
        return True
    return _is_of_words(value.strip(), names)


def letters_of(value: str) -> tuple[str, ...]:
    """The words of a value in lower case, without its digits: `My-SecurePassword1` is my, secure, password."""
    return tuple(word for word in words_of(value) if not word.isdigit())


def entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    if not value:
        return 0.0
    length = len(value)
    counts = (value.count(character) for character in set(value))
    return -sum(count / length * log2(count / length) for count in counts)


def is_random(value: str, least: int = 16) -> bool:
    """Whether a value of at least so many characters looks drawn at random: no words, an even spread of characters."""
    text = value.strip()
    if len(text) < least or not pattern(r"[!-~]+").fullmatch(text):
        return False
    spread = entropy(text)
    if pattern(r"[0-9a-fA-F]{16,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch(text):
        return spread >= 2.7 and not text.isdigit()
    if _is_made_of_words(text):
        return False
    return spread >= min(3.9, 0.82 * log2(len(text))) and _mixes(text)


def _is_path(text: str) -> bool:
    """Whether what has the form of a path is one, and no base64 that holds slashes."""
    if text.startswith(("/", "~", "./", "../", "\\")) or text[1:3] in (":\\", ":/"):
        first = text.lstrip("/~.").partition("/")[0]
        return not (text.count("/") <= 2 and len(text) > 30 and is_random(text.replace("/", ""), 24)) or first in _ROOTS
    return False


_ROOTS = frozenset(
    {"run", "etc", "var", "usr", "home", "root", "opt", "tmp", "srv", "mnt", "app", "data", "secrets", "config"}
)


def _is_placeholder_phrase(text: str, words: list[str], joined: str) -> bool:
    listed = _set("placeholder_words")
    if joined in listed:
        return True
    if len(text) > 80 or not words:
        return False
    if joined.startswith(
        ("changeme", "changethis", "replaceme", "replacethis", "replacewith", "insertyour", "enteryour")
    ):
        return True
    if words[0] in ("your", "my", "some") and len(words) > 1 and words[-1] in ("here", "placeholder"):
        return True
    if words[0] in ("change", "replace", "insert", "enter", "put", "set", "add", "fill", "paste", "use", "generate"):
        return len(words) > 1 and not is_random(text, 30)
    return any(word in _MARKERS for word in words) and not _tail_is_random(text)


_MARKERS = frozenset(
    {
        "your",
        "yours",
        "choose",
        "please",
        "changeme",
        "replaceme",
        "placeholder",
        "example",
        "dummy",
        "fake",
        "todo",
        "fixme",
        "redacted",
        "notasecret",
        "sample",
        "yourpassword",
        "yoursecret",
        "yourtoken",
        "changeit",
        "change",
    }
)


def _tail_is_random(text: str) -> bool:
    """`example-9f8a7d…`: a word of a placeholder before something that is none."""
    return any(is_random(part, 16) for part in pattern(r"[-_.:]").split(text))


def _is_sequence(text: str) -> bool:
    """`123456`, `987654`, `aaaa`, `abcdef`, `121212`, and any short run of digits."""
    if text.isdigit() and len(text) <= 8:
        return True
    if len(set(text)) <= 2 or text in "01234567890123456789":
        return True
    step = ord(text[1]) - ord(text[0])
    return all(ord(b) - ord(a) == step for a, b in pairwise(text))


def _is_of_words(text: str, names: tuple[str, ...]) -> bool:
    """Whether a password is made of its name's words and common ones: `MySecureDatabasePassword`, `wordpressroot`."""
    words = letters_of(text[:80])
    if not words or not _digits_are_plain(text):
        return False
    own = frozenset(names)
    return all(_is_compound(word, own) for word in words)


@lru_cache(maxsize=1024)
def _is_compound(word: str, names: frozenset[str]) -> bool:
    """Whether a word is known, or made of known ones."""
    reached = [True, *(False for _ in word)]
    for end in range(1, len(word) + 1):
        starts = range(max(0, end - 20), end)
        reached[end] = any(reached[start] and _is_known(word[start:end], names, end - start) for start in starts)
    return reached[-1]


def _is_known(word: str, names: frozenset[str], length: int) -> bool:
    return (length > 1 or word == "a") and (word in names or word in _set("weak_values") or word in _set("fillers"))


def _digits_are_plain(text: str) -> bool:
    return all(len(run) <= 4 or _is_sequence(run) for run in pattern(r"\d+").findall(text))


def _is_made_of_words(text: str) -> bool:
    """`correct-horse-battery`, `CamelCaseWords2024`, `com.example.Thing`: words that can be spoken, few digits."""
    words = letters_of(text)
    if len(words) < 2 or len(pattern(r"\d+").findall(text)) > 2:
        return False
    spoken = sum(len(word) for word in words) >= 3.5 * len(words)
    return spoken and all(_can_be_spoken(word) for word in words)


def _can_be_spoken(word: str) -> bool:
    if len(word) < 4:
        return True  # pw, db, mk2
    return bool(pattern(r"[aeiouy]").search(word)) and not pattern(r"[bcdfghjklmnpqrstvwxz]{5}").search(word)


def _mixes(text: str) -> bool:
    """Whether digits and letters, or upper and lower case, are mixed as chance does it."""
    changes = sum(_class(a) != _class(b) for a, b in pairwise(text))
    return changes * 5 >= len(text)


def _class(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2 if character.isupper() else 3


@cache
def _one_of(forms: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """Several forms as one expression; `lastgroup` is the name of the first that fits."""
    return re.compile("|".join(f"(?P<{name}>{regex})" for name, regex in forms))


@cache
def _set(which: str) -> frozenset[str]:
    return frozenset(load("secret_words")[which])
