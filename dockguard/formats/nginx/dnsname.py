"""Which names of upstreams the public DNS may know."""

from __future__ import annotations

from dockguard.common.hosts import Reach, reach, split_port

# Last labels that no registry has given away: RFC 2606, 6761, 6762, 7686, 8375, 9476; of clusters and companies.
PRIVATE = frozenset(
    """
    localhost localdomain local internal intranet private lan home corp corporate test example invalid onion alt arpa
    consul vault nomad svc pod cluster docker podman kube k8s mesh mesos dcos novalocal openstacklocal cattle-system
    prod production stage staging stg qa uat int preprod
    """.split()
)


def host_of(address: str) -> str:
    """The host of `host:port`, in lower case; "" for a Unix socket."""
    return "" if address.startswith("unix:") else split_port(address)[0].rstrip(".").lower()


def public(host: str) -> bool:
    """Whether a name may be one that the public DNS answers, and so changes without anybody here."""
    labels = host.rstrip(".").lower().split(".")
    return reach(host) is Reach.NAME and len(labels) > 1 and labels[-1] not in PRIVATE


def looked_up(host: str) -> bool:
    """Whether somebody must be asked for an address."""
    return reach(host) is Reach.NAME and host not in ("localhost", "host.docker.internal")
