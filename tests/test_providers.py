"""Providers of langchain: their packages, their names of options, what they are held to."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest
from langchain.chat_models import base as langchain_base
from model_server import serving

from rag.errors import ModelError, UsageError
from rag.models import load_model
from rag.models.options import Drawing
from rag.models.remote import load_remote, per_call


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the environment tells where to ask, or with what key."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_GATEWAY"):
        monkeypatch.delenv(name, raising=False)


def test_specs_that_name_nothing_usable() -> None:
    for spec in ("llama", ":name", "openai:"):
        with pytest.raises(UsageError, match="does not say what runs the model"):
            load_model(spec)
    with pytest.raises(UsageError, match="no model provider 'nobody'"):
        load_model("nobody:model")
    with pytest.raises(ModelError) as caught:
        load_model("openai:gpt")
    assert "key" in caught.value.hint


MODULES = {
    **{name: entry[0] for name, entry in langchain_base._BUILTIN_PROVIDERS.items()},
    "gigachat": "langchain_gigachat.chat_models",
}


@pytest.mark.parametrize("provider", sorted(MODULES))
def test_the_package_of_every_provider_is_named(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without(MODULES[provider], monkeypatch)
    with pytest.raises(ModelError, match="not installed") as caught:
        load_model(f"{provider}:any", base_url=None)
    package = MODULES[provider].partition(".")[0].replace("_", "-")
    assert f"pip install {package}" in caught.value.hint
    assert provider in str(caught.value)


def _without(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a package not be there."""
    langchain_base._get_chat_model_creator.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)


class _Provider:
    """A provider's chat model that keeps the options it was made with."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.profile = {"max_input_tokens": 8000}

    def model_copy(self, update: dict[str, Any]) -> _Provider:
        return _Provider(**{**self.options, **update})


def _options(
    provider: str, kind: str, monkeypatch: pytest.MonkeyPatch, **more: Any
) -> tuple[Any, dict[str, Any]]:
    """What a provider's chat model is made with."""
    module = types.ModuleType(MODULES[provider])
    setattr(module, kind, _Provider)
    for name in (MODULES[provider].partition(".")[0], MODULES[provider]):
        monkeypatch.setitem(sys.modules, name, module)
    langchain_base._get_chat_model_creator.cache_clear()
    drawing = Drawing(99, seed=1, repetition_penalty=1.1, stop=("#",))
    given = {"base_url": None, "window": None, "offline": False, **more}
    remote = load_remote(provider, "any", drawing, **given)
    langchain_base._get_chat_model_creator.cache_clear()
    return remote, remote.chat.options  # type: ignore[attr-defined]


def test_providers_get_options_by_their_own_names(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    remote, options = _options("anthropic", "ChatAnthropic", monkeypatch)
    sent = {"max_tokens": 99, "stop_sequences": ["#"]}
    assert options == {"model": "any", "temperature": 0.0, **sent}
    assert "anthropic takes no repetition penalty" in caplog.text
    assert (remote.window, remote.reserve, remote.local) == (8000, 99, False)
    _, options = _options("gigachat", "GigaChat", monkeypatch)
    assert options["repetition_penalty"] == 1.1
    assert options["top_p"] == 0.0  # what it takes for a temperature of 0
    assert options["temperature"] is None


def test_options_of_a_call_are_renamed_for_a_provider() -> None:
    chat: Any = _Provider(num_predict=9)
    asked, options = per_call("ollama", chat, {"max_tokens": 5, "seed": 3, "stop": ["#"]})
    assert options == {}
    assert asked.options == {"num_predict": 5, "seed": 3, "stop": ["#"]}  # type: ignore[attr-defined]
    asked, options = per_call("mistralai", chat, {"temperature": 1.0, "seed": 3})
    assert (asked, options) == (chat, {"temperature": 1.0, "random_seed": 3})
    assert per_call("groq", chat, {"seed": 3, "stop": ["#"]}) == (chat, {"stop": ["#"]})


def test_ollama_is_held_to_its_address_and_window(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"model_info": {"qwen3.context_length": 40_960}, "parameters": "num_ctx    8192\n"}
    routes = {"/api/show": lambda _: shown, "/api/ps": lambda _: {"models": []}}
    with serving(routes=routes) as server:
        remote, options = _options(
            "ollama", "ChatOllama", monkeypatch, base_url=server.root, offline=True
        )
    assert (remote.window, options["num_ctx"]) == (8192, 8192)
    assert (options["num_predict"], options["repeat_penalty"]) == (99, 1.1)
    assert options["client_kwargs"]["trust_env"] is False
    assert remote.local
