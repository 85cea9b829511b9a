"""Where a page or a service listens: a socket, a certificate, and word once it takes requests."""

from __future__ import annotations

import errno
import socket
import ssl
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Ports that are tried where none is named.
_PORTS = 50
#: Rights of a socket among the files.
_FOR_GROUP = 0o660
#: Connections that wait to be taken.
_BACKLOG = 128


@contextmanager
def listen(host: str, port: int | None, first: int) -> Iterator[socket.socket]:
    """A socket that listens at an address; at the first free port from `first` where none is named.

    Raises UsageError where the address or the port cannot be had.
    """
    ports = range(first, first + _PORTS) if port is None else (port,)
    for number in ports:
        try:
            bound = _bind(host, number)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise _not_there(host, number, error) from error
            continue
        with bound:
            yield bound
        return
    if port is None:
        raise UsageError(
            f"All ports from {first} to {ports[-1]} are taken", "Name another: --port N"
        )
    raise UsageError(
        f"Port {port} is taken, maybe by one that runs already",
        "Leave --port out to take the next free one.",
    )


@contextmanager
def listen_at_path(path: Path) -> Iterator[socket.socket]:
    """A socket among the files, for its owner and their group; it is taken away again.

    One that nobody listens at any more is replaced. Raises UsageError where it cannot be had.
    """
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with bound:
        try:
            _clear(path)
            bound.bind(str(path))
            path.chmod(_FOR_GROUP)
            bound.listen(_BACKLOG)
        except OSError as error:  # a path may be too long, too
            raise UsageError(
                f"This machine cannot listen at {path} ({error.strerror or error})",
                "Name a path in a folder that can be written and is not deep: --uds PATH",
            ) from error
        bound.setblocking(False)
        try:
            yield bound
        finally:
            path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Take away a socket that was left behind. Raises UsageError where somebody listens at it."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        if link.connect_ex(str(path)) == 0:
            raise UsageError(f"Something listens at {path} already", "Name another: --uds PATH")
    path.unlink()


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would take a port that another one listens at
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind(address)
        bound.listen(_BACKLOG)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


def _not_there(host: str, port: int, error: OSError) -> UsageError:
    if error.errno == errno.EACCES:
        return UsageError(
            f"Port {port} is for the administrator", "Take one from 1024 on: --port N"
        )
    return UsageError(
        f"This machine cannot listen at {host} ({error.strerror or error})",
        "Leave --host out for this machine alone, or name one of its addresses; 0.0.0.0 is all.",
    )


def check_tls(files: tuple[Path, Path] | None) -> None:
    """Raise UsageError where https cannot be served with a certificate and its key."""
    if files is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*files)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise UsageError(
            f"https cannot be served with {files[0]} and {files[1]}"
            f" ({getattr(error, 'strerror', None) or error})",
            "Both are PEM files, the key without a password and of this certificate.",
        ) from error


class Server(uvicorn.Server):
    """Tells when it takes requests."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        if self.started:
            self._on_ready()
