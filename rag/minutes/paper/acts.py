"""The acts of an order: «подготовить смету и до пятницы направить её заказчику» are two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.dates import Found, choose, dates_in
from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading
from rag.minutes.paper.dues import cut
from rag.minutes.paper.nouns import order_words
from rag.types import ALL

if TYPE_CHECKING:
    from rag.minutes.clauses import Token
    from rag.minutes.paper.nouns import Line, Named
    from rag.minutes.view import Scene
    from rag.types import Act


class Order(NamedTuple):
    """One act for one or more owners: `what` is a span, `at` the offset that gives it away."""

    owners: tuple[str, ...]
    what: tuple[int, int]
    due: Found | None
    at: int
    act: Act
    condition: tuple[int, int] | None = None
    to_whom: str | None = None


#: the letter of a list that runs on in a sentence («…: а) составить опись; б) …»)
_LETTERED = re.compile(r"(?:[а-яёa-z]|\d{1,2})[).]\s")
#: words that may stand between the one addressed and the act, and how many of them
_BETWEEN = frozenset(
    "в срок лично срочно немедленно незамедлительно дополнительно повторно совместно с со и"
    " также еще не позднее"
    " до к на по за при необходимо следует надо нужно поручено надлежит поручить предстоит"
    " ежемесячно еженедельно"
    " ежедневно ежеквартально регулярно самостоятельно оперативно сегодня завтра же снова".split()
)
_FAR = 16
#: words in front of the one told that say nothing
_SKIP = frozenset(
    "а также кроме того и тогда далее при этом итак значит так решили решено что".split()
)
#: what is no task: supervision, and taking note
CONTROL = re.compile(r"контрол|информац\w+\s+принять|к\s+сведению")
_PRESENT = frozenset({"участники", "присутствующие", "коллеги", "все участники"})
_TELLING = frozenset(
    "доложить докладывать представлять сообщать направлять передавать предоставлять".split()
)
_INFORMING = frozenset("информировать проинформировать уведомить известить ознакомить".split())


def dues_of(scene: Scene, start: int, end: int) -> list[Found]:
    """The deadline phrases of a stretch, by offsets into the text."""
    found = dates_in(scene.text[start:end], scene.base, scene.language)
    return [Found(f.start + start, f.end + start, f.due) for f in found]


def thing_from(
    line: Line, at: int, owners: tuple[str, ...], dues: list[Found], end: int
) -> list[Order]:
    """An order whose act is named by a noun behind the owner."""
    if at >= len(line.tokens) or not any(
        reading(t.word, "NOUN", at_least=0.3) for t in line.tokens[at:] if not inside(dues, t.start)
    ):
        return []
    if CONTROL.search(line.scene.text[line.tokens[at].start : end].lower()):
        return []
    what = (line.tokens[at].start, end)
    due = due_between(line.scene, dues, *what) or due_of(line.scene, dues)
    return [Order(owners, cut(line.scene, what, due), due, line.tokens[at - 1].start, "assigned")]


def orders_from(
    line: Line, at: int, owners: tuple[str, ...], dues: list[Found], end: int
) -> list[Order]:
    """One order for every act from the infinitive at `at` on."""
    starts = [at, *_further(line, at, dues)]
    orders = []
    borders = [line.tokens[_lead(line, i, dues)].start for i in starts[1:]] + [end]
    whole = due_of(line.scene, dues)
    for first, border in zip(starts, borders, strict=True):
        begin = (
            line.tokens[_lead(line, first, dues)].start if first != at else line.tokens[first].start
        )
        due = due_between(line.scene, dues, begin, border)
        if due is None and len(dues) == 1:
            due = whole
        elif due is None and dues and dues[0].start < line.tokens[at].start:
            due = dues[0]
        what = cut(line.scene, (line.tokens[first].start, border), due)
        if not CONTROL.match(line.scene.text[slice(*what)].lower()):
            to_whom = _recipient(line, first, border, owners)
            at_verb = line.tokens[first].start
            orders.append(Order(owners, what, due, at_verb, "assigned", None, to_whom))
    return orders


def _recipient(line: Line, at: int, border: int, owners: tuple[str, ...]) -> str | None:
    """The person in the dative beside a verb of giving or telling («представить Уховой график»)."""
    found = reading(line.tokens[at].word, "INFN")
    if found is None or found.lemma not in family("ru", "transfer") | _TELLING | _INFORMING:
        return None
    for index in range(at + 1, len(line.tokens)):
        if line.tokens[index].start >= border:
            break
        named = line.one(index, "datv", strict=True)
        if named and (named.person or line.is_animate(named)) and named.name not in owners:
            return ALL["ru"] if named.name in _PRESENT else named.name
        accusative = line.one(index, "accs", strict=True) if found.lemma in _INFORMING else None
        if accusative and accusative.person and accusative.name not in owners:
            return accusative.name
    return None


def _further(line: Line, at: int, dues: list[Found]) -> list[int]:
    """Infinitives that begin acts of their own: behind «и» or a comma, objects on both sides."""
    found = []
    last = at
    for index in range(at + 1, len(line.tokens)):
        word = line.tokens[index].word
        if not reading(word, "INFN", at_least=0.3):
            continue
        lead = _lead(line, index, dues)
        joined = line.tokens[lead].word in ("и", "а") or re.search(
            r"[,;]\s*$", line.between(lead - 1, lead)
        )
        between = [t for t in line.tokens[last + 1 : lead] if not inside(dues, t.start)]
        has_object = any(reading(t.word, "NOUN", at_least=0.3) for t in between)
        ahead = any(_is_object(t) for t in line.tokens[index + 1 :])
        purpose = any(t.word in ("чтобы", "если", "которые", "который", "которая") for t in between)
        if joined and has_object and ahead and not purpose:
            found.append(index)
            last = index
    return found


def _is_object(token: Token) -> bool:
    """Whether a token can be what an act is done to or about: a noun, a pronoun, a name."""
    noun = reading(token.word, "NOUN", at_least=0.3) or reading(token.word, "NPRO", at_least=0.5)
    return noun is not None or token.capital


def _lead(line: Line, at: int, dues: list[Found]) -> int:
    """The first of the words that belong to an infinitive: «и до пятницы направить»."""
    lead = at
    while lead > 0:
        before = line.tokens[lead - 1]
        if not (inside(dues, before.start) or before.word in _BETWEEN or before.word == "а"):
            break
        comma = re.search(r"[,;]", line.between(lead - 1, lead)) is not None
        if comma and not inside(dues, before.start):
            break
        lead -= 1
        if before.word in ("и", "а"):
            break
    return lead


def act_at(line: Line, at: int, dues: list[Found]) -> int | None:
    """The infinitive that follows the owner, past deadlines, brackets and adverbs."""
    depth = 0
    at += (
        at < len(line.tokens)
        and _LETTERED.match(line.scene.text, line.tokens[at].start) is not None
    )
    for index in range(at, min(at + _FAR, len(line.tokens))):
        token = line.tokens[index]
        gap = line.between(index - 1, index) if index else ""
        depth += gap.count("(") - gap.count(")")
        if _is_act(token.word):
            return (
                None if index and line.tokens[index - 1].word == "не" and index - 1 < at else index
            )
        if (
            "." in gap.replace("г.", "")
            and depth <= 0
            and index > at
            and not _abbreviated(line, index)
        ):
            return None
        adverb = "ADVB" in parses(token.word)[0].grammemes
        helper = depth > 0 or inside(dues, token.start) or token.word in _BETWEEN or adverb
        if not helper and not _accompanied(line, at, index):
            return None
    return None


def _is_act(word: str) -> bool:
    """Whether a word is an infinitive that can be told to somebody («есть предел» is none)."""
    infinitive = reading(word, "INFN", at_least=0.3) is not None
    return infinitive and word not in order_words("must") and word not in ("есть", "быть")


def _abbreviated(line: Line, index: int) -> bool:
    return len(line.tokens[index - 1].word) == 1


def _accompanied(line: Line, at: int, index: int) -> bool:
    """«совместно с отделом кадров»: words of a companion phrase."""
    words = [t.word for t in line.tokens[at : index + 1]]
    return any(w in ("совместно", "вместе", "согласно", "с") for w in words)


def names_of(named: list[Named]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in named))


def inside(dues: list[Found], start: int) -> bool:
    return any(found.start <= start < found.end for found in dues)


def due_between(scene: Scene, dues: list[Found], start: int, end: int) -> Found | None:
    return choose(scene.text, tuple(f for f in dues if start <= f.start < end))


def due_of(scene: Scene, dues: list[Found]) -> Found | None:
    return choose(scene.text, tuple(dues))


def first_word(line: Line) -> int:
    return next(
        (i for i, t in enumerate(line.tokens) if t.word not in _SKIP and not t.word.isdigit()),
        len(line.tokens),
    )
