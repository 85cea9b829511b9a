"""Why a sentence is not shown, or not shown as fully supported, in the sentence's own language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rag.words import Language

_TEXTS: dict[str, dict[Language, str]] = {
    "empty": {
        "ru": "здесь нет утверждения, которое можно проверить",
        "en": "it states nothing that can be checked",
    },
    "nothing": {
        "ru": "в найденных отрывках об этом ничего нет",
        "en": "nothing in the passages says this",
    },
    "little": {
        "ru": "в источнике есть лишь малая часть сказанного",
        "en": "too little of it stands in the source",
    },
    "some": {
        "ru": "часть слов в источнике не встречается",
        "en": "some of its words do not stand in the source",
    },
    "absent": {"ru": "в источнике нет: {mine}", "en": "{mine} does not stand in the source"},
    "other": {
        "ru": "в источнике здесь {theirs}, а не {mine}",
        "en": "the source says {theirs} here, not {mine}",
    },
    "differs": {
        "ru": "источник говорит здесь не {mine}",
        "en": "the source does not say {mine} here",
    },
    "negated": {
        "ru": "источник это отрицает: «{theirs}»",
        "en": "the source denies it: “{theirs}”",
    },
    "affirmed": {
        "ru": "источник говорит это без отрицания: «{theirs}»",
        "en": "the source says so without the negation: “{theirs}”",
    },
    "opposite": {
        "ru": "в источнике «{theirs}», а не «{mine}»",
        "en": "the source says “{theirs}”, not “{mine}”",
    },
    "moved": {
        "ru": "в источнике «{mine}» относится к другому",
        "en": "in the source {mine} belongs to something else",
    },
    "exchanged": {
        "ru": "«{mine}» и «{theirs}» в источнике поменяны местами",
        "en": "{mine} and {theirs} change places in the source",
    },
    "actor": {
        "ru": "в источнике это делает не «{mine}»",
        "en": "in the source it is not {mine} who does this",
    },
    "word": {
        "ru": "в источнике на месте слова «{mine}» стоит «{theirs}»",
        "en": "the source has “{theirs}” in the place of “{mine}”",
    },
    "joined": {
        "ru": "в источнике эти имена соединены иначе",
        "en": "the source joins these names otherwise",
    },
    "undenied": {"ru": "источник этого не отрицает", "en": "the source does not deny this"},
    "asked": {
        "ru": "источник об этом только спрашивает",
        "en": "the source only asks this",
    },
    "foreign": {
        "ru": "источник на другом языке: сверены только числа, даты и имена",
        "en": "the source is in another language: only numbers, dates and names were checked",
    },
    "model": {
        "ru": "модель логического следования видит здесь противоречие с источником",
        "en": "the model of entailment reads the source as saying otherwise",
    },
    "mark": {
        "ru": "отметка {mine} не указывает ни на один отрывок",
        "en": "{mine} names no passage",
    },
}


class Reason(NamedTuple):
    """What is wrong, by its key, with the words of the claim and of the source it is about."""

    key: str
    mine: str = ""
    theirs: str = ""

    def told(self, language: Language) -> str:
        """The reason in a person's words."""
        return _TEXTS[self.key][language].format(mine=self.mine, theirs=self.theirs)
