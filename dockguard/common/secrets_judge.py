"""The judgement of one value under one name."""

from __future__ import annotations

from dockguard.common import secrets_formats as formats
from dockguard.common import secrets_values as values
from dockguard.common.imageref import variables
from dockguard.common.secrets_names import Strength, strength_of, words_of
from dockguard.common.secrets_verdict import Kind, Verdict, pattern
from dockguard.common.tables import load
from dockguard.finding import Confidence
from dockguard.record import replace

_DEFAULT = r"\$\{[A-Za-z_]\w{0,100}:?-(.{1,1000})\}"
_REPORTING = r"@[\w.-]{0,100}(?:ingest|sentry|glitchtip|bugsink)"  # the user of such a DSN is a public key
_PASSWORD_WORDS = frozenset({"password", "passwd", "pass", "pwd", "psw", "pw", "passphrase", "pgpassword", "userpass"})
_TEST_TOKENS = ("stripe-access-token", "flutterwave", "easypost-test")


def judge(name: str | None, value: str) -> Verdict:
    """What a value is under a name; None where it has no name. Never raises, on any text.

    The forms that a value has on its own (token, private key, URL) count under any name. A random or plain value is
    a secret only under a name that announces one; without a name only a long random value is, with low confidence.
    """
    text = value[: values.MAX_VALUE]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return (
            judge(name, text[1:-1]).moved(1) if text[1:2] not in ('"', "'") else Verdict(Kind.HARMLESS, Confidence.HIGH)
        )
    return _by_default(name, text) or _by_form(name or "", text) or _by_name(name, text)


def _by_default(name: str | None, text: str) -> Verdict | None:
    """`${X:-literal}`: what is used where the variable is not set is a literal like any other."""
    bare = text.strip()
    if not bare.startswith("${"):
        return None
    match = pattern(_DEFAULT).fullmatch(bare)
    if match is None or variables(bare) != ((0, len(bare)),) or match[1].count("${") > 3:
        return None
    verdict = judge(name, match[1])
    if not verdict.leaks and verdict.kind is not Kind.PLACEHOLDER:
        return None
    return verdict.moved(match.start(1) + text.find(bare))


def _by_form(name: str, text: str) -> Verdict | None:
    key = next(formats.private_keys(text), None)
    if key:
        return Verdict(Kind.PRIVATE_KEY, Confidence.HIGH, key.format, key.start, key.end)
    return _token(name, text) or _credential(text)


def _token(name: str, text: str) -> Verdict | None:
    if len(text) < formats.MIN_TOKEN:
        return None
    shape = next(formats.tokens(text, name), None)
    if shape is None:
        return None
    token = text[shape.start : shape.end]
    if token in load("secret_words")["examples"] or values.is_placeholder(token):
        return Verdict(Kind.PLACEHOLDER, Confidence.HIGH, shape.format, shape.start, shape.end)
    test = shape.format.startswith(_TEST_TOKENS) and "_live_" not in token
    sure = Confidence.MEDIUM if test or len(token) < 20 else Confidence.HIGH
    return Verdict(Kind.TOKEN, sure, shape.format, shape.start, shape.end)


def _credential(text: str) -> Verdict | None:
    masked = _without_variables(text)
    found = [_password(text, masked, shape) for shape in formats.url_credentials(masked)]
    found += [_password(text, masked, shape) for shape in formats.connection_passwords(masked)]
    found += _query_secrets(text)
    return max(found, key=lambda verdict: (verdict.leaks, verdict.confidence), default=None)


def _password(text: str, masked: str, shape: formats.Shape) -> Verdict:
    """The verdict on the password of a URL or connection string."""
    secret, start, end = text[shape.start : shape.end], shape.start, shape.end
    if "\0" in masked[start:end] or values.reference_format(secret) in ("template", "command"):
        return Verdict(Kind.REFERENCE, Confidence.HIGH, shape.format, start, end)
    if shape.format == "url token" and (not values.is_random(secret, 20) or pattern(_REPORTING).match(text, end)):
        return Verdict(Kind.HARMLESS, Confidence.MEDIUM, "user name")
    user = formats.user_of_url(text, start).lower()
    if _is_example(user, secret):
        return Verdict(Kind.PLACEHOLDER, Confidence.MEDIUM, shape.format, start, end)
    weak = values.is_weak(secret, (user,)) or secret.lower() == user
    return Verdict(Kind.CREDENTIAL, Confidence.HIGH, shape.format, start, end, weak)


def _is_example(user: str, secret: str) -> bool:
    """`user:password@`, as documentation writes it."""
    documented = user in ("user", "username", "login", "u") and secret.lower() in (
        "pass",
        "password",
        "passwd",
        "p",
        "pwd",
    )
    return documented or values.is_placeholder(secret)


def _query_secrets(text: str) -> list[Verdict]:
    """`?token=…&api_key=…` of a URL."""
    if "?" not in text or "://" not in text:
        return []
    found = []
    for match in pattern(r"[?&]([A-Za-z_][\w.-]{1,60})=([^&#\s\"'<>]{1,512})").finditer(text):
        if strength_of(match[1]) is Strength.STRONG:
            verdict = _by_name(match[1], match[2])
            if verdict.leaks:
                found.append(replace(verdict, kind=Kind.CREDENTIAL, format="url query").moved(match.start(2)))
    return found


def _without_variables(text: str) -> str:
    """The text with NULs for its variables, so that what stands in them separates nothing."""
    for start, end in variables(text):
        text = text[:start] + "\0" * (end - start) + text[end:] if end - start < 500 else text
    return text


