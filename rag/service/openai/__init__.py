"""What clients of OpenAI's API expect, over the documents of a collection."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(tags=["openai"])
