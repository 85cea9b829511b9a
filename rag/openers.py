"""First questions to suggest, made of the documents' own headings, titles and meetings.

Each was put to the library, without a model, and answered from the very place it was made of; only
a summary is not made to see whether there will be one: a document with whole statements has one.
The frame of a question is in the language of who asks, the words in it are the document's.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from rag.chunk import SEPARATOR
from rag.cite.clean import legible
from rag.orders import ordered
from rag.register import titled
from rag.summary.candidates import candidates
from rag.summary.requests import names_in
from rag.words import STOP_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rag.store.catalogue import Catalogue
    from rag.store.rows import DocumentRow
    from rag.types import Answer, Minutes
    from rag.words import Language

    Ask = Callable[[str], Answer]
    Span = tuple[int, int]

#: Questions that are suggested.
MOST = 4
#: Documents looked at, meetings among them at most, and questions tried at most, some 30 ms each;
#: where they take longer none is tried after so many seconds.
_DOCUMENTS, _MEETINGS, _TRIES, _SECONDS = 12, 3, 20, 2.0
_REGISTER = 100  # meetings at most whose register is asked: it is made anew for each question
_HEADINGS = 3  # of one document that are tried
_SUMMED_UP = 400_000  # characters of the longest document that a summary is suggested of
_BODY = 120  # characters that a section has at least below its heading
_LENGTH = (4, 70)  # characters of a heading
_WORDS = 8  # of a heading, at most
_TELLING = 4  # letters of some word of it

_SECTION: dict[Language, tuple[str, ...]] = {
    "ru": ("Что сказано в разделе «{}»?", "Что сказано про «{}»?"),
    "en": ("What does the section “{}” say?", "What is said about “{}”?"),
}
_PROMISED: dict[Language, str] = {"ru": "Кто что обещал {}?", "en": "Who promised what on {}?"}
_PROMISED_ANY: dict[Language, str] = {"ru": "Кто что обещал?", "en": "Who promised what?"}
_DECIDED: dict[Language, str] = {"ru": "Что решили {}?", "en": "What was decided on {}?"}
_ABOUT: dict[Language, str] = {"ru": "О чём документ «{}»?", "en": "Summarize “{}”"}
_ABOUT_IT: dict[Language, str] = {
    "ru": "О чём этот документ?",
    "en": "What is this document about?",
}
_MONTHS: dict[Language, tuple[str, ...]] = {
    "ru": (
        *("января", "февраля", "марта", "апреля", "мая", "июня"),
        *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_NUMBERING = re.compile(r"^(?:[#§\s]*(?:\d+(?:\.\d+)*|[IVXLC]+|[A-ZА-Я])[.)]\s+|[#§\s]+)")
_NO_HEADING = re.compile(r"[«»“”\"<>|{}\[\]@/\\…]|\.{3}|https?:")
#: Parts of a book that say nothing themselves.
_APPARATUS = re.compile(
    r"(?:table of )?contents|index|references|bibliography|acknowledge?ments?|copyright|figures"
    r"|оглавлени[ея]|содержани[ея]|указател\w+|(?:список )?литератур\w+|приложени\w+"
    r"|благодарност\w+|реквизиты",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Idea:
    """Wordings of a question, the best first, and whether an answer is to it; None: no need to."""

    wordings: tuple[str, ...]
    meets: Callable[[Answer], bool] | None


def openers(
    catalogue: Catalogue,
    ask: Ask,
    language: Language,
    *,
    within: Sequence[str] | None = None,
    most: int = MOST,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[str, ...]:
    """Questions that the documents answer, of as many documents as may be.

    Args:
        catalogue: Of the library.
        ask: Answers a question over the documents that are meant.
        language: Of who asks.
        within: Ids of the documents that are meant; None for all.
        most: Questions wanted. There are fewer where the documents have nothing to make them of.
        clock: Tells seconds.
    """
    chosen = None if within is None else frozenset(within)
    rows: dict[str, DocumentRow] = {}
    for row in catalogue.documents():
        if chosen is None or row.id in chosen:
            rows.setdefault(row.id, row)
    maker = _Maker(catalogue, list(rows.values()), language, everywhere=chosen is None)
    found: dict[str, None] = {}
    trial = _Trial(ask, clock)
    for idea in _in_turn([maker.ideas(row) for row in maker.sample()]):
        if wording := next(filter(partial(trial.passes, idea), idea.wordings), None):
            found[wording] = None
        if len(found) == most:
            break
    return tuple(found)


class _Trial:
    """Puts questions, as long as there is time."""

    def __init__(self, ask: Ask, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._until = clock() + _SECONDS
        self._left = _TRIES

    def passes(self, idea: _Idea, wording: str) -> bool:
        """Whether a question is answered as it should be; False where no time is left to try."""
        if idea.meets is None:
            return True
        if not self._left or self._clock() > self._until:
            return False
        self._left -= 1
        return idea.meets(self._ask(wording))


def _in_turn(ideas: Sequence[Iterator[_Idea]]) -> Iterator[_Idea]:
    """The first of each, then the second of each, and so on."""
    left = list(ideas)
    while left:
        for each in list(left):
            if (idea := next(each, None)) is None:
                left.remove(each)
            else:
                yield idea


class _Maker:
    """Makes questions of documents."""

    def __init__(
        self,
        catalogue: Catalogue,
        rows: Sequence[DocumentRow],
        language: Language,
        *,
        everywhere: bool,
    ) -> None:
        self._catalogue = catalogue
        self._rows = rows
        self._language = language
        self._everywhere = everywhere
        self._chance = Random(len(rows))  # the same library has the same questions
        self._meetings = catalogue.meeting_ids()
        self._titles = {row.id: f"{row.title} {row.name}" for row in rows}
        self._decisions_first = False

    def sample(self) -> list[DocumentRow]:
        """A few documents in a mixed order, meetings among them."""
        meetings = [row for row in self._rows if row.id in self._meetings]
        others = [row for row in self._rows if row.id not in self._meetings]
        meetings = self._chance.sample(meetings, min(_MEETINGS, len(meetings)))
        most = _DOCUMENTS - len(meetings)
        others = self._chance.sample(others, min(most, len(others)))
        mixed = [*others[:1], *meetings[:1], *others[1:2], *meetings[1:], *others[2:]]
        return [row for row in mixed if row.chunks]

    def ideas(self, row: DocumentRow) -> Iterator[_Idea]:
        """Questions about a document, those that tell most of it first."""
        if row.id in self._meetings and len(self._meetings) <= _REGISTER:
            yield from self._of_meeting(row)
        sections = self._sections(row)
        yield from sections[:2]
        yield from self._about(row)
        yield from sections[2:]

    # -- meetings

    def _of_meeting(self, row: DocumentRow) -> Iterator[_Idea]:
        minutes = self._catalogue.minutes_of(row.id)
        if minutes is None:
            return
        days = _days(minutes, self._language)
        ideas = []
        if minutes.promises:
            wordings = [_PROMISED[self._language].format(day) for day in days]
            alone = [] if days else [_PROMISED_ANY[self._language]]
            ideas.append(_Idea((*wordings, *alone), lambda answer: _promises(answer, row.name)))
        if minutes.decisions and days:
            wordings = [_DECIDED[self._language].format(day) for day in days]
            ideas.append(_Idea(tuple(wordings), lambda answer: _all_of(answer, row.name)))
        if self._decisions_first:
            ideas.reverse()
        self._decisions_first = not self._decisions_first  # two meetings are asked two things
        yield from ideas

    # -- sections

    def _sections(self, row: DocumentRow) -> list[_Idea]:
        """Sections of a document under headings that read as a subject, in a mixed order."""
        spans: dict[str, list[Span]] = {}
        texts: dict[str, str] = {}
        for chunk in self._catalogue.chunks_of(row.id):
            heading = chunk.context.rpartition(SEPARATOR)[2]
            if heading:
                spans.setdefault(heading, []).append((chunk.start, chunk.end))
                texts[heading] = texts.get(heading, "") + chunk.text
        named = {
            heading: name
            for heading, text in texts.items()
            if (name := _name_of(heading)) and len(text) >= len(heading) + _BODY
        }
        several = [h for h in named if len(words(named[h])) > 1 and not named[h].isupper()]
        order = sorted(several or named, key=lambda _: self._chance.random())
        return [
            _Idea(
                tuple(frame.format(named[heading]) for frame in _SECTION[self._language]),
                _answered_in(row.name, heading, spans[heading]),
            )
            for heading in order[:_HEADINGS]
        ]

    # -- whole documents

    def _about(self, row: DocumentRow) -> Iterator[_Idea]:
        """The document as a whole, if a question can name it and it has statements."""
        if row.characters > _SUMMED_UP:
            return
        wording = _ABOUT_IT[self._language]
        if len(self._rows) > 1:
            names = (row.title, row.name.rpartition("/")[2].rpartition(".")[0])
            wordings = (_ABOUT[self._language].format(_plain(name)) for name in names if name)
            if not self._everywhere:  # then a question that asks for a summary is about all of it
                return
            wording = next((each for each in wordings if self._names(each, row)), "")
        if wording and candidates(self._catalogue.document(row.id))[0]:
            yield _Idea((wording,), None)

    def _names(self, wording: str, row: DocumentRow) -> bool:
        """Whether a question names this document and no other, and nothing else."""
        named = names_in(wording)
        return bool(named) and titled(named, self._titles) == [row.id]


def _days(minutes: Minutes, language: Language) -> list[str]:
    """The day of a meeting in words, without its year and with it."""
    try:
        day = date.fromisoformat(minutes.date or "")
    except ValueError:
        return []
    short = f"{day.day} {_MONTHS[language][day.month - 1]}"
    return [short, f"{short} {day.year}"]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[«»“”\"]", " ", legible(text)).split())


def _name_of(heading: str) -> str:
    """A heading as a question names it; "" for one that nobody would ask about."""
    plain = " ".join(legible(heading).split())
    name = _NUMBERING.sub("", plain).strip(" .:;,–—-")
    shortest, longest = _LENGTH
    said = words(name)
    letters = sum(char.isalpha() or char.isspace() for char in name)
    if (
        not shortest <= len(name) <= longest
        or len(said) > _WORDS
        or letters < 0.8 * len(name)
        or not any(len(w) >= _TELLING and w not in STOP_WORDS and w.isalpha() for w in said)
        or _NO_HEADING.search(name)
        or _APPARATUS.fullmatch(name)
        or ordered(name, 0, len(name))
    ):
        return ""
    return name


# -- whether an answer is to the question


def _promises(answer: Answer, document: str) -> bool:
    return any(entry.document == document for entry in answer.entries)


def _all_of(answer: Answer, document: str) -> bool:
    cited = {citation.document for citation in answer.citations}
    return not answer.refusal and cited == {document}


def _answered_in(document: str, heading: str, spans: Iterable[Span]) -> Callable[[Answer], bool]:
    """Whether the first sentence stands in the section, and is not its heading alone."""
    known = set(words(heading))

    def meets(answer: Answer) -> bool:
        if answer.refusal or not answer.citations:
            return False
        first = answer.citations[0]
        inside = any(start <= first.start and first.end <= end for start, end in spans)
        return first.document == document and inside and not set(words(first.quote)) <= known

    return meets
