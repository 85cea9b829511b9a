"""Models behind a provider: OpenAI-compatible servers and whatever langchain can reach."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import ModelError, RagError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.language_models.chat_models import BaseChatModel

#: Servers commonly start with this window when nothing else is asked for; see --window.
DEFAULT_WINDOW = 4096
#: Seconds without a byte before a server counts as gone. A large prompt on a CPU takes minutes.
TIMEOUT = 600.0
_RETRIES = 2
_OLLAMA = "http://127.0.0.1:11434"

#: Names of foreign exceptions, looked up along their base classes so that no provider's package
#: need be imported to recognise its errors; then what happened and what to do.
_TROUBLES: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset({"APITimeoutError", "TimeoutException", "StreamChunkTimeoutError"}),
        "did not answer in time",
        "Ask for less with --window or --max-tokens, or use a faster model",
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
        frozenset({"JSONDecodeError", "APIResponseValidationError", "NoGenerationError"}),
        "answered something that is no chat completion",
        "Check --base-url: it must name the API, often ending in /v1, not a web page",
    ),
)


class NoGenerationError(Exception):
    """A provider ended its answer without sending one."""


def is_loopback(url: str) -> bool:
    """Whether an address names this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_remote(
    provider: str,
    name: str,
    *,
    base_url: str | None,
    max_tokens: int,
    temperature: float,
    seed: int | None,
    offline: bool,
    top_p: float = 1.0,
    repetition_penalty: float = 1.0,
    stop: Sequence[str] = (),
) -> tuple[BaseChatModel, bool]:
    """A langchain chat model of a provider, and whether it runs on this machine.

    Keys come from the environment as langchain reads them. A server on this machine needs none,
    and is never asked through a proxy.

    Raises:
        ModelError: `offline` is set and the model would be asked over a network; the provider is
            unknown, its package is not installed, or its key is missing.
    """
    if provider == "ollama" and base_url is None:
        base_url = _OLLAMA
    local = base_url is not None and is_loopback(base_url)
    if offline and not local:
        raise ModelError(
            f"{provider}:{name} would be asked over the network, and --offline forbids that",
            "Use -m transformers:DIR, or a server on this machine with --base-url",
        )
    options: dict[str, Any] = {"temperature": temperature}
    if top_p != 1.0:
        options["top_p"] = top_p
    if stop:
        options["stop"] = list(stop)
    if provider == "openai":
        options |= _openai(base_url, local, max_tokens, seed)
        if repetition_penalty != 1.0 and base_url is not None:
            options["extra_body"]["repetition_penalty"] = repetition_penalty
    else:
        options["num_predict" if provider == "ollama" else "max_tokens"] = max_tokens
        if base_url is not None:
            options["base_url"] = base_url
    return _init(provider, name, options), local


def _openai(base_url: str | None, local: bool, max_tokens: int, seed: int | None) -> dict[str, Any]:
    """Options for OpenAI's protocol. Other servers know the limit only by its older name."""
    options: dict[str, Any] = {"timeout": TIMEOUT, "max_retries": 0 if local else _RETRIES}
    if seed is not None:
        options["seed"] = seed
    if base_url is None:
        return options | {"max_tokens": max_tokens}
    options |= {
        "base_url": base_url,
        "extra_body": {"max_tokens": max_tokens},
        "use_responses_api": False,
    }
    if local:
        import os

        from openai import DefaultHttpxClient

        options["http_client"] = DefaultHttpxClient(trust_env=False)
        if not os.environ.get("OPENAI_API_KEY"):
            options["api_key"] = "none"
    return options


def _init(provider: str, name: str, options: dict[str, Any]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    try:
        chat: BaseChatModel = init_chat_model(name, model_provider=provider, **options)
    except ImportError as error:
        raise ModelError(
            f"The package for {provider} models is not installed", str(error)
        ) from error
    except ValueError as error:
        if "nsupported" in str(error):
            raise UsageError(
                f"There is no model provider {provider!r}",
                "Use transformers:DIR, openai:NAME, ollama:NAME or another provider of langchain",
            ) from error
        raise explain(error, f"{provider}:{name}") from error
    except Exception as error:
        raise explain(error, f"{provider}:{name}") from error
    return chat


def explain(error: Exception, name: str) -> RagError:
    """The error of the tree for one that came out of a provider's package."""
    if isinstance(error, RagError):
        return error
    names = {kind.__name__ for kind in type(error).__mro__}
    for known, what, hint in _TROUBLES:
        if names & known:
            return ModelError(f"{name} {what}", hint)
    lines = str(error).strip().splitlines() or [type(error).__name__]
    hint = "Set the provider's key in the environment" if "api_key" in str(error) else ""
    return ModelError(f"{name} failed: {lines[0][:300]}", hint)
