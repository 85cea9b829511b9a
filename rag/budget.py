"""The account of a prompt as a table: what each part of it took of the model's window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag import render
from rag.words import language_of

if TYPE_CHECKING:
    from rag.types import Answer, LeftOut, Part, Receipt
    from rag.words import Language

_COLUMNS = {
    "ru": ("Часть", "Токенов", "Окна, %", "Откуда"),
    "en": ("Part", "Tokens", "Window, %", "From"),
}
_WORDS = {
    "ru": {
        "template": "шаблон",
        "system": "указания",
        "examples": "примеры",
        "history": "разговор",
        "question": "вопрос",
        "passage": "отрывок",
        "total": "отправлено",
        "reserve": "на ответ",
        "free": "свободно",
        "window": "окно",
        "counted": "Сосчитал: {}",
        "estimate": "Оценка, не счёт: {}",
        "left_out": "Не вошло:",
        "about": "  {}: {}, около {:,} токенов",
        "no_model": "Модели ничего не отправлено: она не названа.",
        "refused": "Модели ничего не отправлено: в документах нет ответа, с которым к ней идти.",
        "register": "Модели ничего не отправлено: ответ дан без неё.",
        "of": " из ",
        "page": "с. {}",
        "line": "строка {}",
    },
    "en": {
        "total": "sent",
        "reserve": "for the answer",
        "counted": "Counted by: {}",
        "estimate": "An estimate, not a count: {}",
        "left_out": "Left out:",
        "about": "  {}: {}, about {:,} tokens",
        "no_model": "Nothing was sent to a model: none is named.",
        "refused": "Nothing was sent to a model: the documents hold no answer to go to it with.",
        "register": "Nothing was sent to a model: the answer was given without one.",
        "of": " of ",
        "page": "p. {}",
        "line": "line {}",
    },
}
#: "system", "passage 2", "examples, 1 of 2".
_PART = re.compile(r"([a-z]+),? ?((?:\d+(?: of \d+)?)?)")
#: A document with a page or a line, as they are named in the language of the question.
_STANDS = re.compile(r"(.+), (p\.|с\.|line|строка) (\d+)", re.DOTALL)
_REASONS = {
    "does not fit the window": "не помещается в окно",
    "cut to the sentences around the best one": "оставлены предложения вокруг лучшего",
    "the instructions are put briefly, since the window is small": (
        "указания сжаты, потому что окно мало"
    ),
    "examples may take a quarter of the room": "примерам отведена четверть места",
    "earlier questions may take a quarter of the room; the oldest go first": (
        "разговору отведена четверть места; старое уходит первым"
    ),
    "they leave no room for the best passage": "с ними не помещается и лучший отрывок",
}


def show(answer: Answer, model: str, question: str) -> None:
    """Print the account of an answer's prompt, or why there was none, in the question's language.

    `model` is the setting, empty where none is named.
    """
    language = language_of(question)
    render.print_line("")
    if answer.receipt is not None:
        _table(answer.receipt, language)
    else:
        render.print_line(why_none(answer, model, language))


def why_none(answer: Answer, model: str, language: Language) -> str:
    """Why nothing was sent to a model."""
    words = _WORDS[language]
    if not model:
        return words["no_model"]
    return words["refused" if answer.refusal else "register"]


def named(name: str, language: Language) -> str:
    """A part of a prompt in words: «отрывок 2»; a document by its name."""
    words = _WORDS[language]
    if stands := _STANDS.fullmatch(name):
        kind = "page" if stands[2] in ("p.", "с.") else "line"
        return f"{stands[1]}, {words[kind].format(stands[3])}"
    part = _PART.fullmatch(name)
    if part is None:
        return name
    number = part[2].replace(" of ", words["of"])
    return f"{words.get(part[1], part[1])} {number}".strip()


def place(part: Part, language: Language) -> str:
    """Where a passage of the prompt stands; "" for other parts."""
    words = _WORDS[language]
    if part.document is None:
        return ""
    if part.page is not None:
        return f"{part.document}, {words['page'].format(part.page)}"
    if part.line is not None:
        return f"{part.document}, {words['line'].format(part.line)}"
    return part.document


def reason(left_out: LeftOut, language: Language) -> str:
    """Why something was left out."""
    return _REASONS[left_out.reason] if language == "ru" else left_out.reason


def counted(receipt: Receipt, language: Language) -> str:
    """By what the tokens were counted."""
    words = _WORDS[language]
    return words["counted" if receipt.exact else "estimate"].format(receipt.tokenizer)


def _table(receipt: Receipt, language: Language) -> None:
    words = _WORDS[language]

    def row(name: str, tokens: int, where: str = "") -> tuple[str, ...]:
        share = 100 * tokens / receipt.window
        return named(name, language), f"{tokens:>7,}", f"{share:>9.1f}", where

    free = receipt.window - receipt.reserve - receipt.total
    rows = [row(part.name, part.tokens, place(part, language)) for part in receipt.parts]
    rows += [row("total", receipt.total), row("reserve", receipt.reserve), row("free", free)]
    rows.append(row("window", receipt.window))
    render.print_rows(_COLUMNS[language], rows)
    render.print_line(counted(receipt, language))
    if receipt.left_out:
        render.print_line(words["left_out"])
    for each in receipt.left_out:
        told = named(each.name, language), reason(each, language), each.tokens
        render.print_line(words["about"].format(*told))
