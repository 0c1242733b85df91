"""All that a rule's Python sibling may import."""

from typing import TYPE_CHECKING

from dockguard.finding import Confidence, Edit, Finding, Fix, Note, Safety, Severity
from dockguard.source import Fact, Many, Secret, Span, Undecided, Unknown, Via
from dockguard.stack.link import Proxied, Published, Running, Stack
from dockguard.stack.owned import owned_by_root
from dockguard.stack.pieces import Image, Mount, Port, Proxy, Route, Socket, User
from dockguard.stack.program import Program
from dockguard.stack.served import Served, open_monitoring
from dockguard.stack.serving import Serving, serving
from dockguard.stack.upstreams import Upstream
from dockguard.wording import show

if TYPE_CHECKING:  # the formats' models, for annotations only: a rule gets its node from the engine
    from dockguard.formats.compose import mounts, parts
    from dockguard.formats.compose.bounds import Bound as Bound
    from dockguard.formats.compose.credentials import Credential as Credential
    from dockguard.formats.compose.grants import Access as Access
    from dockguard.formats.compose.grants import Capability as Capability
    from dockguard.formats.compose.grants import SecurityOption as SecurityOption
    from dockguard.formats.compose.model import Change as Change
    from dockguard.formats.compose.model import Project as Project
    from dockguard.formats.compose.model import Service as Service
    from dockguard.formats.compose.model import Volume as Volume
    from dockguard.formats.compose.monitoring import Weakness as Weakness
    from dockguard.formats.compose.process import Build as Build
    from dockguard.formats.compose.pulled import Pulled as Pulled
    from dockguard.formats.compose.switches import Switch as Switch
    from dockguard.formats.dockerfile.commands.debugging import ImageSwitch as ImageSwitch
    from dockguard.formats.dockerfile.commands.indexes import ClearIndex as ClearIndex
    from dockguard.formats.nginx.access import AccessRule as AccessRule
    from dockguard.formats.nginx.directives.repeats import Repeat as Repeat
    from dockguard.formats.nginx.directives.settings import Setting as Setting
    from dockguard.formats.nginx.directives.slots import Wrong as Wrong
    from dockguard.formats.nginx.flow.uses import Use as Use
    from dockguard.formats.nginx.headers.caching import Cached as Cached
    from dockguard.formats.nginx.headers.cookies import Cookie as Cookie
    from dockguard.formats.nginx.headers.csp import Policy as Policy
    from dockguard.formats.nginx.headers.headers import Header as Header
    from dockguard.formats.nginx.headers.hsts import Hsts as Hsts
    from dockguard.formats.nginx.home.advisories import Advisory as Advisory
    from dockguard.formats.nginx.hops import Hop as Hop
    from dockguard.formats.nginx.level import Directive as Directive
    from dockguard.formats.nginx.level import Level as Level
    from dockguard.formats.nginx.limits import Limit as Limit
    from dockguard.formats.nginx.limits import Zone as Zone
    from dockguard.formats.nginx.location import Location as Location
    from dockguard.formats.nginx.regex.expressions import Regex as Regex
    from dockguard.formats.nginx.server import Server as Server
    from dockguard.formats.nginx.site import Site as Site
    from dockguard.formats.nginx.text.layout import Text as Text
    from dockguard.formats.nginx.wire.ciphers import Ciphers as Ciphers
    from dockguard.formats.nginx.wire.sockets import Clear as Clear
    from dockguard.formats.nginx.wire.tls import Tls as Tls

    Mounted = mounts.Mount  # what a service mounts; `Mount` is the stack's word
    ServicePort = parts.Port

__all__ = [
    "Confidence", "Edit", "Fact", "Finding", "Fix", "Image", "Many", "Mount", "Note", "Port", "Program", "Proxied",
    "Proxy", "Published", "Route", "Running", "Safety", "Secret", "Served", "Serving", "Severity", "Socket", "Span",
    "Stack", "Undecided", "Unknown", "Upstream", "User", "Via", "open_monitoring", "owned_by_root", "serving",
    "show",
]  # fmt: skip
