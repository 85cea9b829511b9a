"""Asking a model to make a follow-up stand alone, and whether what it writes can be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.refusal import is_refusal
from rag.types import Exchange, Message
from rag.words import content_stems, language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 3  # exchanges that the model sees
_ANSWER = 300  # characters of an answer that it sees
_LONGEST = 300  # characters of a question it may write
_KNOWN = 0.6  # share of its words that the conversation must hold
#: A rewritten question takes no more tokens than this.
MOST_TOKENS = 96

_SYSTEM = {
    "ru": (
        "Перепиши последний вопрос так, чтобы он был понятен без разговора: подставь вместо "
        "местоимений и пропусков то, о чём шла речь. Ничего не добавляй от себя и не отвечай на "
        "вопрос. Если он понятен и так, повтори его без изменений. Напиши одну строку: вопрос."
    ),
    "en": (
        "Rewrite the last question so that it can be understood without the conversation: put what "
        "was talked about in place of pronouns and of what is left out. Add nothing of your own "
        "and do not answer the question. If it can be understood as it is, repeat it unchanged. "
        "Write one line: the question."
    ),
}
_WORDS = {
    "ru": ("Вопрос", "Ответ", "Последний вопрос"),
    "en": ("Question", "Answer", "Last question"),
}
_LABEL = re.compile(r"^[\w ]{0,40}(?:вопрос|question)[\w ]{0,20}:\s*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


def request(question: str, past: Sequence[Exchange]) -> tuple[Message, ...]:
    """The messages that ask for it, with the last few exchanges."""
    language = language_of(question)
    asked, answered, last = _WORDS[language]
    lines = []
    for each in past[-_SHOWN:]:
        answer = " ".join(each.answer.split())[:_ANSWER]
        lines += [f"{asked}: {each.asked}", f"{answered}: {answer}"]
    lines.append(f"{last}: {question}")
    return Message("system", _SYSTEM[language]), Message("user", "\n".join(lines))


def checked(written: str, question: str, past: Sequence[Exchange]) -> str | None:
    """The question a model wrote, or None where it is none that was asked here.

    It is one line of bounded length in the language of the question, made mostly of words of the
    conversation, with a word of what came before, all numbers of the question and no others.
    """
    line = _LABEL.sub("", written.strip()).strip(" \"'«»“”*`")
    if not line or "\n" in line or len(line) > max(_LONGEST, 2 * len(question)):
        return None
    if language_of(line) != language_of(question) or is_refusal(line):
        return None
    before = " ".join(f"{each.asked} {each.answer}" for each in past[-_SHOWN:])
    told, said, new = (set(content_stems(text)) for text in (before, question, line))
    if not new & told or len(new & (told | said)) < _KNOWN * len(new):
        return None
    numbers, mine = (set(_DIGITS.findall(text)) for text in (line, question))
    if not mine <= numbers or not numbers <= mine | set(_DIGITS.findall(before)):
        return None
    return line
