"""What clients of OpenAI's API expect, over the documents of a collection.

chat         answers to chats, with errand (one request, and what comes of it)
embeddings   vectors of texts
listing      which models there are
naming       names of models: which collection answers, and how
wanted       what clients send, and what cannot be done of it
talk         messages as a question and its past
footnotes    the text of an answer, bare or for people
chunks       answers and the events of a stream, in OpenAI's shape; errors, in the same
metering     a model as one request uses it
"""

from __future__ import annotations

from fastapi import APIRouter

from rag.service import paths
from rag.service.openai import chat, embeddings, listing
from rag.service.openai.errors import FAILURES, Edge

__all__ = ["Edge", "router"]

router = APIRouter(prefix=paths.OPENAI, tags=["openai"], responses=FAILURES)
for _part in (chat, embeddings, listing):
    router.include_router(_part.router)
