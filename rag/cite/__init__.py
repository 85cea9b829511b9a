"""Every sentence of a model's answer set against the passages: cited, or struck.

A model's own marks such as [2] are hints and no more. A sentence stands when sentences of the
source carry its words and all its numbers, dates and names, and say yes and no where it does. What
words cannot show is beyond this check: who of two people named did it to whom, or a conclusion
drawn from several places. A sentence in another language than the source is checked by its
numbers, dates and names alone and is never more than "partly" supported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.cite.clean import Claim, claims, inert
from rag.cite.entailment import CONTRADICTS, FOLLOWS, Entailment
from rag.cite.evidence import Evidence, Span, Statement, likeness, quoted
from rag.cite.names import latin
from rag.cite.polarity import contradiction, unmatched_negation
from rag.cite.swaps import misplaced, replaced
from rag.types import Document, Passage, Sentence, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.words import Language

__all__ = ["Entailment", "cite", "inert"]

#: Shares of a claim's weighted words that a source must hold.
SUPPORTED, PARTLY, RELATED = 0.62, 0.45, 0.5
_MARK_BONUS = 0.05
_FACT_GAIN = 0.5
_FACTS_ACROSS = 2  # between languages one number could stand in any sentence
_LEAST_GAIN = 2  # and add one fact or two words
_LEAST_WORDS = 0.3  # of the words that are no names: a name alone proves nothing
_SECOND = 0.34  # a second quotation must itself hold this share of the claim
_FACT_WEIGHT = 1.0  # of a number, date or name in the share, beside inverse document frequencies


@dataclass(frozen=True)
class _Judgement:
    verdict: Verdict
    spans: tuple[Span, ...] = ()
    reason: str = ""
    by_words: bool = False  # decided by how many words the source has: a model may know better


def cite(
    text: str,
    passages: Sequence[Passage],
    documents: Mapping[str, Document],
    *,
    entailment: Entailment | None = None,
) -> tuple[list[Sentence], list[Sentence]]:
    """Check a model's answer sentence by sentence.

    Args:
        text: As the model wrote it, marks and all.
        passages: Those of its prompt, in order: mark [1] means the first.
        documents: By the name the passages carry.
        entailment: Asked whether the cited sentences say what the claim does, where given.

    Returns:
        The sentences that stand, "supported" or "partly", each with citations of one or two whole
        sentences of a document; and those struck, "unsupported" or "contradicted", each with a
        reason. Both in the order of the text, which is made `inert`.
    """
    evidence = Evidence.of(passages, documents)
    candidates = evidence.candidates()
    standing: list[Sentence] = []
    struck: list[Sentence] = []
    found = claims(text)
    judgements = [_judge(claim, evidence, candidates) for claim in found]
    if entailment is not None:
        judgements = _asked(found, judgements, entailment)
    for place, (claim, judgement) in enumerate(zip(found, judgements, strict=True)):
        wrong = [f"[{mark}]" for mark in claim.marks if not 1 <= mark <= len(passages)]
        note = f"{', '.join(wrong)} names no passage" if wrong else ""
        reason = "; ".join(each for each in (judgement.reason, note) if each)
        citations = tuple(evidence.citation(span) for span in judgement.spans)
        sentence = Sentence(claim.text, judgement.verdict, citations, reason, place=place)
        (standing if judgement.verdict in ("supported", "partly") else struck).append(sentence)
    return standing, struck


def _asked(
    found: Sequence[Claim], judgements: Sequence[_Judgement], entailment: Entailment
) -> list[_Judgement]:
    """The judgements after a model was asked, in one call, about those it may change."""
    places = [
        place
        for place, each in enumerate(judgements)
        if each.spans and (each.by_words or each.verdict in ("supported", "partly"))
    ]
    pairs = [(" ".join(s.text for s in judgements[i].spans), found[i].text) for i in places]
    scores = entailment.judge(pairs) if pairs else ()
    changed = list(judgements)
    for place, (follows, _, contradicts) in zip(places, scores, strict=True):
        if contradicts >= CONTRADICTS:
            reason = "a language model reads the source as saying otherwise"
            changed[place] = replace(judgements[place], verdict="contradicted", reason=reason)
        elif follows >= FOLLOWS and judgements[place].by_words:
            changed[place] = replace(judgements[place], verdict="supported", reason="")
    return changed


def _judge(claim: Claim, evidence: Evidence, candidates: Sequence[Span]) -> _Judgement:
    said = Statement(claim.text)
    if not said.terms and not said.amounts:
        return _Judgement("unsupported", reason="it states nothing that can be checked")
    exact = [span for span in candidates if quoted(claim.text, span)]
    if exact:
        return _Judgement("supported", (min(exact, key=lambda span: len(span.text)),))
    same = [span for span in candidates if span.language == said.language]
    best = _best(said, claim.marks, evidence, said.language)
    judgement = _weigh(said, best, evidence, same) if best else _nothing()
    if judgement.verdict == "unsupported":
        foreign = [span for span in candidates if span.language != said.language]
        return _across(said, foreign) or judgement
    return judgement


def _nothing() -> _Judgement:
    return _Judgement("unsupported", reason="nothing in the passages says this")


def _best(
    said: Statement, marks: Sequence[int], evidence: Evidence, language: Language
) -> Span | None:
    """The sentence that holds most of a claim, or two that follow one another where both add to it.

    Among equals those win that the claim was marked with.
    """
    singles = [span for span in evidence.spans if span.language == language]
    pairs = [
        both
        for one, two, both in evidence.pairs
        if one.language == language and _adds(said, one, two) and _adds(said, two, one)
    ]

    def score(span: Span) -> float:
        held = evidence.coverage(said.terms, span) + _FACT_GAIN * _facts_held(said, span)
        return held + _MARK_BONUS * (span.passage in marks) - len(span.text) / 1e5

    return max([*singles, *pairs], key=score, default=None)


def _adds(said: Statement, one: Statement, two: Statement) -> bool:
    """Whether the second sentence has two words, or a fact, of the claim that the first has not."""
    words = [term for term in said.terms if likeness(term, two) and not likeness(term, one)]
    return len(words) >= 2 or bool(set(_missing(said, one)) - set(_missing(said, two)))


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
    coverage = _share(said, best, evidence)
    if coverage >= _SECOND and (missing or coverage < SUPPORTED):
        chosen = _second(said, best, evidence, spans)
        whole = Statement(" ".join(span.text for span in chosen))
        missing, coverage = _missing(said, whole), _share(said, whole, evidence)
    whole = Statement("\n".join(span.text for span in chosen))
    if missing:
        listed = ", ".join(missing)
        if _rivals(said, whole) and evidence.coverage(_without(said, missing), whole) >= RELATED:
            return _Judgement("contradicted", chosen, f"the source does not say {listed} here")
        return _Judgement("unsupported", chosen, f"{listed} does not stand in the source")
    names = {name.stem for name in said.facts.names if name.sure}
    rest = [term for term in said.terms if term not in names]
    if coverage < PARTLY or evidence.coverage(rest, whole) < _LEAST_WORDS:
        return _Judgement("unsupported", chosen, "too little of it stands in the source", True)
    if opposed := contradiction(said.text, best.text) or misplaced(
        said, whole, best.document, evidence
    ):
        return _Judgement("contradicted", chosen, opposed)
    if unmatched_negation(said.text, whole.text):
        return _Judgement("unsupported", chosen, "the source does not deny this")
    if coverage < SUPPORTED:
        return _Judgement("partly", chosen, "some of its words do not stand in the source", True)
    if word := replaced(said, whole):
        return _Judgement("partly", chosen, f"the source has another word for “{word}”")
    return _Judgement("supported", chosen)


def _share(said: Statement, span: Statement, evidence: Evidence) -> float:
    """The share of a claim that a source holds, its facts counted with its words."""
    words = sum(evidence.weight(term) for term in said.terms)
    stated = _FACT_WEIGHT * (len(said.facts.numbers) + len(said.facts.dates))
    facts = stated * _facts_held(said, span)
    held = words * evidence.coverage(said.terms, span) if said.terms else 0.0
    return (held + facts) / (words + stated)


def _second(
    said: Statement, best: Span, evidence: Evidence, spans: Sequence[Span]
) -> tuple[Span, ...]:
    """The best span with another that adds what it lacks, in the order of the documents."""
    lacking = [term for term in said.terms if not likeness(term, best)]
    missing = set(_missing(said, best))
    if missing and _rivals(said, best):
        return (best,)  # it says otherwise, and no other sentence mends that

    def gain(span: Span) -> int:
        facts = len(missing - set(_missing(said, span)))
        return 2 * facts + sum(bool(likeness(term, span)) for term in lacking)

    apart = [
        span
        for span in spans
        if (span.document != best.document or span.end <= best.start or span.start >= best.end)
        and evidence.coverage(said.terms, span) >= _SECOND
        and not _rivals(said, span)
    ]
    other = max(apart, key=gain, default=None)
    if other is None or gain(other) < _LEAST_GAIN:
        return (best,)
    return (best, other)


def _rivals(said: Statement, source: Statement) -> bool:
    """Whether the source has a number, date or name of its own where the claim has another."""
    units = {each.unit for each in said.facts.numbers if source.lacks_number(each)}
    if any(each.unit in units and said.lacks_number(each) for each in source.facts.numbers):
        return True
    if any(source.lacks_date(each) for each in said.facts.dates):
        return bool(source.facts.dates)
    if not any(each.sure and source.lacks_name(each) for each in said.facts.names):
        return False
    return any(each.sure and said.lacks_name(each) for each in source.facts.names)


def _without(said: Statement, missing: Sequence[str]) -> list[str]:
    stems = {term for each in missing for term in Statement(each).terms}
    return [term for term in said.terms if term not in stems]


def _across(said: Statement, spans: Sequence[Span]) -> _Judgement | None:
    """A claim in another language than the source: all of two or more facts in one span."""
    stated = said.facts
    names = [each for each in stated.names if each.sure]
    if len(stated.numbers) + len(stated.dates) + len(names) < _FACTS_ACROSS:
        return None
    for span in sorted(spans, key=lambda each: len(each.text)):
        known = {latin(each) for each in span.stems}
        if (
            all(any(n.same(a) and n.unit == a.unit for a in span.amounts) for n in stated.numbers)
            and not any(span.lacks_date(each) for each in stated.dates)
            and all(any(_same_name(latin(each.stem), other) for other in known) for each in names)
        ):
            reason = "the source is in another language: only numbers, dates and names were checked"
            return _Judgement("partly", (span,), reason)
    return None


def _same_name(one: str, other: str) -> bool:
    short = min(len(one), len(other))
    return one == other or (short >= 4 and one[:short] == other[:short])
