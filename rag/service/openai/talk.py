"""Messages of a chat as a question and what came before it.

A conversation is sent whole each time, so it is read anew each time, and nothing of it is kept.
Its words are a client's: they lend a follow-up what it leaves unsaid, and support no sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.followup import standalone
from rag.service.openai.errors import Wrong
from rag.service.openai.footnotes import without_footnotes
from rag.talk import PAST
from rag.types import Exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.service.openai.wanted import Said

#: Characters of an earlier question and of its answer that count.
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what was asked and answered before it, oldest first."""

    question: str
    past: tuple[Exchange, ...] = ()


def asked(messages: Sequence[Said], limit: int) -> Asked:
    """The last question and its past; `limit` is what a question may have in characters.

    Several messages of a person in a row are one question. Raises Wrong where the last word is not
    a question of the person's, where it is too long, or where some content is no text.
    """
    turns: list[tuple[str, list[str]]] = []  # whose turn it is, and what is said in it
    for place, message in enumerate(messages):
        if message.role not in ("user", "assistant"):
            continue
        text = _text(message, place)
        if turns and turns[-1][0] == message.role:
            turns[-1][1].append(text)
        else:
            turns.append((message.role, [text]))
    said = ["\n\n".join(filter(None, map(str.strip, texts))) for _, texts in turns]
    if not turns or turns[-1][0] != "user" or not said[-1]:
        raise Wrong(
            "invalid-request",
            "The last message is no question of a user",
            "Send the question as the last message, with the role user.",
            "messages",
        )
    question = said[-1]
    if len(question) > limit:
        raise Wrong(
            "question-too-long",
            f"The question has {len(question)} characters; the limit is {limit}",
            "Ask a shorter one, or raise the setting serve_question.",
            "messages",
        )
    return Asked(question, _past([role for role, _ in turns[:-1]], said[:-1]))


def _past(roles: Sequence[str], said: Sequence[str]) -> tuple[Exchange, ...]:
    """Questions with their answers; what the other side began with, such as a greeting, is none."""
    found = []
    for place, role in enumerate(roles[:-1]):
        if role == "user" and said[place] and said[place + 1]:
            question = said[place][:_LONGEST]
            answer = without_footnotes(said[place + 1])[:_LONGEST]
            found.append(Exchange(question, question, answer))
    return tuple(found[-PAST:])


def standing(past: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """The same with each question made to stand alone, by rules: some were follow-ups themselves.

    It takes a moment where they are long.
    """
    found: list[Exchange] = []
    for each in past:
        found.append(replace(each, asked=standalone(each.question, found)))
    return tuple(found)


def _text(message: Said, place: int) -> str:
    """The words of a message. Raises Wrong where it holds anything else."""
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    texts = []
    for number, part in enumerate(message.content):
        if part.type != "text" or part.text is None:
            raise Wrong(
                "unsupported",
                f"A part of a message is {part.type[:40]}; only text can be read",
                "Send parts of the type text, and files to the documents: see docs/api.md.",
                f"messages[{place}].content[{number}]",
            )
        texts.append(part.text)
    return "\n".join(texts)
