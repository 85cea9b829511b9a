"""Messages into token ids, and counts of them: one road for counting and for sending.

A receipt is exact because the counter calls the same `encode` whose ids the model is given.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.types import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

#: UTF-8 bytes to a token, for text without digits. Byte-pair vocabularies of present models take
#: about 4 bytes of English and 4 to 5 of Russian (2 to 2.5 letters) a token; 3 errs on the long
#: side for both. Digits are counted one by one, as several vocabularies split them.
BYTES_PER_TOKEN = 3
#: What a chat template puts around a message, and before the answer, in the formats in use: 4 to 6.
TOKENS_PER_MESSAGE = 8

_DIGIT = re.compile(r"\d")
#: Ends a turn in the chat templates in use. Many a checkpoint names only the end of a text.
_TURN_ENDS = (
    "<|im_end|>",
    "<|eot_id|>",
    "<end_of_turn>",
    "<|end|>",
    "<|end_of_text|>",
    "<|eom_id|>",
)
#: Put before a text that is to be continued, by encoder–decoders that were taught several tasks.
_CONTINUE = "<LM>"
#: What a base model writes when its answer is over: the next question, or its passages.
NEXT_QUESTION = (
    *("\nQuestion:", "\nPassages.", "\nAnswer:"),
    *("\nВопрос:", "\nОтрывки.", "\nОтвет:"),
)
#: Looks like a control token and not like a word that a vocabulary merely added.
_CONTROL = re.compile(r"[<\[|｜].*[>\]|｜]$", re.DOTALL)


class ByteCounter:
    """A cautious estimate for models whose tokenizer is out of reach."""

    name = f"estimate: UTF-8 bytes / {BYTES_PER_TOKEN}"
    exact = False

    def count(self, messages: Sequence[Message]) -> int:
        """Estimated tokens of the messages with their template; errs on the long side."""
        inside = sum(self.count_text(message.content) for message in messages)
        return inside + TOKENS_PER_MESSAGE * (len(messages) + 1)

    def count_text(self, text: str) -> int:
        """Estimated tokens of the text alone."""
        digits = len(_DIGIT.findall(text))
        other = len(_DIGIT.sub("", text).encode("utf-8", "surrogatepass"))
        return digits + math.ceil(other / BYTES_PER_TOKEN)


@dataclass(frozen=True)
class Encoder:
    """A tokenizer with its chat template; `exact`, since what it counts is what it encodes.

    Control tokens written out inside a message ("<|im_end|>" in a document) are broken up, so that
    a text cannot end its own message and speak as another.
    """

    tokenizer: Any
    name: str
    exact: bool = field(default=True, init=False)

    @property
    def instructed(self) -> bool:
        """Whether there is a chat template; a base model has none."""
        return bool(self.tokenizer.chat_template)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """Ids of the messages as the model expects them, generation prompt included.

        Without a chat template the messages become plain text that ends in "Answer:". A template
        that refuses a system message is given it at the head of the first user message.

        Raises:
            ModelError: The model's chat template fails.
        """
        safe = [Message(each.role, self._defused(each.content)) for each in messages]
        if not self.instructed:
            text = self._continued(plain(safe))
            ids: list[int] = self.tokenizer(text, verbose=False)["input_ids"]
            return ids
        try:
            return self._templated(safe)
        except Exception as first:
            try:
                return self._templated(merge_system(safe))
            except Exception:
                raise ModelError(
                    f"The chat template of {self.name} fails: {first}",
                    "Use the instruction-tuned release of the model, or another model",
                ) from first

    def count(self, messages: Sequence[Message]) -> int:
        """Number of ids `encode` gives for the messages."""
        return len(self.encode(messages))

    def count_text(self, text: str) -> int:
        """Number of ids of the text alone, without special tokens."""
        ids = self.tokenizer(self._defused(text), add_special_tokens=False, verbose=False)
        return len(ids["input_ids"])

    def ends(self) -> set[int]:
        """Ids that end an answer: the tokenizer's own, and the end of a turn in its template."""
        vocabulary = self.tokenizer.get_added_vocab()
        template = str(self.tokenizer.chat_template or "")
        found = {vocabulary[each] for each in _TURN_ENDS if each in vocabulary and each in template}
        own = self.tokenizer.eos_token_id
        return found if own is None else {own, *found}

    def _continued(self, text: str) -> str:
        """The text with the mark that asks for its continuation, where a model has one."""
        return _CONTINUE + text if _CONTINUE in self.tokenizer.get_added_vocab() else text

    def _templated(self, messages: Sequence[Message]) -> list[int]:
        encoded = self.tokenizer.apply_chat_template(
            [{"role": each.role, "content": each.content} for each in messages],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            enable_thinking=False,  # told by Qwen3, GLM and others; thoughts would fill the reserve
        )
        return list(encoded["input_ids"])

    def _defused(self, text: str) -> str:
        for token in self._control_tokens():
            if token in text:
                text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _control_tokens(self) -> list[str]:
        added = (str(each) for each in self.tokenizer.added_tokens_decoder.values())
        return [token for token in added if len(token) > 1 and _CONTROL.match(token)]


def merge_system(messages: Sequence[Message]) -> list[Message]:
    """The messages with the system text at the head of the first user message."""
    system = [each.content for each in messages if each.role == "system"]
    rest = [each for each in messages if each.role != "system"]
    if not system or not rest:
        return rest
    head = "\n\n".join([*system, rest[0].content])
    return [Message("user", head), *rest[1:]]


def plain(messages: Sequence[Message]) -> str:
    """The messages as one text for a model without a chat template."""
    blocks = [
        f"Answer: {each.content}" if each.role == "assistant" else each.content for each in messages
    ]
    cyrillic = re.search(r"[а-яё]", messages[-1].content, re.IGNORECASE)
    return "\n\n".join([*blocks, "Ответ:" if cyrillic else "Answer:"])
