"""What clients of OpenAI's API send, and what cannot be done of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from rag.service.openai.errors import Wrong
from rag.service.shapes.base import MOST_DOCUMENTS, Day, Name, Person

#: What changes no answer here, so that it need not be said that it is left out.
_HARMLESS = frozenset(
    (
        *("user", "metadata", "store", "service_tier", "safety_identifier", "moderation"),
        *("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"),
        *("parallel_tool_calls", "top_logprobs", "keep_alive"),
    )
)
#: Of a model's drawing; nothing is drawn where no model writes.
_DRAWN = ("temperature", "top_p", "seed", "stop", "max_tokens", "max_completion_tokens")
_SEEDS = 2**32
_MOST_STOPS = 16
#: Texts of one request for vectors, as OpenAI bounds them.
_MOST_TEXTS = 2048
_SEE = "See docs/openai.md."


class Body(BaseModel):
    """What both kinds of requests share: numbers are numbers, and further fields are let be."""

    model_config = ConfigDict(strict=True, extra="allow")

    model: Annotated[str, Field(description="rag/COLLECTION, as GET /v1/models lists them")]


class Part(BaseModel):
    """A part of a message; only text can be read."""

    model_config = ConfigDict(strict=True, extra="allow")

    type: str
    text: str | None = None


class Said(BaseModel):
    """A message of the conversation. What a tool said, and calls of tools, are let be."""

    model_config = ConfigDict(strict=True, extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None


class Extras(BaseModel):
    """The field `rag` of a request, which is this program's own."""

    model_config = ConfigDict(strict=True, extra="forbid")

    footnotes: bool | None = None
    live: bool | None = None
    documents: Annotated[
        list[Name],
        Field(max_length=MOST_DOCUMENTS, description="names or patterns, as --document"),
    ] = []
    since: Day | None = None
    until: Day | None = None
    k: Annotated[int | None, Field(ge=1, le=100, description="passages to look at")] = None
    me: Annotated[Person | None, Field(description='who asks, for "what do I owe"')] = None


class StreamOptions(BaseModel):
    """How a stream is sent."""

    model_config = ConfigDict(strict=True, extra="allow")

    include_usage: bool | None = None


class Completion(Body):
    """A request for an answer. What may be null counts as not given where it is."""

    messages: Annotated[list[Said], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    top_p: Annotated[float | None, Field(ge=0, le=1)] = None
    seed: int | None = None
    stop: str | list[str] | None = None
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    max_completion_tokens: Annotated[int | None, Field(ge=1)] = None
    n: int | None = None
    logprobs: bool | None = None
    tools: list[Any] | None = None
    tool_choice: str | dict[str, Any] | None = None
    functions: list[Any] | None = None
    function_call: str | dict[str, Any] | None = None
    response_format: dict[str, Any] | None = None
    modalities: list[str] | None = None
    web_search_options: dict[str, Any] | None = None
    rag: Extras | None = None

    @field_validator("seed")
    @classmethod
    def _within(cls, seed: int | None) -> int | None:
        """OpenAI takes seeds of 64 bits, other models those of 32."""
        return None if seed is None else seed % _SEEDS

    @property
    def extras(self) -> Extras:
        """The field `rag`, without one an empty one."""
        return self.rag or Extras()

    @property
    def most_tokens(self) -> int | None:
        """The longest answer that is wanted, by either name."""
        given = [each for each in (self.max_tokens, self.max_completion_tokens) if each]
        return min(given, default=None)

    @property
    def stops(self) -> tuple[str, ...]:
        """What ends an answer."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(each for each in given if each)

    def check(self) -> None:
        """Raise Wrong where something is asked for that the answer would not be."""
        calls = (self.tool_choice, self.function_call)
        refused = {
            "n": (self.n or 1) != 1,
            "logprobs": bool(self.logprobs),
            "response_format": (self.response_format or {}).get("type", "text") != "text",
            "modalities": not set(self.modalities or ()) <= {"text"},
            "web_search_options": self.web_search_options is not None,
            "tool_choice": calls[0] not in (None, "auto", "none"),
            "function_call": calls[1] not in (None, "auto", "none"),
        }
        for param in (name for name, wrong in refused.items() if wrong):
            why = f"{param} asks for what answers from documents cannot be"
            raise Wrong("unsupported", why, f"Leave it out. {_SEE}", param)
        if len(self.stops) > _MOST_STOPS:
            raise Wrong("invalid-request", f"stop takes {_MOST_STOPS} strings", _SEE, "stop")

    def ignored(self, *, by_model: bool) -> list[str]:
        """Names of what was sent and changes nothing though it was meant to."""
        told = {name: value for name, value in (self.model_extra or {}).items() if value}
        left = sorted(told.keys() - _HARMLESS)
        left += [name for name in ("tools", "functions") if getattr(self, name)]
        if not by_model:
            left += [name for name in _DRAWN if getattr(self, name) is not None]
        roles = {each.role for each in self.messages} - {"user", "assistant"}
        return left + [f"messages of the role {role}" for role in sorted(roles)]


class Vectors(Body):
    """A request for vectors of texts."""

    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Annotated[int | None, Field(ge=1)] = None
    input_type: Annotated[
        Literal["document", "passage", "query"] | None,
        Field(description="a query where it is one; else a document"),
    ] = None

    def texts(self) -> list[str]:
        """The texts. Raises Wrong for none, an empty one, too many, or ids of tokens."""
        given = [self.input] if isinstance(self.input, str) else self.input
        texts = [each for each in given if isinstance(each, str)]
        if len(texts) < len(given):
            raise Wrong(
                "unsupported",
                "input holds ids of tokens, which are those of another model",
                "Send text: with langchain's OpenAIEmbeddings, check_embedding_ctx_length=False.",
                "input",
            )
        if not texts or not all(map(str.strip, texts)):
            raise Wrong("invalid-request", "input holds no text, or an empty one", _SEE, "input")
        if len(texts) > _MOST_TEXTS:
            most = f"input holds {len(texts)} texts; {_MOST_TEXTS} are taken at once"
            raise Wrong("invalid-request", most, "Send them in several requests.", "input")
        return texts
