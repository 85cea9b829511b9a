"""Where each part of the service lies, and the path that a request asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from starlette.types import Scope

#: The service's own API, what clients of OpenAI's look for, and the Model Context Protocol.
API: Final = "/api/v1"
OPENAI: Final = "/v1"
MCP: Final = "/mcp"
#: The description of the whole.
DESCRIPTION: Final = f"{API}/openapi.json"
#: What whoever watches over the service asks all the time.
LIVES: Final = "/healthz"
READY: Final = "/readyz"
METRICS: Final = "/metrics"


def collection(scope: Scope, name: str, *below: str) -> str:
    """The address of a collection, or of what lies below it, as who asks has to name it.

    That is with what a proxy takes off.
    """
    start = f"{scope.get('root_path', '')}{API}/collections"
    return "/".join((start, *(quote(part, safe="") for part in (name, *below))))


def asked_for(scope: Scope) -> str:
    """The path that a request asks for as routes know it: below what a proxy has taken off."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    below = path.removeprefix(root)
    return below if not below or below.startswith("/") else path
