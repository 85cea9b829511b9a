"""The service's own API: everything that the command line can do with documents."""

from __future__ import annotations

from fastapi import APIRouter

from rag.service.api import (
    asking,
    checking,
    collections,
    documents,
    jobs,
    owing,
    showing,
    tasks,
    writing,
)

router = APIRouter()
router.include_router(collections.router, prefix="/collections", tags=["collections"])
_ROOMS = (
    (documents.router, "/documents", "documents"),
    (jobs.router, "/jobs", "jobs"),
    (asking.router, "", "asking"),
    (writing.router, "", "writing"),
    (owing.router, "", "promises"),
    (checking.router, "", "checking"),
    (tasks.router, "", "tasks"),
    (showing.router, "", "pages"),
)
for room, below, tag in _ROOMS:
    router.include_router(room, prefix=f"/collections/{{collection}}{below}", tags=[tag])
