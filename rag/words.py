"""Words: how text is folded, split and stemmed, the same for index, query, citation and minutes.

Snowball stems by the script of the word (Porter, M. F. "Snowball: a language for stemming
algorithms", 2001): Cyrillic letters go to the Russian stemmer, Latin ones to the English. What is
written in two ways meets in one: accents, ligatures, soft hyphens and stress marks are folded away,
1,000,000 is 1000000, 3,5 is 3.5, «млн» is «миллион», «процентов» is %.
"""

from __future__ import annotations

import re
import unicodedata
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import Stemmer

from rag import figures

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["ru", "en"]

#: A word: letters and digits, with apostrophes inside, and points and commas between digits.
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W\d_]+)*")
_UNITS = (
    "км|см|мм|кг|г|гг|руб|шт|мин|сек|чел|лет|km|cm|mm|kg|gb|mb|kb|tb|hz|khz|mhz|ghz|kw|mw|kwh|mph"
)
#: What `words` splits a folded text by: `WORD`, and figures before it.
_TOKEN = re.compile(
    r"[^\W\d_][^\W_]*(?:['’][^\W\d_]+)*"
    r"|[1-9]\d{0,2}(?:(?:,\d{3})+(?![\d,])(?:\.\d+)?"  # 1,000,000.50
    r"|(?:[\u00a0\u2007\u2009\u202f]\d{3})+(?!\d)(?:[.,]\d+)?)"  # with no-break or thin spaces
    r"|\d+(?:[.,]\d+)+"
    rf"|\d+(?=(?:{_UNITS})\b)"  # 5км
    r"|\d[^\W_]*(?:['’][^\W\d_]+)*"
    r"|%(?:(?<=\d%)|(?<=\d\s%))"
)
_NO_BREAK = re.compile(r"[\u00a0\u2007\u2009\u202f]")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_CACHE_LIMIT = 200_000

#: Stems that say the same; the second stands for both.
_SAME = dict(
    pair.split("=")
    for pair in (
        "млн=миллион mln=million млрд=миллиард bn=billion трлн=триллион тыс=тысяч "
        "процент=% percent=% percentag=% километр=км km=км kilomet=км kilometr=км "
        "килограмм=кг kg=кг kilogram=кг руб=рубл"
    ).split()
)

#: Letters with an accent, in lower case, and the letter alone; й is a letter of its own.
_ACCENTS = {
    code: base
    for code in (*range(0x00DF, 0x0180), *range(0x1E01, 0x1F00))
    if (base := unicodedata.normalize("NFD", chr(code))[0]) != chr(code) and base.isascii()
}
_ACCENTED = re.compile(r"[\u00df-\u017f\u1e01-\u1eff]")
#: Marks that change nothing in a word: soft hyphen, joiners, accents written apart.
_MARKS = "\u00ad\u200b-\u200d\u2060\ufeff\u0300-\u036f"
_MARK = re.compile(f"[{_MARKS}]")
_JOINED = "\ufb00-\ufb06\uff01-\uff5e\u0130"
#: Where folding moves offsets: marks with the letter before, ligatures, wide letters, and İ.
_ODD = re.compile(f"[^{_MARKS}]?[{_MARKS}]+|[{_JOINED}]")
_HAS_ODD = re.compile(f"[{_MARKS}{_JOINED}]")  # the same question, quickly answered

_RU_STOP = """
а без более бы был была были было быть в вам вами вас ваш весь во вот все всего всей всем всех
вы где да даже для до его ее ей если есть еще же за здесь и из или им ими их к как какая какие
какими каких какого какое какой каком какому какую когда ко кем кого кому которая которого которое
которой котором которую которые который которым которых кто ли либо мне мной мной мы на над надо нам
нами нас наш не него нее ней нем нему нет ни них но ну о об однако он она они оно от откуда
очень по под при про с сам само со сколько скольких так также такая такие таким таких такое такой
таком такую там тебе тебя тем то того тоже той только том тот ту ты у уж уже чего чей чем чему что
чтобы чья чье чьи эта эти этих
это этого этой этом этот эту я почему зачем куда насколько является являются
каков какова каково каковы
назови назовите расскажи расскажите скажи скажите подскажи подскажите пожалуйста объясни
"""
_EN_STOP = """
a about after all also am an and any are as at be because been before being between both but by can
could did do does doing during each for from had has have having he her here hers him his how i if
in into is it its itself just me more most my no nor not of off on once only or other our out over
own same she should so some such than that the their them then there these they this those through
to too under until up us very was we were what when where which while who whom whose why will with
would you your please tell name many much according it's that's there's what's where's who's how's
"""
STOP_WORDS = frozenset((_RU_STOP + _EN_STOP).split())

