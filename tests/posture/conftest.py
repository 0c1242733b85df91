"""Our pages are read once, however many projects are judged."""

from tests.policy.conftest import one_rulebook as one_rulebook
