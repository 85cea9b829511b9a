"""The service's own API: everything that the command line can do with documents."""

from __future__ import annotations

from fastapi import APIRouter

from rag.service.api import asking

router = APIRouter()
router.include_router(asking.router, prefix="/collections/{collection}", tags=["asking"])
