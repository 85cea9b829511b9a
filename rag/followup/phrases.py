"""Phrases of a question: what it is about, what can stand for a pronoun, what can be exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.followup.pieces import Piece, Reading, is_determiner, pieces
from rag.minutes.morphology import analyser
from rag.words import Language, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_INSIDE = ("noun", "adjective", "number")
#: What «сколько» and "how many" count, and no question is about.
_MEASURES = frozenset(
    "дней дня часов часа рублей рубля процентов процента лет года месяцев месяца недель недели раз "
    "минут минуты секунд человек килограммов килограмм метров экземпляров страниц "
    "times days hours percent years months weeks minutes seconds people pages".split()
)
#: Cases that a Russian preposition takes.
_CASES = {
    preposition: cases
    for prepositions, cases in (
        ("для без до из от у после против около кроме вместо", "gent"),
        ("о об при", "loct"),
        ("в во на", "accs loct"),
        ("за под", "accs ablt"),
        ("к ко по", "datv"),
        ("с со", "gent ablt"),
        ("над перед между", "ablt"),
        ("про через", "accs"),
    )
    for preposition in prepositions.split()
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun with what belongs to it, `text[start:end]` of a question.

    `preposition` stands before it, or is empty. `asked` says that the question asks which it is
    («какой срок»), or how many there are.
    """

    text: str
    pieces: tuple[Piece, ...]
    preposition: str = ""
    asked: bool = False

    @property
    def head(self) -> Piece:
        """Its first noun, or its first word."""
        return next((each for each in self.pieces if each.kind == "noun"), self.pieces[0])

    @property
    def start(self) -> int:
        """Where it begins, the preposition left out."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.pieces[-1].end

    @property
    def named(self) -> bool:
        """Whether it is a name, or has one."""
        return any(each.named for each in self.pieces)

    @property
    def time(self) -> bool:
        """Whether it says when."""
        return any(each.time for each in self.pieces)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What its head may be in the case that its preposition asks for; all where none does."""
        wanted = _CASES.get(self.preposition, "")
        return tuple(each for each in self.head.readings if each.case in wanted) or (
            self.head.readings
        )

    @property
    def measured(self) -> bool:
        """Whether it is but the unit that «сколько» counts in."""
        return self.asked and self.head.folded in _MEASURES


def phrases(text: str, language: Language, *, begins: bool = True) -> list[Phrase]:
    """The phrases of a question, in order; a preposition begins one. `begins` as in `pieces`."""
    found: list[Phrase] = []
    run: list[Piece] = []
    preposition, asked = "", False

    def close() -> None:
        nonlocal preposition, asked
        part = text[run[0].start : run[-1].end]
        found.append(Phrase(part, tuple(run), preposition, asked))
        run.clear()
        preposition, asked = "", False

    for piece in pieces(text, language, begins=begins):
        gap = text[run[-1].end : piece.start] if run else ""
        if gap.strip(" ") and run:  # a comma or a dash
            close()
        if piece.kind in _INSIDE:
            if run and _begins_anew(run, piece, asked):
                close()
            run.append(piece)
            continue
        if run:
            close()
        if piece.kind == "prep":
            preposition = piece.folded
        elif piece.kind == "ask":
            asked = True
        elif not is_determiner(piece) and piece.folded not in ("many", "much"):
            preposition, asked = "", False
    if run:
        close()
    return found


def _begins_anew(run: Sequence[Piece], piece: Piece, asked: bool) -> bool:
    """Whether a word begins another phrase: it follows a unit that is counted, or does not belong.

    What belongs to a Russian noun behind it stands in the genitive, or is a name like it.
    """
    if asked and run[-1].folded in _MEASURES:
        return True
    if run[-1].kind != "noun" or not run[-1].cases or not piece.cases:
        return False
    return "gent" not in piece.cases and not (piece.named and run[-1].named)


