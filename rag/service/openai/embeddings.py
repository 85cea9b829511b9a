"""Vectors of texts by the embedder of a collection: `POST /v1/embeddings`."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from rag.service.bodies import told
from rag.service.entry import Asking
from rag.service.openai.errors import Route, Wrong
from rag.service.openai.naming import entered
from rag.service.openai.wanted import Vectors
from rag.service.running import run
from rag.service.state import service_of

if TYPE_CHECKING:
    from rag.embed.base import Floats

router = APIRouter(route_class=Route)

_LIST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "OpenAI's list of embeddings",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post("/embeddings", responses=_LIST)
async def embed(request: Request, client: Asking, wanted: Vectors) -> Response:
    """Vectors of texts, comparable with those of the documents of a collection."""
    service = service_of(request)
    named, entry = entered(service, client, wanted.model)
    texts, queries = wanted.texts(), wanted.input_type == "query"
    work = partial(entry.app.embed, texts, queries=queries)
    vectors, tokens = await run(service, request, client, "search", work)
    length = vectors.shape[1]
    if wanted.dimensions not in (None, length):
        raise Wrong(
            "unsupported",
            f"The vectors of {named.name} have {length} dimensions, not {wanted.dimensions}",
            "Leave dimensions out.",
            "dimensions",
        )
    code = _base64 if wanted.encoding_format == "base64" else _floats
    rows = [
        {"object": "embedding", "index": place, "embedding": code(vector)}
        for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    value = {"object": "list", "data": rows, "model": named.name, "usage": usage}
    return told(value)


def _floats(vector: Floats) -> Any:
    return vector.tolist()


def _base64(vector: Floats) -> str:
    """The floats as OpenAI sends them: 32 bits each, the least byte first."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
