"""Searching and asking one collection."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from rag import schema
from rag.service.entry import Reads
from rag.service.running import run

router = APIRouter()


class Search(BaseModel):
    """A question to find passages for."""

    question: Annotated[str, Field(min_length=1)]
    k: Annotated[int, Field(ge=1, le=100)] = 8


@router.post("/search")
async def search(request: Request, entry: Reads, wanted: Search) -> dict[str, Any]:
    """The best passages for a question."""
    work = partial(entry.app.search, wanted.question, k=wanted.k)
    return schema.search(await run(entry.service, request, entry.client, "search", work))