_russian = Stemmer.Stemmer("russian", 0)
_english = Stemmer.Stemmer("english", 0)
_lock = Lock()
_stems: dict[str, str] = {}


class Token(NamedTuple):
    """A word or a figure where it stands: `text[start:end]`, and its stem."""

    start: int
    end: int
    stem: str


def fold(text: str) -> str:
    """Lower case, ё as е, é as e, one kind of apostrophe. Keeps the length but for that of İ."""
    text = text.lower().replace("ё", "е").replace("’", "'")
    return text.translate(_ACCENTS) if _ACCENTED.search(text) else text


def plain(text: str) -> str:
    """A text folded, marks and ligatures too: `words` and `rag.figures` read it. May be shorter."""
    return fold(_ODD.sub(_mended, text)) if _HAS_ODD.search(text) else fold(text)


def _mended(odd: re.Match[str]) -> str:
    """A letter without marks, or the letters of a ligature."""
    written = odd.group()
    marked = _MARK.match(written[-1])
    folded = fold(
        unicodedata.normalize("NFC", written) if marked else unicodedata.normalize("NFKC", written)
    )
    return _MARK.sub("", folded)


def stem(word: str) -> str:
    """Snowball stem of one folded word, one for words that say the same (`_SAME`).

    Numbers and other scripts come back as they are.
    """
    known = _stems.get(word)
    if known is not None:
        return known
    stemmer = _stemmer_of(word)
    with _lock:  # a Snowball stemmer keeps state while it works
        stemmed: str = stemmer.stemWord(word) if stemmer else word
        stemmed = _SAME.get(stemmed, stemmed)
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
    """The folded words of a text, in order; numbers are written in digits, with a point."""
    return _split(plain(text))


def _split(folded: str) -> list[str]:
    return [found if found.isalpha() else _number(found) for found in _TOKEN.findall(folded)]


def _number(found: str) -> str:
    """A number without what parts its thousands."""
    if not found[0].isdigit() or found.isdigit():
        return found
    found = _NO_BREAK.sub("", found)
    if "," not in found:
        return found
    first, *rest = found.split(",")
    grouped = first[0] != "0" and len(first) <= 3 and all(len(p.split(".")[0]) == 3 for p in rest)
    return found.replace(",", "" if grouped else ".")


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order, stop words included."""
    return stems_of(words(text))


def words_and_figures(text: str) -> tuple[list[str], list[str]]:
    """The words of a text, and the values of its figures without repeats; see `rag.figures`."""
    folded = plain(text)
    return _split(folded), list(dict.fromkeys(figure.value for figure in figures.find(folded)))


def tokens(text: str) -> list[Token]:
    """The words of a text and its figures with their places, in order of these."""
    folded, places = (plain(text), None) if not _HAS_ODD.search(text) else _plain_with_places(text)
    found = [
        Token(match.start(), match.end(), _stem_of(match.group()))
        for match in _TOKEN.finditer(folded)
    ]
    if extra := figures.find(folded):
        found = sorted([*found, *map(Token._make, extra)], key=attrgetter("start", "end"))
    if places is None:
        return found
    starts, ends = places
    return [Token(starts[start], ends[end - 1], item) for start, end, item in found]


def _stem_of(found: str) -> str:
    """The stem of what `_TOKEN` found; most words are known already."""
    return (_stems.get(found) or stem(found)) if found.isalpha() else stem(_number(found))


def _plain_with_places(text: str) -> tuple[str, tuple[list[int], list[int]]]:
    """What `plain` gives, and for each of its characters where that one begins and ends in `text`.

    A mark belongs to the letter before it.
    """
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0

    def keep(end: int) -> None:
        pieces.append(fold(text[done:end]))
        starts.extend(range(done, end))
        ends.extend(range(done + 1, end + 1))

    for odd in _ODD.finditer(text):
        keep(odd.start())
        piece = _mended(odd)
        pieces.append(piece)
        starts.extend([odd.start()] * len(piece))
        ends.extend([odd.end()] * len(piece))
        done = odd.end()
    keep(len(text))
    return "".join(pieces), (starts, ends)


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning; all of them where only stop words were given."""
    found = words(text)
    kept = [word for word in found if word not in STOP_WORDS]
    return stems_of(kept or found)


def language_of(text: str) -> Language:
    """Russian where at least a third of the letters are Cyrillic, otherwise English."""
    cyrillic = len(_CYRILLIC.findall(text))
    return "ru" if cyrillic and cyrillic * 2 >= len(_LATIN.findall(text)) else "en"
