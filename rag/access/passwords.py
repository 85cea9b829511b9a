"""A password that can be compared and not read back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from rag.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

#: A shorter one is guessed sooner or later, however slowly one is let try.
SHORTEST = 8
#: Bytes; what is longer is no password, and hashing it would cost whoever is asked.
LONGEST = 1024
# scrypt as RFC 7914 recommends it for somebody who waits: 16 MiB and about 50 ms a try
_COST, _BLOCK, _LANES = 2**14, 8, 1
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Password:
    """The scrypt of a password with a salt of its own; the password itself is nowhere."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, word: str) -> Self:
        """Raises UsageError for a word that is too short or too long to be one."""
        if len(word) < SHORTEST or len(word.encode()) > LONGEST:
            raise UsageError(
                f"A password has at least {SHORTEST} characters, and at most {LONGEST:,} bytes",
                "Four words that nobody would guess make a good one.",
            )
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(salt, _digest(word, salt))

    def matches(self, word: str) -> bool:
        """Whether this is the password, found out in the same time whatever is wrong with it."""
        return hmac.compare_digest(self.digest, _digest(word[:LONGEST], self.salt))


def from_file(path: Path) -> str:
    """The password in the first line of a file. Raises UsageError where there is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise UsageError(
            f"The password cannot be read from {path} ({reason})",
            "Write it into the first line of a file that only you can read: chmod 600 FILE",
        ) from error
    return text.splitlines()[0].strip() if text.strip() else ""


def open_to_others(path: Path) -> bool:
    """Whether others on this machine may read a file."""
    return bool(path.stat().st_mode & 0o077)


def _digest(word: str, salt: bytes) -> bytes:
    # й is one letter on one keyboard and two code points on another
    data = unicodedata.normalize("NFC", word).encode(errors="surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=_COST, r=_BLOCK, p=_LANES)
