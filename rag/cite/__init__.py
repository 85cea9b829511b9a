"""Every sentence of a model's answer set against the passages: cited, or struck.

A model's own marks such as [2] are hints and no more. A sentence stands when sentences of the
source carry its words and all its numbers, dates and names, and say yes and no where it does. What
words cannot show is beyond this check: who of two people named did it to whom, or a conclusion
drawn from several places. A sentence in another language than the source is checked by its
numbers, dates and names alone and is never more than "partly" supported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.cite.clean import Claim, claims, inert
from rag.cite.evidence import Evidence, Span, Statement, likeness, quoted
from rag.cite.names import latin
from rag.cite.polarity import contradiction, unmatched_negation
from rag.types import Document, Passage, Sentence, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["cite", "inert"]

#: Shares of a claim's weighted words that a source must hold.
SUPPORTED, PARTLY, RELATED = 0.62, 0.42, 0.5
_MARK_BONUS = 0.05
_LENGTH_COST = 0.06
_FACT_GAIN = 0.5
_SECOND = 0.34  # a second quotation must itself hold this share of the claim
_CLAUSES = re.compile(r"[;,]\s|(?<=[.!?])\s|\s(?:а|но|и|and|but|while|whereas)\s", re.I)
_SWAP = 0.25  # by how much another clause must hold a claim better than the one with its number


@dataclass(frozen=True)
class _Judgement:
    verdict: Verdict
    spans: tuple[Span, ...] = ()
    reason: str = ""


def cite(
    text: str, passages: Sequence[Passage], documents: Mapping[str, Document]
) -> tuple[list[Sentence], list[Sentence]]:
    """Check a model's answer sentence by sentence.

    Args:
        text: As the model wrote it, marks and all.
        passages: Those of its prompt, in order: mark [1] means the first.
        documents: By the name the passages carry.

    Returns:
        The sentences that stand, "supported" or "partly", each with citations of one or two whole
        sentences of a document; and those struck, "unsupported" or "contradicted", each with a
        reason. Both in the order of the text, which is made `inert`.
    """
    evidence = Evidence.of(passages, documents)
    candidates = evidence.candidates()
    standing: list[Sentence] = []
    struck: list[Sentence] = []
    for claim in claims(text):
        judgement = _judge(claim, evidence, candidates)
        wrong = [f"[{mark}]" for mark in claim.marks if not 1 <= mark <= len(passages)]
        note = f"{', '.join(wrong)} names no passage" if wrong else ""
        reason = "; ".join(each for each in (judgement.reason, note) if each)
        citations = tuple(evidence.citation(span) for span in judgement.spans)
        sentence = Sentence(claim.text, judgement.verdict, citations, reason)
        (standing if judgement.verdict in ("supported", "partly") else struck).append(sentence)
    return standing, struck


def _judge(claim: Claim, evidence: Evidence, candidates: Sequence[Span]) -> _Judgement:
    said = Statement(claim.text)
    if not said.terms and not said.amounts:
        return _Judgement("unsupported", reason="it states nothing that can be checked")
    exact = [span for span in candidates if quoted(claim.text, span)]
    if exact:
        return _Judgement("supported", (min(exact, key=lambda span: len(span.text)),))
    same = [span for span in candidates if span.language == said.language]
    best = _best(said, claim.marks, evidence, same)
    judgement = _weigh(said, best, evidence, same) if best else _nothing()
    if judgement.verdict == "unsupported":
        foreign = [span for span in candidates if span.language != said.language]
        return _across(said, foreign) or judgement
    return judgement


def _nothing() -> _Judgement:
    return _Judgement("unsupported", reason="nothing in the passages says this")


def _best(
    said: Statement, marks: Sequence[int], evidence: Evidence, spans: Sequence[Span]
) -> Span | None:
    """The span that holds most of a claim; short ones and those it was marked with win a tie."""

    def score(span: Span) -> float:
        held = evidence.coverage(said.terms, span) + _FACT_GAIN * _facts_held(said, span)
        two = _LENGTH_COST * (len(span.stems) > 2 * len(said.stems))
        return held + _MARK_BONUS * (span.passage in marks) - two - len(span.text) / 1e5

    return max(spans, key=score, default=None)


def _facts_held(said: Statement, span: Statement) -> float:
    total = len(said.facts.numbers) + len(said.facts.dates) + len(said.facts.names)
    return 1 - len(_missing(said, span)) / total if total else 0.0


def _missing(said: Statement, span: Statement) -> list[str]:
    """The numbers, dates and names of a claim that a source does not have, as written."""
    return [
        *(each.written for each in said.facts.numbers if span.lacks_number(each)),
        *(str(each) for each in said.facts.dates if span.lacks_date(each)),
        *(each.written for each in said.facts.names if each.sure and span.lacks_name(each)),
    ]


def _weigh(said: Statement, best: Span, evidence: Evidence, spans: Sequence[Span]) -> _Judgement:
    """The verdict on a claim, given the span that holds it best."""
    chosen: tuple[Span, ...] = (best,)
    missing = _missing(said, best)
    coverage = evidence.coverage(said.terms, best)
    if missing or coverage < SUPPORTED:
        chosen = _second(said, best, evidence, spans)
        whole = Statement(" ".join(span.text for span in chosen))
        missing, coverage = _missing(said, whole), evidence.coverage(said.terms, whole)
    whole = Statement("\n".join(span.text for span in chosen))
    if missing:
        listed = ", ".join(missing)
        if _rivals(said, whole) and evidence.coverage(_without(said, missing), whole) >= RELATED:
            return _Judgement("contradicted", chosen, f"the source does not say {listed} here")
        return _Judgement("unsupported", chosen, f"{listed} does not stand in the source")
    if coverage < PARTLY:
        return _Judgement("unsupported", chosen, "too little of it stands in the source")
    opposed = contradiction(said.text, best.text)
    swapped = opposed or _swapped(said, whole, evidence) or _other_subject(said, whole, evidence)
    if swapped:
        return _Judgement("contradicted", chosen, swapped)
    if unmatched_negation(said.text, whole.text):
        return _Judgement("unsupported", chosen, "the source does not deny this")
    if coverage < SUPPORTED:
        return _Judgement("partly", chosen, "some of its words do not stand in the source")
    return _Judgement("supported", chosen)


def _second(
    said: Statement, best: Span, evidence: Evidence, spans: Sequence[Span]
) -> tuple[Span, ...]:
    """The best span with another that adds what it lacks, in the order of the documents."""
    lacking = [term for term in said.terms if not likeness(term, best)]
    missing = set(_missing(said, best))

    def gain(span: Span) -> float:
        facts = len(missing - set(_missing(said, span)))
        return facts + (evidence.coverage(lacking, span) if lacking else 0.0)

    apart = [
        span
        for span in spans
        if (span.document != best.document or span.end <= best.start or span.start >= best.end)
        and evidence.coverage(said.terms, span) >= _SECOND
    ]
    other = max(apart, key=gain, default=None)
    if other is None or gain(other) < _SECOND:
        return (best,)
    return (best, other)


def _rivals(said: Statement, whole: Statement) -> bool:
    """Whether the source states another number, date or name where the claim has its own."""
    numbers = [each for each in said.facts.numbers if whole.lacks_number(each)]
    if any(
        mine.unit == its.unit or None in (mine.unit, its.unit)
        for mine in numbers
        for its in whole.amounts
    ):
        return True
    if any(whole.lacks_date(each) for each in said.facts.dates):
        return bool(whole.facts.dates)
    return any(said.lacks_name(each) for each in whole.facts.names)


def _without(said: Statement, missing: Sequence[str]) -> list[str]:
    stems = {term for each in missing for term in Statement(each).terms}
    return [term for term in said.terms if term not in stems]


def _swapped(said: Statement, whole: Statement, evidence: Evidence) -> str | None:
    """Why a number or name of the claim belongs, in the source, to something else.

    Within each clause of the claim: another clause of the source holds its other words clearly
    better than the one that holds its number or name, and has one of its own.
    """
    mine = [Statement(part) for part in _CLAUSES.split(said.text) if part.strip()]
    its = [Statement(part) for part in _CLAUSES.split(whole.text) if part.strip()]
    for clause in mine:
        for number in clause.facts.numbers:
            rivals = [
                other for other in its
                if other.lacks_number(number)
                and any(each.unit == number.unit for each in other.facts.numbers)
            ]  # fmt: skip
            holders = [other for other in its if not other.lacks_number(number)]
            if _held_elsewhere(clause.terms, holders, rivals, evidence):
                return f"in the source {number.written} belongs to something else"
        for name in (each for each in clause.facts.names if each.sure or len(mine) > 1):
            rest = [term for term in clause.terms if term != name.stem]
            rivals = [
                other for other in its
                if other.lacks_name(name) and any(clause.lacks_name(n) for n in other.facts.names)
            ]  # fmt: skip
            holders = [other for other in its if not other.lacks_name(name)]
            if _held_elsewhere(rest, holders, rivals, evidence):
                return f"in the source {name.written} belongs to something else"
    return None


def _held_elsewhere(
    terms: Sequence[str],
    holders: Sequence[Statement],
    rivals: Sequence[Statement],
    evidence: Evidence,
) -> bool:
    if not terms or not holders or not rivals:
        return False
    own = max(evidence.coverage(terms, each) for each in holders)
    return max(evidence.coverage(terms, each) for each in rivals) >= own + _SWAP


def _other_subject(said: Statement, whole: Statement, evidence: Evidence) -> str | None:
    """Why the claim is about another: all of it is there but the word it opens with.

    That word must be one the passages use elsewhere, or look like a name, and the source must open
    with a word the claim lacks; otherwise the two may well mean the same thing.
    """
    if len(said.terms) < 3 or likeness(said.terms[0], whole):
        return None
    first, *rest = said.terms
    if evidence.coverage(rest, whole) < SUPPORTED:
        return None
    openings = [Statement(part).terms[:1] for part in re.split(r"(?<=[.!?])\s", whole.text)]
    strange = [each for each in openings if each and not likeness(each[0], said)]
    named = any(each.stem == first and not each.sure for each in said.facts.names)
    if strange and (first in evidence.vocabulary or (named and _surname(said.text))):
        return f"the source says this of another than “{said.text.split()[0]}”"
    return None


_SURNAME = re.compile(
    r"[«\"“]?(?:[А-ЯЁ][а-яё]+(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ын|ына|ский|ская|цкий|цкая|ко|ук|юк|ян|дзе)"
    r"|[A-Z][a-z]+(?<!ing)(?<!ion)(?<!ment)(?<!ity)(?<!s))\b"
)


def _surname(text: str) -> bool:
    return bool(_SURNAME.match(text))


def _across(said: Statement, spans: Sequence[Span]) -> _Judgement | None:
    """A claim in another language than the source: every fact of it in one span, or None."""
    names = [each for each in said.facts.names if each.sure]
    firm = len(said.facts.numbers) + len(said.facts.dates)
    if firm + len(names) < 1 or (not firm and len(names) < 2):
        return None
    for span in sorted(spans, key=lambda each: len(each.text)):
        known = {latin(each) for each in span.stems}
        if (
            not any(span.lacks_number(each) for each in said.facts.numbers)
            and not any(span.lacks_date(each) for each in said.facts.dates)
            and all(any(_same_name(latin(each.stem), other) for other in known) for each in names)
        ):
            reason = "the source is in another language: only numbers, dates and names were checked"
            return _Judgement("partly", (span,), reason)
    return None


def _same_name(one: str, other: str) -> bool:
    short = min(len(one), len(other))
    return one == other or (short >= 4 and one[:short] == other[:short])
