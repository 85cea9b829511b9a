"""Where somebody moves on to another subject, and what the subject is called there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.morphology import CASES, parses, reading
from rag.minutes.sections.patterns import phrases, rows_in
from rag.minutes.sections.phrasing import nominative_phrase
from rag.words import STOP_WORDS, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.people.names import Roster
    from rag.minutes.sections.remarks import Remark
    from rag.words import Language

#: what the ways of moving on gain for a border before them
_GAINS = {"item": 3.0, "move": 1.6, "about": 1.2}
_FRAGMENT = 1.2
#: words of a subject as it is called when it is taken up
_MOST = 5
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_END = re.compile(r"[.?!,;:…]|\s[—–-]\s|$")
_ARTICLE = re.compile(r"(?:the|a|an|our|your|this|that|those|these|my)\s+")
#: the cases that a preposition takes here
_PREPOSITIONS = {
    "по": ("datv",),
    "про": ("accs",),
    "о": ("loct",),
    "об": ("loct",),
    "насчет": ("gent",),
    "поводу": ("gent",),
    "касается": ("gent",),
    "к": ("datv",),
    "ко": ("datv",),
    "с": ("ablt", "gent"),
    "со": ("ablt", "gent"),
    "на": ("accs",),
}
_BARE = ("nomn",)
#: parts of speech of a noun phrase, and how likely a reading is to count
_NOMINAL = frozenset({"NOUN", "ADJF", "PRTF", "PREP", "NUMR"})
_LIKELY, _POSSIBLE = 0.2, 0.05
_NOT_IN_PHRASE = frozenset(
    "что как так где кто это то какой какая какое который все мой твой наш".split()
)


class Move(NamedTuple):
    """How much a border before a remark gains, and the subject as called there, if it is."""

    weight: float
    title: str | None


class Moves:
    """The rules for one meeting."""

    def __init__(self, text: str, language: Language, roster: Roster) -> None:
        self._text = text
        self._language = language
        self._roster = roster
        kinds = ("item", "move", "about", "lead")
        self._kinds = {kind: phrases("moves", kind, language) for kind in kinds}
        self._small = small_words(language)

    def bag(self, folded: str) -> list[str]:
        """The stems that tell a subject: of Russian nouns, of all other words but stop words."""
        found = (w for w in words(folded) if len(w) > 2 and w not in STOP_WORDS)
        return stems_of(w for w in found if self._tells(w))

    def _tells(self, word: str) -> bool:
        if not "а" <= word[0] <= "я":
            return word[0].isalpha()
        top = parses(word)[0]
        if "NOUN" not in top.grammemes or top.grammemes & {"Name", "Patr"}:
            return False
        return top.lemma not in self._small

    def of(self, remarks: Sequence[Remark], at: int) -> Move | None:
        """What a remark moves on to; None where it does not."""
        remark = remarks[at]
        opening = self._past_leads(remark)
        for kind, gain in _GAINS.items():
            cue = self._kinds[kind].match(remark.said, opening)
            if cue is None:
                continue
            subject = self._subject(remark, cue.end(), cue.group())
            if subject is not None or kind == "item":
                return Move(gain, subject)
        goes_on = at + 1 < len(remarks) and remarks[at + 1].turn == remark.turn
        if (goes_on or remark.asks) and not (at and remarks[at - 1].asks):
            subject = self._fragment(remark, opening)
            if subject is not None:
                return Move(_FRAGMENT, subject)
        return None

    def _past_leads(self, remark: Remark) -> int:
        """Behind «ну», "okay" and a name called."""
        said = remark.said
        at = 0
        while True:
            lead = self._kinds["lead"].match(said, at)
            word = _WORD.match(said, at)
            move = self._kinds["move"].match(said, at)
            another = lead and self._kinds["lead"].match(said, lead.end() + 1)
            if lead and (another or said[lead.end() : lead.end() + 1] in ".,!?" or not move):
                at = lead.end()
            elif word and said[word.end() : word.end() + 1] == "," and self._is_name(word.group()):
                at = word.end()
            else:
                return at
            at += len(said[at:]) - len(said[at:].lstrip(" ,.!…—–-\n"))

    def _is_name(self, word: str) -> bool:
        return self._roster.canonical(word) != word or word in map(str.lower, self._roster.names)

    def _subject(self, remark: Remark, begin: int, cue: str) -> str | None:
        """The noun phrase behind a cue, as a title; None where other words follow."""
        said = remark.said
        begin += len(said[begin:]) - len(said[begin:].lstrip(" ,:.—–-\n"))
        end = _END.search(said, begin)
        last = end.start() if end else len(said)
        phrase = said[begin:last].strip()
        if self._language == "en":
            return self._english(remark, begin, phrase)
        first, _, rest = phrase.partition(" ")
        cases = _PREPOSITIONS.get(first)
        if cases:
            phrase, begin = rest, begin + len(first) + 1
        else:
            cases = _PREPOSITIONS.get(cue.rpartition(" ")[2], _BARE)
        return self._russian(remark, begin, phrase, cases)

    def _fragment(self, remark: Remark, opening: int) -> str | None:
        """A remark that is nothing but the name of a subject: «Скидка.», "Help centre?"."""
        said = remark.said[opening:].strip(" .?!…\n")
        begin = remark.said.find(said, opening) if said else -1
        if begin < 0 or len(said.split()) > 3 or re.search(r"[,:;!]", remark.said[opening:]):
            return None
        if re.search(r"['’]|sel(?:f|ves)\b", said):
            return None
        if any(reading(word, "NOUN", "anim", at_least=0.5) for word in words(said)):
            return None
        if self._language == "en":
            return self._english(remark, begin, said)
        return self._russian(remark, begin, said, _BARE)

    def _russian(self, remark: Remark, begin: int, phrase: str, cases: Sequence[str]) -> str | None:
        found = _WORD.findall(phrase)
        if not 0 < len(found) <= _MOST or not all(_may_name(word) for word in found):
            return None
        case, head = next(
            ((case, word) for case in cases for word in found if _is_noun(word, case)),
            (_BARE[0], None),
        )
        before = found[: found.index(head)] if head else []
        if head is None or self._is_small(head) or any(map(self._is_name, found)):
            return None
        if not all(reading(word, "ADJF") or reading(word, "PRTF") for word in before):
            return None
        written = self._text[remark.start + begin : remark.start + begin + len(phrase)]
        return nominative_phrase(written, case)

    def _english(self, remark: Remark, begin: int, phrase: str) -> str | None:
        if article := _ARTICLE.match(phrase):
            phrase, begin = phrase[article.end() :], begin + article.end()
        found = _WORD.findall(phrase)
        if not 0 < len(found) <= 3 or any(w in STOP_WORDS or w in _VERBISH for w in found):
            return None
        if all(word in self._small for word in found) or any(map(self._is_name, found)):
            return None
        if any(word.endswith("ly") for word in found):
            return None
        if found[0] in self._small or found[-1] in _EMPTY or len(found[-1]) < 3:
            return None
        written = self._text[remark.start + begin : remark.start + begin + len(phrase)]
        return written[:1].upper() + written[1:]

    def _is_small(self, word: str) -> bool:
        return word in self._small or parses(word)[0].lemma in self._small


def _may_name(word: str) -> bool:
    """Whether a Russian word can stand in a noun phrase."""
    return word not in _NOT_IN_PHRASE and any(
        parse.score >= _LIKELY and parse.grammemes & _NOMINAL for parse in parses(word)[:2]
    )


def _is_noun(word: str, case: str) -> bool:
    return any(
        "NOUN" in parse.grammemes
        and parse.score >= _POSSIBLE
        and any(CASES.get(tag) == case for tag in parse.grammemes)
        for parse in parses(word)
    )


def small_words(language: Language) -> frozenset[str]:
    """Words that name no subject, by their dictionary forms."""
    rows = (row for row in rows_in("moves") if row.kind == "small" and row.language == language)
    return frozenset(entry for row in rows for entry in row.entries)


_EMPTY = frozenset("one ones thing things bit lot time way part stuff".split())
#: words that are no noun phrase by themselves
_VERBISH = frozenset(
    "yep yup nope sure thanks noted agreed done exactly absolutely definitely maybe ha haha lol "
    "cool great nice lovely sorry please hello hi bye morning welcome correct true indeed really "
    "seriously gone fixed sounds works looks think know hear send sent fair enough brilliant wait "
    "wonderful amazing perfect ouch ugh wow hmm mmm mhm careful never always everyone everybody "
    "anybody nothing something anything unkind finally only deal half both none again either "
    "neither thank god accurate splendid disgrace shame rubbish nonsense life outrageous silence "
    "applause oh ooh eh clear talk laughter huh alright kay excellent soon cetera bless whatever "
    "interesting awesome terrific marvellous weird funny strange tough hard easy easier better "
    "worse hopefully".split()
)
