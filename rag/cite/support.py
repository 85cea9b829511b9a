"""What sentences of the source lend to a claim: its words and facts, alone or two together."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.cite.amounts import Number
from rag.cite.facts import Date, akin
from rag.cite.grammar import cases
from rag.cite.reported import reported
from rag.cite.wording import displaced
from rag.words import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cite.clauses import Item
    from rag.cite.evidence import Evidence
    from rag.cite.spans import Span
    from rag.cite.statement import Statement

HELD = 0.5  # likeness from which a word counts as held
_LEAST_GAIN = 2  # words that a second sentence must add, if it adds no fact
#: A second quotation must itself hold this share of the claim's words; less where it is beside the
#: first and the claim has one clause.
_SECOND, _BESIDE = 0.3, 0.1
#: Stems of verbs after which the speaker of a sentence is meant.
_SPEECH = frozenset(
    stem(word)
    for word in (
        "say said says told tells ask asks asked suggests suggested reported mentioned explained "
        "noted thinks wants wanted hopes agreed promised warned pointed admitted found believes "
        "сказал сказала сказали сообщил сообщила говорит говорил говорила считает предложил "
        "предложила спросил спросила попросил попросила просит отметил отметила напомнил напомнила "
        "предупредил предупредила хочет хотела обещал обещала жалуется объяснил объяснила пояснил "
        "рассказал рассказала заметил заметила уточнил уточнила ответил ответила согласился "
        "согласилась признал признала принял приняла решил решила отказался отказалась "
        "поблагодарил поблагодарила подтвердил подтвердила одобрил одобрила "
        "accepted accepts offered offers proposed decided refused declined approved liked likes "
        "thanked complained confirmed"
    ).split()
)
_ROLL = 4, 0.7  # names in a list of names, and their share
_YEARS = 1000, 2100
_APART = 2  # sentences between two that are quoted for a claim of one clause
_BRIEF = 2  # words beside facts of a sentence that goes with the one before
_TOPIC = 0.4  # what a word counts that only the turns before have
_CONTEXT = 0.8  # what a word counts that only the headings, the title or the speaker have


def missing_in(said: Statement, spans: Sequence[Span], evidence: Evidence) -> list[Item]:
    """The numbers, dates and names of a claim that the sentences and their headings lack."""
    return [
        item
        for item in said.items
        if (item.fact is not None or item.name)
        and all(span.said.lacks(item) for span in spans)
        and not _idle(item, spans)
        and not any(_meant(item, said, span) for span in spans if span.speaker == spans[0].speaker)
        and not (_titled(item, said) and evidence.topical(item, spans[0]))
        and not (item.stem and _told(item, said) and _near(item.stem, spans[0].speaker))
        and not _attested(item, said, spans[0], evidence)
        and not _of_a_name(item, said, spans[0], evidence)
    ]


def _of_a_name(item: Item, said: Statement, span: Span, evidence: Evidence) -> bool:
    """Whether a number belongs to a name that the document has: "Kestrel 40"."""
    if not isinstance(item.fact, Number) or item.fact.unit:
        return False
    text = evidence.documents[span.document].text
    return any(
        re.search(rf"\b{re.escape(other.form)}[\s-]{re.escape(item.fact.written)}\b", text, re.I)
        for other in said.items
        if other.stem and other.name and item.start - other.end == 1
    )


def _meant(item: Item, said: Statement, span: Span) -> bool:
    """Whether a name or a year is of what stands around a sentence.

    "You" is not who does what the sentence says.
    """
    if not _around(item, span):
        return False
    if item.stem and _near(item.stem, span.hearer) and not _near(item.stem, span.speaker):
        return not (item == said.items[0] and (item.form.isascii() or "n" in cases(item.form)))
    return not displacing(item, said, span)


def _titled(item: Item, said: Statement) -> bool:
    """Whether a name is a title in quotation marks, or begins one: «Птиц»."""
    return item.name and said.text[max(item.start - 1, 0)] in '«“„"'


def _told(item: Item, said: Statement) -> bool:
    """Whether a claim says that somebody of this name said something."""
    told = reported(said.text)
    return item.stem in told.who if told else not _SPEECH.isdisjoint(said.stems)


def _idle(item: Item, spans: Sequence[Span]) -> bool:
    """Whether a fact says how often something is, where the source does not say it of anything."""
    if not isinstance(item.fact, Number) or not item.fact.each:
        return False
    return not any(number.each for span in spans for number in span.said.amounts)


def _attested(item: Item, said: Statement, span: Span, evidence: Evidence) -> bool:
    """Whether a name goes with one beside it that the sentence has, elsewhere in the document.

    «Дарья Олеговна Кравец» where the sentence has «Дарья Олеговна» and a line «Д. О. Кравец».
    """
    if item.fact is not None:
        return False
    beside = [
        other
        for other in said.items
        if other.name
        and 0 < max(other.start - item.end, item.start - other.end) <= 1
        and not span.said.lacks(other)
    ]
    return any(
        not evidence.spans[place].said.lacks(other)
        or re.search(rf"\b{other.form[0]}\.", evidence.spans[place].text, re.I)
        for other in beside
        for place in evidence.places(item)
        if evidence.spans[place].document == span.document
    )


def _around(item: Item, span: Span) -> bool:
    """Whether the headings, the title or the speaker have a name, or a year."""
    if item.stem:
        return _near(item.stem, span.around)
    return isinstance(item.fact, Number) and any(
        _YEARS[0] <= value <= _YEARS[1] and str(value) in span.context for value in item.fact.values
    )


def known_in(item: Item, chosen: Sequence[Span], evidence: Evidence) -> bool:
    """Whether the sentences, their headings or the sentence before have a word."""
    if any(held_in(item, span, evidence) for span in chosen):
        return True
    before = evidence.before(chosen[0])
    return before is not None and evidence.held(item, before) > 0


def rivals_of(item: Item, said: Statement, spans: Sequence[Span]) -> list[Item]:
    """Numbers, dates or names of the source that the claim has not, where it has this one."""
    theirs = [other for span in spans for other in span.said.items if said.lacks(other)]
    if isinstance(item.fact, Number):
        return [o for o in theirs if isinstance(o.fact, Number) and item.fact.alike(o.fact)]
    if item.fact is not None:
        return [other for other in theirs if isinstance(other.fact, Date)]
    return [other for other in theirs if other.name]


def displacing(item: Item, said: Statement, best: Span) -> list[Item]:
    other = displaced(item, said, best.said) if item.name else None
    return [other] if other else []


def share_of(items: Sequence[Item], spans: Sequence[Span], evidence: Evidence) -> float:
    """The share of the items' weight that the sentences hold, from 0 to 1."""
    total = sum(evidence.weight(item) for item in items)
    held = sum(
        evidence.weight(item) * max(held_in(item, span, evidence) for span in spans)
        for item in items
    )
    return held / total if total else 1.0


