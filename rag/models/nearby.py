"""Model servers that answer on this machine: asked only when a person wants it, and only here."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOST = "http://127.0.0.1"
#: Where servers listen unless told otherwise.
PORTS: Mapping[str, int] = {
    "Ollama": 11434,
    "llama.cpp": 8080,
    "vLLM": 8000,
    "LM Studio": 1234,
    "KoboldCpp": 5001,
}
_OLLAMA = "Ollama"
_SECONDS = 2.0  # to answer: they are on this machine, and only a list is wanted
_MOST_BYTES = 1 << 20
_MOST_MODELS = 200


@dataclass(frozen=True, slots=True)
class Nearby:
    """A model of a server on this machine; `spec` and `base_url` are the settings that name it.

    `bytes` is the size of its file, 0 where the server does not tell.
    """

    server: str
    name: str
    spec: str
    base_url: str
    bytes: int = 0


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: what is asked here is answered here."""

    def redirect_request(self, *_: Any) -> None:
        return None


def look(ports: Mapping[str, int] = PORTS) -> tuple[Nearby, ...]:
    """The models of servers that answer on these ports of 127.0.0.1; all of them at once."""
    with ThreadPoolExecutor(len(ports)) as pool:
        found = pool.map(lambda each: _models(*each), ports.items())
        return tuple(model for models in found for model in models)


def _models(server: str, port: int) -> Sequence[Nearby]:
    root = f"{_HOST}:{port}"
    if server == _OLLAMA:
        base_url = "" if port == PORTS[_OLLAMA] else root
        return [
            Nearby(server, each["name"], f"ollama:{each['name']}", base_url, _size(each))
            for each in _listed(f"{root}/api/tags", "models", "name")
        ]
    return [
        Nearby(server, each["id"], f"openai:{each['id']}", f"{root}/v1")
        for each in _listed(f"{root}/v1/models", "data", "id")
    ]


def _listed(url: str, key: str, name: str) -> list[dict[str, Any]]:
    """The entries of a server's list that have a name; none where it is silent."""
    opener = build_opener(ProxyHandler({}), _Stay())
    try:
        with opener.open(url, timeout=_SECONDS) as response:
            said = json.loads(response.read(_MOST_BYTES))
    except (URLError, HTTPException, OSError, ValueError):  # none, or one of something else
        return []
    entries = said.get(key) if isinstance(said, dict) else None
    if not isinstance(entries, list):
        return []
    named = [each for each in entries if isinstance(each, dict) and isinstance(each.get(name), str)]
    return [each for each in named if each[name]][:_MOST_MODELS]


def _size(entry: dict[str, Any]) -> int:
    size = entry.get("size")
    return size if isinstance(size, int) else 0
