"""Changes to a library that another process, or another thread of this one, may be writing to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from rag.errors import LibraryBusy
from rag.service.running import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request

    from rag.service.entry import Client
    from rag.service.state import Service

T = TypeVar("T")

#: Seconds to the second try; each further wait is twice as long, up to the last.
_AGAIN_AFTER, _AT_MOST = 0.1, 0.8


async def changed(service: Service, request: Request, client: Client, change: Callable[[], T]) -> T:
    """The result of a change, which is tried again while somebody else writes to the library.

    Whoever waits holds no turn. Raises LibraryBusy where it waits for `serve_wait_seconds`, and
    what the change raises.
    """
    now = asyncio.get_running_loop().time
    end, pause = now() + service.settings.serve_wait_seconds, _AGAIN_AFTER
    while True:
        try:
            return await run(service, request, client, "search", change)
        except LibraryBusy:
            if now() >= end:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _AT_MOST)
