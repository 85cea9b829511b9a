"""What a model is asked about a window of a meeting, in the meeting's language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rag.jobs.asking import Ask, codes
from rag.jobs.template import Example, Template

if TYPE_CHECKING:
    from rag.words import Language

#: The form of a reply. Loose within, since every item is read and checked for itself: one that is
#: wrong costs no second call.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        name: {"type": "array", "items": {"type": "object"}}
        for name in ("promises", "decisions", "questions")
    },
    "required": ["promises"],
}

_INSTRUCTION: dict[Language, str] = {
    "ru": (
        "выпиши из расшифровки встречи обещания, решения и вопросы без ответа. "
        "Перед строкой стоит её номер. Обещание: кто-то взял на себя, принял или получил поручение "
        "на время после встречи. Не обещания: вопросы, отказы, прошлое, привычки, шутки, действия "
        "на самой встрече.\n"
        "promises: line — номер строки, где дело взято; support — номера других строк о нём; act — "
        "self (сам), accepted (согласился на просьбу), assigned (поручили), reported (сказали о "
        "другом), joint (мы); who, to_whom — кто и кому; what, when, condition — действие, срок и "
        "условие; status — open, done или cancelled.\n"
        "decisions: line, text. questions: line, text.\n"
        "what, when, condition и text списывай из строк дословно; срок — словами, не датой. Чего "
        "нет, то null; не догадывайся."
    ),
    "en": (
        "list the promises, decisions and unanswered questions of a meeting's transcript. "
        "Each line begins with its number. A promise: somebody took on, accepted or was given "
        "something to do after the meeting. Not promises: questions, refusals, the past, habits, "
        "jokes, acts within the meeting.\n"
        "promises: line, the number of the line where it is taken on; support, numbers of other "
        "lines about it; act: self, accepted (agreed to a request), assigned, reported (said of "
        "another), joint (we); who, to_whom; what, when, condition: the act, the deadline, the "
        "condition; status: open, done or cancelled.\n"
        "decisions: line, text. questions: line, text.\n"
        "Copy what, when, condition and text from the lines word for word; the deadline in words, "
        "not as a date. What is not said is null; do not guess."
    ),
}


def _item(line: int, support: list[int], act: str, **said: str | None) -> dict[str, Any]:
    fields = ("who", "to_whom", "what", "when", "condition")
    return {
        "line": line,
        "support": support,
        "act": act,
        **{name: said.get(name) for name in fields},
        "status": "open",
    }


def _answer(*promises: dict[str, Any], decision: tuple[int, str]) -> str:
    line, text = decision
    value = {"promises": promises, "decisions": [{"line": line, "text": text}], "questions": []}
    return json.dumps(value, ensure_ascii=False)


_EXAMPLE: dict[Language, Example] = {
    "ru": Example(
        "7| Зоя: Глеб, пришлёшь мне опись к среде?\n8| Глеб: Угу. Решили: архив не трогаем.",
        _answer(
            _item(
                8,
                [7],
                "accepted",
                who="Глеб",
                to_whom="Зоя",
                what="пришлёшь мне опись",
                when="к среде",
            ),
            decision=(8, "архив не трогаем"),
        ),
    ),
    "en": Example(
        "7| Zoe: Glen, can you send me the inventory by Wednesday?\n"
        "8| Glen: Sure. Decided: the archive stays.",
        _answer(
            _item(
                8,
                [7],
                "accepted",
                who="Glen",
                to_whom="Zoe",
                what="send me the inventory",
                when="by Wednesday",
            ),
            decision=(8, "the archive stays"),
        ),
    ),
}


def ask_of(text: str, language: Language, secret: bytes = b"") -> Ask:
    """The job of taking a meeting's minutes, for a text; the same for every window of it.

    What is the same stands first, so that a model that keeps what it has read keeps that.
    `secret` is that of the library; see `rag.fence`.
    """
    words: dict[Language, str] = {"ru": "протокол встречи", "en": "the minutes of a meeting"}
    template = Template(
        name="minutes",
        source="",
        description=words,
        needs={"ru": "модель, обученная выполнять указания", "en": "an instruction-tuned model"},
        instruction=_INSTRUCTION,
        output="json",
        check="none",
        long="merge",
        schema=SCHEMA,
    )
    instruction = _INSTRUCTION[language]
    code, shown = codes(secret, instruction, text)
    examples = (_EXAMPLE[language],)
    return Ask(template, language, instruction, (), examples, steps=False, code=code, shown=shown)
