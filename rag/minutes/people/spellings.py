"""Other spellings of a name: Latin and Cyrillic, patronymics as they are said, pet forms in -ка."""

from __future__ import annotations

import re
from functools import cache

_TRANSLIT = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f h c ch sh sch _ i _ e u a".split(),
        strict=True,
    )
)
_SKELETON = (
    ("yo", "e"),
    ("yu", "u"),
    ("ya", "a"),
    ("kh", "h"),
    ("ts", "c"),
    ("x", "ks"),
    ("j", "i"),
    ("y", "i"),
    ("ee", "i"),
)
#: Latin letters of Russian names in their usual renderings, the longest first
_CYRILLIC = (
    *(("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш")),
    *(("yu", "ю"), ("iu", "ю"), ("ya", "я"), ("ia", "я"), ("yo", "ё"), ("ye", "е"), ("ay", "ай")),
    *(("ey", "ей"), ("iy", "ий"), ("yi", "ый"), ("oy", "ой"), ("uy", "уй"), ("sky", "ский")),
    *zip("abvgdeziklmnoprstufhcyj", "абвгдезиклмнопрстуфхцый", strict=True),
)
_PATRONYMIC = re.compile(r"\w+?(?:ович|евич|ьич|ич|ыч|овна|евна|ична|инична|вна)")
#: how patronymics shrink in speech, where the ending alone does not tell
_SAID = {
    "александрович": "саныч",
    "александровна": "санна",
    "михайлович": "михалыч",
    "михайловна": "михална",
    "павлович": "палыч",
    "иванович": "иваныч",
    "ивановна": "иванна",
    "николаевич": "николаич",
    "николаевна": "николавна",
}
_VOWELS = "аеёиоуыэюя"
#: endings of pet names: after -я, after -а, after a consonant
_PETS_SOFT = "ька ечка енька юша юха юшка юня"
_PETS_HARD = "ка очка енька уша уха ушка уня ан ок чик"
_PETS_OF_MEN = "ка ик ушка уша ок чик уха енька"
_CASE_ENDINGS = (("", "nomn"), ("а", "gent"), ("а", "accs"), ("у", "datv"), ("ем", "ablt"))


def skeleton(word: str) -> str:
    """A spelling that Latin and Cyrillic renderings of one name share."""
    latin = "".join(_TRANSLIT.get(letter, letter) for letter in word.lower()).replace("_", "")
    for old, new in _SKELETON:
        latin = latin.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", latin)


def cyrillic(word: str) -> str:
    """A Russian name written in Latin letters, in Cyrillic as far as the usual tables reach."""
    text = word.lower()
    for latin, letter in _CYRILLIC:
        text = text.replace(latin, letter)
    return text


def is_patronymic(word: str) -> bool:
    """Whether a folded word in the nominative ends as patronymics do."""
    return _PATRONYMIC.fullmatch(word) is not None and len(word) > 4


@cache
def said_patronymics(patronymic: str) -> frozenset[tuple[str, str]]:
    """(form, case) of what a patronymic becomes in speech: «Михалыч», «Сергеич», «Сергевна»."""
    short = {_SAID[patronymic]} if patronymic in _SAID else set()
    if patronymic.endswith("евич"):
        short |= {patronymic[:-4] + "еич", patronymic[:-4] + "ич"}
    elif patronymic.endswith("ович"):
        short.add(patronymic[:-4] + "ыч")
    elif patronymic.endswith("еевна"):
        short.add(patronymic[:-5] + "евна")
    forms = set()
    for word in short:
        if word.endswith("ч"):
            forms |= {(word + ending, case) for ending, case in _CASE_ENDINGS}
        else:
            stem = word[:-1]
            pairs = (("а", "nomn"), ("ы", "gent"), ("е", "datv"), ("у", "accs"), ("ой", "ablt"))
            forms |= {(stem + ending, case) for ending, case in pairs}
    return frozenset(forms)


@cache
def pet_names(name: str) -> frozenset[str]:
    """Forms in -ка, -очка, -енька, -уха, -ик, … of a given name or its short form.

    They are made by rule, so that one is a name only where a capital and a roster say so.
    """
    if len(name) < 3 or not re.fullmatch("[а-я]+", name):
        return frozenset()
    if name[-1] in "ая" and name[-2] not in _VOWELS:
        endings = _PETS_SOFT if name[-1] == "я" else _PETS_HARD
        return frozenset(name[:-1] + ending for ending in endings.split())
    if name[-1] not in _VOWELS and name[-1] not in "йь":
        return frozenset(name + ending for ending in _PETS_OF_MEN.split())
    return frozenset()
