"""Which people that a provider of OpenID Connect vouches for may use the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.access.sessions import LIFETIME
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Lets in whoever the provider lets in.
EVERYBODY = "*"
_ENTRY = re.compile(r"(?:[^@\s]+)?@[^@\s]+")
#: Seconds that the clocks of two machines may differ.
_LEEWAY = 60.0


@dataclass(frozen=True, slots=True)
class People:
    """Addresses as anna@example.org, domains as @example.org, or everybody."""

    entries: frozenset[str]

    def allow(self, claims: Mapping[str, object]) -> bool:
        """Whether the person of a provider's claims is one of them.

        An address counts that the provider has not said it never checked.
        """
        if EVERYBODY in self.entries:
            return True
        address = claims.get("email")
        if not isinstance(address, str) or claims.get("email_verified") in (False, "false"):
            return False
        address = address.casefold()
        return address in self.entries or f"@{address.rpartition('@')[2]}" in self.entries


def people_of(setting: str) -> People:
    """The people in a setting: entries with commas or spaces between them.

    Raises UsageError for an entry that is neither an address nor a domain.
    """
    entries = [entry.casefold() for entry in re.split(r"[,\s]+", setting) if entry]
    for entry in entries:
        if entry != EVERYBODY and not _ENTRY.fullmatch(entry):
            raise UsageError(
                f"{entry!r} in the setting people is no e-mail address",
                'Write people as "anna@example.org, @example.com"; a domain begins with @.',
            )
    return People(frozenset(entries))


def ends(claims: Mapping[str, object], now: float) -> float | None:
    """When a sign-in ends that the provider vouched for at `iat`; None where it has, or tells not.

    Both in seconds as `time.time` counts them.
    """
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, (int, float)):
        return None
    end = float(issued) + LIFETIME
    return end if now < end and issued <= now + _LEEWAY else None