def held_in(item: Item, span: Span, evidence: Evidence) -> float:
    if item.fact is not None:
        return float(not span.said.lacks(item) or _around(item, span))
    topic = _TOPIC * (not item.name and evidence.topical(item, span))
    return max(evidence.held(item, span), _CONTEXT * _near(item.stem, span.around), topic)


@lru_cache(maxsize=20_000)
def _near(stemmed: str, around: frozenset[str]) -> bool:
    """Whether one of the stems around a sentence is a form of this one."""
    return stemmed in around or any(akin(stemmed, each) for each in around)


def with_second(said: Statement, best: Span, evidence: Evidence) -> tuple[Span, ...]:
    """The sentence, with another that adds what it lacks, in the order of the document."""
    missing = missing_in(said, (best,), evidence)
    lacking = [item for item in said.items if item.stem and held_in(item, best, evidence) < HELD]
    if any(rivals_of(item, said, (best,)) or displacing(item, said, best) for item in missing):
        return (best,)  # it says otherwise, and no other sentence mends that
    if not missing and len(lacking) < _LEAST_GAIN:
        return (best,)

    def gain(span: Span) -> float:
        facts = len(missing) - sum(span.said.lacks(item) for item in missing)
        words = sum(held_in(item, span, evidence) >= HELD for item in lacking)
        beside = (
            span.document == best.document and abs(span.start - best.end) < len(span.text) + 200
        )
        return 2 * facts + words + 0.5 * beside

    known = {place for item in (*missing, *lacking) for place in evidence.places(item)}
    found = [(gain(span), -place, span) for place in known if (span := evidence.spans[place])]
    for gained, _, span in sorted(found, key=lambda each: each[:2], reverse=True):
        if gained < _LEAST_GAIN:
            break
        if _goes_with(best, span, said, evidence):
            return tuple(sorted((best, span), key=lambda each: (each.passage, each.place)))
    return (best,)


def _goes_with(best: Span, span: Span, said: Statement, evidence: Evidence) -> bool:
    """Whether a second sentence may be quoted with the best one.

    For a claim of one clause it stands close by; and it does not say otherwise itself.
    """
    several = len(said.clauses) > 1
    if _lists(best) or _lists(span):
        return False  # a list of those present says nothing of them
    if span is best or span.said.language != best.said.language:
        return False
    if span.document == best.document and best.start < span.end and span.start < best.end:
        return False
    same = (span.document, span.passage) == (best.document, best.passage)
    amounts = sum(item.fact is not None for item in said.items)
    if not several and amounts > 1 and best.speaker and best.speaker != span.speaker:
        return False  # the amounts of two people make no statement
    if not several and not (same and abs(span.place - best.place) <= _APART):
        return False
    words = [item for item in said.items if item.fact is None]
    lacking = missing_in(said, (best,), evidence)
    counted = bool(lacking) and all(item.fact is not None for item in lacking)
    next_to = same and abs(span.place - best.place) == 1 and counted
    least = _BESIDE if next_to or not several else _SECOND
    if share_of(words, (span,), evidence) < least and not _brief_next(best, span):
        return False
    missing = missing_in(said, (span,), evidence)
    return not any(rivals_of(item, said, (span,)) for item in missing)


def _lists(span: Span) -> bool:
    """Whether a sentence is little but names."""
    names = sum(item.name for item in span.said.items)
    return names >= _ROLL[0] and names > _ROLL[1] * len(span.said.items)


def _brief_next(one: Span, two: Span) -> bool:
    """Whether a sentence of a few words stands right beside another: «Срок: 2 декабря.»"""
    beside = (one.document, one.passage) == (two.document, two.passage)
    words = sum(item.fact is None for item in two.said.items)
    return beside and abs(one.place - two.place) == 1 and words <= _BRIEF
