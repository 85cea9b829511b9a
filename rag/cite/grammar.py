"""What stands in which part of a clause: predicates, what is denied, who does it to whom.

Russian says so by case and preposition, which pymorphy3 knows; English by the order of words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.cite import lexicon
from rag.minutes.morphology import analyser, parses
from rag.words import STOP_WORDS, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEGATORS = frozenset(
    "не нет нельзя невозможно без "
    "no not never cannot neither nor none nobody nothing without".split()
)
_DOUBLE = frozenset(
    "ни никто никого никому ничего ничем никогда никакой никакого никаких никакие нигде".split()
)
_IDLE = STOP_WORDS | frozenset("будет будут буду было стал стали".split())
#: "At no cost" is free, not denied; "no. 5" is a number.
_PRICES = frozenset({"cost", "charge", "fee", "extra"})
#: After these "not" denies nothing: «не только», "not all".
_PARTIAL = frozenset(
    "только лишь весь все вся всех всего каждый only just all every always".split()
)
_AUXILIARIES = frozenset(
    "is are was were be been being am do does did has have had will would shall should may "
    "might must can could cannot isn't aren't wasn't weren't don't doesn't didn't won't can't "
    "mustn't couldn't shouldn't wouldn't hasn't haven't".split()
)
_PASSIVE_WITH = frozenset("is are was were be been being".split())
_IRREGULAR = frozenset(
    "paid made given sent kept held found taken done built sold bought bound led left told said "
    "written put cut set read hired brought worn drawn driven chosen known shown grown thrown "
    "begun run spoke wrote gave took went came saw ate drove rode rose fell grew knew threw "
    "flew drew wore tore chose froze broke woke began sang rang sank drank ran stood slept sat "
    "became sought caught taught thought dealt kept meant sold swept shook stole struck stuck "
    "agreed guaranteed wound lent spent lost won met hurt shut fed felt understood".split()
)
_PREPOSITIONS = frozenset(
    "by of from to with for in on at into onto under over after before between against about "
    "through than as instead without within until since".split()
)
_RU_PREPOSITIONS = frozenset(
    "в во на с со к ко от до из у о об обо по за при про без для над под перед через между "
    "после против вместо кроме из-за".split()
)
_SPEAKER = frozenset(
    "я мы мне нам меня нас мной нами мой моя мое мои наш наша наше наши i we my our me us mine "
    "i'll i'm i've i'd we'll we're we've we'd".split()
)
_PERSONS = {
    **dict.fromkeys(("i", "i'll", "i'm", "i've", "i'd"), "speaker"),
    **dict.fromkeys(("you", "please", "you'll", "you're"), "other"),
    **dict.fromkeys(("he", "she", "they", "it", "who"), ""),
}
#: Prepositions that tell from where to where, for whom, against what; the others vary too freely.
_SLOTS = frozenset(
    "from to into until till since by with without instead "
    "с со от из до на к ко за без вместо".split()
)
_NEXT = 3  # words that may stand between a preposition and its noun
_EN_NOUN = ("er", "ers", "or", "ors", "tion", "tions", "ment", "ments", "ness", "ity")
_NO_NOUN = ("ly", "ful", "ous", "ive", "able", "ible", "est", "less")
_DETERMINERS = frozenset("a an the his her their its our my your any each every another".split())
_FIRST_ENDINGS = ("у", "ю", "ем", "им", "ём", "сь", "ся")
_CASES = {
    "nomn": "n", "gent": "g", "gen2": "g", "datv": "d", "accs": "a", "ablt": "i", "loct": "p",
    "loc2": "p",
}  # fmt: skip
_VERBS = frozenset({"VERB", "INFN", "PRTS", "PRED", "ADJS"})
_DECLINED = frozenset({"NOUN", "ADJF", "PRTF", "NPRO"})
_NAMES = frozenset({"Name", "Surn", "Patr", "Geox"})
#: «Пименов» is a surname before it is several men called Пимен.
_SURNAMES, _SURNAME_ENDINGS = frozenset({"Surn"}), ("ов", "ев", "ин")
_SHORTEST_NAME, _LIKELY_NAME, _SURE_NAME = 3, 0.3, 0.5
_LIKELY = 0.05  # share of a word's readings below which one is left out
_BACK = 4  # words a preposition may stand before its noun
_EN_VERB = re.compile(r"[a-z]{2,}(?:(?<!e)ed|(?<!th)ing|ize|ise|ify)$")
_CYRILLIC = re.compile(r"[а-я]")


@lru_cache(maxsize=50_000)
def _is_verb(word: str) -> bool:
    """Whether a Russian word is likeliest a verb, or stands for one."""
    found = parses(word)
    return bool(found) and bool(found[0].grammemes & _VERBS)


@lru_cache(maxsize=50_000)
def cases(word: str) -> frozenset[str]:
    """The cases a Russian word may stand in, one letter each; empty where it is not declined."""
    return frozenset(
        _CASES[tag]
        for parse in parses(word)
        if parse.score >= _LIKELY and parse.grammemes & _DECLINED
        for tag in parse.grammemes & _CASES.keys()
    )


def is_action(word: str) -> bool:
    """Whether a folded word is likely a verb or says what is done."""
    if _CYRILLIC.search(word):
        return _is_verb(word)
    if word.endswith(_EN_NOUN):
        return False
    return bool(_EN_VERB.match(word)) or word in _IRREGULAR or lexicon.names_action(stem(word))


@lru_cache(maxsize=50_000)
def is_noun(word: str) -> bool:
    """Whether a folded word is likely a noun."""
    if not _CYRILLIC.search(word):
        return not is_action(word) and not word.endswith(_NO_NOUN)
    found = parses(word)
    return bool(found) and "NOUN" in found[0].grammemes


def stands_as_noun(words: Sequence[str], place: int) -> bool:
    """Whether an English word stands where a noun does: after an article, preposition or verb."""
    word = words[place]
    before = words[place - 1] if place else ""
    if before in _DETERMINERS:
        return not word.endswith("ed")
    if not is_noun(word) or before == "to":
        return False
    return before in _PREPOSITIONS or (is_action(before) and before not in _AUXILIARIES)


def predicate(words: Sequence[str]) -> bool:
    """Whether the words of a clause have a predicate among them."""
    if not words:
        return False
    if any(_CYRILLIC.search(word) for word in words):
        return any(_is_verb(word) for word in words)
    if words[-1] in _AUXILIARIES or words[-1] == "not":
        return False  # "the doors were not"
    return any(
        word in _AUXILIARIES
        or (is_action(word) and (not place or words[place - 1] not in _PREPOSITIONS))
        for place, word in enumerate(words)
    )


def denied_by(words: Sequence[str]) -> tuple[int, frozenset[str]]:
    """How often a clause says "not", and the stems it says so of.

    Those are the next word that means something, or the last one before it where none follows.
    """
    count = 0
    denied: set[str] = set()
    plain = False
    for place, word in enumerate(words):
        following = words[place + 1 :]
        says = word in _NEGATORS or word.endswith("n't")
        if says and following[:1] and following[0] in _PARTIAL:
            continue
        if word == "nothing" and place and words[place - 1].startswith(("cost", "that's", "it's")):
            continue  # "costs nothing" is free
        if says and "until" in following:
            continue  # "not until" is "only after"
        if (
            word == "no"
            and following[:1]
            and (following[0][0].isdigit() or following[0] in _PRICES)
        ):
            continue
        if says:
            plain = True
        elif not lexicon.denies(word):
            continue
        count += 1
        after = [each for each in following[:4] if each not in _IDLE]
        before = [each for each in words[:place] if each not in _IDLE]
        denied |= {stem(each) for each in (after[:1] or before[-1:])}
        if word == "нет" and not after:
            denied |= set(map(stem, before))
        if not says:
            denied |= {stem(each) for each in before[-1:]}
    if not plain and any(word in _DOUBLE for word in words):
        count += 1
    return count, frozenset(denied)


@lru_cache(maxsize=50_000)
def name_stem(written: str) -> str:
    """The stem of a Russian name in the nominative; "" for what is likely none."""
    if len(written) < _SHORTEST_NAME or not ("А" <= written[0] <= "Я") or written.isupper():
        return ""
    found = parses(written.lower().replace("ё", "е"))
    kinds = _SURNAMES if written.lower().endswith(_SURNAME_ENDINGS) else _NAMES
    name = next((each for each in found if each.grammemes & kinds), None)
    name = name or next((each for each in found if each.grammemes & _NAMES), None)
    if name is None or (name.score < _LIKELY_NAME and kinds is _NAMES):
        return ""
    return stem(name.lemma)


@lru_cache(maxsize=50_000)
def surely_name(written: str) -> bool:
    """Whether a Russian word that opens a sentence is most likely a name."""
    if not name_stem(written):
        return False
    likeliest = parses(written.lower().replace("ё", "е"))[0]
    return bool(likeliest.grammemes & _NAMES) and likeliest.score >= _SURE_NAME


def infinitive(words: Sequence[str]) -> bool:
    """Whether the verbs of a Russian clause are infinitives alone."""
    tags = [parses(word)[0].grammemes for word in words if _CYRILLIC.search(word) and parses(word)]
    finite = any("VERB" in each or "PRTS" in each for each in tags)
    return not finite and any("INFN" in each for each in tags)


def has_infinitive(words: Sequence[str]) -> bool:
    """Whether a Russian infinitive is among the words."""
    return any(
        _CYRILLIC.search(word) and parses(word) and "INFN" in parses(word)[0].grammemes
        for word in words
    )


@lru_cache(maxsize=20_000)
def paradigm(word: str) -> frozenset[str]:
    """The stems of all forms of a Russian word: «пришлёт», «прислать»; «лодки», «лодок»."""
    if not _CYRILLIC.search(word):
        return frozenset()
    found = next(iter(analyser().parse(word)), None)
    if found is None:
        return frozenset()
    return frozenset(stem(form.word.replace("ё", "е")) for form in found.lexeme)


@lru_cache(maxsize=50_000)
def first_person(word: str) -> bool:
    """Whether a folded word says that the speaker is meant."""
    if word in _SPEAKER:
        return True
    if not _CYRILLIC.search(word) or not word.endswith(_FIRST_ENDINGS):
        return False
    found = parses(word)
    return bool(found) and "1per" in found[0].grammemes


def passive(words: Sequence[str]) -> bool:
    """Whether a clause tells what is done to its subject."""
    if any(_CYRILLIC.search(word) for word in words):
        return any(
            (bool(parses(word)) and "PRTS" in parses(word)[0].grammemes)
            or (word.endswith(("тся", "лся", "лась", "лось", "лись")) and _is_verb(word))
            for word in words
        )
    return any(
        word in _PASSIVE_WITH
        and any(each.endswith("ed") or each in _IRREGULAR for each in words[place + 1 : place + 4])
        for place, word in enumerate(words)
    )


def actor(words: Sequence[str], place: int) -> str:
    """Who does what the verb at a place says, as the words tell: "speaker", "other", or ""."""
    word = words[place]
    if _CYRILLIC.search(word):
        found = parses(word)
        tags = found[0].grammemes if found else frozenset()
        if "impr" in tags or "2per" in tags:
            return "other"
        if "1per" in tags and "sing" in tags:
            return "speaker"
        before = words[max(place - _BACK, 0) : place]
        return "speaker" if "я" in before else ""
    for each in reversed(words[max(place - _NEXT, 0) : place]):
        if each in _PERSONS:
            return _PERSONS[each]
        if each not in _AUXILIARIES and each not in STOP_WORDS:
            break
    return ""


def markers(words: Sequence[str], place: int) -> frozenset[str]:
    """How a word is bound into its clause: preposition and case, or its side of the verb.

    Several where Russian forms are alike; "S" is a subject and "O" an object in English.
    """
    word = words[place]
    if _CYRILLIC.search(word):
        found = cases(word)
        before = next(
            (
                each
                for each in reversed(words[max(place - _BACK, 0) : place])
                if each in _RU_PREPOSITIONS or _is_noun(each)
            ),
            "",
        )
        head = before if before in _RU_PREPOSITIONS else ""
        if head:
            found = found - {"n"}
        return frozenset(f"{head}+{case}" for case in found)
    for each in reversed(words[max(place - _BACK, 0) : place]):
        if each in _PREPOSITIONS:
            # "given by A" is "A gives"
            return frozenset({"S" if each == "by" and passive(words) else each})
        if each in _AUXILIARIES or _EN_VERB.match(each):
            break
    verb = _verb(words)
    if verb is None or verb == place:
        return frozenset()
    if passive(words):
        return frozenset({"O"} if place < verb else ())
    if words[verb] in _PASSIVE_WITH:
        return frozenset()  # "A is B" is "B is A"
    return frozenset({"S" if place < verb else "O"})


@lru_cache(maxsize=50_000)
def _is_noun(word: str) -> bool:
    found = parses(word)
    return bool(found) and bool(found[0].grammemes & {"NOUN", "NPRO", "VERB"})


def _verb(words: Sequence[str]) -> int | None:
    """The place of the first word that is a verb in an English clause."""
    for place, word in enumerate(words):
        if word in _AUXILIARIES:
            return place
        if place and (
            _EN_VERB.match(word) or word in _IRREGULAR or lexicon.names_action(stem(word))
        ):
            return place
    return None


def preposition(before: Sequence[str]) -> str:
    """The preposition that the words before another one end with, adjectives and articles aside."""
    for word in reversed(before[-_NEXT:]):
        if word in _SLOTS:
            return word
        if word not in STOP_WORDS and not (_CYRILLIC.search(word) and _describes(word)):
            return ""
    return ""


@lru_cache(maxsize=50_000)
def _describes(word: str) -> bool:
    found = parses(word)
    return bool(found) and bool(found[0].grammemes & {"ADJF", "PRTF", "NUMR"})
