from dockguard.config import Context, discover
from dockguard.finding import Confidence, Severity
from dockguard.rule import Rule
from dockguard.select import Catalogue
from dockguard.workspace import Workspace


def rule(id, **changes):
    given = {
        "title": id,
        "severity": Severity.HIGH,
        "score": 8.0,
        "confidence": Confidence.HIGH,
        "each": "compose.service",
        "profile": "recommended",
        "body": "",
        "check": lambda node, options: iter(()),
    }
    return Rule(id, **{**given, **changes})


RULES = (
    rule("compose/privileged-container", profile="essential", tags=("isolation", "cis-docker"), aliases=("DC001",)),
    rule("compose/cap-drop-all-missing", profile="strict", tags=("isolation",)),
    rule(
        "nginx/tls-version", options={"minimum": "TLSv1.2", "days": 180, "strict": False, "names": ("a",), "none": ()}
    ),
    rule("nginx/tls-ciphers", profile="audit", tags=("style",)),
    rule("nginx/server-tokens", status="preview", aliases=("nginx/version-shown",)),
    rule("stack/effective-user-root", supersedes=("dockerfile/final-user-root",)),
    rule("dockerfile/final-user-root"),
    rule("meta/unused-suppression", each="meta.suppression"),
)
CATALOGUE = Catalogue.of(RULES, {"compose/old": "compose/privileged-container", "compose/gone": ""})
BY_ID = {rule.id: rule for rule in RULES}
CONTEXT = Context(CATALOGUE, "0.1.0")


def configured(text="", folder="", path="dockguard.toml", **texts):
    files = {name.replace("__", "/").replace("_toml", ".toml"): content for name, content in texts.items()}
    return discover(Workspace(None, texts={path: text, **files}), folder, CONTEXT)


def said(loaded):
    return [
        (problem.span.source.path, problem.span.text, problem.message, problem.help)
        if problem.span
        else problem.message
        for problem in loaded.problems
    ]
