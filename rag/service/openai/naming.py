"""Names of models: which collection answers, and how.

`rag/COLLECTION`, and behind it any of `OPTIONS`, each after a plus: `rag/default+footnotes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.access.clients import visible
from rag.service.entry import enter
from rag.service.problems import Refused
from rag.store.place import LibraryPaths, collections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.service.entry import Client, Entry
    from rag.service.state import Service

OWNER = "rag"
_PREFIX = f"{OWNER}/"
#: extractive: sentences of the documents, whatever model is set; footnotes: sources and all else
#: that a person should see, in the text; live: a model's words as they come, not checked yet.
OPTIONS = ("extractive", "footnotes", "live")
#: Those of which a list of models shows each combination; the others are for who asks for them.
_LISTED = ((), ("footnotes",), ("extractive",), ("extractive", "footnotes"))
_SHOWN = 120  # characters of a name that nobody knows


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a model, taken apart."""

    name: str
    collection: str
    options: frozenset[str]


def parsed(name: str) -> Named | None:
    """A name taken apart; None where it can be none of this service."""
    collection, *options = name.removeprefix(_PREFIX).split("+")
    if not name.startswith(_PREFIX) or not set(options) <= set(OPTIONS):
        return None
    return Named(name, collection, frozenset(options))


def entered(service: Service, client: Client, name: str) -> tuple[Named, Entry]:
    """What a name means, and the client's entry to that collection.

    Raises Refused (404) where there is no such model or the client may not know of it, the same in
    both cases.
    """
    named = parsed(name)
    if named is not None:
        try:
            return named, enter(service, client, named.collection, "read")
        except Refused as refused:
            if refused.status != 404:
                raise
    raise Refused(404, "unknown-model", f"There is no model {name[:_SHOWN]}", "See GET /v1/models.")


def models(service: Service, client: Client) -> Iterator[dict[str, Any]]:
    """All models that a client may ask, as the API lists them."""
    for collection in visible(client, collections(service.desk.home)):
        for options in _LISTED:
            name = "+".join((_PREFIX + collection, *options))
            yield model(service, Named(name, collection, frozenset(options)))


def model(service: Service, named: Named) -> dict[str, Any]:
    """A model as the API tells of it; `created` is when its documents last changed.

    `by` is whose words answer: a model's, checked, or those of the documents.
    """
    by_model = service.settings.model and "extractive" not in named.options
    try:
        catalogue = LibraryPaths(service.desk.home, named.collection).catalogue
        changed = int(catalogue.stat().st_mtime)
    except OSError:  # nothing is in it yet
        changed = 0
    return {
        "id": named.name,
        "object": "model",
        "created": changed,
        "owned_by": OWNER,
        "rag": {
            "collection": named.collection,
            "options": sorted(named.options),
            "by": "model" if by_model else "documents",
        },
    }
