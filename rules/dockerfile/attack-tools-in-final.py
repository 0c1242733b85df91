"""Packages of tools for attacks and debugging that the built image keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_KINDS = {  # what it is -> packages of Debian, Alpine and Fedora
    "scans networks": "nmap masscan zmap arp-scan nbtscan hping3 fping",
    "reads what goes over the network": "tcpdump tshark wireshark wireshark-cli ngrep dsniff ettercap-common",
    "reads and changes other processes": "gdb gdbserver strace ltrace lldb bpftrace bpfcc-tools",
    "relays connections": "netcat netcat-openbsd netcat-traditional ncat nmap-ncat nc socat iodine proxychains "
    "proxychains4 proxychains-ng chisel",
    "logs in elsewhere without encryption": "telnet inetutils-telnet busybox-extras rsh-client rsh-redone-client",
    "breaks passwords and applications": "hydra john hashcat medusa aircrack-ng sqlmap metasploit-framework nikto",
}
_TOOLS = {name: what for what, names in _KINDS.items() for name in names.split()}
_PROGRAMS = {
    "netcat-openbsd": "nc",
    "netcat-traditional": "nc",
    "netcat": "nc",
    "nmap-ncat": "ncat",
    "gdbserver": "gdb",
}


def check(package: Any) -> Iterator[Finding]:
    """Where the image keeps it and does not start it by itself."""
    what = _TOOLS.get(package.name)
    if what is None or package.language or package.is_for_developers or not package.stays:
        return
    if package.image.started.isdisjoint((package.name, _PROGRAMS.get(package.name, package.name))):
        yield Finding(package.span, f"`{package.name}` {what}: whoever gets into the container finds it there")
