"""The text of an answer: bare, for programs, or with footnotes, for people.

Bare it is the sentences and nothing else, word for word but that no tag, link or picture of a
document works. With footnotes it is Markdown, laid out as a saved conversation is: numbers behind
the sentences, their places, what was struck and why, what is nearest where nothing answers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.cite.clean import still
from rag.exports.conversation import answered, heading, labels_of
from rag.types import Round
from rag.words import language_of

if TYPE_CHECKING:
    from rag.types import Answer
    from rag.words import Language

_LANGUAGES: tuple[Language, ...] = ("ru", "en")
#: What follows a model's words that were sent before they were checked.
_CHECKED: dict[Language, str] = {
    "ru": "Проверено по документам:",
    "en": "Checked against the documents:",
}
_RULE = "\n\n---\n\n"
_PARAGRAPH = re.compile(r"\n\n")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_MARK = re.compile(r"(?: ?\\\[\d+\\\])+")
_PARTS = re.compile(
    r"(?m)^(?:{})$".format(
        "|".join(
            re.escape(heading(labels_of(language), name))
            for language in _LANGUAGES
            for name in ("sources", "nearest", "struck")
        )
    )
)
_AFTER = re.compile(
    re.escape(_RULE) + r"(?:{})\n\n".format("|".join(map(re.escape, _CHECKED.values())))
)


def text_of(question: str, answer: Answer, *, footnotes: bool) -> str:
    """The text of an answer."""
    if not footnotes:
        return still(answer.text)
    value = Round(question, "done", datetime.now(UTC), 0.0, answer=answer)
    return answered(value, language_of(question))


def pieces(answer: Answer, text: str) -> list[str]:
    """The text sentence by sentence, or by paragraphs, to be sent one after another.

    Joined they are the text.
    """
    ends, at = [found.end() for found in _PARAGRAPH.finditer(text)], 0
    for sentence in map(still, (each.text for each in answer.sentences)):
        found = text.find(sentence, at)
        if found >= 0:
            at = found + len(sentence)
            ends.append(at)
    cuts = sorted({0, len(text), *ends})
    return [text[start:end] for start, end in pairwise(cuts)]


def correction(question: str, heard: str, answer: Answer, *, footnotes: bool) -> str:
    """What is to follow words that were sent live: the answer that stands, where it is another.

    With `footnotes` it follows in any case, since it has them.
    """
    text = text_of(question, answer, footnotes=footnotes)
    if not footnotes and _bare(heard) == _bare(text):
        return ""
    return f"{_RULE}{_CHECKED[language_of(question)]}\n\n{text}"


def without_footnotes(text: str) -> str:
    """An earlier answer as it comes back from a client, without what was added to it here."""
    live = _AFTER.split(text, maxsplit=1)
    told, *notes = _PARTS.split(live[-1], maxsplit=1)
    return _ESCAPED.sub(r"\1", _MARK.sub("", told)).strip() if notes else told.strip()


def _bare(text: str) -> str:
    """Words alone: a model's marks, its Markdown and the space between make no difference."""
    return re.sub(r"\[\d+\]|\W", "", text)
