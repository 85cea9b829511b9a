"""What running words of a paper assign or report: orders first, then the rules of speech."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.clauses import sentences_of
from rag.minutes.drafts import Draft
from rag.minutes.english import rules as english
from rag.minutes.findings import GROUP
from rag.minutes.paper import english as protocol_english
from rag.minutes.paper import reported as protocol_reported
from rag.minutes.paper.drafting import of_order, orders_of
from rag.minutes.paper.dues import moved_due
from rag.minutes.paper.pieces import state_of
from rag.minutes.russian import rules as russian
from rag.minutes.view import Scene, View
from rag.types import ALL, WE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.minutes.dates import Found
    from rag.minutes.findings import Finding

Span = tuple[int, int]
#: what makes a reported promise of an English clause a tentative one
_HEDGES = frozenset({"try", "tries", "hopes", "aims", "possibly", "perhaps", "maybe"})
#: those of the meeting, to whom something goes
_PRESENT = frozenset(
    "участники участникам присутствующие присутствующим коллеги коллегам members attendees".split()
)


def from_prose(
    scene: Scene, body: Span, due: Found | None, whole: Span, *, listed: bool = False
) -> Iterator[Draft]:
    """What sentences report or assign; words of the first person have no owner here."""
    sentences = tuple(sentences_of(scene.text, *body, scene.language))
    single = len(sentences) <= 1
    for sentence_at, sentence in enumerate(sentences):
        if protocol_english.is_declined(scene, sentence.start, sentence.end):
            continue
        orders = orders_of(scene, sentence.start, sentence.end)
        if orders:
            for order in orders:
                quote = whole if single else (sentence.start, sentence.end)
                yield from of_order(scene, order, due, whole, None, quote)
            continue
        spoken = sentence.language
        read = russian.findings if spoken == "ru" else english.findings
        before: Finding | None = None
        for clause_at in range(len(sentence.clauses)):
            view = View(scene, 0, sentences, sentence_at, clause_at)
            finding = read(view)
            if spoken == "ru":
                finding = protocol_reported.checked(view, finding)
                finding = finding if finding and _is_usable(finding) else None
                finding = finding or protocol_reported.reported(view, listed=listed)
                finding = finding or protocol_reported.continued(view, before)
                before = finding or before
            elif finding and _HEDGES & set(view.words):
                finding = replace(finding, force="tentative")
            if finding is None:
                continue
            for who in (finding.who, *finding.others):
                draft = _from_finding(scene, replace(finding, who=who), whole)
                if draft:
                    yield _dated(scene, draft, whole, due)


def _dated(scene: Scene, draft: Draft, whole: Span, field: Found | None) -> Draft:
    """A draft from prose with the deadline that the rest of its line gives or moves it to."""
    due = draft.due or field
    moved = moved_due(scene, draft.what[1], whole[1], due)
    if moved is None:
        return replace(draft, due=due)
    return replace(draft, due=moved[0], history=((draft.at, moved[1]),))


def _is_usable(finding: Finding) -> bool:
    """Whether a finding names its owner and its act; on paper nobody answers a request."""
    if finding.who == GROUP and not finding.bare:
        return finding.due is not None and finding.force == "firm"
    if finding.who is None or finding.who.startswith("\0") or finding.bare:
        return False
    return finding.kind != "request" or finding.imperative


def _from_finding(scene: Scene, finding: Finding, whole: Span) -> Draft | None:
    if not _is_usable(finding):
        return None
    who = WE[scene.language] if finding.who == GROUP else finding.who
    to_whom = finding.to_whom
    if to_whom is not None and (not to_whom or to_whom.startswith("\0")):
        to_whom = None
    if to_whom and to_whom.lower() in _PRESENT:
        to_whom = ALL[scene.language]
    status = state_of(scene.text[finding.what_end : whole[1]], None)
    act = "assigned" if finding.kind == "request" else finding.act
    draft = Draft.of(
        finding,
        who=who,
        to_whom=to_whom,
        what=(finding.what_start, finding.what_end),
        due=finding.due,
        act=act,
        condition=finding.condition,
        support=(),
    )
    return replace(draft, status=status) if status != "open" else draft
