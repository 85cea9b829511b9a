"""What is said to a person and not searched for: «подскажите, пожалуйста», "could you tell me"."""

from __future__ import annotations

import re

_OPENING = re.compile(
    r"\s*(?:"
    r"(?:здравствуйте|привет|добрый (?:день|вечер)|доброе утро|hi|hello|hey)(?: there)?[,!.]"
    r"|(?:(?:будьте|будь) добр\w*|пожалуйста|please|kindly)\b,?"
    r"|(?:подскажи|скажи|расскажи|объясни|найди|покажи|напомни)(?:те)?(?:-ка)?\b,?"
    r"(?: (?:мне|нам)\b)?,?"
    r"|(?:(?:вы |ты )?не мо(?:гли|г|гла|жете|жешь)(?: бы)?|можете|можешь)(?: (?:вы|ты|ли))*"
    r"(?: мне| нам)? (?:сказать|подсказать|рассказать|объяснить|найти|показать|напомнить)\b,?"
    r"|(?:можно(?: ли)?|хочу|хотим|хотел(?:а|ось|и)? бы|мне (?:нужно|надо|хочется))"
    r"(?: я| мы)? (?:знать|узнать|понять|спросить|уточнить)\b,?"
    r"|(?:меня|нас) интересует\b,?|(?:мне )?интересно,"
    r"|(?:(?:could|can|would|will) you|(?:would|do) you mind)(?: please| kindly)?,?"
    r" (?:tell(?:ing)?|show|explain(?: to)?|find|remind|say|let)(?: (?:me|us)\b)?(?: know\b)?,?"
    r"|(?:i|we)(?: would|['’]d)? (?:like|love|want|need) to (?:know|find out|learn|ask)\b,?"
    r"|(?:i am|i['’]m|i was) (?:wondering|curious)\b,?|do you (?:happen to )?know\b,?"
    r"|(?:tell|show|remind|let) (?:me|us)\b(?: know\b)?,?"
    r")\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"[\s,.]*\b(?:пожалуйста|заранее (?:спасибо|благодар\w+)|спасибо|please|thanks|thank you)"
    r"(?P<end>\W*)$",
    re.IGNORECASE,
)
_MOST = 4  # openings in a row
_TAIL = 64  # characters in which a question may close


def without_courtesies(text: str) -> str:
    """A question without its polite opening and end; "" where there is nothing else."""
    for _ in range(_MOST):
        opening = _OPENING.match(text)
        if opening is None:
            break
        text = text[opening.end() :]
    if closing := _CLOSING.search(text, max(len(text) - _TAIL, 0)):
        text = text[: closing.start()] + closing["end"]
    return text.strip()
