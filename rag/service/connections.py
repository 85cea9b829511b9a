"""What one connection may cost: time while it sends or reads, and its place among the others.

uvicorn bounds none of it: a client that sends its request a byte at a time, one that never reads
its answer, and one that sends nothing at all would each be kept for ever. A connection here is
looked at now and then (`look`), and cut where it is slower than anything but malice or a line that
is as good as none. Where there are too many, the one goes that has longest had no request.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from rag.service import problems
from rag.service.problems import Refused
from rag.service.watched import CUT

if TYPE_CHECKING:
    import asyncio

    from rag.config import Settings
    from rag.service.metrics import Metrics

Reason = Literal["full", "room", "slow-head", "slow-body", "slow-reader", "bad-request"]
#: Seconds that a connection is kept without a request: longer than proxies keep theirs, so that
#: it is the proxy that ends them, and not just as it sends one more.
KEEP_ALIVE: Final = 75
#: Bytes of all headers of a request together, and those that are looked at at once.
HEAD: Final = 32 * 1024
_PIECE: Final = 8 * 1024
#: Bytes a second that a body, or a reader, has to make up for the time it takes.
_LEAST: Final = 500
#: Who asks through a socket among the files: this machine, whose proxy may say for whom.
_HERE = ("127.0.0.1", 0)
#: How long, and for how many bytes, a client is listened to that was refused as it sent: a
#: connection that is closed on unread bytes is reset, and the answer is lost on its way.
_LINGER, _LINGER_BYTES = 2.0, 4 * 1024**2
#: What is mostly amiss where no HTTP comes: an https address, or Cyrillic as it is in an address.
_HOW_TO_WRITE: Final = (
    "Ask by http://, with Cyrillic in the address as %XX: curl -G URL --data-urlencode 'who=…'"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds that a client may be silent while it sends or reads, and connections at once."""

    seconds: float
    connections: int

    @classmethod
    def of(cls, settings: Settings) -> Bounds:
        """As set."""
        return cls(settings.serve_receive_seconds, settings.serve_connections)