def qualified(about: Sequence[Phrase], place: int, text: str) -> Phrase:
    """A phrase with the prepositional ones that follow it at once: «договор с Ромашкой»."""
    last = place
    while last + 1 < len(about) and about[last + 1].preposition:
        between = text[about[last].end : about[last + 1].start].strip()
        if fold(between) not in (about[last + 1].preposition, f"{about[last + 1].preposition} the"):
            break
        last += 1
    first = about[place]
    inside = tuple(each for phrase in about[place : last + 1] for each in phrase.pieces)
    return Phrase(text[first.start : about[last].end], inside, first.preposition, first.asked)


def topic(text: str, language: Language) -> str:
    """What a question is about: its phrases with their prepositions, without verbs."""
    found = [each for each in phrases(text, language) if not each.measured]
    found = found or phrases(text, language)
    return " ".join(f"{each.preposition} {each.text}".strip() for each in found)


def without_question(text: str, language: Language) -> str:
    """A question without the words that ask: what «до какого числа?» would be put before.

    "Сколько дней отпуска переносится?" leaves «отпуск переносится».
    """
    text = text.strip().rstrip("?!. ")
    found = pieces(text, language)
    about = phrases(text, language)
    measured = [each for each in about if each.measured]
    dropped = {each.start for each in found if each.kind == "ask" and each.folded != "ли"}
    freed = ""
    if measured and len(about) > len(measured):
        last = measured[0].pieces[-1]
        dropped |= {each.start for each in measured[0].pieces}
        after = next((each for each in found if each.start > last.start), None)
        if after is not None and after.kind == "noun" and "gent" in after.cases:
            freed = inflected(after.text, "nomn")
            dropped.add(after.start)
    for each in about:
        if each.asked and each.preposition and len(about) > 1:  # «в каком городе»
            dropped |= {piece.start for piece in each.pieces}
    first_ask = next((i for i, each in enumerate(found) if each.kind == "ask"), None)
    if first_ask is not None and first_ask > 0 and found[first_ask - 1].kind == "prep":
        dropped.add(found[first_ask - 1].start)
    if language == "en":
        dropped |= {each.start for each in found if each.folded in ("many", "much", "long")}
    kept = [text[each.start : each.end] for each in found if each.start not in dropped]
    return " ".join([freed, *kept]).strip()


def inflected(text: str, case: str) -> str:
    """A Russian phrase with its head, and what agrees with it, in another case."""
    words = text.split()
    read = [_noun_or_adjective(word) for word in words]
    alive = next((each.tag.animacy for each in read if each and each.tag.POS == "NOUN"), None)
    done: list[str] = []
    for number, (word, parsed) in enumerate(zip(words, read, strict=True)):
        if parsed is None:
            break
        noun = parsed.tag.POS == "NOUN"
        form = None if noun or alive is None else parsed.inflect({case, alive})
        form = form or parsed.inflect({case})
        if form is None:
            break
        done.append(_as_written(form.word, word))
        person = bool({"Name", "anim"} & parsed.tag.grammemes)
        goes_on = words[number + 1 : number + 2] if person else []
        if noun and not (goes_on and goes_on[0][:1].isupper()):
            break
    return " ".join([*done, *words[len(done) :]])


def _noun_or_adjective(word: str) -> Any:
    """The likeliest reading of a word as one of these; None without one."""
    readings = analyser().parse(fold(word))
    return next((each for each in readings if each.tag.POS in ("NOUN", "ADJF", "PRTF")), None)


def _as_written(form: str, word: str) -> str:
    """A form with the capital letters of the word, in each part of it: «Санкт-Петербурге»."""
    if len(word) > 1 and word.isupper():
        return form.upper()
    parts = form.split("-")
    capital = [part[:1].isupper() for part in word.split("-")]
    if len(parts) != len(capital):
        return form
    return "-".join(
        part[:1].upper() + part[1:] if big else part
        for part, big in zip(parts, capital, strict=True)
    )