def _by_name(name: str | None, text: str) -> Verdict:
    strength = Strength.NONE if name is None else strength_of(name)
    bare = text.strip()
    whole = bare, text.find(bare), text.find(bare) + len(bare)
    if strength is Strength.NONE:
        return _nameless(name, *whole)
    weakly = strength is Strength.WEAK
    if weakly and _is_encoded_pair(name or "", bare):
        return Verdict(Kind.LITERAL, Confidence.MEDIUM, "user and password", *whole[1:])
    found = _plain(name or "", text) or _random(name or "", *whole, weakly=weakly)
    return found or _named(name or "", *whole, weakly=weakly)


def _plain(name: str, text: str) -> Verdict | None:
    """What no name makes a secret: nothing, a hash, a reference, a number, a flag, a placeholder."""
    hashed = values.hash_format(text)
    if hashed:
        return Verdict(Kind.HASH, Confidence.HIGH, hashed, 0, len(text))
    reference = values.reference_format(text)
    if reference:
        return Verdict(Kind.REFERENCE, Confidence.HIGH, reference)
    harmless = values.harmless_format(text)
    if harmless and not _is_password(name, harmless, text):
        return Verdict(Kind.HARMLESS, Confidence.HIGH, harmless)
    if values.is_placeholder(text):
        return Verdict(Kind.PLACEHOLDER, Confidence.MEDIUM, "", 0, len(text))
    return None


def _is_password(name: str, harmless: str, text: str) -> bool:
    """Whether a word or number is a password after all: `PASSWORD=1234`, `PASSWORD=password`, `SECRET=token`."""
    named = strength_of(name) is Strength.STRONG
    if harmless == "number":
        return text.isdigit() and len(text) >= 3 and _names_a_password(name)
    return (
        named and harmless == "flag" and text.strip().lower() in ("password", "token", "default", "anonymous", "login")
    )


def _names_a_password(name: str) -> bool:
    words = words_of(name)
    return not _PASSWORD_WORDS.isdisjoint(words) or any(word.endswith(("password", "passwd", "pwd")) for word in words)


def _nameless(name: str | None, text: str, start: int, end: int) -> Verdict:
    """Without a secret name only a hash, and where there is no name at all what is long and surely random."""
    if ("$" in text or text.startswith(("{", "*", "md5"))) and (hashed := values.hash_format(text)):
        return Verdict(Kind.HASH, Confidence.HIGH, hashed, start, end)
    if name is None and len(text) >= 32 and not values.reference_format(text) and not values.harmless_format(text):
        hexadecimal = pattern(r"[0-9a-fA-F-]+").fullmatch(text)
        if not hexadecimal and values.is_random(text, 32) and values.entropy(text) >= 4.2:
            return Verdict(Kind.HIGH_ENTROPY, Confidence.LOW, "", start, end)
    return Verdict(Kind.REFERENCE if variables(text) else Kind.HARMLESS, Confidence.MEDIUM)


def _random(name: str, text: str, start: int, end: int, *, weakly: bool) -> Verdict | None:
    if not values.is_random(text, 16):
        return None
    known = formats.assigned_format(name, text)
    if known:
        return Verdict(Kind.TOKEN, Confidence.MEDIUM, known, start, end)
    if values.is_random(text, 24 if weakly else 16):
        return Verdict(Kind.HIGH_ENTROPY, Confidence.MEDIUM if weakly else Confidence.HIGH, "", start, end)
    return None


def _named(name: str, text: str, start: int, end: int, *, weakly: bool) -> Verdict:
    if weakly:
        return _weakly_named(name, text, start, end)
    words = words_of(name)
    if values.is_weak(text, words):
        return Verdict(Kind.WEAK, Confidence.HIGH, "", start, end, weak=True)
    if text.count(" ") > 3:
        return Verdict(Kind.HARMLESS, Confidence.LOW, "prose")
    return Verdict(Kind.LITERAL, Confidence.MEDIUM, "", start, end)


def _is_encoded_pair(name: str, text: str) -> bool:
    """`_auth=YWRtaW46czNjcjN0`: user and password as HTTP's Basic scheme writes them."""
    if words_of(name)[-1] != "auth" or not pattern(r"[A-Za-z0-9+/]{8,400}={0,2}").fullmatch(text):
        return False
    from binascii import Error, a2b_base64

    try:
        plain = a2b_base64(text).decode("ascii")
    except (Error, UnicodeDecodeError):
        return False
    return pattern(r"[\w.@-]{1,100}:[!-~]{3,200}").fullmatch(plain) is not None


def _weakly_named(name: str, text: str, start: int, end: int) -> Verdict:
    """`REDIS_AUTH=user:password`: a pair of user and password under a name that announces authentication."""
    pair = pattern(r"([\w.-]{1,64})[:/]([^\s:/]{3,128})").fullmatch(text)
    if pair and words_of(name)[-1] == "auth" and pair[1].lower() not in ("http", "https", "basic", "bearer"):
        secret = pair[2]
        weak = values.is_weak(secret, (pair[1].lower(), *words_of(name)))
        kind = Kind.PLACEHOLDER if values.is_placeholder(secret) else Kind.WEAK if weak else Kind.LITERAL
        return Verdict(kind, Confidence.MEDIUM, "user and password", start + pair.start(2), end, weak)
    return Verdict(Kind.HARMLESS, Confidence.MEDIUM)
