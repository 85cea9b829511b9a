"""What a server tells of itself: the window of its model, and how many tokens a prompt has.

Whoever counts by the server's own tokenizer and chat template is exact. KoboldCpp and
text-generation-webui count texts; what their templates add is an estimate. Ollama and most hosted
services count nothing before they are asked, but may name their window.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from rag.errors import ModelAway
from rag.models.encoding import TOKENS_PER_MESSAGE, merge_system
from rag.models.troubles import explain
from rag.types import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rag.prompt import TokenCounter

    Wire = dict[str, Any]  # a message as it is sent

#: Seconds to wait for a server to say something of itself; it may be busy with an answer. It may be
#: waited for longer when it counts, since without a count there is no prompt.
_ASKING_SECONDS = 20.0
#: Counts that are kept: a prompt is packed with some dozens, and often the same again.
_KEPT = 512
#: What servers call the window in their list of models: vLLM and SGLang, Groq, LM Studio, Mistral,
#: OpenRouter and Together.
_WINDOW_KEYS = (
    *("max_model_len", "context_window", "loaded_context_length", "max_context_length"),
    "context_length",
)
#: The window Ollama gives a model at least, when nothing else is set; more on a large GPU, or where
#: OLLAMA_CONTEXT_LENGTH says so, which it does not tell before the model is at work.
_OLLAMA_WINDOW = 4096
_NUM_CTX = re.compile(r"^num_ctx\s+(\d+)", re.MULTILINE)
#: Looks like a control token of a chat format: a text must not end its own message and speak as
#: another. In this process the tokenizer itself tells which there are.
_CONTROL = re.compile(
    r"<(?=\|[^|<>\s]{1,40}\|>|｜[^｜<>\s]{1,40}｜>|/?s>|(?:start|end)_of_turn>|</?SYS>>)"
    r"|\[(?=/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|SYSTEM_PROMPT)\])"
)
_TRIAL = (Message("system", "Be brief."), Message("user", "Hello"))


class _Unknown(Exception):
    """The server does not know this address, or answers it with something else."""


@dataclass(frozen=True, slots=True)
class Server:
    """`kind` is the program, "" for an unknown one; None stands for what it does not tell.

    `merge_system` says that the model's chat template refuses a system message.
    """

    kind: str = ""
    window: int | None = None
    counter: TokenCounter | None = None
    merge_system: bool = False
    penalty_name: str = "repetition_penalty"


class ServerCounter:
    """Counts by asking a server, the same text or messages once."""

    def __init__(
        self,
        name: str,
        of_text: Callable[[str], int],
        of_messages: Callable[[Sequence[Message]], int] | None = None,
    ) -> None:
        """Without `of_messages` the chat template is estimated, and the counter not exact."""
        self.exact = of_messages is not None
        self.name = name if self.exact else f"{name}, the chat template estimated"
        self._of_text = lru_cache(_KEPT)(of_text)
        self._of_messages = lru_cache(_KEPT)(of_messages or self._estimated)

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the messages with their template. Raises ModelError if the server fails."""
        return self._sure(self._of_messages, tuple(messages))

    def count_text(self, text: str) -> int:
        """Tokens of the text alone; raises as `count` does."""
        return self._sure(self._of_text, defused(text)) if text else 0

    def _estimated(self, messages: Sequence[Message]) -> int:
        inside = self.count_text("\n".join(message.content for message in messages))
        return inside + TOKENS_PER_MESSAGE * (len(messages) + 1)

    def _sure(self, count: Callable[[Any], int], what: Any) -> int:
        try:
            return count(what)
        except _Unknown as error:
            raise ModelAway(
                f"The server no longer counts tokens ({self.name})",
                "Look at what the server prints",
            ) from error


def defused(text: str) -> str:
    """The text with what looks like control tokens broken up."""
    return _CONTROL.sub(r"\g<0> ", text)


def as_sent(messages: Iterable[Wire], *, merge: bool) -> list[Wire]:
    """Messages as they go over the wire; with `merge` without a system message."""
    listed = [Message(each["role"], defused(str(each["content"]))) for each in messages]
    return _wire(merge_system(listed) if merge else listed)


def _wire(messages: Iterable[Message]) -> list[Wire]:
    return [{"role": each.role, "content": each.content} for each in messages]


class Api:
    """The addresses of one server below and beside that of its completions."""

    def __init__(self, client: Any, base_url: str, key: str, name: str) -> None:
        """`client` is one of httpx's kind; `name` stands in errors."""
        self._client = client
        self._base = base_url.rstrip("/")
        self._root = re.sub(r"/v\d+$", "", self._base)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._name = name
        self._patience = min(_ASKING_SECONDS, client.timeout.read or _ASKING_SECONDS)

    def models(self) -> Any:
        """The list of models, by OpenAI's protocol."""
        return self._ask("GET", f"{self._base}/models", timeout=self._patience)

    def get(self, path: str) -> Any:
        """What stands at a path. Raises ModelError where the server cannot be reached."""
        return self._ask("GET", self._root + path, timeout=self._patience)

    def post(self, path: str, body: Any) -> Any:
        """What is answered to a body; raises as `get` does."""
        return self._ask("POST", self._root + path, json=body)

    def _ask(self, method: str, url: str, **how: Any) -> Any:
        try:
            response = self._client.request(method, url, headers=self._headers, **how)
            if response.status_code == 200:
                return response.json()
        except Exception as error:
            if "ConnectError" in {kind.__name__ for kind in type(error).__mro__}:
                raise explain(error, self._name) from error
            raise _Unknown from error
        raise _Unknown


