"""Words: how text is folded, split and stemmed, the same for index, query, citation and minutes.

Snowball stems by the script of the word (Porter, M. F. "Snowball: a language for stemming
algorithms", 2001): Cyrillic letters go to the Russian stemmer, Latin ones to the English.
"""

from __future__ import annotations

import re
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["ru", "en"]

#: A word: letters and digits, with apostrophes inside, and points and commas between digits.
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W\d_]+)*")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_CACHE_LIMIT = 200_000

_RU_STOP = """
а без более бы был была были было быть в вам вами вас ваш весь во вот все всего всей всем всех
вы где да даже для до его ее ей если есть еще же за здесь и из или им ими их к как какая какие
какими каких какого какое какой каком какому какую когда ко кем кого кому которая которого которое
которой котором которую которые который которым которых кто ли либо мне мной мной мы на над надо нам
нами нас наш не него нее ней нем нему нет ни них но ну о об однако он она они оно от откуда
очень по под при про с сам само со сколько скольких так также такая такие такой там тебе тебя тем
то того тоже той только том тот ту ты у уж уже чего чей чем чему что чтобы чья чье чьи эта эти этих
это этого этой этом этот эту я почему зачем куда насколько является являются
назови назовите расскажи расскажите скажи скажите подскажи подскажите пожалуйста объясни
"""
_EN_STOP = """
a about after all also am an and any are as at be because been before being between both but by can
could did do does doing during each for from had has have having he her here hers him his how i if
in into is it its itself just me more most my no nor not of off on once only or other our out over
own same she should so some such than that the their them then there these they this those through
to too under until up us very was we were what when where which while who whom whose why will with
would you your please tell name many much according
"""
STOP_WORDS = frozenset((_RU_STOP + _EN_STOP).split())

_russian = Stemmer.Stemmer("russian", 0)
_english = Stemmer.Stemmer("english", 0)
_lock = Lock()
_stems: dict[str, str] = {}


class Token(NamedTuple):
    """A word where it stands: `text[start:end]`, and its stem."""

    start: int
    end: int
    stem: str


def fold(text: str) -> str:
    """Lower case, ё as е, one kind of apostrophe. Keeps the length of Russian and English text."""
    return text.lower().replace("ё", "е").replace("’", "'")


def stem(word: str) -> str:
    """Snowball stem of one folded word; numbers and other scripts come back as they are."""
    known = _stems.get(word)
    if known is not None:
        return known
    stemmer = _stemmer_of(word)
    with _lock:  # a Snowball stemmer keeps state while it works
        stemmed: str = stemmer.stemWord(word) if stemmer else word
        if len(_stems) >= _CACHE_LIMIT:
            _stems.clear()
        _stems[word] = stemmed
    return stemmed


def _stemmer_of(word: str) -> Any:
    if _CYRILLIC.search(word):
        return _russian
    return _english if _LATIN.search(word) else None


def stems_of(found: Iterable[str]) -> list[str]:
    """Stems of folded words, in order; most of them are known already."""
    known = _stems.get
    return [known(word) or stem(word) for word in found]


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return WORD.findall(fold(text))


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order, stop words included."""
    return stems_of(WORD.findall(fold(text)))


def tokens(text: str) -> list[Token]:
    """The words of a text with their places. Folding must not move an offset; see `fold`."""
    return [
        Token(match.start(), match.end(), stem(fold(match.group())))
        for match in WORD.finditer(text)
    ]


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning; all of them where only stop words were given."""
    found = words(text)
    kept = [word for word in found if word not in STOP_WORDS]
    return stems_of(kept or found)


def language_of(text: str) -> Language:
    """Russian where at least a third of the letters are Cyrillic, otherwise English."""
    cyrillic = len(_CYRILLIC.findall(text))
    return "ru" if cyrillic and cyrillic * 2 >= len(_LATIN.findall(text)) else "en"
