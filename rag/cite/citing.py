"""A model's answer sentence by sentence: judged, cited, or struck."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cite.clean import Claim, claims
from rag.cite.entailment import CONTRADICTS, FOLLOWS, Entailment
from rag.cite.evidence import Evidence
from rag.cite.grammar import predicate
from rag.cite.judge import Asked, Judgement, binding, judge
from rag.cite.reasons import Reason
from rag.cite.statement import statement
from rag.types import Document, Passage, Sentence
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.cite.spans import Span


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
        reason. Both in the order of the text, which is made `inert`. Headings and sentences about
        the answer itself («Вот что найдено:») are in neither; what leads in to a list stands as
        the first of its items that does.
    """
    evidence = Evidence(passages, documents)
    found = claims(text)
    judgements: list[Judgement] = []
    near: tuple[Span, ...] = ()
    for claim in found:
        judgement = _judged(claim, near, evidence)
        judgements.append(judgement)
        near = judgement.spans or near
    if entailment is not None:
        judgements = _asked(found, judgements, entailment)
    standing: list[Sentence] = []
    struck: list[Sentence] = []
    for place, (claim, judgement) in enumerate(zip(found, judgements, strict=True)):
        if claim.leads:
            led = _led(place, found, judgements)
            if led is None:
                continue
            judgement = led
        sentence = replace(_sentence(claim, judgement, evidence, len(passages)), place=place)
        (standing if judgement.stands else struck).append(sentence)
    return standing, struck


def _judged(claim: Claim, near: tuple[Span, ...], evidence: Evidence) -> Judgement:
    """The judgement on a claim; an item of a list that is a sentence may also stand alone."""
    alone = Asked(statement(claim.alone), claim.marks, near)
    if not claim.lead:
        return judge(alone, evidence)
    lead = statement(claim.lead)
    plain = not binding(lead) and predicate(alone.said.forms)
    if plain and (judgement := judge(alone, evidence)).stands:
        return judgement
    joined = judge(Asked(statement(claim.joined), claim.marks, near), evidence)
    return judgement if plain and joined.verdict == "unsupported" else joined


def _led(place: int, found: Sequence[Claim], judgements: Sequence[Judgement]) -> Judgement | None:
    """What leads in to others stands as the first of them that does; None where none does."""
    lead = found[place].text
    for claim, judgement in zip(found[place + 1 :], judgements[place + 1 :], strict=True):
        if claim.lead != lead:
            return None
        if judgement.stands:
            return judgement
    return None


def _sentence(claim: Claim, judgement: Judgement, evidence: Evidence, passages: int) -> Sentence:
    language = language_of(claim.text)
    wrong = [f"[{mark}]" for mark in claim.marks if not 1 <= mark <= passages]
    notes = [judgement.reason, Reason("mark", ", ".join(wrong)) if wrong else None]
    reason = "; ".join(note.told(language) for note in notes if note)
    citations = tuple(evidence.citation(span) for span in judgement.spans)
    return Sentence(claim.text, judgement.verdict, citations, reason)


def _asked(
    found: Sequence[Claim], judgements: Sequence[Judgement], entailment: Entailment
) -> list[Judgement]:
    """The judgements after a model was asked, in one call, about those it may change."""
    places = [
        place
        for place, each in enumerate(judgements)
        if each.spans and (each.by_words or each.stands)
    ]
    pairs = [(" ".join(s.text for s in judgements[i].spans), found[i].joined) for i in places]
    scores = entailment.judge(pairs) if pairs else ()
    changed = list(judgements)
    for place, (follows, _, contradicts) in zip(places, scores, strict=True):
        if contradicts >= CONTRADICTS:
            reason = Reason("model")
            changed[place] = replace(judgements[place], verdict="contradicted", reason=reason)
        elif follows >= FOLLOWS and judgements[place].by_words:
            changed[place] = replace(judgements[place], verdict="supported", reason=None)
    return changed
