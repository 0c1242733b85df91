"""What `each:` can name in an nginx configuration."""

from __future__ import annotations

from dockguard.formats.base import Kind
from dockguard.formats.nginx.directives.repeats import Repeat, repeats
from dockguard.formats.nginx.directives.settings import Setting, settings
from dockguard.formats.nginx.directives.slots import Wrong, wrongs
from dockguard.formats.nginx.documents import Documents, Exposed, Shadowed, documents, exposed, shadowed
from dockguard.formats.nginx.flow.uses import Use, uses
from dockguard.formats.nginx.headers.caching import Cached, cached
from dockguard.formats.nginx.headers.cookies import Cookie, cookies
from dockguard.formats.nginx.headers.csp import Policy
from dockguard.formats.nginx.headers.headers import Header
from dockguard.formats.nginx.headers.hsts import Hsts
from dockguard.formats.nginx.headers.permissions import Permissions
from dockguard.formats.nginx.home.advisories import Advisory, advisories, undated
from dockguard.formats.nginx.home.placeholders import Placeholder, blanked, placeholders
from dockguard.formats.nginx.hops import Hop, Peer, hops, peers
from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.limits import Limit, Zone
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.nesting import nested
from dockguard.formats.nginx.regex.expressions import Regex, expressions
from dockguard.formats.nginx.regex.references import Reference, references
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.text.edit import edit_directive
from dockguard.formats.nginx.text.layout import Text, texts
from dockguard.formats.nginx.wire.ciphers import LINES, Ciphers
from dockguard.formats.nginx.wire.endpoints import Endpoint, endpoints
from dockguard.formats.nginx.wire.sockets import Clear, Socket, clears, sockets
from dockguard.formats.nginx.wire.tls import Tls, sides

KINDS = {
    "nginx.site": Kind(Site, lambda site: (site,)),
    "nginx.server": Kind(Server, lambda site: site.servers),
    "nginx.location": Kind(Location, lambda site: site.locations, lambda node: node.level.own),
    "nginx.directive": Kind(Directive, lambda site: site.lines(), lambda node: (node.name,), edit_directive),
    "nginx.fault": Kind(Directive, lambda site: site.faults),
    "nginx.wrong": Kind(Wrong, lambda site: wrongs(site.lines())),
    "nginx.repeat": Kind(Repeat, lambda site: repeats(site.root.walk())),
    "nginx.header": Kind(Header, lambda site: site.headers, lambda node: (node.key,), edit_directive),
    "nginx.csp": Kind(Policy, lambda site: site.policies),
    "nginx.hsts": Kind(Hsts, lambda site: site.hsts),
    "nginx.permissions": Kind(
        Permissions, lambda site: (Permissions(one) for one in site.headers if one.key == "permissions-policy")
    ),
    "nginx.cookie": Kind(Cookie, lambda site: cookies(site.headers, site.servers)),
    "nginx.cached": Kind(Cached, lambda site: cached(site.locations)),
    "nginx.socket": Kind(Socket, lambda site: sockets(site.servers)),
    "nginx.clear": Kind(Clear, lambda site: clears(site.servers)),
    "nginx.tls": Kind(Tls, lambda site: sides(site.servers)),
    "nginx.ciphers": Kind(
        Ciphers, lambda site: (Ciphers(line) for line in site.lines() if line.name in LINES), lambda node: (node.name,)
    ),
    "nginx.setting": Kind(Setting, lambda site: settings(site.root, site.tls), lambda node: (node.name,)),
    "nginx.use": Kind(Use, uses, lambda node: (node.name,)),
    "nginx.regex": Kind(Regex, expressions, lambda node: (node.role,)),
    "nginx.endpoint": Kind(Endpoint, endpoints),
    "nginx.documents": Kind(Documents, documents),
    "nginx.shadowed": Kind(Shadowed, shadowed),
    "nginx.exposed": Kind(Exposed, exposed),
    "nginx.nested": Kind(Location, nested),
    "nginx.hop": Kind(Hop, hops, lambda node: (node.line.name,)),
    "nginx.peer": Kind(Peer, peers),
    "nginx.reference": Kind(Reference, references),
    "nginx.advisory": Kind(Advisory, advisories),
    "nginx.placeholder": Kind(Placeholder, placeholders),
    "nginx.blanked": Kind(Placeholder, blanked),
    "nginx.undated": Kind(Advisory, undated),
    "nginx.text": Kind(Text, lambda site: texts(site.sources, site.directives)),
    "nginx.zone": Kind(Zone, lambda site: site.zones),
    "nginx.limit": Kind(Limit, lambda site: site.limits),
}
