"""By which names a page may be called, so that no other name leads a browser to it.

A page elsewhere can have its own name resolve to 127.0.0.1 and would then be of one origin with
this one (DNS rebinding). The browser still says the name it went to; a number cannot be rebound.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 80, "https": 443}
#: name:port, [v6]:port; nothing that a header or a policy would take for more than a name.
_HOST = re.compile(r"(?P<name>[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?")


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address, or a name, that a page listens on."""
    if address.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """The name in a Host header, in small letters, without brackets and port; "" for nonsense."""
    found = _HOST.fullmatch(header.lower())
    return found["name"].strip("[]").rstrip(".") if found else ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names a page answers to; with `numbers`, every IP address, too."""

    known: frozenset[str]
    numbers: bool = False

    def allow(self, host: str) -> bool:
        """Whether a Host header names this page."""
        name = host_of(host)
        return bool(name) and (name in self.known or (self.numbers and _is_number(name)))

    def with_name(self, name: str) -> Names:
        """These, and one more."""
        return Names(self.known | {name}, self.numbers)


def names_of(address: str, given: tuple[str, ...] = (), machine: str = "") -> Names:
    """What a page that listens on an address is called: as given, and what this machine is.

    `machine` is its own name; it counts where others can reach it.
    """
    known = {*LOOPBACK, *(host_of(name) or name.lower() for name in given)}
    if is_loopback(address):
        return Names(frozenset(known))
    own = {machine.lower(), f"{machine.lower()}.local"} if machine else set()
    return Names(frozenset({*known, *own, address.lower().strip("[]")}), numbers=True)


def same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header is that of a page at this Host: the same name and port.

    Not the scheme: whatever ends TLS before this program may keep it to itself.
    """
    try:
        parts = urlsplit(origin)
        usual = _PORTS[parts.scheme]
        expected = urlsplit(f"//{host}")
        return (
            bool(parts.hostname)
            and parts.hostname == expected.hostname
            and (parts.port or usual) == (expected.port or usual)
            and parts.username is None
        )
    except (KeyError, ValueError):
        return False


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
