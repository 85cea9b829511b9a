"""Which questions ask for a summary, and what they say of the documents it is to be of."""

from __future__ import annotations

import re

from rag.words import STOP_WORDS, words

_SUMMARY = re.compile(
    r"^\W*(?:(?:сделай|дай|напиши|составь|подготовь|покажи|можешь|нужн[оа])\w*\s+)?(?:мне\s+)?"
    r"(?:кратк\w+\s+)?(?:резюм\w+|саммари|перескаж\w*|пересказ\w*|выжимк\w+|суммариз\w+|обобщ\w+"
    r"|кратко(?:е содержание)?\b|(?:коротко\s+)?о ч[её]м "
    r"(?:эт(?:от|а|и) |все (?:эти )?|мои |данный |были? |шла )?"
    r"(?:документ|текст|файл|речь|говорил|говорит)\w*|главное\b"
    r"|summar\w+|sum up|tl;?dr|give (?:me )?(?:a |an )?(?:short |brief )?(?:summary|overview)"
    r"|what (?:is|was|are) (?:this|the|these|all (?:the|these)|my) "
    r"(?:document|meeting|text|file|report)s? about)",
    re.IGNORECASE,
)
#: Words of such a question that lead to no document.
_FRAME = frozenset("говорили говорится шла речь этот этого документ документа текст файл".split())


def asks_for_summary(question: str) -> bool:
    """Whether a question asks for what a document says as a whole."""
    return _SUMMARY.search(question) is not None


def names_in(question: str) -> list[str]:
    """The words of such a question that may name what is to be summarised."""
    rest = words(_SUMMARY.sub(" ", question))
    return [word for word in rest if word not in STOP_WORDS and word not in _FRAME]
