"""The service's own API: everything that the command line can do with documents."""

from __future__ import annotations

from fastapi import APIRouter

from rag.service.api import asking, checking, owing, showing, tasks, writing

router = APIRouter()
_ROOMS = (
    (asking.router, "asking"),
    (writing.router, "writing"),
    (owing.router, "promises"),
    (checking.router, "checking"),
    (tasks.router, "tasks"),
    (showing.router, "pages"),
)
for room, tag in _ROOMS:
    router.include_router(room, prefix="/collections/{collection}", tags=[tag])
