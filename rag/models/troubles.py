"""What went wrong with a provider or a server, in the words of the error tree.

The exceptions of foreign packages are known by name along their base classes, so that no
provider's package need be imported to recognise its errors.
"""

from __future__ import annotations

import os
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

from rag.errors import DoesNotFit, ModelAway, ModelError, RagError

#: Names of exceptions, what happened, and what to do; the first that fits counts.
_TROUBLES: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset({"APITimeoutError", "TimeoutException", "StreamChunkTimeoutError"}),
        "did not answer in time",
        "Ask for less with --window or --max-tokens, use a faster model, or wait longer: set "
        "server_seconds",
    ),
    (
        frozenset({"APIConnectionError", "ConnectError", "ConnectionError", "TransportError"}),
        "cannot be reached",
        "Start the server, or check --base-url",
    ),
    (
        frozenset({"AuthenticationError", "PermissionDeniedError"}),
        "does not accept the key",
        "Set the provider's key in the environment, e.g. OPENAI_API_KEY",
    ),
    (
        frozenset({"NotFoundError"}),
        "does not know this model or address",
        "Check the model's name and that --base-url ends as the server expects, often in /v1",
    ),
    (frozenset({"RateLimitError"}), "refuses more requests for now", "Wait, or use another model"),
    (
        frozenset({"InternalServerError"}),
        "failed",
        "Look at what the server prints, then ask again",
    ),
    (
        # the last ones are what langchain and pydantic raise over JSON that is no completion
        frozenset(
            "NoGenerationError JSONDecodeError UnicodeDecodeError APIResponseValidationError"
            " KeyError TypeError AttributeError ValidationError".split()
        ),
        "answered something that is no chat completion",
        "Check --base-url: it must name the API, often ending in /v1, not a web page",
    ),
)
#: Exceptions and statuses that say that the server is not there, whatever it is asked.
_AWAY = _TROUBLES[0][0] | _TROUBLES[1][0]
_AWAY_STATUSES = frozenset({502, 503, 504})
#: With these a server may say when to come again.
_BUSY_STATUSES = frozenset({429, 503})
_NO_KEY = (
    "Set the provider's key in the environment, e.g. OPENAI_API_KEY; a server of your own is named "
    "with --base-url"
)
_TOO_LONG = re.compile(
    r"context[_ ](?:length|size|window)|maximum context|prompt is too long|too many tokens", re.I
)
#: Names of variables that hold secrets, and the shortest value that is taken for one.
_SECRET = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)$")
_SHORTEST_SECRET = 6
_LONGEST = 300  # characters of a foreign message that are repeated
_LONGEST_WAIT = 86_400.0  # seconds


class NoGenerationError(Exception):
    """A provider ended its answer without sending one."""


def explain(error: Exception, name: str) -> RagError:
    """The error of the tree for one that came out of a provider's package.

    What a server says is repeated where it says it in JSON, without any key of the environment.
    """
    if isinstance(error, RagError):
        return error
    words = _words(error)
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and 300 <= status < 400:
        return ModelError(
            f"{name} sends its callers to another address, which is not followed",
            "Name the address it moved to with --base-url",
        )
    if _TOO_LONG.search(words or str(error)):
        said = f": {words}" if words else ""
        return DoesNotFit(
            f"The prompt is longer than the window of {name}{said}",
            "Say how many tokens the server's window has: --window N",
        )
    names = {kind.__name__ for kind in type(error).__mro__}
    for known, what, hint in _TROUBLES:
        if names & known:
            wait = _wait(error, status)
            said = f"{name} {what}{_more(words, status, wait)}"
            if wait or names & _AWAY or status in _AWAY_STATUSES:
                return ModelAway(said, hint, wait)
            return ModelError(said, hint)
    if words:
        return ModelError(f"{name} refuses the request ({status}): {words}", "Check the options")
    if "api_key" in str(error):
        return ModelError(f"{name} has no key", _NO_KEY)
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return ModelError(f"{name} failed: {without_secrets(lines[0])[:_LONGEST]}")


def without_secrets(text: str) -> str:
    """The text with "***" for every key that the environment holds."""
    for name, value in os.environ.items():
        if _SECRET.search(name.upper()) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    return text


def _more(words: str, status: Any, wait: float) -> str:
    """When to come back, for a server that says so; for one that failed, its status and words."""
    come = f"; it asks to wait {wait:.0f} seconds" if wait else ""
    if isinstance(status, int) and status >= 500:
        return f" ({status}){come}: {words}" if words else f" ({status}){come}"
    return come


def _wait(error: Exception, status: Any) -> float:
    """Seconds for which a server that has too much to do asks to be left alone; else 0.

    `Retry-After` is a number of them, or a moment (RFC 9110, 10.2.3).
    """
    response: Any = getattr(error, "response", None)
    if status not in _BUSY_STATUSES or response is None:
        return 0.0
    told = str(response.headers.get("retry-after", "")).strip()
    if told.isdecimal():
        return min(float(told), _LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(told).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _words(error: Exception) -> str:
    """What a server says of an error in the JSON of its answer, in one line; "" for nothing."""
    said: Any = getattr(error, "body", None)
    for key in ("error", "message", "detail"):
        if isinstance(said, dict) and said.get(key):
            said = said[key]
    if not isinstance(said, str) or said.lstrip().startswith("<"):
        return ""
    return without_secrets(" ".join(said.split()))[:_LONGEST]
