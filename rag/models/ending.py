"""How a model's answer ended, told from what its chunks say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Reason = Literal["stop", "length", "cut", ""]

#: Where providers put the reason, and what they write where the answer was as long as it may be.
_KEYS = ("finish_reason", "stop_reason", "done_reason", "stopReason")
_LENGTH = frozenset({"length", "max_tokens", "model_length"})
#: A chunk brings about a token, and a token this many characters at most on average. Whoever sends
#: more of either than this for each token of the limit goes on past what was asked for.
_CHARACTERS, _CHUNKS, _SPARE_CHUNKS = 16, 2, 64


@dataclass(frozen=True, slots=True)
class Ending:
    """`reason` is "length" for an answer as long as it may be, "cut" for one that broke off.

    It is "" where nobody says. `trouble` says what broke it. `prompt_tokens` is the length of the
    prompt as the server counted it, None where it does not say, and `answer_tokens` that of all it
    wrote, thoughts among it.
    """

    reason: Reason = ""
    trouble: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None


class Tally:
    """Follows the chunks of one answer of at most `limit` tokens; 0 is no limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks = 0
        self._characters = 0
        self._prompt_tokens: int | None = None
        self._answer_tokens: int | None = None
        self.reason: Reason = ""

    def add(self, chunk: Any) -> str:
        """Take note of a chunk. Gives its text."""
        text = str(chunk.text)
        self._chunks += 1
        self._characters += len(text)
        about = chunk.response_metadata
        if named := next((about[key] for key in _KEYS if about.get(key)), ""):
            self.reason = "length" if str(named).lower() in _LENGTH else "stop"
        if chunk.usage_metadata:
            self._prompt_tokens = chunk.usage_metadata.get("input_tokens")
            self._answer_tokens = chunk.usage_metadata.get("output_tokens")
        return text

    @property
    def answered(self) -> bool:
        """Whether there was a word, or an end."""
        return bool(self._characters or self.reason)

    @property
    def spoke(self) -> bool:
        """Whether there was a word."""
        return self._characters > 0

    @property
    def over(self) -> bool:
        """Whether the answer goes on past its limit, as a server may that does not keep to it."""
        if not self._limit:
            return False
        most = self._limit * _CHARACTERS
        chunks = self._limit * _CHUNKS + _SPARE_CHUNKS
        return self._chunks > chunks or self._characters > most

    def ending(self, reason: Reason, trouble: str = "") -> Ending:
        """How it ended."""
        return Ending(reason, trouble, self._prompt_tokens, self._answer_tokens)
