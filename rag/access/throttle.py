"""How often a password may be tried: less and less often, by each address and by all together."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Tries of one address before the first wait; people mistype.
FREE = 4
#: Seconds; the wait doubles from one to this.
LONGEST = 900.0
#: The same of all addresses together; the wait stays short, or it would shut out who knows.
FREE_OF_ALL, LONGEST_OF_ALL = 40, 5.0
#: Seconds without a try after which an address, or all of them, begin anew.
FORGOTTEN = 3600.0
#: Addresses remembered; beyond that the one that tried longest ago is forgotten.
MOST = 10_000
#: Characters of what is no address, as a proxy may tell one.
_NAME = 64
#: Bits of an IPv6 address that a provider gives to one customer.
_NETWORK_BITS = 64


@dataclass(slots=True)
class _Tries:
    """Tries since the last success, and when the last one was."""

    count: int = 0
    last: float = float("-inf")

    def wait(self, now: float, free: int, longest: float) -> float:
        """Seconds until the next try may be made."""
        if now - self.last >= FORGOTTEN:
            self.count = 0
        if self.count < free:
            return 0.0
        pause = min(2.0 ** min(self.count - free, 32), longest)
        return max(self.last + pause - now, 0.0)

    def note(self, now: float) -> None:
        self.count, self.last = self.count + 1, now


class Throttle:
    """Counts tries before they are judged, so that many at once are no way around it.

    Not for several threads: a server asks it from its one loop.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = _Tries()
        self._by_address: OrderedDict[str, _Tries] = OrderedDict()

    def admit(self, address: str) -> float:
        """Seconds that this address has to wait; 0.0 lets it try now, and counts the try."""
        now, source = self._clock(), source_of(address)
        tries = self._by_address.setdefault(source, _Tries())
        self._by_address.move_to_end(source)
        if len(self._by_address) > MOST:
            self._by_address.popitem(last=False)
        wait = max(tries.wait(now, FREE, LONGEST), self._all.wait(now, FREE_OF_ALL, LONGEST_OF_ALL))
        if not wait:
            tries.note(now)
            self._all.note(now)
        return wait

    def forgive(self, address: str) -> None:
        """This address knew the password: its tries are forgotten."""
        tries = self._by_address.pop(source_of(address), _Tries())
        self._all.count = max(self._all.count - tries.count, 0)


def source_of(address: str) -> str:
    """The address, of IPv6 only the network: a customer has 2**64 addresses to try from."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return address[:_NAME]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _NETWORK_BITS), strict=False))
    return str(found)
