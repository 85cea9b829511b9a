"""Who has signed in: tokens that a browser keeps as a cookie, signed, with an end.

The key is made when the program starts and kept nowhere, so every session ends with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds; a working day.
LIFETIME = 12 * 3600
#: With the time and the signature 60 bytes, which base64 writes without a sign that cookies quote.
_ID_BYTES, _TIME = 20, struct.Struct(">d")
_SIGNED_BYTES = _ID_BYTES + _TIME.size
_KEY_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `ends` counts in seconds as `time.time` does."""

    id: bytes
    ends: float


class Sessions:
    """Begins sessions, knows those that have not ended, and ends them."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._ended: dict[bytes, float] = {}

    def begin(self) -> str:
        """The token of a new session, fit for a cookie."""
        signed = secrets.token_bytes(_ID_BYTES) + _TIME.pack(self.clock() + LIFETIME)
        return base64.urlsafe_b64encode(signed + self._sign(signed)).decode()

    def find(self, token: str) -> Session | None:
        """The session of a token; None where the token is forged, or the session has ended."""
        try:
            data = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        signed, signature = data[:_SIGNED_BYTES], data[_SIGNED_BYTES:]
        if len(signed) < _SIGNED_BYTES or not hmac.compare_digest(signature, self._sign(signed)):
            return None
        session = Session(signed[:_ID_BYTES], *_TIME.unpack(signed[_ID_BYTES:]))
        return session if session.ends > self.clock() and session.id not in self._ended else None

    def end(self, session: Session) -> None:
        """Its token is worth nothing from now on."""
        now = self.clock()
        self._ended = {id_: ends for id_, ends in self._ended.items() if ends > now}
        self._ended[session.id] = session.ends

    def _sign(self, data: bytes) -> bytes:
        return hmac.new(self._key, data, hashlib.sha256).digest()
