"""Models behind a provider: OpenAI-compatible servers and whatever langchain can reach.

Keys come from the environment, as langchain reads them, and go to the model that was named and
nowhere else. A server named by its address is asked there alone: no redirect is followed, and
none on this machine is asked through a proxy.
"""

from __future__ import annotations

import importlib
import ipaddress
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import ModelError, UsageError
from rag.models.encoding import ByteCounter
from rag.models.servers import Api, Server, look_at, ollama
from rag.models.tokenizers import NamedTokenizer
from rag.models.troubles import explain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_core.language_models.chat_models import BaseChatModel

    from rag.models.options import Drawing
    from rag.prompt import TokenCounter

log = logging.getLogger(__name__)

#: Taken for the window where neither a person nor the server says how long it is.
DEFAULT_WINDOW = 4096
#: Seconds without a byte before a server counts as gone. A large prompt on a CPU takes minutes.
TIMEOUT = 600.0
_RETRIES = 2
#: At most this share of the window is kept for the answer.
_RESERVE_SHARE = 4
_OLLAMA = "http://127.0.0.1:11434"
_KEY = "OPENAI_API_KEY"
_ADDRESSES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
_GATEWAY, _NO = "LANGSMITH_GATEWAY", {"", "0", "false", "no"}
#: The only providers that can be held to this machine: they ask where they are told, without proxy.
_HELD = frozenset({"openai", "ollama"})
#: Providers made here, by module and class: GigaChat, which langchain's `init_chat_model` does not
#: list, and Ollama, for which it would take an old class that cannot be held to an address.
_OWN = {
    "gigachat": ("langchain_gigachat.chat_models", "GigaChat"),
    "ollama": ("langchain_ollama", "ChatOllama"),
}
#: Values of options that change nothing; others go without saying.
_NEUTRAL: Mapping[str, Any] = {"seed": None, "top_p": 1.0, "repetition_penalty": 1.0, "stop": []}
#: What a provider calls an option, where that is not langchain's common name.
_NAMES: Mapping[str, Mapping[str, str]] = {
    "anthropic": {"stop": "stop_sequences"},
    "mistralai": {"seed": "random_seed"},
    "ollama": {"max_tokens": "num_predict", "repetition_penalty": "repeat_penalty"},
}
#: Options that not every provider takes, and who does.
_TAKES: Mapping[str, frozenset[str]] = {
    "repetition_penalty": frozenset({"gigachat", "ollama"}),
    "seed": frozenset({"azure_openai", "deepseek", "mistralai", "ollama", "openai", "xai"}),
    "stop": frozenset({"anthropic", "azure_openai", "deepseek", "groq", "ollama", "openai", "xai"}),
}


@dataclass(frozen=True, slots=True)
class Remote:
    """A model that runs elsewhere; `local` says that elsewhere is on this machine.

    `window` and `reserve` are in tokens.
    """

    chat: BaseChatModel
    window: int
    reserve: int
    counter: TokenCounter
    local: bool