def look_at(api: Api, model: str, *, local: bool) -> Server:
    """What a server tells of itself and of a model. An unknown one tells nothing.

    Raises ModelError where it cannot be reached.
    """
    try:
        entries = [each for each in _at(api.models(), "data") if isinstance(each, dict)]
    except (_Unknown, TypeError):
        return Server()
    entry = next((each for each in entries if each.get("id") == model), None)
    if entry is None:
        entry = entries[0] if len(entries) == 1 else {}
    owner = next((str(each.get("owned_by", "")) for each in entries), "")
    window = next((entry[key] for key in _WINDOW_KEYS if isinstance(entry.get(key), int)), None)
    if owner in _READERS:
        return _READERS[owner](api, model, window)
    return (ollama(api, model) if local else None) or Server(window=window)


def ollama(api: Api, model: str) -> Server | None:
    """What Ollama tells of a model: its window while it runs, or the one it is set to.

    None for other servers.
    """
    try:
        about = api.post("/api/show", {"model": model})
        longest = [v for k, v in _at(about, "model_info").items() if k.endswith(".context_length")]
        running = {str(each.get("name")): each for each in _at(api.get("/api/ps"), "models")}
    except (_Unknown, TypeError, AttributeError):
        return None
    at_work = running.get(model, running.get(f"{model}:latest", {})).get("context_length")
    set_to = _NUM_CTX.search(str(about.get("parameters", "")))
    known = at_work or (int(set_to.group(1)) if set_to else None)
    window = min([known or _OLLAMA_WINDOW, *longest])
    return Server("Ollama", window if known or window < _OLLAMA_WINDOW else None)


def _vllm(api: Api, model: str, window: int | None) -> Server:
    def texts(text: str) -> int:
        body = {"model": model, "prompt": text, "add_special_tokens": False}
        return int(_at(api.post("/tokenize", body), "count"))

    def chats(messages: list[Wire]) -> int:
        body = {"model": model, "messages": messages, "add_generation_prompt": True}
        return int(_at(api.post("/tokenize", body), "count"))

    return _counting(Server("vLLM", window), texts, chats)


def _llama_cpp(api: Api, _model: str, window: int | None) -> Server:
    def length(text: str, *, whole: bool = False) -> int:
        body = {"content": text, "add_special": whole, "parse_special": whole}
        return len(_at(api.post("/tokenize", body), "tokens"))

    def chats(messages: list[Wire]) -> int:
        text = _at(api.post("/apply-template", {"messages": messages}), "prompt")
        return length(text, whole=True)

    with suppress(_Unknown):  # of one slot; the server may have several
        window = int(_at(api.get("/props"), "default_generation_settings", "n_ctx"))
    server = Server("llama.cpp", window, penalty_name="repeat_penalty")
    return _counting(server, length, chats)


def _kobold(api: Api, _model: str, window: int | None) -> Server:
    def texts(text: str) -> int:
        body = {"prompt": text, "special": False}
        return int(_at(api.post("/api/extra/tokencount", body), "value"))

    with suppress(_Unknown):
        window = int(_at(api.get("/api/extra/true_max_context_length"), "value"))
    return _counting(Server("KoboldCpp", window, penalty_name="rep_pen"), texts)


def _text_generation(api: Api, _model: str, window: int | None) -> Server:
    def texts(text: str) -> int:
        return int(_at(api.post("/v1/internal/token-count", {"text": text}), "length"))

    return _counting(Server("text-generation-webui", window), texts)


#: Who a server says that its models are owned by, and how it is read.
_READERS: Mapping[str, Callable[[Api, str, int | None], Server]] = {
    "vllm": _vllm,
    "llamacpp": _llama_cpp,
    "koboldcpp": _kobold,
    "user": _text_generation,
}


def _counting(
    server: Server, texts: Callable[[str], int], chats: Callable[[list[Wire]], int] | None = None
) -> Server:
    """The server with a counter, tried on a few words; without one where it does not count."""

    def of_messages(merge: bool, messages: Sequence[Message]) -> int:
        assert chats is not None
        return chats(as_sent(_wire(messages), merge=merge))

    name = f"{server.kind} server's own"
    try:
        texts(_TRIAL[-1].content)
    except _Unknown:
        return server
    for merge in (False, True) if chats else ():
        try:
            of_messages(merge, _TRIAL)
        except _Unknown:
            continue
        counter = ServerCounter(name, texts, partial(of_messages, merge))
        return replace(server, counter=counter, merge_system=merge)
    return replace(server, counter=ServerCounter(name, texts))


def _at(said: Any, *keys: str) -> Any:
    """The value below these keys of what a server said. Raises _Unknown where there is none."""
    for key in keys:
        if not isinstance(said, dict) or key not in said:
            raise _Unknown
        said = said[key]
    return said
