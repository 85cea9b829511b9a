"""Keys of the service, as JSON values. No secret is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.schema.base import SCHEMA, Json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rag.access.keyfile import Kept


def access_key(kept: Kept, used: datetime | None = None) -> Json:
    """One key; `collections` is null for all of them, `used` is to the hour."""
    opened = kept.key.collections
    return {
        "id": kept.key.id,
        "name": kept.key.name,
        "collections": None if opened is None else sorted(opened),
        "right": kept.key.right,
        "created": kept.created.isoformat(),
        "expires": kept.expires.isoformat() if kept.expires else None,
        "used": used.isoformat(timespec="seconds") if used else None,
    }


def access_keys(rows: Iterable[tuple[Kept, datetime | None]]) -> Json:
    """What `rag keys list --json` prints."""
    return {"schema": SCHEMA, "keys": [access_key(kept, used) for kept, used in rows]}