def is_loopback(url: str) -> bool:
    """Whether an address names this very machine; a name that only resolves to it does not."""
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
    drawing: Drawing,
    *,
    base_url: str | None,
    window: int | None,
    offline: bool,
    tokenizer: str | None = None,
    seconds: float = TIMEOUT,
) -> Remote:
    """A langchain chat model of a provider, and what is known of it.

    A server is asked for its window and its way to count tokens. `tokenizer`, a folder, counts
    where the server does not; without one there is an estimate. `seconds` is how long a server
    may be silent.

    Raises:
        UsageError: The provider is unknown, the address is none, or the window is longer than the
            server's.
        ModelError: `offline` is set and the model would be asked over a network; the server cannot
            be reached; the provider's package is not installed, or its key is missing.
    """
    spec = f"{provider}:{name}"
    base_url = _address(provider, base_url)
    local = base_url is not None and is_loopback(base_url)
    if offline and not (local and provider in _HELD):
        raise ModelError(
            f"{spec} would be asked over the network, and --offline forbids that",
            "Use -m transformers:DIR, or -m openai:NAME and --base-url of a server on this machine",
        )
    options = _set(drawing)
    if base_url is not None and provider in _HELD:
        chat, server = _server(provider, name, base_url, options, seconds)
    else:
        chat, server = _hosted(provider, name, base_url, options, seconds)
    size = _window(spec, window, server)
    reserve = min(drawing.max_new_tokens, size // _RESERVE_SHARE)
    if provider in _HELD:
        chat = chat.model_copy(update=_fitted(provider, size, reserve))
    counter = server.counter or (NamedTokenizer(tokenizer) if tokenizer else ByteCounter())
    return Remote(chat, size, reserve, counter, local)


def _fitted(provider: str, size: int, reserve: int) -> dict[str, int]:
    """What a model has to be told once its window is known, so that prompt and answer fit it.

    Ollama would load it with a window of its own choosing.
    """
    if provider == "ollama":
        return {"num_ctx": size, "num_predict": reserve}
    return {"max_tokens": reserve}


def _set(drawing: Drawing) -> dict[str, Any]:
    """The options that change anything."""
    options = {
        "temperature": drawing.temperature,
        "max_tokens": drawing.max_new_tokens,
        "seed": drawing.seed,
        "top_p": drawing.top_p,
        "repetition_penalty": drawing.repetition_penalty,
        "stop": list(drawing.stop),
    }
    return {name: value for name, value in options.items() if value != _NEUTRAL.get(name)}


def per_call(
    provider: str, chat: BaseChatModel, options: dict[str, Any]
) -> tuple[BaseChatModel, dict[str, Any]]:
    """The model to ask and the options to ask it with, named as its provider names them."""
    if hasattr(chat, "penalty_name"):  # a server, which takes them all by these names
        return chat, options
    stop = {key: value for key, value in options.items() if key == "stop"}  # known by all
    taken = _named(provider, {key: value for key, value in options.items() if key != "stop"})
    if provider == "ollama":  # would take the options of a call instead of its own
        return chat.model_copy(update=taken | stop), {}
    return chat, taken | stop


def _named(provider: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options by a provider's names, without those it does not take."""
    names, taken = _NAMES.get(provider, {}), {}
    for option, value in options.items():
        if provider in _TAKES.get(option, {provider}):
            taken[names.get(option, option)] = value
        elif option != "seed":  # which is set unasked
            log.warning("%s takes no %s; it is left out", provider, option.replace("_", " "))
    return taken


def _address(provider: str, base_url: str | None) -> str | None:
    """Where the model is asked, None for where its provider is. Raises UsageError for no address.

    Raises ModelError where LangSmith would be given what is meant for another.
    """
    if base_url is None and provider == "openai":
        base_url = next((url for name in _ADDRESSES if (url := os.environ.get(name))), None)
    if base_url is None and provider == "ollama":
        base_url = _OLLAMA
    if base_url is None:
        if provider != "langsmith" and os.environ.get(_GATEWAY, "").lower() not in _NO:
            raise ModelError(
                f"{_GATEWAY} is set: what is asked of {provider} would go through LangSmith",
                f"Take {_GATEWAY} out of the environment",
            )
        return None
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "\\" in base_url:
        raise UsageError(
            f"{base_url!r} is no address of a server", "Write it as http://127.0.0.1:8000/v1"
        )
    if provider == "openai" and parts.path in ("", "/"):
        return base_url.rstrip("/") + "/v1"
    return base_url


def _hosted(
    provider: str, name: str, base_url: str | None, options: dict[str, Any], seconds: float
) -> tuple[BaseChatModel, Server]:
    """A model of a provider, and the window that langchain knows it to have."""
    if base_url is not None:
        options = {**options, "base_url": base_url}
    if provider == "openai":
        kept = {"timeout": seconds, "max_retries": _RETRIES, "use_responses_api": False}
        options = {**options, **kept}
    chat = _provider_chat(provider, name, options)
    profile = getattr(chat, "profile", None) or {}
    return chat, Server(window=profile.get("max_input_tokens"))


def _server(
    provider: str, name: str, base_url: str, options: dict[str, Any], seconds: float
) -> tuple[BaseChatModel, Server]:
    """The model of a server that was named by its address, and what the server tells of itself.

    It is asked nowhere but there, and on this machine without a proxy.
    """
    from rag.models.server_chat import HeldClient

    local = is_loopback(base_url)
    client = HeldClient(base_url, local=local, seconds=seconds)
    key = os.environ.get(_KEY, "") if provider == "openai" else ""
    api = Api(client, base_url, key, f"{provider}:{name}")
    if provider == "ollama":
        held = {"trust_env": not local, "follow_redirects": False, "timeout": seconds}
        options = {**options, "base_url": base_url, "client_kwargs": held}
        return _provider_chat(provider, name, options), ollama(api, name) or Server("Ollama")
    server = look_at(api, name, local=local)
    chat = _server_chat(name, base_url, client, server, options, 0 if local else _RETRIES)
    return chat, server


def _server_chat(
    name: str, base_url: str, client: Any, server: Server, options: dict[str, Any], retries: int
) -> BaseChatModel:
    """A server that speaks OpenAI's protocol. Few need a key, and who does says so."""
    from pydantic import SecretStr

    from rag.models.server_chat import ServerChat, idle_client

    return ServerChat(
        model=name,
        base_url=base_url,
        api_key=SecretStr(os.environ.get(_KEY) or "none"),
        http_client=client,
        http_async_client=idle_client(base_url),
        openai_proxy=None,
        timeout=client.timeout,
        max_retries=retries,
        use_responses_api=False,
        stream_usage=bool(server.kind),  # strange servers may refuse to be asked for it
        penalty_name=server.penalty_name,
        merge_system=server.merge_system,
        **options,
    )


def _provider_chat(provider: str, name: str, options: dict[str, Any]) -> BaseChatModel:
    """A provider's chat model, as langchain makes it."""
    from langchain.chat_models import init_chat_model

    options = _named(provider, options)
    if provider == "gigachat" and not options.get("temperature"):
        options |= {"temperature": None, "top_p": 0.0}  # it takes no temperature of 0
    try:
        if provider in _OWN:
            return _own(provider, name, options)
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


def _own(provider: str, name: str, options: dict[str, Any]) -> BaseChatModel:
    """A chat model of a provider made without langchain's help. Raises ImportError without it."""
    module, kind = _OWN[provider]
    try:
        made: Any = getattr(importlib.import_module(module), kind)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise ImportError(
            f"Initializing {kind} requires the {package} package. Please install it with "
            f"`pip install {package}`"
        ) from error
    chat: BaseChatModel = made(model=name, **options)
    return chat


def _window(spec: str, window: int | None, server: Server) -> int:
    """Tokens to use. Raises UsageError for more than the server reads."""
    if window is None:
        return server.window or DEFAULT_WINDOW
    if server.window is not None and window > server.window and not spec.startswith("ollama:"):
        longer = ", or -m ollama:NAME, which sets it" if server.kind == "Ollama" else ""
        raise UsageError(
            f"{spec} reads at most {server.window} tokens, not {window}",
            f"Use --window {server.window} or less{longer}",
        )
    return window
