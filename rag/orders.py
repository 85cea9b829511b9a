"""Text in a document that speaks to a language model rather than to a reader.

A sentence that a model took from it is the document's, word for word, and still no answer: somebody
put it there for the model to say (Greshake et al., "Not what you've signed up for: compromising
real-world LLM-integrated applications with indirect prompt injection", 2023).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.types import Document, Sentence
    from rag.words import Language

_AROUND = 400  # characters on either side of a sentence, within its paragraph
_REASON: dict[Language, str] = {
    "ru": "это стоит лишь там, где документ даёт указания языковой модели",
    "en": "it stands only where the document gives orders to a language model",
}
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_ORDER = (
    r"\b(?:ignore|disregard|forget|override)\b(?:\W+\w+){0,4}?\W+(?:instructions?|prompts?"
    r"|guidelines|rules (?:above|before)|directions|you (?:were|have been) told)\b"
    r"|\b(?:system|developer) prompt\b"
    r"|\byou are (?:now )?(?:an? )?(?:\w+ ){0,2}(?:AI|assistant|language model|chatbot|LLM|DAN)\b"
    r"|\b(?:note|message|instructions?) (?:to|for) (?:the |any |all )?(?:AI|assistants?|LLMs?"
    r"|(?:language )?models?|chatbots?)\b"
    r"|^[ \t#>*]*(?:system|assistant|developer)(?: message)?[ \t]*:"
    r"|<\|\w+\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant)>"
    r"|\b(?:игнорируй|проигнорируй|забудь|отбрось|не учитывай|не выполняй)(?:те)?\b"
    r"(?:\W+\w+){0,4}?\W+(?:инструкци|указани|правил|промпт)\w*"
    r"|\bсистемн\w+ (?:промпт|подсказк|сообщени|инструкци)\w*"
    r"|\bты (?:теперь |больше не )?(?:языковая модель|нейросеть|ассистент|помощник|бот|ИИ)\b"
    r"|\b(?:инструкция|указание|сообщение|внимание)\W+(?:для\W+)?(?:ИИ|ассистента|нейросети|бота"
    r"|(?:языковой )?модели)\b"
)


@cache
def _order() -> re.Pattern[str]:
    """Compiled when first wanted: a refused question needs none."""
    return re.compile(_ORDER, re.IGNORECASE | re.MULTILINE)


def ordered(text: str, start: int, end: int) -> bool:
    """Whether the paragraph around `text[start:end]` gives orders to a language model."""
    before = text[max(start - _AROUND, 0) : start]
    after = text[end : end + _AROUND]
    opening = max((found.end() for found in _PARAGRAPH.finditer(before)), default=0)
    closing = _PARAGRAPH.search(after)
    paragraph = before[opening:] + text[start:end] + after[: closing.start() if closing else None]
    return bool(_order().search(paragraph))


def without_orders(
    standing: Sequence[Sentence], struck: Sequence[Sentence], documents: Mapping[str, Document]
) -> tuple[list[Sentence], list[Sentence]]:
    """What `cite` gives, but that a sentence standing only among such orders is struck as well."""
    kept: list[Sentence] = []
    out = list(struck)
    for sentence in standing:
        if all(ordered(documents[c.document].text, c.start, c.end) for c in sentence.citations):
            reason = _REASON[language_of(sentence.text)]
            out.append(replace(sentence, verdict="unsupported", reason=reason))
        else:
            kept.append(sentence)
    return kept, sorted(out, key=lambda sentence: sentence.place or 0)
