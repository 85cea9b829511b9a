"""Word to systemd of how far the service is, as sd_notify(3) has it; a line to a socket."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

from rag import config

#: Variables that systemd sets for what it starts; children of that are not to speak for it.
_PLACE: Final = "NOTIFY_SOCKET"
FOR_ONE: Final = (_PLACE, "WATCHDOG_USEC", "WATCHDOG_PID")


class Notifier:
    """Tells systemd, where it started this program and listens."""

    def __init__(self) -> None:
        place = config.variable(_PLACE)
        # an address that begins with @ is in the abstract namespace
        self._place = "\0" + place[1:] if place.startswith("@") else place

    def ready(self) -> None:
        """Requests are taken."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """They are no more."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """The service goes on; systemd kills it where this is not heard for WATCHDOG_USEC."""
        self._tell("WATCHDOG=1")

    def _tell(self, what: str) -> None:
        if not self._place:
            return
        # systemd that does not listen is no reason not to serve
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.sendto(what.encode(), self._place)
