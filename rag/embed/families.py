"""The prompts that published families of embedders were trained with, known by their names.

A model that was trained with a prompt finds markedly worse without it. Where its own configuration
names its prompts, those count; this table is for the many checkpoints that tell them in their model
card alone. The prompts are those of the model cards.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Prompts(NamedTuple):
    """What is put before a question and before a passage."""

    query: str = ""
    document: str = ""


_RETRIEVE = "Given a web search query, retrieve relevant passages that answer the query"
_REPRESENT = "Represent this sentence for searching relevant passages: "
_E5 = Prompts("query: ", "passage: ")
_INSTRUCT = Prompts(f"Instruct: {_RETRIEVE}\nQuery: ")
_SEARCH = Prompts("search_query: ", "search_document: ")
_SENTENCE = Prompts(_REPRESENT)

#: Patterns of names, the more special first, and the prompts of the family.
FAMILIES: tuple[tuple[str, Prompts], ...] = (
    (r"e5-[\w.-]*instruct", _INSTRUCT),
    (r"qwen3-embedding", Prompts(f"Instruct: {_RETRIEVE}\nQuery:")),
    (r"(?:multilingual-)?e5-(?:small|base|large)", _E5),
    (r"user2-(?:small|base)", _SEARCH),
    (r"user-base", _E5),
    (r"user-bge-m3|bge-m3", Prompts()),
    (r"bge-(?:small|base|large)-en", _SENTENCE),
    (r"(?:rubert-mini-)?frida(?![a-z])|ru-en-rosberta|berta(?![a-z])", _SEARCH),
    (r"nomic-embed-text", _SEARCH),
    (
        r"jina-embeddings-v3",
        Prompts(
            "Represent the query for retrieving evidence documents: ",
            "Represent the document for retrieval: ",
        ),
    ),
    (r"snowflake-arctic-embed-[\w.-]*v2", Prompts("query: ")),
    (r"snowflake-arctic-embed|mxbai-embed", _SENTENCE),
    (r"gte-(?:multilingual|small|base|large|modernbert)|labse|minilm", Prompts()),
)
_COMPILED = tuple(
    (re.compile(rf"(?<![a-z])(?:{pattern})", re.IGNORECASE), prompts)
    for pattern, prompts in FAMILIES
)
#: Names under which configurations keep their prompts, the usual one first.
_QUERY_KEYS = ("query", "search_query", "retrieval.query")
_DOCUMENT_KEYS = ("document", "passage", "corpus", "search_document", "retrieval.passage")

#: What begins the folder of a model in the cache of Hugging Face.
CACHED = "models--"
_CARD_BYTES = 1 << 16  # of a model card: its names stand near the top
_CARD_NAME = re.compile(r"^- name: *(\S+)", re.MULTILINE)  # of the model whose results are told
_CARD_TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)


def prompts_of(configured: Mapping[str, str | None], folder: Path, name: str) -> Prompts:
    """The prompts of a model: those it is configured with, else those of its family.

    `configured` are the prompts of the model's own configuration by name, empty ones not set.
    """
    query, document = _first(configured, _QUERY_KEYS), _first(configured, _DOCUMENT_KEYS)
    if query or document:
        return Prompts(query, document)
    return next((found for each in names_of(folder, name) if (found := family(each))), Prompts())


def family(name: str) -> Prompts | None:
    """The prompts of the family that a name belongs to; None where no family is known."""
    return next((prompts for pattern, prompts in _COMPILED if pattern.search(name)), None)


def names_of(folder: Path, name: str) -> Iterator[str]:
    """What a model is called, the likeliest first: by who asks for it, by its model card, by the
    model that it began as."""
    yield name
    yield folder.name
    yield from (part for part in folder.parts if part.startswith(CACHED))
    card = _read(folder / "README.md")
    for pattern in (_CARD_NAME, _CARD_TITLE):
        if found := pattern.search(card):
            yield found[1]
    try:
        began = json.loads(_read(folder / "config.json") or "{}").get("_name_or_path")
    except (ValueError, AttributeError):
        began = None
    if isinstance(began, str):
        yield began


def _first(configured: Mapping[str, str | None], keys: tuple[str, ...]) -> str:
    return next((prompt for key in keys if (prompt := configured.get(key))), "")


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_CARD_BYTES)
    except OSError:
        return ""
