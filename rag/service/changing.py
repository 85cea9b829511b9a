"""Changes to a library that another process, or another thread of this one, may be writing to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from rag.desk.patience import pauses
from rag.errors import LibraryBusy
from rag.service.running import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request

    from rag.service.entry import Client
    from rag.service.state import Service

T = TypeVar("T")


async def changed(service: Service, request: Request, client: Client, change: Callable[[], T]) -> T:
    """The result of a change, which is tried again while somebody else writes to the library.

    Whoever waits holds no turn. Raises LibraryBusy where it waits for `serve_wait_seconds`, and
    what the change raises.
    """
    now = asyncio.get_running_loop().time
    end, waits = now() + service.settings.serve_wait_seconds, pauses()
    while True:
        try:
            return await run(service, request, client, "search", change)
        except LibraryBusy:
            if now() >= end:
                raise
        await asyncio.sleep(next(waits))
