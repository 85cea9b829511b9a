"""What all results have in common."""

from __future__ import annotations

from typing import Any

#: Raised by one whenever a key goes or changes its meaning; new keys may come without.
SCHEMA = 1

Json = dict[str, Any]