class Connection(H11Protocol):
    """One connection, with bounds."""

    def __init__(self, bounds: Bounds, metrics: Metrics, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._bounds = bounds
        self._metrics = metrics
        now = self.loop.time()
        self._looked = self._idle = now
        self._head: float | None = None  # since when a head is coming in
        self._body = now  # since when a body is, less the time that it was not asked for
        self._got = 0  # bytes of it
        self._stuck: tuple[float, int] | None = None  # since when so many bytes wait to be read
        self._last = False  # no request after the one that is coming in
        self._refused = False
        self._lingers: float | None = None  # until when
        self._dropped = 0

    @property
    def busy(self) -> bool:
        """Whether a request is being received or answered."""
        return self.cycle is not None and not self.cycle.response_complete

    # -- what uvicorn and asyncio call

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or that of one that has no request."""
        super().connection_made(_Transport(transport, self))  # type: ignore[arg-type]
        self.client = self.client or _HERE
        self._metrics.connections.set(len(self.connections))
        if len(self.connections) <= self._bounds.connections:
            return
        others = (each for each in self.connections if each is not self)
        idle = [each for each in others if isinstance(each, Connection) and each.gives_way]
        if len(self.connections) > 2 * self._bounds.connections:
            self.leave()  # as many are being told already
        elif idle:
            min(idle, key=lambda each: each._idle).leave()
        else:
            self._refuse(_full(self._bounds.connections), "full")

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        super().connection_lost(exc)
        self._metrics.connections.set(len(self.connections))

    def data_received(self, data: bytes) -> None:
        """Bytes of a request; of one that is refused already they are let go."""
        unwanted = not self.busy and self.conn.their_state is h11.SEND_BODY
        if self._lingers is not None or unwanted:
            self._dropped += len(data)
            if self._dropped > _LINGER_BYTES:
                self.transport.abort()
                return
        while data and self._lingers is None:
            # a head that comes all at once would not be measured
            piece, data = (data, b"") if self.busy else (data[:_PIECE], data[_PIECE:])
            self._take(piece, unwanted=unwanted)

    def _take(self, data: bytes, *, unwanted: bool) -> None:
        """Bytes of a request; `unwanted` where it is answered already."""
        before = self.cycle
        if not self.busy and self._head is None:
            self._head = self.loop.time()
        super().data_received(data)
        if self.cycle is not before:
            self._head, self._body, self._got = None, self.loop.time(), 0
            self.cycle.keep_alive = self.cycle.keep_alive and not self._last
        elif unwanted and self.conn.their_state is h11.IDLE:  # the rest of a body nobody read
            self._head, self._dropped = None, 0
        self._got += len(data)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._idle, self._head = self.loop.time(), None
        before = self.cycle
        super().on_response_complete()
        if self.cycle is not before:  # it had come in already
            self._body, self._got = self.loop.time(), 0

    def pause_writing(self) -> None:
        """The client is slower than its answer: from now on it is timed."""
        super().pause_writing()
        self._stuck = None

    def shutdown(self) -> None:
        """End after the request that goes on, or is coming in."""
        if self._lingers is not None or self.transport.is_closing():
            return
        if not self.busy and self._head is not None:
            self._last = True
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's signature)
        """Refuse what is no HTTP, or has a head too large."""
        status = getattr(sys.exception(), "error_status_hint", 400)
        told, hint = "This is no HTTP", _HOW_TO_WRITE
        if status == 431:
            told, hint = "The head of the request is too large", ""
        self._refuse(Refused(status, "bad-request", told, hint), "bad-request")

    def _should_upgrade(self) -> bool:
        return False  # there are no websockets here

    # -- bounds

    @property
    def gives_way(self) -> bool:
        """Whether it has no request, though one may be coming in, and is not about to leave."""
        return not self.busy and not self.transport.is_closing() and self._lingers is None

    def leave(self) -> None:
        """Make room for another one."""
        self._metrics.cut.labels("room").inc()
        self.transport.abort()

    def look(self, now: float) -> None:
        """Cut the connection where it takes too long."""
        passed, self._looked = now - self._looked, now
        lingers = self._lingers
        if lingers is not None and not self.transport.get_write_buffer_size():
            if now > lingers:
                self.transport.abort()
        elif self._reads_too_slowly(now):
            self._metrics.cut.labels("slow-reader").inc()
            self.transport.abort()
        elif self.transport.is_closing() or lingers is not None:
            return
        elif self.busy and self.cycle.more_body:
            self._look_at_body(now, passed)
        elif self._head is not None and now - self._head > self._bounds.seconds:
            self._refuse(_slow("head"), "slow-head")
        elif not self.busy and self._head is None and now - self._idle > KEEP_ALIVE:
            self.transport.close()

    def _look_at_body(self, now: float, passed: float) -> None:
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:
            self._body += passed  # it is not the client that is waited for
        elif now - self._body > self._bounds.seconds + self._got / _LEAST:
            self._refuse(_slow("body"), "slow-body")

    def _reads_too_slowly(self, now: float) -> bool:
        """Whether what waits to be read has become too little less in the time it had."""
        waits = self.transport.get_write_buffer_size()
        ending = self.transport.is_closing() or self._lingers is not None
        if not waits or not (self.flow.write_paused or ending):
            self._stuck = None
            return False
        since, before = self._stuck or (now, waits)
        if now - since <= self._bounds.seconds:
            self._stuck = (since, before)
            return False
        self._stuck = (now, waits)
        return before - waits < _LEAST * self._bounds.seconds

    # -- the end

    def _refuse(self, error: Refused, reason: Reason) -> None:
        """Say why, where nothing is said yet, and end; the app takes the client to be gone."""
        self._metrics.cut.labels(reason).inc()
        self._refused = True
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self._say(error)
        if self.busy:
            self.cycle.scope["state"][CUT] = error.status
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _say(self, error: Refused) -> None:
        body = json.dumps(problems.problem(error)).encode()
        headers = [
            (b"content-type", problems.MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *((name.encode(), value.encode()) for name, value in error.headers.items()),
        ]
        reason = STATUS_PHRASES[error.status]
        response = h11.Response(status_code=error.status, headers=headers, reason=reason)
        head = self.conn.send(response) or b""
        self.transport.write(head + (b"" if self._asked_for_head else body))

    @property
    def _asked_for_head(self) -> bool:
        return self.busy and self.cycle.scope["method"] == "HEAD"

    def close_by(self, transport: asyncio.Transport) -> None:
        """End, but for a client that is still sending only after it could see its answer."""
        sending = self._refused or self.conn.their_state is h11.SEND_BODY
        if self._lingers is not None or transport.is_closing() or not sending:
            transport.close()
            return
        self._lingers = self.loop.time() + _LINGER
        try:
            if transport.can_write_eof():
                transport.write_eof()
            self.flow.resume_reading()
        except OSError:  # the client has left before
            transport.abort()


class _Transport:
    """A transport whose closing the connection looks after."""

    def __init__(self, inner: asyncio.Transport, connection: Connection) -> None:
        self._inner = inner
        self._connection = connection

    def close(self) -> None:
        self._connection.close_by(self._inner)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _full(most: int) -> Refused:
    return Refused(
        503,
        "full",
        f"There are {most} connections already",
        "Come again in a moment; serve_connections says how many there may be.",
        {"Retry-After": "2"},
    )


def _slow(part: str) -> Refused:
    return Refused(
        408,
        "too-slow",
        f"The {part} of the request took too long to come",
        "serve_receive_seconds says how long a client may take.",
    )
