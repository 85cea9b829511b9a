"""The service's own API: everything that the command line can do with documents."""

from __future__ import annotations

from fastapi import APIRouter

from rag.service.api import asking, collections, documents, jobs

router = APIRouter()
router.include_router(collections.router, prefix="/collections", tags=["collections"])
router.include_router(
    documents.router, prefix="/collections/{collection}/documents", tags=["documents"]
)
router.include_router(jobs.router, prefix="/collections/{collection}/jobs", tags=["jobs"])
router.include_router(asking.router, prefix="/collections/{collection}", tags=["asking"])
