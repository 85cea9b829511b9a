"""The verdict on one claim, given the sentences of the passages."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.cite.alignment import worded
from rag.cite.amounts import Number
from rag.cite.compare import contradiction
from rag.cite.facts import akin
from rag.cite.grammar import is_action, predicate
from rag.cite.letters import letter, roles
from rag.cite.names import latin
from rag.cite.reasons import Reason
from rag.cite.reported import misasked, offers, reported
from rag.cite.statement import Statement, quoted, statement
from rag.cite.support import (
    HELD,
    displacing,
    held_in,
    known_in,
    missing_in,
    rivals_of,
    share_of,
    with_second,
)
from rag.cite.wording import misattributed, replaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cite.clauses import Clause, Item
    from rag.cite.evidence import Evidence
    from rag.cite.spans import Span
    from rag.types import Verdict

#: Shares of a claim's weighted words that a source must hold.
SUPPORTED, PARTLY, RELATED = 0.7, 0.5, 0.4
_MARK_BONUS = 0.05
_NEAR_BONUS = 0.04  # for what stands beside the source of the sentence before
_CANDIDATES, _LOOKED_AT = 4, 10
_CLOSE = 0.12  # how far below the best candidate another one may still decide
_LEAST = 0.15  # share below which a sentence is no candidate
_FACTS_ACROSS = 2  # between languages one number could stand in any sentence
_JOINED, _LEAST_JOINED = 0.4, 0.15  # the same where one sentence has two facts of a claim
_LEAST_WORDS = 0.3  # of the words that are no names: a name alone proves nothing
_TOPIC = 0.7  # share of a claim's words, names aside, that a sentence about the same holds
_REST = 0.75  # share of the rest of a claim from which a thing in another's place is another thing
_TWO = 2
_UNSAID = 2  # words of a clause that the source must not all lack


@dataclass(frozen=True)
class Judgement:
    """A verdict, the one or two sentences it rests on, and why it is not "supported".

    `by_words` says that it was decided by how many words the source has: a model may know better.
    """

    verdict: Verdict
    spans: tuple[Span, ...] = ()
    reason: Reason | None = None
    by_words: bool = False

    @property
    def stands(self) -> bool:
        return self.verdict in ("supported", "partly")


NOTHING = Judgement("unsupported", reason=Reason("nothing"))


@dataclass(frozen=True)
class Asked:
    """A claim as it is checked: its statement, its marks, and where the one before was found."""

    said: Statement
    marks: tuple[int, ...] = ()
    near: tuple[Span, ...] = ()


def binding(lead: Statement) -> bool:
    """Whether what leads in to a list says more than how many items there are.

    A "not", a name, a date or an amount holds for every item.
    """
    counted = [item for item in lead.items if isinstance(item.fact, Number) and not item.fact.unit]
    facts = [item for item in lead.items if item.fact is not None or item.name]
    return len(facts) > len(counted) or any(clause.negations for clause in lead.clauses)


def judge(asked: Asked, evidence: Evidence) -> Judgement:
    """Whether the passages say what a claim does."""
    said = asked.said.named(evidence.proper)
    asked = replace(asked, said=said)
    if not said.items:
        return Judgement("unsupported", reason=Reason("empty"))
    if exact := _exact(said, evidence):
        return Judgement("supported", exact)
    if found := _misaddressed(said, evidence) or _told(said, evidence):
        return found
    scores = _scored(asked, evidence)
    order = [place for place in evidence.stating(said.language) if scores[place] >= _LEAST]
    order = heapq.nsmallest(_LOOKED_AT, order, key=lambda place: (-scores[place], place))
    judged: list[Judgement] = []
    for i in order[:_CANDIDATES]:
        near = scores[i] >= scores[order[0]] - _CLOSE
        if not near and judged[0].verdict != "unsupported":
            break
        found = _weigh(said, evidence.spans[i], evidence)
        if near or (found.verdict == "supported" and len(found.spans) == 1):
            judged.append(found)
        if judged[-1].verdict == "supported":
            break
    best = _topical(said, order, judged, evidence) or _chosen(judged)
    if best.verdict == "unsupported" and best.by_words and (joint := _jointly(asked, evidence)):
        return joint
    if best.verdict == "unsupported":
        return _across(said, evidence) or best
    return best


def _misaddressed(said: Statement, evidence: Evidence) -> Judgement | None:
    """A letter said to be written by, or to, somebody else than it is."""
    letters = [found for each in evidence.documents.values() if (found := letter(each.text))]
    named = [item for item in said.items if item.name]
    about = [who for each in letters if (who := roles(said, each)) is not None]
    if not named or not about:
        return None
    if any(akin(item.stem, each) for who in about for item in named for each in who):
        return None
    return Judgement("contradicted", reason=Reason("actor", " ".join(i.form for i in named)))


def _told(said: Statement, evidence: Evidence) -> Judgement | None:
    """What somebody is reported to have said, where a turn of theirs says it."""
    told = reported(said.text)
    spans = evidence.spoken_by(told.who, told.asks) if told else ()
    rest = statement(told.text).named(evidence.proper) if told and spans else None
    if told is None or rest is None or not rest.items:
        return None
    scores = evidence.scores(rest.items)
    spans = [place for place in spans if scores[place] >= _LEAST]
    for place in heapq.nsmallest(_CANDIDATES, spans, key=lambda i: (-scores[i], i)):
        span = evidence.spans[place]
        if (span.asks and not told.asks) or (told.asks and offers(rest, span.said)):
            continue
        judged = _weigh(_unaddressed(rest, span), span, evidence, turn=True)
        if judged.stands:
            return judged
    return None


def _unaddressed(said: Statement, span: Span) -> Statement:
    """What is asked of somebody, without the name of who listens: «Лидию докупить шоколад»."""
    first = said.items[0]
    if not first.name or first.start or not any(akin(first.stem, each) for each in span.hearer):
        return said
    rest = statement(said.text[first.end :].lstrip(" ,"))
    return rest if rest.items else said


def _topical(
    said: Statement, order: Sequence[int], judged: Sequence[Judgement], evidence: Evidence
) -> Judgement | None:
    """What the sentence says that is about the same, where others merely have the names.

    "Expenses are approved by Quist" is not borne out by a sentence about Quist, if another one
    tells who approves expenses.
    """
    words = [item for item in said.items if item.stem and not item.name]
    named = any(item.name for item in said.items)
    if not named or not words or not judged or not judged[0].stands:
        return None
    scores = evidence.scores(words)
    place = max(order, key=lambda i: scores[i])
    mine = share_of(words, judged[0].spans, evidence)
    if place == order[0] or scores[place] < _TOPIC or scores[place] - mine < _TOPIC / 2:
        return None
    other = _weigh(said, evidence.spans[place], evidence)
    return other if other.verdict == "contradicted" else None


def _jointly(asked: Asked, evidence: Evidence) -> Judgement | None:
    """A sentence of two statements, each judged on its own, where both stand."""
    texts = [clause.text for clause in asked.said.clauses if _states(clause)]
    if len(texts) != _TWO:
        return None
    near = asked.near
    found = []
    for text in texts:
        judged = judge(Asked(statement(text.strip(" ,;:—–")), asked.marks, near), evidence)
        if not judged.stands or not judged.spans:
            return None
        found.append(judged)
        near = judged.spans
    spans = tuple(dict.fromkeys(span for each in found for span in each.spans))
    full = all(each.verdict == "supported" for each in found)
    reason = next((each.reason for each in found if each.reason), None)
    return Judgement("supported" if full else "partly", spans[:_TWO], reason, True)


def _states(clause: Clause) -> bool:
    return len(clause.items) >= _TWO and predicate(clause.forms)


def _chosen(judged: Sequence[Judgement]) -> Judgement:
    """The first that is supported; otherwise the first, or the first that stands after it.

    A contradiction by the nearest sentence is not undone by a farther one that says less.
    """
    if not judged:
        return NOTHING
    full = next((each for each in judged if each.verdict == "supported"), None)
    if full or judged[0].verdict == "contradicted":
        return full or judged[0]
    return next((each for each in judged if each.stands), judged[0])


def _exact(said: Statement, evidence: Evidence) -> tuple[Span, ...]:
    """The shortest place that has the claim word for word."""
    if said.normal not in evidence.normal:
        return ()
    found = [span for span in evidence.spans if quoted(said, statement(span.text))]
    if found:
        return (min(found, key=lambda span: len(span.text)),)
    joined = (
        [
            (one, two)
            for one, two in evidence.pairs
            if quoted(said, statement(f"{one.text} {two.text}"))
        ]
        if len(said.forms) > _UNSAID
        else []
    )
    return min(joined, key=lambda pair: pair[1].end - pair[0].start, default=())


def _scored(asked: Asked, evidence: Evidence) -> list[float]:
    """How much of the claim each sentence holds; marks and what was cited before are hints."""
    scores = evidence.scores(asked.said.items)
    near = {(span.document, span.passage): span.place for span in asked.near}
    for place, span in enumerate(evidence.spans):
        if scores[place] <= 0:
            continue
        if span.passage in asked.marks:
            scores[place] += _MARK_BONUS
        beside = near.get((span.document, span.passage))
        if beside is not None and abs(span.place - beside) <= 2:
            scores[place] += _NEAR_BONUS
        scores[place] -= len(span.text) / 1e5
    return scores


def _weigh(said: Statement, best: Span, evidence: Evidence, *, turn: bool = False) -> Judgement:
    """The verdict on a claim by the sentence that may hold it, and another if it adds to that.

    `turn` says that it is what somebody said or asked: no other sentence adds to their turn.
    """
    chosen = (best,) if turn else with_second(said, best, evidence)
    missing = missing_in(said, chosen, evidence)
    share = share_of(said.items, chosen, evidence)
    if missing:
        return _lacking(said, missing, chosen, evidence)
    if _little(said, chosen, share, evidence):
        return Judgement("unsupported", chosen, Reason("little"), True)
    if opposed := _opposed(said, chosen, evidence, asked=turn):
        return Judgement("contradicted", chosen, opposed)
    if unsaid := _unsaid(said, chosen, evidence):
        return Judgement("unsupported", chosen, Reason("absent", unsaid), True)
    if wrong := _worded(said, chosen, share, evidence):
        return wrong
    if share < SUPPORTED:
        return Judgement("partly", chosen, Reason("some"), True)
    return Judgement("supported", chosen)


def _little(said: Statement, chosen: tuple[Span, ...], share: float, evidence: Evidence) -> bool:
    """Whether too few of a claim's words stand in the source, all of whose facts do.

    Two facts in one sentence need fewer words beside them.
    """
    words = [item for item in said.items if item.stem and not item.name]
    exact = {item[2:5] for item in said.items if item.name or item.fact is not None}
    joined = len(exact) >= _TWO and any(not missing_in(said, (s,), evidence) for s in chosen)
    if share < (_JOINED if joined else PARTLY):
        return True
    bare = len(words) > 1 or (words and not is_action(words[0].form))
    held = share_of(words, chosen, evidence)
    return bool(bare) and held < (_LEAST_JOINED if joined else _LEAST_WORDS)


def _worded(
    said: Statement, chosen: tuple[Span, ...], share: float, evidence: Evidence
) -> Judgement | None:
    """The judgement on a word that stands where the source has another one.

    It contradicts where both are things and the source has the rest, or the document knows both.
    """
    if any(span.said.text != span.text and "|" in span.text for span in chosen):
        return None  # a row of a table leaves out what joins its cells
    for span in chosen:
        pair = replaced(
            said,
            span.said,
            lambda item: known_in(item, chosen, evidence),
            lambda item: any(held_in(item, each, evidence) for each in chosen),
        )
        if pair is None:
            continue
        mine, theirs, things = pair
        reason = Reason("word", mine.form, theirs.form)
        rest = [item for item in said.items if item is not mine]
        if things and (
            evidence.knows(mine.stem, span.document) or share_of(rest, chosen, evidence) >= _REST
        ):
            return Judgement("contradicted", chosen, reason)
        if things or share < SUPPORTED:
            return Judgement("partly", chosen, reason, True)
    return None


def _of_other_row(said: Statement, span: Span, evidence: Evidence) -> Reason | None:
    """What stands in one row of a table and is said of another one."""
    if not span.row or any(akin(item.stem, each) for item in said.items for each in span.row):
        return None
    others = evidence.rows(span.document) - span.row
    item = next((item for item in said.items if any(akin(item.stem, o) for o in others)), None)
    return Reason("moved", item.form) if item else None


def _opposed(
    said: Statement, chosen: Sequence[Span], evidence: Evidence, *, asked: bool = False
) -> Reason | None:
    for span in chosen:
        if wrong := _of_other_row(said, span, evidence) or misasked(said, span.asker):
            return wrong
        mail = letter(evidence.documents[span.document].text)
        speaker = frozenset() if mail else span.speaker
        if wrong := misattributed(said, span.said, speaker, span.answered):
            return wrong
    sources = [span.said for span in chosen if not span.asks or asked]
    return contradiction(said, sources, evidence.weight) if sources else Reason("asked")


def _lacking(
    said: Statement, missing: Sequence[Item], chosen: tuple[Span, ...], evidence: Evidence
) -> Judgement:
    """The verdict on a claim with facts that its source has not."""
    listed = ", ".join(dict.fromkeys(worded(item, [said]) for item in missing))
    rest = [item for item in said.items if item not in missing]
    rivals = [
        other
        for item in missing
        for other in (*rivals_of(item, said, chosen), *displacing(item, said, chosen[0]))
    ]
    if rivals and (not rest or share_of(rest, chosen, evidence) >= RELATED):
        theirs = worded(rivals[0], [span.said for span in chosen])
        return Judgement("contradicted", chosen, Reason("other", listed, theirs))
    return Judgement("unsupported", chosen, Reason("absent", listed))


def _unsaid(said: Statement, chosen: Sequence[Span], evidence: Evidence) -> str:
    """A clause of which the source has not one word, as it is written, or ""."""
    for clause in said.clauses:
        words = [item for item in clause.items if item.stem]
        facts = [item for item in clause.items if item.fact is not None]
        if len(words) >= _UNSAID and not facts:
            held = [max(held_in(item, span, evidence) for span in chosen) for item in words]
            if max(held) < HELD and not any(known_in(item, chosen, evidence) for item in words):
                return " ".join(item.form for item in words)
    return ""


def _across(said: Statement, evidence: Evidence) -> Judgement | None:
    """A claim in another language than the source: all of two or more facts in one place."""
    stated = said.facts
    names = [each for each in stated.names if each.sure]
    if len(stated.numbers) + len(stated.dates) + len(names) < _FACTS_ACROSS:
        return None
    singles = [(span,) for span in evidence.spans if span.said.language != said.language]
    joined = [pair for pair in evidence.pairs if pair[0].said.language != said.language]
    for spans in sorted([*singles, *joined], key=lambda each: each[-1].end - each[0].start):
        amounts = [number for span in spans for number in span.said.amounts]
        known = {latin(stemmed) for span in spans for stemmed in span.said.stems}
        if (
            all(any(n.same(a) and n.unit == a.unit for a in amounts) for n in stated.numbers)
            and all(any(not span.said.lacks_date(d) for span in spans) for d in stated.dates)
            and all(any(_same_name(latin(n.stem), other) for other in known) for n in names)
        ):
            return Judgement("partly", tuple(spans), Reason("foreign"))
    return None


def _same_name(one: str, other: str) -> bool:
    short = min(len(one), len(other))
    return one == other or (short >= 4 and one[:short] == other[:short])
